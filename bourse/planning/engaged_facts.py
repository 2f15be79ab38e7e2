"""Where the people who facilitate are wanted in their other clubs: by meetings that stand, or by plans under way."""

from collections.abc import Collection, Iterator
from datetime import datetime

from bourse.clock import instant
from bourse.clubs.models import BELONGING, Membership, Role
from bourse.db import db
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.people.models import Person
from bourse.planning.engage import Engagement
from bourse.planning.proposal_models import Proposal, latest_of
from bourse.planning.states import ProposalState
from bourse.planning.turn_facts import NOT_HELD

FACILITATES = db.and_(Membership.role == Role.facilitator, Membership.state.in_(BELONGING))


def facilitators_of(clubs: Collection[int]) -> set[int]:
    """The people who facilitate any of these clubs."""
    query = db.select(Membership.person_id).where(Membership.club_id.in_(clubs), FACILITATES)
    return set(db.session.scalars(query))


def lock_facilitators(club: int) -> None:
    """Until the commit no other plan is published that may want them: of two at the same time, one comes second."""
    people = db.select(Person.id).where(Person.id.in_(facilitators_of([club]))).order_by(Person.id)
    db.session.execute(people.with_for_update(key_share=True))


def engaged_elsewhere(clubs: Collection[int], seasons: Collection[int], now: datetime) -> list[Engagement]:
    """Of all who facilitate these clubs, what they are wanted for besides these seasons."""
    people = facilitators_of(clubs)
    return engaged_by_meetings(people, seasons, now) + engaged_by_plans(people, seasons, now)


def engaged_by_meetings(people: Collection[int], but: Collection[int], now: datetime) -> list[Engagement]:
    """Their meetings from now on in any club, but for those of some seasons.

    Who facilitates is known of a meeting that was planned with others; else everybody who may is wanted.
    """
    may = db.and_(Membership.club_id == Meeting.club_id, FACILITATES, Membership.person_id.in_(people))
    does = db.or_(Meeting.facilitator_id.is_(None), Meeting.facilitator_id == Membership.person_id)
    elsewhere = db.or_(Meeting.season_id.is_(None), Meeting.season_id.not_in(but))
    columns = (Membership.person_id, Meeting.club_id, Meeting.starts_at, Meeting.ends_at)
    query = db.select(*columns).join(Membership, may).where(does, elsewhere)
    rows = db.session.execute(query.where(Meeting.ends_at > now, Meeting.state.not_in(NOT_HELD)))
    return [Engagement(*row) for row in rows]


def engaged_by_plans(people: Collection[int], but: Collection[int], now: datetime) -> list[Engagement]:
    """What plans of clubs that were planned together would have them do, as long as they are not published."""
    clubs = db.select(Membership.club_id).where(FACILITATES, Membership.person_id.in_(people))
    was_joint = Proposal.joint_id.is_not(None), Proposal.state != ProposalState.undone
    query = db.select(Season.id).join(Proposal).where(*was_joint, Season.club_id.in_(clubs), Season.id.not_in(but))
    seasons = set(db.session.scalars(query.where(Season.ends_on >= now.date(), Season.state != SeasonState.closed)))
    unpublished = [each for each in latest_of(seasons).values() if each.has_plan and not each.published_at]
    found = (each for proposal in unpublished for each in engagements(proposal))
    return [each for each in found if each.person in people and each.ends_at > now]


def engagements(proposal: Proposal) -> Iterator[Engagement]:
    """Who facilitates when, in the version of a plan that is shown."""
    zone = proposal.club.timezone
    slots = {each["id"]: each for each in proposal.document["slots"]}
    for placed in proposal.shown.meetings:
        slot = slots[placed.slot]
        starts_at, ends_at = (_instant(slot[side], zone) for side in ("start", "end"))
        yield Engagement(int(placed.facilitator), int(placed.club), starts_at, ends_at)


def _instant(text: str, zone: str) -> datetime:
    wall = datetime.fromisoformat(text)
    return instant(wall.date(), wall.time(), zone)
