"""What the office sees of several clubs: whose season could be planned, and what plans ask of who facilitates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import contains_eager, joinedload

from bourse.clock import instant
from bourse.clubs.models import BELONGING, Club, Membership, Organisation, Role
from bourse.db import db
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import Person
from bourse.planning.engage import Engagement, by_person, clashes, monday, weeks
from bourse.planning.engaged_facts import engaged_by_meetings, engagements
from bourse.planning.freeze import thaw
from bourse.planning.models import PLANNABLE, HostWish, SeasonRules
from bourse.planning.proposal_models import Proposal, latest_of
from bourse.planning.search_models import JointPlan
from bourse.planning.sheet import Row, Sheet, sheet_of

UNDER_WAY = (SeasonState.polling, SeasonState.proposed)
BUSY_WEEKS = 3  # told of one person


@dataclass(frozen=True)
class Candidate:
    """A club whose season could be planned with those of others."""

    season: Season
    facilitators: list[Person]
    members: int
    answered: int


def candidates(organisation: Organisation, today: date) -> list[Candidate]:
    """One season a club: the last of those under way, else the last that is published."""
    clubs = _seasons(organisation, today)
    ids = [each.club_id for each in clubs]
    people, members, answered = _facilitators(ids), _members(ids), _answered([each.id for each in clubs])
    return [
        Candidate(each, people[each.club_id], members.get(each.club_id, 0), answered.get(each.id, 0)) for each in clubs
    ]


def _seasons(organisation: Organisation, today: date) -> list[Season]:
    query = db.select(Season).join(SeasonRules).join(Season.club).where(Club.organisation_id == organisation.id)
    query = query.where(Season.state.in_(PLANNABLE), Season.ends_on >= today).order_by(Club.name, Season.starts_on)
    found: dict[int, Season] = {}
    for each in db.session.scalars(query.options(contains_eager(Season.club), contains_eager(Season.rules))):
        known = found.get(each.club_id)
        if known is None or each.state in UNDER_WAY or known.state not in UNDER_WAY:
            found[each.club_id] = each
    return list(found.values())


def _facilitators(clubs: Collection[int]) -> Mapping[int, list[Person]]:
    query = db.select(Membership).where(Membership.club_id.in_(clubs), Membership.role == Role.facilitator)
    found = defaultdict(list)
    for each in db.session.scalars(query.where(Membership.state.in_(BELONGING)).options(joinedload(Membership.person))):
        found[each.club_id].append(each.person)
    return found


def _members(clubs: Collection[int]) -> dict[int, int]:
    query = db.select(Membership.club_id, db.func.count()).where(Membership.club_id.in_(clubs), *IS_MEMBER)
    return dict(iter(db.session.execute(query.group_by(Membership.club_id))))


def _answered(seasons: Collection[int]) -> dict[int, int]:
    query = db.select(HostWish.season_id, db.func.count()).join(HostWish.membership)
    query = query.where(HostWish.season_id.in_(seasons), *IS_MEMBER).group_by(HostWish.season_id)
    return dict(iter(db.session.execute(query)))


IS_MEMBER = (Membership.role == Role.member, Membership.state.in_(BELONGING))


# A plan that was found


@dataclass(frozen=True)
class Part:
    """What a club has of a joint plan; `is_newer`: its facilitator asked for another plan since."""

    proposal: Proposal
    sheet: Sheet
    is_newer: bool

    @property
    def season(self) -> Season:
        return self.proposal.season

    @property
    def club(self) -> Club:
        return self.season.club


@dataclass(frozen=True)
class Load:
    """What plans and meetings that stand ask of one person."""

    person: Person
    engagements: list[Engagement]

    @cached_property
    def clashes(self) -> list[tuple[Engagement, Engagement]]:
        return list(clashes(self.engagements))

    @cached_property
    def busiest(self) -> list[tuple[date, int]]:
        """The fullest weeks with more than one meeting, by their Mondays."""
        full = [(week, held) for week, held in weeks(self.engagements).items() if held > 1]
        return sorted(full, key=lambda week: (-week[1], week[0]))[:BUSY_WEEKS]

    def too_full(self, most: int | None) -> list[date]:
        """The weeks with more meetings than were asked for."""
        return [week for week, held in sorted(weeks(self.engagements).items()) if most is not None and held > most]

    @property
    def clubs(self) -> set[int]:
        return {each.club for each in self.engagements}

    def is_wrong_at(self, club: int, starts_at: datetime, most: int | None) -> bool:
        """Whether a meeting is among those that the person cannot do, or in a week that is too full."""
        doubled = any(club == each.club and starts_at == each.starts_at for pair in self.clashes for each in pair)
        return doubled or monday(starts_at) in self.too_full(most)


def parts_of(plan: JointPlan) -> list[Part]:
    """What stands now in each club that has its part, by club."""
    last = latest_of(plan.seasons) if plan.parts else {}
    parts = {each.season_id: each for each in plan.parts}
    found = []
    for season, own in parts.items():
        latest = last.get(season, own)
        proposal = latest if latest.has_plan else own
        document = proposal.document
        found.append(Part(proposal, sheet_of(document, thaw(document), proposal.shown, {}), latest.number > own.number))
    return sorted(found, key=lambda each: each.club.name)


def loads_of(plan: JointPlan, parts: Iterable[Part], now: datetime) -> list[Load]:
    """Everybody who facilitates one of the clubs, with all that is planned and all that stands, by name."""
    planned = [each for part in parts for each in engagements(part.proposal) if each.ends_at > now]
    people = {each.person for each in planned}
    mine = by_person([*planned, *engaged_by_meetings(people, plan.seasons, now)])
    known = db.session.scalars(db.select(Person).where(Person.id.in_(people)))
    return [Load(each, mine[each.id]) for each in sorted(known, key=lambda each: (each.family_name, each.given_name))]


@dataclass(frozen=True)
class Entry:
    """A meeting of one of the clubs; `load`: that of who facilitates."""

    part: Part
    row: Row
    starts_at: datetime
    load: Load | None
    is_wrong: bool


def calendar(plan: JointPlan, parts: Iterable[Part], loads: Iterable[Load]) -> list[Entry]:
    """Every meeting of every club in order: who facilitates, and whether that is too much."""
    of, most = {str(load.person.id): load for load in loads}, plan.most_per_week
    lines = []
    for part in parts:
        for row in part.sheet.rows:
            load = of.get(row.placed.facilitator)
            starts_at = instant(row.starts.date(), row.starts.time(), part.club.timezone)
            is_wrong = load is not None and load.is_wrong_at(part.club.id, starts_at, most)
            lines.append(Entry(part, row, starts_at, load, is_wrong))
    return sorted(lines, key=lambda line: (line.starts_at, line.part.club.name))


def club_names(organisation: Organisation) -> dict[int, str]:
    """The clubs of a cluster: those of another are none of its office's business."""
    rows = db.session.execute(db.select(Club.id, Club.name).filter_by(organisation_id=organisation.id))
    return dict(iter(rows))
