"""After the meeting: what the host keeps, who reads it, and what people promise."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from bourse.board.gather import IdeaState
from bourse.board.models import Board, Idea, board_of, lock_board
from bourse.board.roles import reader_of as board_reader_of
from bourse.clock import club_time, now
from bourse.clubs.models import Membership
from bourse.clubs.roles import has_signed, memberships_of
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Invitation, Meeting, MeetingState, Presence
from bourse.meetings.roles import hosts_or_facilitates
from bourse.outcomes.arrange import Act, arrange
from bourse.outcomes.follow import CommitmentState, milestones
from bourse.outcomes.forms import (
    STATES,
    ArrangeForm,
    CloseForm,
    NewsForm,
    NoteForm,
    PromiseForm,
    SynthesisForm,
    people_of,
)
from bourse.outcomes.models import Commitment, Outcome, lock_outcome
from bourse.outcomes.read import Reader, Readers
from bourse.outcomes.roles import is_promiser, may_promise, reader_of, reads, takes_part
from bourse.people.models import Person, note
from bourse.words import _

bp = Blueprint("outcomes", __name__, url_prefix="/outcomes")

WITH_MEETING = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))


def find(id: int) -> Commitment | None:
    return db.session.get(Commitment, id)


@bp.app_template_global("outcome_reader")
def _outcome_reader(meeting: Meeting) -> Reader:
    return reader_of(current_user, meeting)


@bp.app_template_global("reads_outcome")
def _reads_outcome(meeting: Meeting) -> bool:
    return reads(current_user, meeting, meeting.outcome)


def _outcome_of(meeting: Meeting) -> Outcome | None:
    return db.session.scalar(db.select(Outcome).filter_by(meeting_id=meeting.id))


def _today(meeting: Meeting) -> date:
    return club_time(now(), meeting.club.timezone).date()


def _held_on(meeting: Meeting) -> date:
    return club_time(meeting.starts_at, meeting.club.timezone).date()


@bp.get("/")
@door()
def index() -> ResponseReturnValue:
    """My commitments, what I am to write, and what I may read."""
    rows = [row for row in _held_meetings(current_user) if has_signed(current_user, row[0]) is True]
    closed = [(meeting, outcome) for meeting, outcome in rows if outcome and outcome.is_closed]
    open_ones = [meeting for meeting, outcome in rows if not (outcome and outcome.is_closed)]
    return render_template(
        "outcomes/index.html",
        mine=_promises_of(current_user),
        to_write=[meeting for meeting in open_ones if hosts_or_facilitates(current_user, meeting)],
        to_read=[(meeting, outcome) for meeting, outcome in closed if reads(current_user, meeting, outcome)],
        states=STATES,
    )


def _held_meetings(person: Person) -> list[tuple[Meeting, Outcome | None]]:
    """The meetings of the person's clubs that have begun, newest first, each with its outcome."""
    clubs = [membership.club_id for membership in memberships_of(person)]
    own = selectinload(Meeting.invitations.and_(Invitation.person_id == person.id))
    query = (
        db.select(Meeting, Outcome)
        .outerjoin(Outcome, Outcome.meeting_id == Meeting.id)
        .where(Meeting.club_id.in_(clubs), Meeting.starts_at <= now(), Meeting.state != MeetingState.cancelled)
        .order_by(Meeting.starts_at.desc())
        .options(WITH_MEETING, joinedload(Meeting.club), own)
    )
    return [(meeting, outcome) for meeting, outcome in db.session.execute(query)]


def _promises_of(person: Person) -> list[Commitment]:
    """The person's own promises, the open ones first, by their day."""
    to_meeting = joinedload(Commitment.outcome).joinedload(Outcome.meeting)
    query = (
        db.select(Commitment)
        .where(Commitment.person_id == person.id)
        .order_by(Commitment.settled_at.is_not(None), Commitment.due_on)
        .options(to_meeting.options(WITH_MEETING, joinedload(Meeting.club)))
    )
    return [promise for promise in db.session.scalars(query) if is_promiser(person, promise)]


