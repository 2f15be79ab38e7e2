"""What a season is planned from: its rules, its dates, who would host, and who can come when."""

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from bourse.clock import club_time, now
from bourse.clubs.models import Club, Membership, Role
from bourse.db import Line, Short, db
from bourse.meetings.models import Meeting, Season
from bourse.meetings.states import SeasonState
from bourse.people.models import Person
from bourse.planning.dates import Slot
from bourse.planning.resolve import SILENT
from bourse.planning.states import Can, Hosting, How, SchoolRule, Weight, Zone

PLANNABLE = (SeasonState.polling, SeasonState.proposed, SeasonState.published)  # there are wishes to plan from


class SeasonRules(db.Model):
    """How a season is to be planned, and until when its members say their wishes.

    `version` rises with each change, so that two writers notice each other.
    """

    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), unique=True)
    min_gap: Mapped[int] = mapped_column(default=21)  # days, as the two below
    target_gap: Mapped[int] = mapped_column(default=35)
    gap_tolerance: Mapped[int] = mapped_column(default=7)
    quorum: Mapped[int]
    notice: Mapped[int] = mapped_column(default=30)  # days from the planning to the first new date
    school_rule: Mapped[SchoolRule] = mapped_column(default=SchoolRule.avoid)
    zone: Mapped[Zone] = mapped_column(default=Zone.a)
    attendance: Mapped[Weight] = mapped_column(default=Weight.normal)
    fairness: Mapped[Weight] = mapped_column(default=Weight.normal)
    waiting: Mapped[Weight] = mapped_column(default=Weight.normal)
    urgency: Mapped[Weight] = mapped_column(default=Weight.normal)
    travel: Mapped[Weight] = mapped_column(default=Weight.normal)
    cadence: Mapped[Weight] = mapped_column(default=Weight.normal)
    asked_at: Mapped[datetime | None]  # when the members were first asked
    answer_by: Mapped[date | None]  # the last day to answer
    version: Mapped[int] = mapped_column(server_default="1")
    season: Mapped[Season] = relationship(backref=db.backref("rules", uselist=False))
    hours: Mapped[list["SeasonHours"]] = relationship(
        back_populates="rules",
        order_by="SeasonHours.weekday, SeasonHours.starts",
        cascade="all, delete-orphan",
        lazy="selectin",
    )

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @classmethod
    def usual(cls, club: Club) -> "SeasonRules":
        """What a club begins with: the defaults above, and its own quorum."""
        defaults = {each.key: each.default.arg for each in cls.__table__.columns if each.default is not None}
        return cls(quorum=club.quorum, **defaults)

    @property
    def club(self) -> Club:
        return self.season.club

    @property
    def slots(self) -> list[Slot]:
        return [Slot(each.weekday, each.starts, each.ends) for each in self.hours]

    @property
    def weekdays(self) -> list[int]:
        """The weekdays on which the club may meet, Monday is 0."""
        return sorted({each.weekday for each in self.hours})

    def note_change(self) -> None:
        """The version rises, though it may be the season's own facts that changed: its length, its days."""
        flag_modified(self, "quorum")

    def set_hours(self, slots: Iterable[Slot]) -> None:
        wanted = set(slots)
        for hours in [each for each in self.hours if each.slot not in wanted]:
            self.hours.remove(hours)
        known = {each.slot for each in self.hours}
        self.hours += [SeasonHours(weekday=day, starts=starts, ends=ends) for day, starts, ends in wanted - known]


class SeasonHours(db.Model):
    """A weekday and the hours at which the club may meet, on the clocks of the club."""

    __table_args__ = (UniqueConstraint("rules_id", "weekday", "starts", "ends"),)
    rules_id: Mapped[int] = mapped_column(ForeignKey("season_rules.id"))
    weekday: Mapped[int]  # Monday is 0
    starts: Mapped[time]
    ends: Mapped[time]
    rules: Mapped[SeasonRules] = relationship(back_populates="hours")

    @property
    def slot(self) -> Slot:
        return Slot(self.weekday, self.starts, self.ends)


