"""Reads what the home pages tell, in a number of queries that does not depend on how many people a club has."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, load_only, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bourse.board.gather import IdeaState, Phase
from bourse.board.models import Board, Idea
from bourse.clock import now
from bourse.clubs.models import BELONGING, Club, Membership, MembershipState, Role, by_name
from bourse.clubs.roles import memberships_of
from bourse.db import db
from bourse.home.dial import Turnout
from bourse.home.watch import Trace
from bourse.meetings.facts import open_to_guest
from bourse.meetings.facts import turnouts as count_turnouts
from bourse.meetings.guest_models import Guest
from bourse.meetings.heard_models import Heard, waiting_for
from bourse.meetings.models import Answer, Invitation, Meeting, MeetingState, Season, SeasonState
from bourse.outcomes.follow import SETTLED
from bourse.outcomes.models import Commitment
from bourse.people.models import Alias, Person
from bourse.planning.models import Availability, DateOption, HostWish, SeasonRules
from bourse.planning.proposal_models import Opinion, Proposal

A_TURN = timedelta(days=366)
MOST_REPLIES = 100  # on one page
NOT_SHOWN = (MeetingState.idea, MeetingState.postponed, MeetingState.cancelled)


def seasons_of(clubs: Collection[int]) -> Sequence[Season]:
    """Each with the last day for wishes, where it has rules."""
    query = db.select(Season).where(Season.club_id.in_(clubs))
    last_day = joinedload(Season.rules).options(load_only(SeasonRules.answer_by), lazyload(SeasonRules.hours))
    return db.session.scalars(query.order_by(Season.starts_on).options(last_day)).all()


def meetings_of(person: Person, clubs: Collection[int], now: datetime) -> Sequence[Meeting]:
    """Those of a year back and all to come, in order, with what hangs on them; of the invitations, the person's own."""
    own = selectinload(Meeting.invitations.and_(Invitation.person_id == person.id))
    query = db.select(Meeting).where(
        Meeting.club_id.in_(clubs), Meeting.starts_at > now - A_TURN, Meeting.state.not_in(NOT_SHOWN)
    )
    return db.session.scalars(query.order_by(Meeting.starts_at).options(*_hung_on(), own)).all()


@cache
def _hung_on() -> list[ORMOption]:
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    others = (joinedload(getattr(Meeting, name)) for name in ("club", "season", "problem", "board", "outcome", "poll"))
    return [host, *others]


def turnouts(meetings: Iterable[Meeting]) -> dict[int, Turnout]:
    """The numbers of each meeting; an answer about a date that has moved since does not count."""
    return {meeting: Turnout(*numbers) for meeting, numbers in count_turnouts(meetings).items()}


def _count(*conditions: Any) -> Any:
    return db.func.sum(db.case((db.and_(*conditions), 1), else_=0))


def silent_in(meeting: Meeting) -> list[Invitation]:
    """Who has not answered, or answered before the date moved; by family name. The host only once it moved."""
    query = db.select(Invitation).where(
        Invitation.meeting_id == meeting.id,
        Invitation.withdrawn_at.is_(None),
        db.or_(Invitation.person_id != meeting.host.person_id, Invitation.answer != Answer.none),
        db.or_(
            Invitation.answer == Answer.none,
            Invitation.answered_sequence.is_(None),
            Invitation.answered_sequence < meeting.moved_sequence,
        ),
    )
    invitations = db.session.scalars(query.options(joinedload(Invitation.person)))
    return sorted(invitations, key=lambda each: by_name(each.person))


def substitute_of(invitation: Invitation) -> Person | None:
    """Whom somebody sends in his seat."""
    theirs = db.select(Invitation).join(Invitation.guest).where(Guest.in_place_of_id == invitation.id)
    found = db.session.scalar(theirs.where(Invitation.withdrawn_at.is_(None)).options(joinedload(Invitation.person)))
    return found.person if found else None


def members_of(club: Club) -> Sequence[Membership]:
    """The members of today, by family name."""
    query = db.select(Membership).where(Membership.club_id == club.id, Membership.role == Role.member)
    query = query.where(Membership.state.in_(BELONGING))
    everybody = db.session.scalars(query.options(joinedload(Membership.person), joinedload(Membership.company)))
    return sorted(everybody, key=lambda each: by_name(each.person))


