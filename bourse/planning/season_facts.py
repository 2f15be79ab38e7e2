"""Reads everything that the planner needs to know of one club's season, as plain data."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bourse.clock import club_time
from bourse.clubs.models import CompanyLink, Membership, Role
from bourse.clubs.relate import LinkKind
from bourse.db import db
from bourse.meetings import seat
from bourse.meetings.facts import members_of
from bourse.meetings.models import Season
from bourse.planning.almanac import tags
from bourse.planning.engage import Engagement
from bourse.planning.facts import Poll, poll_of_season, typed_periods
from bourse.planning.resolve import SILENT, letter
from bourse.planning.states import Can, Hosting
from bourse.planning.turn_facts import hosting_in, waited_before
from bourse.planning.weigh import Site, kilometres, weights

WEIGHED = ("attendance", "fairness", "waiting", "urgency", "travel", "cadence")
FAR = 40  # kilometres from which a host is far
WILLING = (Hosting.yes, Hosting.later, None)


@dataclass(frozen=True)
class DateFacts:
    """A date that may become a meeting; `tags` as in bourse-instance/1, the wall times on the clocks of the club."""

    id: int
    starts: datetime
    ends: datetime
    tags: frozenset[str]


@dataclass(frozen=True)
class MemberFacts:
    """A member; `answers` is a letter a date, in their order, and `weekdays` one a weekday for any other."""

    id: int
    company: int | None
    answers: str
    weekdays: str = SILENT


@dataclass(frozen=True)
class HostFacts:
    """A company that would receive the club, and the member who does."""

    company: int
    membership: int
    hosting: Hosting | None
    capacity: int
    waited: int  # full seasons since it last received the club; all there were, when it never did
    urgency: int
    months: tuple[int, ...]  # preferred
    closed: frozenset[int]  # dates


@dataclass(frozen=True)
class FacilitatorFacts:
    """Who runs meetings; `unavailable` are the dates to which he said no, and those on which he is elsewhere."""

    person: int
    unavailable: frozenset[int]


@dataclass(frozen=True)
class SeasonFacts:
    """All that the planning of one club's season needs, as plain data."""

    season: int
    club: int
    today: date
    starts_on: date
    ends_on: date
    length: int
    min_gap: int
    target_gap: int
    gap_tolerance: int
    quorum: int
    notice: int
    school_rule: str
    far: int
    weights: Mapping[str, int]
    dates: tuple[DateFacts, ...]
    members: tuple[MemberFacts, ...]
    hosts: tuple[HostFacts, ...]
    facilitators: tuple[FacilitatorFacts, ...]
    names: Mapping[int, str]  # of the companies
    sites: tuple[int, ...]  # companies, in the order of `km`
    km: tuple[tuple[int, ...], ...]
    competitors: frozenset[tuple[int, int]]  # pairs of companies, the lower id first


def season_facts(season: Season, now: datetime, engaged: Collection[Engagement] = ()) -> SeasonFacts:
    """What the planner needs to know of a season, as it stands at `now`; `engaged`: who facilitates elsewhere."""
    poll, rules = poll_of_season(season), season.rules
    companies = {each.company.id: each.company for each in poll.members if each.company}
    sites = tuple(sorted(companies))
    places = [Site(companies[each].latitude, companies[each].longitude) for each in sites]
    return SeasonFacts(
        season=season.id,
        club=season.club_id,
        today=club_time(now, season.club.timezone).date(),
        starts_on=season.starts_on,
        ends_on=season.ends_on,
        length=season.length,
        min_gap=rules.min_gap,
        target_gap=rules.target_gap,
        gap_tolerance=rules.gap_tolerance,
        quorum=rules.quorum,
        notice=rules.notice,
        school_rule=rules.school_rule,
        far=FAR,
        weights=weights({name: getattr(rules, name) for name in WEIGHED}),
        dates=tuple(_dates(poll, season)),
        members=tuple(_members(poll)),
        hosts=tuple(_hosts(poll, season)),
        facilitators=tuple(_facilitators(poll, season, engaged)),
        names={each.id: each.name for each in companies.values()},
        sites=sites,
        km=kilometres(places),
        competitors=_competitors(sites),
    )


def _dates(poll: Poll, season: Season) -> Iterable[DateFacts]:
    zone, typed = season.club.timezone, typed_periods(season)
    for each in poll.dates:
        starts, ends = (club_time(at, zone).replace(tzinfo=None) for at in (each.starts_at, each.ends_at))
        yield DateFacts(each.id, starts, ends, frozenset(tags(each.day, season.rules.zone, typed)))


def _members(poll: Poll) -> Iterable[MemberFacts]:
    for member in poll.members:
        answers = "".join(letter(poll.answer(member, option)) for option in poll.dates)
        wish = poll.wishes.get(member.id)
        yield MemberFacts(member.id, member.company_id, answers, wish.weekdays if wish else SILENT)


def _hosts(poll: Poll, season: Season) -> Iterable[HostFacts]:
    """Every company but those that do not receive this season; one that said nothing may still be asked."""
    waits, closed = waited_before(season), {each.id: {shut.id for shut in poll.closed_on(each)} for each in poll.dates}
    for member in _who_would_host(poll, hosting_in(season)):
        assert member.company  # see below
        wish = poll.wishes.get(member.id)
        yield HostFacts(
            company=member.company.id,
            membership=member.id,
            hosting=wish.hosting if wish else None,
            capacity=seat.capacity(None, season.club.capacity, member.company.visitors),
            waited=waits[member.company.id],
            urgency=wish.urgency if wish else 0,
            months=tuple(wish.preferred_months) if wish else (),
            closed=frozenset(date for date, companies in closed.items() if member.company.id in companies),
        )


def _who_would_host(poll: Poll, already: Collection[int]) -> Iterable[Membership]:
    """One member a company: who receives already, else the most willing; silence beside a refusal is no yes."""
    wished = {each.id: wish.hosting if (wish := poll.wishes.get(each.id)) else None for each in poll.members}
    refused = {each.company_id for each in poll.members if wished[each.id] is Hosting.not_this_year}
    willing = [each for each in poll.members if each.company_id and wished[each.id] is not Hosting.not_this_year]
    found: dict[int, Membership] = {}
    for member in sorted(willing, key=lambda each: (each.id not in already, WILLING.index(wished[each.id]))):
        if member.id in already or wished[member.id] or member.company_id not in refused:
            found.setdefault(member.company_id or 0, member)
    return found.values()


def _facilitators(poll: Poll, season: Season, engaged: Collection[Engagement]) -> Iterable[FacilitatorFacts]:
    facilitators = [each for each in members_of(season.club) if each.role is Role.facilitator]
    wishes = Poll(facilitators, poll.dates, poll.wishes, poll.said)
    for each in facilitators:
        mine = [engagement for engagement in engaged if engagement.person == each.person_id]
        away = (
            option.id
            for option in poll.dates
            if wishes.answer(each, option) is Can.no
            or any(engagement.meets(option.starts_at, option.ends_at) for engagement in mine)
        )
        yield FacilitatorFacts(each.person_id, frozenset(away))


def _competitors(companies: Collection[int]) -> frozenset[tuple[int, int]]:
    """Pairs of competitors, whoever declared it: for what the house decides, never to be shown."""
    ours = CompanyLink.company_id.in_(companies), CompanyLink.other_id.in_(companies)
    pairs = db.select(CompanyLink.company_id, CompanyLink.other_id).where(
        *ours, CompanyLink.kind == LinkKind.competitor
    )
    return frozenset((min(pair), max(pair)) for pair in db.session.execute(pairs))