@bp.get("/<int:meeting>")
@door(takes_part, has_signed)
def show(meeting: Meeting) -> ResponseReturnValue:
    """What came out of a meeting, as far as I may read it; my promises."""
    return _page(meeting, _promise_form(meeting))


def _page(meeting: Meeting, form: PromiseForm) -> str:
    outcome, board = _outcome_of(meeting), board_of(meeting)
    may_read = reads(current_user, meeting, outcome)
    return render_template(
        "outcomes/show.html",
        meeting=meeting,
        outcome=outcome,
        form=form,
        reader=reader_of(current_user, meeting),
        reads=may_read,
        kept=board.kept if board and may_read else [],
        others=_others(board) if board and may_read else [],
        board=board if may_read else None,
        promises=_promises(outcome, everybodys=may_read),
        present=sum(invitation.presence is Presence.present for invitation in meeting.invited),
        milestones=milestones(_held_on(meeting), _today(meeting)),
        states=STATES,
    )


def _others(board: Board) -> list[Idea]:
    """The cards that I may still see and that were not kept."""
    standing, _withdrawn = board.seen_by(board_reader_of(current_user, board.meeting))
    return [idea for idea in standing if idea not in board.kept]


def _promises(outcome: Outcome | None, *, everybodys: bool) -> list[Commitment]:
    if outcome is None:
        return []
    query = db.select(Commitment).filter_by(outcome_id=outcome.id).options(joinedload(Commitment.person))
    promises = db.session.scalars(query.order_by(Commitment.due_on, Commitment.id))
    return [each for each in promises if everybodys or each.person_id == current_user.id]


def _promise_form(meeting: Meeting) -> PromiseForm:
    form = PromiseForm()
    people = people_of(meeting) if hosts_or_facilitates(current_user, meeting) else {}
    form.offer(_held_on(meeting), people, current_user.id, meeting.host.person_id)
    return form


@bp.route("/<int:meeting>/write", methods=["GET", "POST"])
@door(hosts_or_facilitates, has_signed)
def write(meeting: Meeting) -> ResponseReturnValue:
    """The host's synthesis and its readers; of two writers the second sees both texts."""
    outcome, board = _outcome_of(meeting), board_of(meeting)
    form = SynthesisForm(
        synthesis=outcome.synthesis if outcome else "",
        readers=outcome.readers if outcome else Readers.attending,
        all_stay=board.all_stay if board else False,
        version=outcome.version if outcome else 1,
    )
    if not form.validate_on_submit():
        return render_template("outcomes/write.html", meeting=meeting, form=form, board=board)
    outcome = lock_outcome(meeting)
    if form.version.data != str(outcome.version):
        form.version.data = outcome.version
        return render_template("outcomes/write.html", meeting=meeting, form=form, board=board, theirs=outcome), 409
    outcome.synthesis, outcome.readers = form.synthesis.data or "", Readers(form.readers.data)
    if board:
        board.all_stay, board.minutes_open = form.all_stay.data, outcome.is_for_the_room
    note("write", by=current_user, about=outcome)
    db.session.commit()
    flash(_("Synthèse enregistrée."))
    return redirect(url_for("outcomes.show", meeting=meeting.id))


@bp.get("/<int:meeting>/ideas")
@door(hosts_or_facilitates, has_signed)
def choose(meeting: Meeting) -> ResponseReturnValue:
    """The cards shown in the room: the host keeps some, in his order."""
    board = board_of(meeting)
    shown = [idea for idea in board.ideas if not idea.is_unseen] if board else []
    return render_template(
        "outcomes/choose.html",
        meeting=meeting,
        kept=board.kept if board else [],
        open=[idea for idea in shown if idea.state is IdeaState.revealed],
        aside=[idea for idea in shown if idea.state is IdeaState.set_aside],
    )


@bp.post("/ideas/<int:idea>")
@door(hosts_or_facilitates, has_signed)
def sort(idea: Idea) -> ResponseReturnValue:
    """Keeps a card, moves it up, gives it back, or sets it aside."""
    form = ArrangeForm()
    board = _lock_shown(idea)
    if not form.validate_on_submit():
        abort(400)
    _arrange(board, idea, Act(form.act.data))
    note(form.act.data, by=current_user, about=idea)
    db.session.commit()
    return redirect(url_for("outcomes.choose", meeting=board.meeting_id))


