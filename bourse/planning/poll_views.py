"""A meeting that has to move: the facilitator asks about a few days, sees the answers, and picks one."""

from datetime import date

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import club_time, now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.models import Meeting
from bourse.people.models import Person, note
from bourse.planning import letters
from bourse.planning.almanac import holiday_beside
from bourse.planning.facts import Poll, poll_of_meeting
from bourse.planning.forms import DeadlineForm
from bourse.planning.letters import DAYS
from bourse.planning.models import DateOption, DatePoll, options_of
from bourse.planning.poll_forms import DaysForm, PickForm
from bourse.planning.prepare import usual_deadline
from bourse.planning.views import bp, today_of
from bourse.words import _, _n, day, day_short, when


@bp.route("/meetings/<int:meeting>/ask", methods=["GET", "POST"])
@door(is_facilitator)
def ask_days(meeting: Meeting) -> ResponseReturnValue:
    """Three to six days for a meeting that has to move; a letter to each member concerned leaves at once."""
    if not _may_move(meeting):
        abort(404)
    form = DaysForm()
    form.offer(meeting.club, today_of(meeting.club))
    if not form.is_submitted():
        _propose(form, meeting)
    if not form.validate_on_submit():
        return render_template("planning/ask_days.html", meeting=meeting, form=form, members=_asked(meeting))
    _lock(meeting)
    if meeting.poll is None or not meeting.poll.is_open:
        _open(meeting, form)
        db.session.flush()
        sent = _send(meeting, poll_of_meeting(meeting))
        note("ask_days", by=current_user, about=meeting)
        db.session.commit()
        flash(_n("%(num)s lettre part.", "%(num)s lettres partent.", sent))
    return redirect(url_for(".poll", meeting=meeting.id))


def _lock(meeting: Meeting) -> None:
    """Until the commit nobody else moves the meeting or opens its question: a second click waits, and finds it so."""
    db.session.refresh(meeting, ["sequence", "moved_sequence"], with_for_update=True)
    db.session.expire(meeting, ["poll"])
    if meeting.poll:
        db.session.refresh(meeting.poll, ["closed_at"])


def _may_move(meeting: Meeting) -> bool:
    return meeting.is_released and not meeting.is_cancelled and not meeting.has_begun(now())


def _propose(form: DaysForm, meeting: Meeting) -> None:
    """The same hours; and time enough to answer."""
    starts, ends = (club_time(at, meeting.club.timezone) for at in (meeting.starts_at, meeting.ends_at))
    form.starts.data, form.ends.data = starts.time(), ends.time()
    form.answer_by.data = usual_deadline(today_of(meeting.club), starts.date())


def _asked(meeting: Meeting) -> list[Membership]:
    return poll_of_meeting(meeting).members


def _open(meeting: Meeting, form: DaysForm) -> None:
    """A new question about these days; what was said to former days is kept with them."""
    poll = meeting.poll or DatePoll(meeting=meeting)
    poll.ask(form.answer_by.data, by=current_user, at=now())
    db.session.add(poll)
    spans = dict(form.spans())
    known = {each.starts_at: each for each in options_of(meeting)}
    for option in known.values():
        option.keep(option.starts_at in spans, now())
    for starts_at, ends_at in spans.items():
        option = known.get(starts_at) or DateOption(meeting=meeting, starts_at=starts_at, is_by_hand=True)
        option.ends_at = ends_at
        db.session.add(option)


def _send(meeting: Meeting, poll: Poll, is_reminder: bool = False) -> int:
    """A letter to each member who has not answered and got none today; how many."""
    today = today_of(meeting.club)
    members = letters.without_letter_today(DAYS, meeting, poll.silent, today, meeting.poll.answer_by)
    parts = {each: letters.days(meeting, each, is_reminder) for each in members}
    letters.send(DAYS, meeting, parts, today, meeting.poll.answer_by)
    return len(parts)


