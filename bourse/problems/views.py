"""Writing the problem in five short steps, reviewing it, reading it."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload

from bourse.clock import now
from bourse.clubs.models import Club, Membership, Role
from bourse.clubs.roles import has_signed, is_facilitator
from bourse.db import db
from bourse.doors import Verdict, door, open_door
from bourse.forms import VersionedForm
from bourse.headers import open_microphone
from bourse.meetings.models import Meeting
from bourse.meetings.roles import hosts_or_facilitates, is_host
from bourse.offline import in_the_language
from bourse.people.models import Person, note
from bourse.problems.attachment_models import forget_removed
from bourse.problems.compare import Piece, compare
from bourse.problems.forms import AnswersForm, ApproveForm, SendBackForm, ShareForm
from bourse.problems.frame import ANSWERS, STEPS, answered, minutes_left, missing, step_after, step_to_resume
from bourse.problems.models import Problem, Reading, dates_of, reading
from bourse.problems.read import Level, ProblemState, Readers
from bourse.words import _, day, hour

bp = Blueprint("problems", __name__, url_prefix="/problems")
bp.add_app_template_global(has_signed, "has_signed")

WITH_THE_HOST = (ProblemState.to_write, ProblemState.draft, ProblemState.to_complete)
NOT_HANDED_IN = (ProblemState.to_write, ProblemState.draft)


@bp.app_template_global("problem_read_by")
def problem_read_by(person: Person, meeting: Meeting) -> Reading:
    """For the pages of other rooms: what the person may know of the meeting's problem."""
    return reading(person, meeting, now())


def may_read(person: Any, place: Any) -> Verdict:
    """Whether the person may read anything; host and facilitator find the page even before a word is written."""
    return hosts_or_facilitates(person, place) or reading(person, place.meeting, now()).level > Level.nothing


@bp.app_template_global("steps_of_writing")
def steps_of_writing() -> list[str]:
    """For the script that keeps one page of each on the phone."""
    return list(STEPS)


@bp.after_request
def let_dictate(response: Response) -> Response:
    """The microphone opens on the pages where one writes, and on no other."""
    return open_microphone(response) if request.endpoint in (f"{bp.name}.write", f"{bp.name}.offline") else response


@bp.get("/<int:meeting>")
@door(may_read, has_signed)
def read(meeting: Meeting) -> ResponseReturnValue:
    """The problem, as far as the reader may know it."""
    return _reading_page(meeting)


def _reading_page(meeting: Meeting, form: SendBackForm | None = None, **more: Any) -> str:
    problem = meeting.problem
    may_review = is_facilitator(current_user, meeting) and problem is not None and problem.state not in NOT_HANDED_IN
    return render_template(
        "problems/read.html",
        meeting=meeting,
        problem=problem,
        reading=reading(current_user, meeting, now()),
        may_review=may_review,
        questions=ANSWERS,
        changes=_changes_since_review(problem) if may_review else {},
        approve_form=ApproveForm(obj=problem, formdata=None),
        send_back_form=form or SendBackForm(formdata=None),
        **more,
    )


def _changes_since_review(problem: Problem) -> dict[str, list[Piece]]:
    """What is new to the facilitator in a text that was handed in again."""
    review = problem.last_review if problem.state is ProblemState.submitted else None
    return compare(review.answers, problem.answers) if review else {}


@bp.route("/<int:meeting>/write", methods=["GET", "POST"])
@door(hosts_or_facilitates, has_signed)
def write(meeting: Meeting) -> ResponseReturnValue:
    """One step of the writing; without `?step=`, the one where the writer stopped."""
    problem = problem_to_change(meeting) if request.method == "POST" else meeting.problem
    step = request.args.get("step", "")
    if step not in STEPS:
        step = step_to_resume(problem.answers if problem else {})
    if step == "share":
        return _share(meeting, problem)
    return _answer(meeting, problem, step)


