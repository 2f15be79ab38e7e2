"""What the rows of a season tell: for its pages, and for whoever plans it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import selectinload

from bourse.clock import NoSuchTime, club_time, instant
from bourse.clubs.models import Company, CompanyLink, Membership, Role
from bourse.clubs.relate import LinkKind
from bourse.clubs.tidy import fold
from bourse.db import db
from bourse.meetings import seat
from bourse.meetings.facts import members_of
from bourse.meetings.models import Invitation, Meeting, Season
from bourse.people.models import AuditEvent
from bourse.planning.almanac import Period, is_public_holiday, is_school_holiday, tags
from bourse.planning.dates import ONE_DAY, Candidate, candidates
from bourse.planning.engage import Engagement
from bourse.planning.models import Availability, DateOption, HostWish, SchoolPeriod, is_member, options_of
from bourse.planning.resolve import SILENT, letter, resolved
from bourse.planning.states import Can, Hosting, SchoolRule
from bourse.planning.turn_facts import hosting_in, waited_before
from bourse.planning.weigh import Site, kilometres, weights

WEIGHED = ("attendance", "fairness", "waiting", "urgency", "travel", "cadence")
FAR = 40  # kilometres from which a host is far
WILLING = (Hosting.yes, Hosting.later, None)


# For the pages


@dataclass(frozen=True)
class Poll:
    """Everything that was said of a season or of a few days; `dates` are those that stand."""

    members: list[Membership]
    dates: list[DateOption]
    wishes: Mapping[int, HostWish]  # by membership
    said: Mapping[int, Mapping[int, Can]]  # by membership, then by date

    def answer(self, member: Membership, option: DateOption) -> Can | None:
        wish = self.wishes.get(member.id)
        weekdays = wish.weekdays if wish else SILENT
        return resolved(option.day, weekdays, self.said.get(member.id, {}).get(option.id))

    @cached_property
    def counts(self) -> dict[int, Counter[Can | None]]:
        """How many gave each answer, by date; None is not known."""
        return {each.id: Counter(self.answer(member, each) for member in self.members) for each in self.dates}

    def has_answered(self, member: Membership) -> bool:
        return member.id in self.wishes or bool(self.said.get(member.id))

    @property
    def silent(self) -> list[Membership]:
        return [member for member in self.members if not self.has_answered(member)]

    @property
    def answered(self) -> list[Membership]:
        return [member for member in self.members if self.has_answered(member)]

    def closed_on(self, option: DateOption) -> list[Company]:
        """The companies that said they are closed that day."""
        members = (each for each in self.members if each.company and each.id in self.wishes)
        return [each.company for each in members if each.company and self.wishes[each.id].is_closed(option.day)]


def poll_of_season(season: Season) -> Poll:
    """What the members of the club said of a season."""
    dates = [each for each in options_of(season) if not each.is_struck]
    wishes = db.session.scalars(
        db.select(HostWish).filter_by(season_id=season.id).options(selectinload(HostWish.closures))
    )
    members = by_name(each for each in members_of(season.club) if is_member(each))
    return Poll(members, dates, {each.membership_id: each for each in wishes}, _said(dates))


class News(NamedTuple):
    """What came after a plan was asked for: how many people answered, and whether its rules or dates were changed."""

    answers: int = 0
    has_other_rules: bool = False


def news_since(season: Season, at: datetime) -> News:
    """What was said of the season or of its meetings since then, and changed in it."""
    people = db.select(Membership.person_id)
    wished = people.join(HostWish).where(HostWish.season_id == season.id, HostWish.given_at > at)
    of_dates = people.join(Availability).join(Availability.option)
    said = of_dates.where(DateOption.season_id == season.id, Availability.given_at > at)
    replied = db.select(Invitation.person_id).join(Invitation.meeting)
    replied = replied.where(Meeting.season_id == season.id, Invitation.answered_at > at)
    who = wished.union(said, replied).subquery()
    acts = AuditEvent.act.in_(("rules", "dates", "add_date"))
    changed = db.exists().where(AuditEvent.about == f"season:{season.id}", acts, AuditEvent.at > at)
    answers, is_changed = db.session.execute(
        db.select(db.select(db.func.count()).select_from(who).scalar_subquery(), changed)
    ).one()
    return News(answers, is_changed)


def poll_of_meeting(meeting: Meeting) -> Poll:
    """What the members whose business the meeting is said of its few days."""
    dates = [each for each in options_of(meeting) if not each.is_struck]
    members = by_name(each for each in members_of(meeting.club) if is_member(each) and not meeting.keeps_out(each))
    return Poll(members, dates, {}, _said(dates))


def by_name(members: Iterable[Membership]) -> list[Membership]:
    return sorted(members, key=lambda each: (fold(each.person.family_name), fold(each.person.given_name)))


def _said(dates: Collection[DateOption]) -> Mapping[int, Mapping[int, Can]]:
    said: dict[int, dict[int, Can]] = defaultdict(dict)
    columns = (Availability.membership_id, Availability.option_id, Availability.answer)
    rows = db.session.execute(db.select(*columns).where(Availability.option_id.in_([each.id for each in dates])))
    for member, option, answer in rows:
        said[member][option] = answer
    return said


def typed_periods(season: Season) -> list[Period]:
    """The school holidays that the cluster typed in, of every zone."""
    rows = db.session.scalars(db.select(SchoolPeriod).filter_by(organisation_id=season.club.organisation_id))
    return [Period(each.zone, each.starts_on, each.ends_on) for each in rows]


def allowed_dates(season: Season, today: date) -> dict[datetime, datetime]:
    """The start and the end of each date to come that the rules allow, as instants."""
    rules, zone, typed = season.rules, season.club.timezone, typed_periods(season)
    forbids = rules.school_rule == SchoolRule.forbid  # just typed, it is still a plain text

    def is_allowed(day: date) -> bool:
        return not (is_public_holiday(day) or (forbids and is_school_holiday(day, rules.zone, typed)))

    first = max(season.starts_on, today + ONE_DAY)
    found = candidates(first, season.ends_on, rules.slots, is_allowed)
    return dict(span for each in found if (span := _instants(each, zone)))


def _instants(of: Candidate, zone: str) -> tuple[datetime, datetime] | None:
    """None when the clocks jump over its hours."""
    try:
        return instant(of.day, of.starts, zone), instant(of.day, of.ends, zone)
    except NoSuchTime:
        return None


# For whoever plans


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
