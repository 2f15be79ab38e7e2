"""A plan becomes the club's season: meetings, invitations, and later what changes of them."""

from collections.abc import Iterable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.answer import fill_seats
from bourse.meetings.facts import members_of
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.people.models import Person, note
from bourse.planning import reason
from bourse.planning.engage import Engagement
from bourse.planning.engaged_facts import engaged_by_meetings, facilitators_of, lock_facilitators
from bourse.planning.models import is_member, lock_season
from bourse.planning.opine import Round, against_of
from bourse.planning.plan_forms import PlanForm
from bourse.planning.plan_views import changes_of, has_wishes, is_outdated_now, sheet_at, unable
from bourse.planning.proposal_models import Proposal, latest
from bourse.planning.republish import Change, Kind
from bourse.planning.sheet import Sheet
from bourse.planning.standing_facts import meetings_of
from bourse.planning.views import bp
from bourse.words import _


@bp.route("/seasons/<int:season>/publish", methods=["GET", "POST"])
@door(is_facilitator, has_wishes)
def publish(season: Season) -> ResponseReturnValue:
    """Shows what will leave to whom, then makes the plan the club's season: once, however often one clicks."""
    form = PlanForm()
    if form.is_submitted():
        lock_season(season)
        _lock_meetings(season)
        lock_facilitators(season.club_id)
    proposal = latest(season)
    if proposal is None or proposal.is_busy or not proposal.has_plan:
        abort(404)
    if proposal.published_at:
        return redirect(url_for(".plan", season=season.id))
    sheet, members = sheet_at(proposal), {each.id: each for each in members_of(season.club)}
    found, is_outdated = changes_of(season, sheet), is_outdated_now(season, sheet)
    taken = _taken(season, found)
    stands = not (is_outdated or taken) and _can_host(sheet, members)
    if not form.validate_on_submit() or not form.saw(proposal) or not stands:
        is_late = form.is_submitted() and not form.saw(proposal)
        page = _page(season, proposal, sheet, members, found, is_late, is_outdated, taken)
        return (page, 409) if is_late or (form.is_submitted() and is_outdated) else page
    for change in found:
        _apply(change, season, members[_membership_at(sheet, change)] if change.row else None)
    db.session.flush()
    _number(season)
    _invite(season, members.values())
    season.state, proposal.published_at = SeasonState.published, now()
    note("publish", by=current_user, about=proposal)
    db.session.commit()
    flash(_("La saison est publiée. Les agendas suivent dans la minute."))
    return redirect(url_for(".plan", season=season.id))


def _page(
    season: Season,
    proposal: Proposal,
    sheet: Sheet,
    members: dict[int, Membership],
    found: list[Change],
    is_late: bool,
    is_outdated: bool,
    taken: list[Change],
) -> str:
    return render_template(
        "planning/publish.html",
        season=season,
        proposal=proposal,
        sheet=sheet,
        members=members,
        who_cannot=unable(sheet, members),
        changes=[each for each in found if each.kind is not Kind.kept],
        kept=sum(each.kind is Kind.kept for each in found),
        asked=sum(is_member(each) for each in members.values()),
        who=lambda host: members.get(sheet.membership_of(host) or 0),
        reason=reason,
        is_late=is_late,
        is_outdated=is_outdated,
        can_host=_can_host(sheet, members),
        taken=taken,
        against=against_of(proposal, sheet, members),
        silent=_silent(proposal, members) if proposal.shared_at else 0,
    )


def _silent(proposal: Proposal, members: dict[int, Membership]) -> int:
    """How many members were asked what they think of the plan, and have not said."""
    return len(Round.of(filter(is_member, members.values()), proposal.opinions).silent)


def _lock_meetings(season: Season) -> None:
    """Until the commit nobody else moves, hands on or cancels one of them."""
    db.session.execute(db.select(Meeting.id).filter_by(season_id=season.id).order_by(Meeting.id).with_for_update())


def _can_host(sheet: Sheet, members: dict[int, Membership]) -> bool:
    """Whether every host of the plan still belongs to the club."""
    return all(sheet.membership_of(row.host) in members for row in sheet.rows if not row.is_fixed)


def _taken(season: Season, found: Iterable[Change]) -> list[Change]:
    """What would be new of the plan while whoever facilitates runs a meeting elsewhere by now."""
    people = facilitators_of([season.club_id])
    engaged = engaged_by_meetings(people, [season.id], now())
    return [each for each in found if _asks_anew(each) and any(_is_at(each, other) for other in engaged)]


def _asks_anew(change: Change) -> bool:
    """Whether somebody would be wanted at a time at which he was not; a meeting that is kept may change hands."""
    if change.kind is not Kind.kept or change.row is None:
        return True
    return change.meeting.facilitator_id not in (None, int(change.row.placed.facilitator))


def _is_at(change: Change, engagement: Engagement) -> bool:
    """Whether the same person would be at both."""
    if not change.row or not change.starts_at or not change.ends_at:
        return False
    is_same = change.row.placed.facilitator == str(engagement.person)
    return is_same and engagement.meets(change.starts_at, change.ends_at)


def _membership_at(sheet: Sheet, change: Change) -> int:
    assert change.row
    return sheet.membership_of(change.row.host) or 0


def _apply(change: Change, season: Season, host: Membership | None) -> None:
    """The meeting as the plan wants it, by the acts that the room of meetings has for one."""
    meeting = change.meeting
    if meeting is not None and meeting.poll and change.kind is not Kind.kept:
        meeting.poll.closed_at = meeting.poll.closed_at or now()  # the plan has decided
    if change.kind is Kind.cancelled:
        meeting.cancel()
        note("cancel", by=current_user, about=meeting)
        return
    assert host and change.row and change.starts_at and change.ends_at
    if meeting is None:
        meeting = Meeting(club=season.club, season=season, host=host, number=0, agenda=season.club.agenda)
        meeting.starts_at, meeting.ends_at = change.starts_at, change.ends_at
        db.session.add(meeting)
    elif change.kind is not Kind.kept:
        if change.kind in (Kind.moved, Kind.both):  # on its own day a meeting keeps its hours
            meeting.move(change.starts_at, change.ends_at)
        asked_back = _turned_away(meeting) if host.id != meeting.host_id else []
        if host.id != meeting.host_id:
            meeting.practical, meeting.places = "", None  # they were about the former host's site
        meeting.change_host(host)
        for person in asked_back:
            meeting.invite(person)
        note("change", by=current_user, about=meeting)
    meeting.facilitator_id = int(change.row.placed.facilitator)
    if not meeting.is_released:
        meeting.release(now())


def _turned_away(meeting: Meeting) -> list[Person]:
    """Whom the present host's choice keeps from being invited: another host begins without it."""
    ended = (meeting.ended_by(exclusion) for exclusion in meeting.in_force)
    return [invitation.person for invitations in ended for invitation in invitations]


def _number(season: Season) -> None:
    """The meetings are numbered in the order of their dates."""
    for number, meeting in enumerate(meetings_of(season), 1):
        meeting.number = number


def _invite(season: Season, members: Iterable[Membership]) -> None:
    """Every member to every meeting to come; whoever was taken off a list by hand stays off it."""
    people: list[Person] = [each.person for each in members if is_member(each)]
    for meeting in meetings_of(season):
        known = {each.person_id for each in meeting.invitations}
        if not meeting.has_begun(now()):
            kept_out = {each.person_id for each in meeting.kept_out}
            for person in people:
                if person.id not in known | kept_out:
                    meeting.invite(person)
            if meeting.host.person_id not in kept_out:
                meeting.invite(meeting.host.person)
            fill_seats(meeting, now())