def _answer(meeting: Meeting, problem: Problem | None, step: str) -> ResponseReturnValue:
    """A step with questions."""
    form = AnswersForm.asking(STEPS[step], problem)
    if not form.validate_on_submit() or problem is None:
        return _writing_page(meeting, form, step)
    if theirs := _written_meanwhile(problem, form):
        form.version.data = problem.version
        return _writing_page(meeting, form, step, theirs=theirs), 409
    _save(problem, form)
    db.session.commit()
    if request.form.get("then") == "later":
        flash(_("Votre texte est enregistré."))
        return redirect(url_for("meetings.show", meeting=meeting.id))
    if request.form.get("then") == "attach":
        return redirect(url_for(".attach", meeting=meeting.id))
    return redirect(url_for(".write", meeting=meeting.id, step=step_after(step)))


@bp.get("/offline/<code>")
@open_door
def offline(code: str) -> ResponseReturnValue:
    """The same step without a word of anybody: the page that a phone keeps, and fills with what it holds."""
    step = request.args.get("step", "")
    if step not in STEPS:
        abort(404)
    form = AnswersForm.asking(STEPS[step], None)
    return in_the_language(code, "problems/offline.html", form=form, step=step, steps=STEPS)


@bp.post("/<int:meeting>/save")
@door(hosts_or_facilitates, has_signed)
def save(meeting: Meeting) -> ResponseReturnValue:
    """Keeps what is being typed, and says so: {said, version}; 409 tells {version, theirs}, 422 says what is wrong."""
    problem = problem_to_change(meeting)
    form = AnswersForm.asking(set(ANSWERS).intersection(request.form), problem)
    if not form.validate_on_submit():
        return {"said": str(next(iter(form.errors.values()))[0])}, 422
    if theirs := _written_meanwhile(problem, form):
        return {"version": problem.version, "theirs": theirs}, 409
    _save(problem, form)
    db.session.commit()
    return {"said": _said(problem), "version": problem.version}


def _share(meeting: Meeting, problem: Problem | None) -> ResponseReturnValue:
    """The last step: who reads it, and handing it in."""
    form = ShareForm(obj=problem)
    if not form.validate_on_submit() or problem is None:
        return _writing_page(meeting, form, "share")
    is_handed_in = request.form.get("then") == "submit" and problem.state in WITH_THE_HOST
    if is_handed_in and (names := missing(problem.answers)):
        return _writing_page(meeting, form, "share", missing=names)
    if problem.is_newer_than(form.seen_version) and (is_handed_in or not _chooses_the_same(problem, form)):
        form.version.data = problem.version
        return _writing_page(meeting, form, "share", is_stale=True), 409
    problem.share_with(Readers(form.readers.data), bool(form.title_in_letters.data), now())
    if is_handed_in:
        problem.submit(current_user, now())
        forget_removed(problem)
    note("submit_problem" if is_handed_in else "share_problem", by=current_user, about=meeting)
    db.session.commit()
    flash(_said_of_sharing(problem))
    return redirect(url_for("meetings.show", meeting=meeting.id))


@bp.post("/<int:meeting>/approve")
@door(is_facilitator)
def approve(meeting: Meeting) -> ResponseReturnValue:
    """The facilitator's yes, to the very text that she read."""
    problem, form = problem_to_change(meeting), ApproveForm()
    if not form.validate_on_submit() or problem.state in NOT_HANDED_IN:
        abort(400)
    if problem.state is not ProblemState.approved:
        if problem.is_newer_than(form.seen_version):
            return _reading_page(meeting, is_stale=True), 409
        problem.approve(current_user, now())
        note("approve_problem", by=current_user, about=meeting)
        db.session.commit()
    flash(_("Noté : le problème est approuvé. Ses lecteurs le verront à la date dite."))
    return redirect(url_for(".read", meeting=meeting.id))


