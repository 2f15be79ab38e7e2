"""What the members said of a season or of a few days, and the dates that the rules of a season allow."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from sqlalchemy.orm import selectinload

from bourse.clock import NoSuchTime, instant
from bourse.clubs.models import Company, Membership
from bourse.clubs.tidy import fold
from bourse.db import db
from bourse.meetings.facts import members_of
from bourse.meetings.models import Invitation, Meeting, Season
from bourse.people.models import AuditEvent
from bourse.planning.almanac import Period, is_public_holiday, is_school_holiday
from bourse.planning.dates import ONE_DAY, Candidate, candidates
from bourse.planning.models import Availability, DateOption, HostWish, SchoolPeriod, is_member, options_of
from bourse.planning.resolve import SILENT, resolved
from bourse.planning.states import Can, SchoolRule


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