def _lock_shown(idea: Idea) -> Board:
    """The board under its lock; a card that nobody has seen is not there."""
    board = lock_board(idea.meeting)
    db.session.refresh(idea)
    if board is None or idea.is_unseen:
        abort(404)
    return board


def _arrange(board: Board, idea: Idea, act: Act) -> None:
    order = arrange([each.id for each in board.kept], idea.id, act)
    if act is not Act.up:
        idea.state = {Act.keep: IdeaState.kept, Act.set_aside: IdeaState.set_aside}.get(act, IdeaState.revealed)
    for each in board.ideas:
        each.rank = order.index(each.id) + 1 if each.id in order else None


@bp.post("/ideas/<int:idea>/note")
@door(hosts_or_facilitates, has_signed)
def annotate(idea: Idea) -> ResponseReturnValue:
    """The host's remark on a card."""
    form = NoteForm()
    board = _lock_shown(idea)
    if not form.validate_on_submit():
        abort(400)
    idea.note = form.note.data or ""
    note("annotate", by=current_user, about=idea)
    db.session.commit()
    flash(_("Remarque enregistrée."))
    return redirect(url_for("outcomes.choose", meeting=board.meeting_id))


@bp.post("/<int:meeting>/commitments")
@door(may_promise, has_signed)
def promise(meeting: Meeting) -> ResponseReturnValue:
    """Takes a promise: one's own, or one that host or facilitator notes for somebody attending."""
    form = _promise_form(meeting)
    if not form.validate_on_submit():
        return _page(meeting, form)
    outcome = lock_outcome(meeting)
    taken = outcome.promise(
        db.session.get_one(Person, form.person.data if form.person else current_user.id),
        form.client_key.data or "",
        text=form.text.data or "",
        first_step=form.first_step.data or "",
        due_on=form.due_on.data,
    )
    db.session.flush()
    note("promise", by=current_user, about=taken)
    db.session.commit()
    flash(_("Engagement noté pour %(name)s.", name=taken.person.name))
    return redirect(url_for("outcomes.show", meeting=meeting.id))


@bp.route("/commitments/<int:commitment>", methods=["GET", "POST"])
@door(is_promiser, has_signed)
def tell(commitment: Commitment) -> ResponseReturnValue:
    """News of my promise: one press."""
    form = NewsForm(state=commitment.state)
    if not form.validate_on_submit():
        return render_template("outcomes/tell.html", commitment=commitment, form=form, states=STATES)
    commitment.settle(CommitmentState(form.state.data), now(), form.due_on.data)
    note("tell", by=current_user, about=commitment)
    db.session.commit()
    flash(_("Merci, c'est noté."))
    return redirect(url_for("outcomes.index"))


@bp.route("/<int:meeting>/close", methods=["GET", "POST"])
@door(hosts_or_facilitates, has_signed)
def close(meeting: Meeting) -> ResponseReturnValue:
    """Asks, since others will see it; then the outcome is open to its readers and the board is closed."""
    form = CloseForm()
    may_close = meeting.has_begun(now()) and not meeting.is_cancelled
    if not form.validate_on_submit() or not may_close:
        facts = {"outcome": _outcome_of(meeting), "board": board_of(meeting), "may_close": may_close}
        page = render_template("outcomes/close.html", meeting=meeting, form=form, **facts)
        return page, 409 if form.is_submitted() else 200
    outcome = lock_outcome(meeting)
    if not outcome.is_closed:
        _close(meeting, outcome)
        note("close", by=current_user, about=outcome)
        db.session.commit()
    flash(_("La rencontre est close. Les suites sont partagées."))
    return redirect(url_for("outcomes.show", meeting=meeting.id))


def _close(meeting: Meeting, outcome: Outcome) -> None:
    outcome.closed_at, meeting.state = now(), MeetingState.reported
    board = lock_board(meeting)
    if board is not None:
        board.minutes_open = outcome.is_for_the_room
        board.close()
