"""Reads what was expected of the meetings that a club held, and who came."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import selectinload

from bourse.clock import club_time
from bourse.clubs.models import Club, Membership, Role
from bourse.db import db
from bourse.meetings.models import Answer, Invitation, Meeting, Presence, Season
from bourse.planning.forecast import Letters, chances_in, coming
from bourse.planning.freeze import thaw
from bourse.planning.instance import Instance, Placed
from bourse.planning.proposal_models import Proposal
from bourse.planning.recall import Held
from bourse.planning.turn_facts import NOT_HELD

LETTERS = {Answer.accepted: "Y", Answer.tentative: "M", Answer.declined: "N"}


Start = tuple[datetime, int]  # when a meeting begins on the clocks of the club, and the company that receives


@dataclass
class Noted:
    """What stands in the invitations of one meeting, by membership."""

    answers: dict[int, str] = field(default_factory=dict)
    came: set[int] = field(default_factory=set)
    missed: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Announced:
    """A meeting as a plan announced it: what each member had answered, and his chance of coming."""

    at: datetime
    answers: Mapping[int, str]
    expected: Mapping[int, int]


def held_by(club: Club, now: datetime) -> list[Held]:
    """The meetings that are over and whose presence was noted, in order; where nobody was, nobody has told.

    Who is invited no more – he left, or the host keeps him out – is expected nowhere; nor is who waited for a seat.
    """
    companies = _companies(club)
    noted, announced = _noted(club), _announced(club)
    found = []
    for id, starts_at, season, company in _meetings(club, now):
        told = noted.get(id, Noted())
        if told.came:
            start = club_time(starts_at, club.timezone).replace(tzinfo=None)
            plan = _last_before(starts_at, announced.get((start, company), []))
            expected = {member: plan.expected[member] for member in told.answers if member in plan.expected}
            answers = told.answers | {member: plan.answers[member] for member in expected}
            at_home = frozenset(member for member, theirs in companies.items() if theirs == company)
            came, missed = frozenset(told.came), frozenset(told.missed)
            found.append(Held(id, start.date(), company, season, answers, came, at_home, expected or None, missed))
    return found


def _companies(club: Club) -> dict[int, int | None]:
    """Of everybody who is or was of the club."""
    rows = db.session.execute(db.select(Membership.id, Membership.company_id).filter_by(club_id=club.id))
    return {row.id: row.company_id for row in rows}


def _meetings(club: Club, now: datetime) -> Iterable[tuple[int, datetime, int | None, int]]:
    query = db.select(Meeting.id, Meeting.starts_at, Meeting.season_id, Membership.company_id).join(Meeting.host)
    query = query.where(Meeting.club_id == club.id, Meeting.state.not_in(NOT_HELD), Meeting.ends_at <= now)
    rows = db.session.execute(query.order_by(Meeting.starts_at))
    return [(id, starts_at, season, company) for id, starts_at, season, company in rows if company]


def _noted(club: Club) -> dict[int, Noted]:
    """By meeting: the answers that hold and who came, of the members whose invitation stands.

    Once anybody is noted, who is not ticked is told as missing, as on every page.
    """
    holds = Invitation.answered_sequence >= Meeting.moved_sequence
    answer = db.case((holds, Invitation.answer), else_=Answer.none)
    query = db.select(Invitation.meeting_id, Membership.id, answer, Invitation.presence).join(Invitation.meeting)
    ours = (Membership.person_id == Invitation.person_id, Membership.club_id == Meeting.club_id)
    query = query.join(Membership, db.and_(*ours)).where(Membership.role == Role.member)
    found: dict[int, Noted] = defaultdict(Noted)
    standing = (Meeting.club_id == club.id, Invitation.withdrawn_at.is_(None))
    for meeting, member, said, presence in db.session.execute(query.where(*standing)):
        (found[meeting].came if presence is Presence.present else found[meeting].missed).add(member)
        if said is not Answer.waiting:
            found[meeting].answers[member] = LETTERS.get(said, "U")
    return found


# What the plans said


def _announced(club: Club) -> dict[Start, list[Announced]]:
    """Every meeting of every published plan."""
    query = db.select(Proposal).join(Season).where(Season.club_id == club.id, Proposal.published_at.is_not(None))
    query = query.options(selectinload(Proposal.adjustments)).order_by(Proposal.published_at)
    found: dict[Start, list[Announced]] = defaultdict(list)
    for proposal in db.session.scalars(query):
        document = proposal.document
        instance, chances = thaw(document), chances_in(document)
        assert proposal.published_at
        for placed in proposal.shown.meetings:
            start = instance.slots[placed.slot].start, int(placed.host)
            found[start].append(_announcement(proposal.published_at, instance, placed, chances))
    return found


def _announcement(at: datetime, instance: Instance, placed: Placed, chances: Mapping[str, Letters]) -> Announced:
    number = instance.number[placed.slot]
    answers = {int(each.id): each.answers[number] for each in instance.clubs[placed.club].members}
    return Announced(at, answers, {int(id): percent for id, percent in coming(instance, placed, chances).items()})


def _last_before(at: datetime, announced: Iterable[Announced]) -> Announced:
    """What the last plan before the meeting said; nothing, if none did."""
    before = [each for each in announced if each.at <= at]
    return before[-1] if before else Announced(at, {}, {})