def season_of(club: Club, season: Season | None) -> Sequence[Meeting]:
    """The season's meetings in order; without a season those of no season."""
    query = db.select(Meeting).where(Meeting.club_id == club.id, Meeting.state.not_in(NOT_SHOWN))
    query = query.where(Meeting.season_id == (season.id if season else None))
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    return db.session.scalars(query.order_by(Meeting.starts_at).options(host)).all()


def traces_of(meetings: Iterable[Meeting]) -> dict[tuple[int, int], Trace]:
    """What is known of everybody invited, by meeting and person; an answer about a date that has moved is none."""
    holds = Invitation.answered_sequence >= Meeting.moved_sequence
    answer = db.case((holds, Invitation.answer), else_=Answer.none)
    query = db.select(Invitation.meeting_id, Invitation.person_id, answer, Invitation.presence)
    query = query.join(Invitation.meeting).where(Invitation.withdrawn_at.is_(None))
    rows = db.session.execute(query.where(Meeting.id.in_([each.id for each in meetings])))
    return {(row[0], row[1]): Trace(row[2], row[3]) for row in rows}


def hosts_of(club: Club) -> frozenset[int]:
    """The memberships that ever had, or will have, the club at home."""
    query = db.select(Meeting.host_id).where(Meeting.club_id == club.id, Meeting.state.not_in(NOT_SHOWN)).distinct()
    return frozenset(db.session.scalars(query))


def promises_of(person: Person) -> Sequence[Commitment]:
    """The person's commitments that are not settled. Their meetings are those of the season, and so at hand."""
    query = db.select(Commitment).where(Commitment.person_id == person.id, Commitment.state.not_in(SETTLED))
    return db.session.scalars(query.options(joinedload(Commitment.outcome)).order_by(Commitment.due_on)).all()


def seasons_asking(person: Person) -> Sequence[Season]:
    """The seasons for which the person, as a member, is asked for wishes or for an opinion and has said none."""
    mine = [each.id for each in memberships_of(person) if each.role is Role.member]
    said = db.exists().where(HostWish.season_id == Season.id, HostWish.membership_id.in_(mine))
    query = db.select(Season).join(SeasonRules).options(contains_eager(Season.rules))
    query = query.join(Membership, Membership.club_id == Season.club_id)
    opined = db.exists().where(
        Opinion.proposal_id == Proposal.id, Proposal.season_id == Season.id, Opinion.membership_id.in_(mine)
    )
    opined = opined.where(Opinion.given_at >= _last_sent())
    asks_wishes = db.and_(Season.state == SeasonState.polling, ~said)
    asks_opinion = db.and_(Season.state == SeasonState.proposed, ~opined)
    query = query.where(Membership.id.in_(mine), db.or_(asks_wishes, asks_opinion), Season.ends_on >= now().date())
    return db.session.scalars(query.order_by(SeasonRules.answer_by)).all()


def _last_sent() -> Any:
    """When a plan of the season was last sent for an opinion."""
    plan = aliased(Proposal)
    return db.select(db.func.max(plan.shared_at)).where(plan.season_id == Season.id).correlate(Season).scalar_subquery()


def without_days_of(person: Person, meetings: Collection[Meeting]) -> list[Meeting]:
    """Those of these meetings to whose days the person has said nothing."""
    if not meetings:
        return []
    query = db.select(DateOption.meeting_id).join(DateOption.availabilities).join(Availability.membership)
    of_meetings = DateOption.meeting_id.in_([each.id for each in meetings])
    said = set(
        db.session.scalars(query.where(Membership.person_id == person.id, of_meetings, DateOption.struck_at.is_(None)))
    )
    return [each for each in meetings if each.id not in said]