@bp.post("/<int:meeting>/send-back")
@door(is_facilitator)
def send_back(meeting: Meeting) -> ResponseReturnValue:
    """The facilitator asks the host to complete it."""
    problem, form = problem_to_change(meeting), SendBackForm()
    if problem.state in NOT_HANDED_IN:
        abort(400)
    if not form.validate_on_submit():
        return _reading_page(meeting, form)
    if problem.asked != form.asked:
        problem.send_back(form.asked, current_user, now())
        note("send_back_problem", by=current_user, about=meeting)
        db.session.commit()
    flash(_("Noté : %(name)s verra vos mots en ouvrant son problème.", name=meeting.host.person.name))
    return redirect(url_for(".read", meeting=meeting.id))


def problem_to_change(meeting: Meeting) -> Problem:
    """Its host's problem as it is now, blank if need be; other writers wait until we have committed."""
    host_id = meeting.host_id
    db.session.refresh(meeting, ["host_id"], with_for_update=True)
    if meeting.host_id != host_id:
        abort(404)  # another host since the door opened
    query = db.select(Problem).filter_by(meeting_id=meeting.id, host_id=host_id)
    problem = db.session.scalar(query.execution_options(populate_existing=True))
    if problem is None:
        problem = Problem(meeting=meeting)
        db.session.add(problem)
    return problem


def _written_meanwhile(problem: Problem, form: AnswersForm) -> dict[str, str]:
    """The stored answers that differ from the typed ones, when somebody wrote since the form was opened."""
    if not problem.is_newer_than(form.seen_version, form.draft):
        return {}
    return {name: problem.answers[name] for name, text in form.answers.items() if problem.answers[name] != text}


def _save(problem: Problem, form: AnswersForm) -> None:
    if problem.save(form.answers, by=current_user, at=now(), draft=form.draft):
        note("write_problem", by=current_user, about=problem.meeting)


def _chooses_the_same(problem: Problem, form: ShareForm) -> bool:
    return (form.readers.data, bool(form.title_in_letters.data)) == (problem.readers, problem.title_in_letters)


def _writing_page(meeting: Meeting, form: VersionedForm, step: str, **more: Any) -> str:
    problem = meeting.problem
    answers = problem.answers if problem else dict.fromkeys(ANSWERS, "")
    return render_template(
        "problems/write.html",
        meeting=meeting,
        problem=problem,
        form=form,
        step=step,
        steps=STEPS,
        answers=answers,
        asked=problem.asked if problem else {},
        answered=answered(answers),
        minutes=minutes_left(answers),
        dates=dates_of(meeting),
        facilitators=_facilitators(meeting.club),
        is_host=is_host(current_user, meeting),
        said=_said(problem) if problem and problem.saved_by_id else "",
        **more,
    )


def _facilitators(club: Club) -> list[Person]:
    query = db.select(Membership).filter_by(club_id=club.id, role=Role.facilitator)
    memberships = db.session.scalars(query.options(joinedload(Membership.person)))
    return [membership.person for membership in memberships if membership.belongs]


def _said(problem: Problem) -> str:
    """What the page says of the last save."""
    at = _moment(problem)
    if problem.state in WITH_THE_HOST:
        return _("Brouillon enregistré %(at)s", at=at)
    return _("Enregistré %(at)s", at=at)


def _moment(problem: Problem) -> str:
    """« à 9 h 41 » today, « le jeudi 5 mars » on another day; on the club's clock."""
    zone = problem.club.zone
    if problem.saved_at.astimezone(zone).date() == now().astimezone(zone).date():
        return _("à %(hour)s", hour=hour(problem.saved_at, zone))
    return _("le %(day)s", day=day(problem.saved_at, year=False, zone=zone))


def _said_of_sharing(problem: Problem) -> str:
    if problem.state is ProblemState.submitted:
        return _("Transmis : l'animatrice relit votre problème, puis il sera lu par ceux que vous avez choisis.")
    return _("C'est noté.")
