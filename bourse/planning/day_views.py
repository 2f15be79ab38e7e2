"""A member says which of a few days suit him: on the page, by the link of a letter, or on the telephone."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator, membership_in
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting
from bourse.people.models import note
from bourse.planning import roles, tell
from bourse.planning.facts import Poll, poll_of_meeting
from bourse.planning.poll_views import beside
from bourse.planning.states import Can, How
from bourse.planning.take import Said, answers_in, last_of, mark_of, said_by, take_days
from bourse.planning.views import bp
from bourse.planning.wish_forms import DaysAnswersForm
from bourse.words import _, day, keep_time_of

bp.add_app_template_global(roles.is_asked_days)


@bp.route("/meetings/<int:meeting>/days", methods=["GET", "POST"])
@door(roles.is_asked_days)
def days(meeting: Meeting) -> ResponseReturnValue:
    """My days for a meeting that has to move."""
    membership = membership_in(current_user, meeting.club)
    assert membership is not None
    poll = poll_of_meeting(meeting)
    form = _form(poll)
    if not _take(form, meeting, poll, Said(membership, How.page, current_user, now())):
        return _page(form, meeting, membership, poll)
    flash(_("Vos réponses sont enregistrées. Vous pouvez encore les changer."))
    return redirect(url_for(".days", meeting=meeting.id))


@bp.route("/meetings/<int:meeting>/members/<int:membership>", methods=["GET", "POST"])
@door(is_facilitator)
def note_days(meeting: Meeting, membership: Membership) -> ResponseReturnValue:
    """What the facilitator heard on the telephone."""
    if not roles.is_asked(membership, meeting):
        abort(404)
    poll = poll_of_meeting(meeting)
    form = _form(poll)
    if not _take(form, meeting, poll, Said(membership, How.phone, current_user, now())):
        return _page(form, meeting, membership, poll, is_phone=True)
    flash(_("Noté pour %(name)s.", name=membership.person.name))
    return redirect(url_for(".poll", meeting=meeting.id))


def days_by_link(meeting: Meeting | None, membership: Membership) -> ResponseReturnValue | None:
    """The page that a member's own link opens; none when it is good for nothing any more."""
    if meeting is None or not roles.is_asked(membership, meeting):
        return None
    keep_time_of(meeting.club.timezone)
    poll = poll_of_meeting(meeting)
    form = _form(poll, by_link=True)
    is_done = _take(form, meeting, poll, Said(membership, How.link, membership.person, now()))
    now_said = poll_of_meeting(meeting) if is_done else poll
    return _page(form, meeting, membership, now_said, is_done=is_done, by_link=True)


def _form(poll: Poll, by_link: bool = False) -> DaysAnswersForm:
    return DaysAnswersForm.asking(poll.dates)(meta={"csrf": False} if by_link else {})


def _take(form: DaysAnswersForm, meeting: Meeting, poll: Poll, said: Said) -> bool:
    """Whether the form came and is taken; else it shows what is known."""
    if not form.is_submitted():
        rows = said_by(said.membership, form.dates)
        form.show_days(answers_in(rows))
        form.seen.data = mark_of(last_of(rows))
    if not form.validate_on_submit() or not take_days(form, said):
        return False
    note("days", by=said.by, about=meeting)
    db.session.commit()
    return True


def _page(
    form: DaysAnswersForm, meeting: Meeting, membership: Membership, poll: Poll, **more: object
) -> ResponseReturnValue:
    """Counts alone: no member learns who said what."""
    rows = said_by(membership, form.dates)
    differing = form.days_differing(answers_in(rows)) if form.overtaken else []
    page = render_template(
        "planning/days.html",
        form=form,
        meeting=meeting,
        membership=membership,
        former=last_of(rows),
        theirs=[(day(each.day), tell.can(rows[each.id].answer)) for each in differing],
        counts={each.id: [poll.counts[each.id][answer] for answer in Can] for each in poll.dates},
        seats=len(poll.members),
        beside=beside(poll.dates),
        **more,
    )
    return (page, 409) if form.overtaken else page