def ideas_of(person: Person, meetings: Iterable[Meeting]) -> tuple[int, int]:
    """How many cards the person left at others' meetings, and how many of them were kept."""
    elsewhere = [meeting.id for meeting in meetings if meeting.host.person_id != person.id]
    told = db.and_(Board.phase == Phase.closed, Board.minutes_open)  # before, it is the host's own business
    kept = db.and_(Idea.state.in_((IdeaState.kept, IdeaState.starred)), told)
    query = db.select(db.func.count(), _count(kept)).select_from(Idea).join(Idea.board)
    query = query.where(Idea.author_id == person.id, Board.meeting_id.in_(elsewhere), Idea.state != IdeaState.private)
    left, were_kept = db.session.execute(query).one()
    return left, were_kept or 0


def clubs_of_office(person: Person) -> Sequence[Club]:
    """The clubs of the clusters whose office the person works in."""
    clusters = [role.organisation_id for role in person.office_roles]
    return db.session.scalars(db.select(Club).where(Club.organisation_id.in_(clusters)).order_by(Club.name)).all()


def members_of_new(clubs: Collection[int]) -> dict[int, int]:
    """How many members they have, for those of these clubs from which no invitation ever left."""
    if not clubs:
        return {}
    belong = (Membership.role == Role.member, Membership.state.in_(BELONGING))
    members = db.select(Membership.club_id, _count(*belong)).group_by(Membership.club_id)
    begun = db.exists().where(Meeting.club_id == Membership.club_id, Meeting.released_at.is_not(None))
    rows = db.session.execute(members.where(Membership.club_id.in_(clubs), ~begun))
    return {row[0]: row[1] for row in rows}


def facilitators_near(person: Person, now: datetime) -> Sequence[Membership]:
    """Who facilitates the clubs that the person is of, is a guest of, or works for in the office; by family name."""
    clubs = [each.club_id for each in person.memberships if each.belongs]
    clubs += [each.club_id for each in open_to_guest(person, now)]
    clusters = [role.organisation_id for role in person.office_roles]
    belongs = Membership.state.in_(BELONGING)
    query = db.select(Membership).join(Membership.club).join(Membership.person)
    query = query.where(db.or_(Club.id.in_(clubs), Club.organisation_id.in_(clusters)), belongs)
    query = query.where(Membership.role == Role.facilitator)
    loaded = (joinedload(Membership.person), joinedload(Membership.club))
    found = db.session.scalars(query.options(*loaded).order_by(Club.name))
    return sorted(found, key=lambda each: by_name(each.person))


def replies_for(person: Person) -> Sequence[Heard]:
    """The answers by mail that the person is to look at, with all that is told of them; the oldest first."""
    meeting = joinedload(Heard.meeting).joinedload(Meeting.host).joinedload(Membership.company)
    claim = joinedload(Heard.invitation).options(joinedload(Invitation.person), joinedload(Invitation.meeting))
    query = waiting_for(_facilitated(person)).order_by(Heard.id).limit(MOST_REPLIES)
    return db.session.scalars(query.options(meeting, claim)).all()


def names_of(addresses: Iterable[str]) -> dict[str, str]:
    """The people of ours among these addresses."""
    wanted = set(addresses)
    own = db.session.scalars(db.select(Person).where(Person.email.in_(wanted)))
    confirmed = db.select(Alias).where(Alias.address.in_(wanted), Alias.confirmed_at.is_not(None))
    others = db.session.scalars(confirmed.options(joinedload(Alias.person)))
    return {alias.address: alias.person.name for alias in others} | {person.email: person.name for person in own}


def count_replies_for(person: Person) -> int:
    waiting = waiting_for(_facilitated(person)).subquery()
    return db.session.scalar(db.select(db.func.count()).select_from(waiting)) or 0


def unreachable_in(person: Person) -> Sequence[Membership]:
    """The members of the person's clubs whose address letters do not reach, once each, by family name."""
    query = db.select(Membership).join(Membership.person).options(joinedload(Membership.person))
    query = query.where(Membership.club_id.in_(_facilitated(person)), Membership.state != MembershipState.left)
    found = db.session.scalars(query.where(Person.address_failed_at.is_not(None)).order_by(Membership.id))
    once = {each.person_id: each for each in found}.values()
    return sorted(once, key=lambda each: by_name(each.person))


def _facilitated(person: Person) -> list[int]:
    return [each.club_id for each in memberships_of(person) if each.role is Role.facilitator]