class SchoolPeriod(db.Model):
    """School holidays that the house does not know yet, typed in for all clubs of the cluster; both days included."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    zone: Mapped[Zone]
    name: Mapped[Line]
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    def is_same(self, other: "SchoolPeriod") -> bool:
        """Whether the other says the same days of the same zone."""
        return (self.zone, self.starts_on, self.ends_on) == (other.zone, other.starts_on, other.ends_on)


class DatePoll(db.Model):
    """A few days among which the club chooses for one meeting that has to move."""

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    answer_by: Mapped[date]
    closed_at: Mapped[datetime | None]
    meeting: Mapped[Meeting] = relationship(backref=db.backref("poll", uselist=False))
    asked_by: Mapped[Person] = relationship()

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def ask(self, answer_by: date, by: Person, at: datetime) -> None:
        """Asks, or asks anew."""
        self.answer_by, self.asked_by, self.asked_at, self.closed_at = answer_by, by, at, None


class DateOption(db.Model):
    """A day and hours that may become a meeting: of a season, or of one meeting that has to move."""

    __table_args__ = (UniqueConstraint("season_id", "starts_at"), UniqueConstraint("meeting_id", "starts_at"))
    season_id: Mapped[int | None] = mapped_column(ForeignKey("season.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_by_hand: Mapped[bool] = mapped_column(default=False)  # added one by one: rules that change leave it alone
    struck_at: Mapped[datetime | None]  # it is not asked any more; its answers are kept
    season: Mapped[Season | None] = relationship(backref=db.backref("options", order_by="DateOption.starts_at"))
    meeting: Mapped[Meeting | None] = relationship(backref=db.backref("options", order_by="DateOption.starts_at"))
    availabilities: Mapped[list["Availability"]] = relationship(
        back_populates="option", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def is_struck(self) -> bool:
        return self.struck_at is not None

    @property
    def club(self) -> Club:
        place = self.season or self.meeting
        assert place is not None  # an option is of the one or of the other
        return place.club

    @property
    def day(self) -> date:
        """Its day, on the clocks of the club."""
        return club_time(self.starts_at, self.club.timezone).date()

    def keep(self, is_kept: bool, at: datetime) -> None:
        """Whether it is asked from now on; struck or kept again, it loses no answer."""
        self.struck_at = None if is_kept else self.struck_at or at


class Availability(db.Model):
    """What a member said to one date, and by which door; no row: he did not say."""

    __table_args__ = (UniqueConstraint("option_id", "membership_id"),)
    option_id: Mapped[int] = mapped_column(ForeignKey("date_option.id", ondelete="CASCADE"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    answer: Mapped[Can]
    via: Mapped[How]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    option: Mapped[DateOption] = relationship(back_populates="availabilities")
    membership: Mapped[Membership] = relationship()
    by: Mapped[Person] = relationship()

    def give(self, answer: Can, *, via: How, by: Person, at: datetime) -> None:
        self.answer, self.via, self.by, self.given_at = answer, via, by, at


class HostWish(db.Model):
    """What a member wishes of a season: whether he hosts, when, about what, and which weekdays suit him."""

    __table_args__ = (UniqueConstraint("season_id", "membership_id"),)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    hosting: Mapped[Hosting | None]
    months: Mapped[Short] = mapped_column(default="")  # preferred ones, « 3,4,11 »
    theme: Mapped[Line] = mapped_column(default="")
    urgency: Mapped[int] = mapped_column(default=0)  # of his problem: 0 to 3
    weekdays: Mapped[Short] = mapped_column(default=SILENT)  # a letter a day from Monday: see resolve.py
    via: Mapped[How]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    season: Mapped[Season] = relationship(backref="wishes")
    membership: Mapped[Membership] = relationship()
    by: Mapped[Person] = relationship()
    closures: Mapped[list["Closure"]] = relationship(
        back_populates="wish", order_by="Closure.starts_on", cascade="all, delete-orphan"
    )

    @property
    def preferred_months(self) -> list[int]:
        return [int(month) for month in self.months.split(",") if month]

    def close(self, periods: Iterable[tuple[date, date]]) -> None:
        """The company is closed in these periods and no other."""
        self.closures = [Closure(starts_on=starts_on, ends_on=ends_on) for starts_on, ends_on in sorted(periods)]

    def is_closed(self, day: date) -> bool:
        return any(each.starts_on <= day <= each.ends_on for each in self.closures)


class Closure(db.Model):
    """Days on which a member's company is closed and cannot receive; both included."""

    wish_id: Mapped[int] = mapped_column(ForeignKey("host_wish.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    wish: Mapped[HostWish] = relationship(back_populates="closures")


def is_asking(season: Season) -> bool:
    """Whether the members are being asked for their wishes."""
    return season.state is SeasonState.polling


def takes_wishes(season: Season) -> bool:
    """Whether what a member says on the telephone still counts: the next plan is made from it."""
    return season.state in PLANNABLE


def is_member(membership: Membership) -> bool:
    return membership.belongs and membership.role is Role.member


def options_of(place: Season | Meeting) -> list[DateOption]:
    """Every date of a season or of a meeting that moves, struck ones too, in order."""
    ours = DateOption.season_id if isinstance(place, Season) else DateOption.meeting_id
    query = db.select(DateOption).where(ours == place.id).order_by(DateOption.starts_at)
    with_place = joinedload(DateOption.season if isinstance(place, Season) else DateOption.meeting)
    return list(db.session.scalars(query.options(with_place)))


def lay_out(
    season: Season, wanted: Mapping[datetime, datetime], at: datetime, former: Container[datetime] | None = None
) -> None:
    """Gives the season these dates, by start and end; `at` is now.

    One that is not wanted any more goes, or is struck if somebody answered to it; what was added by hand stays. One
    that is wanted again stands again, unless it was struck by hand: though it was among the `former` dates.
    """
    known = {each.starts_at: each for each in options_of(season)}
    for starts_at, ends_at in wanted.items():
        option = known.get(starts_at) or DateOption(season=season, starts_at=starts_at)
        option.ends_at = ends_at
        if former is not None and starts_at not in former:
            option.keep(True, at)
        db.session.add(option)
    outdated = [each for starts_at, each in known.items() if starts_at not in wanted and not each.is_by_hand]
    answered = _with_answers(outdated)
    for option in outdated:
        if option.id in answered:
            option.keep(False, at)
        else:
            db.session.delete(option)


def _with_answers(options: Iterable[DateOption]) -> set[int]:
    said = Availability.option_id.in_([each.id for each in options])
    return set(db.session.scalars(db.select(Availability.option_id).where(said)))


def lock_season(season: Season) -> None:
    """Until the commit nobody else changes the season, which is read as it stands now: a second click waits."""
    rules = db.select(SeasonRules).filter_by(season_id=season.id).with_for_update()
    db.session.scalars(rules.execution_options(populate_existing=True)).one()
    db.session.refresh(season, ["state"])