def has_poll(_person: Person, meeting: Meeting) -> bool:
    """Whether the days of the meeting were asked about."""
    return bool(meeting.poll)


@bp.get("/meetings/<int:meeting>")
@door(is_facilitator, has_poll)
def poll(meeting: Meeting) -> ResponseReturnValue:
    """Who has answered, what each day would bring, and the choice of one."""
    found, today = poll_of_meeting(meeting), today_of(meeting.club)
    host = next((each for each in found.members if each.id == meeting.host_id), None)
    return render_template(
        "planning/poll.html",
        meeting=meeting,
        poll=found,
        host=host,
        beside=beside(found.dates),
        form=DeadlineForm(formdata=None, answer_by=meeting.poll.answer_by),
        to_remind=letters.without_letter_today(DAYS, meeting, found.silent, today, meeting.poll.answer_by),
        may_pick=meeting.poll.is_open and _may_move(meeting),
        today=today,
    )


def beside(dates: list[DateOption]) -> dict[int, str]:
    """« Veille du 8 mai », by date: worth a word, for many take the day off."""
    return {each.id: _beside(each.day, holiday) for each in dates if (holiday := holiday_beside(each.day))}


def _beside(on: date, holiday: date) -> str:
    told = day_short(holiday)
    return _("Veille du %(day)s", day=told) if on < holiday else _("Lendemain du %(day)s", day=told)


@bp.post("/meetings/<int:meeting>/pick")
@door(is_facilitator, has_poll)
def pick(meeting: Meeting) -> ResponseReturnValue:
    """Moves the meeting to the day picked: same meeting in every calendar, and the question is closed."""
    form = PickForm()
    picked = next((each for each in options_of(meeting) if each.id == form.picked and not each.is_struck), None)
    _lock(meeting)
    if not form.validate_on_submit() or picked is None or not meeting.poll.is_open or not _may_move(meeting):
        return redirect(url_for(".poll", meeting=meeting.id))
    if picked.starts_at <= now():
        flash(_("Ce jour est passé : choisissez-en un autre."), "no")
        return redirect(url_for(".poll", meeting=meeting.id))
    meeting.move(picked.starts_at, picked.ends_at)
    meeting.poll.closed_at = now()
    note("pick", by=current_user, about=meeting)
    db.session.commit()
    flash(_("C'est noté : %(when)s. Les agendas suivront dans la minute.", when=when(meeting.starts_at)))
    return redirect(url_for("meetings.show", meeting=meeting.id))


@bp.post("/meetings/<int:meeting>/remind")
@door(is_facilitator, has_poll)
def remind_days(meeting: Meeting) -> ResponseReturnValue:
    """One letter to those who have not answered, at most one a day."""
    if ConfirmForm().validate_on_submit() and meeting.poll.is_open and _may_move(meeting):
        _lock(meeting)
        sent = _send(meeting, poll_of_meeting(meeting), is_reminder=True)
        note("remind_days", by=current_user, about=meeting)
        db.session.commit()
        flash(_n("%(num)s rappel part.", "%(num)s rappels partent.", sent))
    return redirect(url_for(".poll", meeting=meeting.id))


@bp.post("/meetings/<int:meeting>/extend")
@door(is_facilitator, has_poll)
def extend_days(meeting: Meeting) -> ResponseReturnValue:
    """Another last day to answer."""
    form, dates = DeadlineForm(), poll_of_meeting(meeting).dates
    form.offer(today_of(meeting.club), dates[-1].day)
    if not meeting.poll.is_open or not form.validate_on_submit():
        for sentence in form.answer_by.errors:
            flash(sentence, "no")
        return redirect(url_for(".poll", meeting=meeting.id))
    meeting.poll.answer_by = form.answer_by.data
    note("extend_days", by=current_user, about=meeting)
    db.session.commit()
    flash(_("Noté : réponses attendues jusqu'au %(day)s.", day=day(form.answer_by.data)))
    return redirect(url_for(".poll", meeting=meeting.id))
