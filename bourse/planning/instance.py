"""What a season is planned from: dates, hosts, answers, distances and what each club asks for.

The nouns are those of the interchange format `bourse-instance/1`; everything that counts is an integer. Whoever
holds an `Instance` may rely on it: each id that is named is there, each member has one answer a slot, slots are sorted.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

SCORES = (
    *("attendance", "fairness", "urgency", "waiting", "travel", "far_row"),
    *("cadence", "weekday", "school", "substitute", "stability"),
)
ANSWERS = "YMUN"  # yes, if need be, unknown, no
FORBID, PENALISE, IGNORE = "forbid", "penalise", "ignore"


@dataclass(frozen=True, slots=True)
class Slot:
    """A date on which a club could meet; start and end are the club's own clocks."""

    id: str
    start: datetime
    end: datetime
    is_school_holiday: bool = False
    is_public_holiday: bool = False

    @property
    def day(self) -> date:
        return self.start.date()

    @property
    def week(self) -> tuple[int, int]:
        """ISO year and week."""
        return self.day.isocalendar()[:2]


@dataclass(frozen=True, slots=True)
class Company:
    """`competitors` holds both those it named and those that named it."""

    id: str
    name: str
    site: int
    competitors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facilitator:
    """`unavailable`: ids of slots; `max_per_week`: meetings in an ISO week, over all clubs."""

    id: str
    unavailable: frozenset[str] = frozenset()
    max_per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """`answers`: one letter of ANSWERS a slot, in the order of the slots."""

    id: str
    company: str
    answers: str


@dataclass(frozen=True, slots=True)
class Host:
    """A company that may receive a club. `waited`: full seasons since it last did; `closed`: ids of slots."""

    company: str
    capacity: int
    waited: int
    urgency: int
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Club:
    """What a club asks of its season; `facilitators`: preferred first."""

    id: str
    name: str
    meetings: int
    min_gap_days: int
    target_gap_days: int
    gap_tolerance_days: int
    quorum: int
    school_holidays: str
    far_km: int
    facilitators: tuple[str, ...]
    members: tuple[Member, ...]
    hosts: Mapping[str, Host]


@dataclass(frozen=True, slots=True)
class Placed:
    """A meeting in a plan: ids of a club, a slot, the company that hosts and who facilitates."""

    club: str
    slot: str
    host: str
    facilitator: str


@dataclass(frozen=True, slots=True)
class Published:
    """A meeting that people already know, and how many accepted it."""

    club: str
    slot: str
    host: str
    accepted: int


Pin = tuple[str, str, str]  # ids of a club, a slot and a host


@dataclass(frozen=True, eq=False)
class Instance:
    """A season to plan. `km`: the square matrix between sites; the mappings are by id, slots in order.

    `locked` must be in the plan and `forbidden` must not: what somebody settled by hand on a screen, of which the
    interchange format knows nothing. What is locked obeys every rule; what is fixed has happened and obeys few.

    Nor does it know clubs that are planned together, each by its own span, notice, chances and weights, on its own
    dates: `seasons` are theirs, by club, and `dates` those of the one club that is looked at (see `of`).
    """

    id: str
    today: date
    notice_days: int
    start: date
    end: date
    p: Mapping[str, int]
    fairness_steps: tuple[int, ...]
    weights: Mapping[str, int]
    km: tuple[tuple[int, ...], ...]
    slots: Mapping[str, Slot]
    companies: Mapping[str, Company]
    facilitators: Mapping[str, Facilitator]
    clubs: Mapping[str, Club]
    fixed: tuple[Placed, ...] = ()
    published: tuple[Published, ...] = ()
    locked: frozenset[Pin] = frozenset()
    forbidden: frozenset[Pin] = frozenset()
    seasons: Mapping[str, "Instance"] = field(default_factory=dict)
    dates: Collection[str] | None = None  # all, if not said

    def of(self, club: str) -> "Instance":
        """The same as that club plans by: numbers of slots stay what they are."""
        return self._own.get(club, self)

    @cached_property
    def _own(self) -> Mapping[str, "Instance"]:
        return {
            club: replace(
                self,
                seasons={},
                dates=frozenset(own.slots),
                notice_days=own.notice_days,
                start=own.start,
                end=own.end,
                p=own.p,
                weights=own.weights,
            )
            for club, own in self.seasons.items()
        }

    @cached_property
    def open_slots(self) -> tuple[Slot, ...]:
        """The slots that may become a meeting."""
        return tuple(slot for slot in self.slots.values() if self.dates is None or slot.id in self.dates)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The place of each slot: where its letter stands in a member's answers."""
        return {slot: number for number, slot in enumerate(self.slots)}

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Of each slot, counted from the season's start."""
        return tuple((slot.day - self.start).days for slot in self.slots.values())

    @cached_property
    def weekdays(self) -> int:
        """On how many different weekdays one could meet at all."""
        return len({slot.day.weekday() for slot in self.open_slots if not slot.is_public_holiday})

    @cached_property
    def first_day(self) -> date:
        """Before it, only dates that are already published."""
        return self.today + timedelta(self.notice_days)

    @property
    def last_week(self) -> int:
        """The week that counts for a company that does not host: four beyond the season."""
        return (self.end - self.start).days // 7 + 4

    def distance(self, one: str, other: str) -> int:
        """Kilometres by road from one company to another, one way."""
        return self.km[self.companies[one].site][self.companies[other].site]

    def is_excused(self, member: Member, host: str) -> bool:
        """A competitor of the host stays away, and nobody counts it against him."""
        return host in self.companies[member.company].competitors

    def presence(self, member: Member, slot: str, host: str) -> int | None:
        """Percent chance that the member comes; None when he is excused."""
        if self.is_excused(member, host):
            return None
        answer = member.answers[self.number[slot]]
        return 100 if member.company == host and answer != "N" else self.p[answer]

    def is_far(self, club: Club, host: str) -> bool:
        """Whether the other companies' members drive `far_km` or more on average."""
        ways = [self.distance(member.company, host) for member in club.members if member.company != host]
        return sum(ways) >= club.far_km * max(1, len(ways))

    def even_share(self, club: Club) -> int:
        """How many meetings may fall on one weekday before it counts as too many."""
        return -(-club.meetings // max(1, self.weekdays))

    def weight_of_promise(self, published: Published) -> int:
        """What losing a published date weighs: it grows with who accepted and how near it is; 0 when it is past."""
        left = (self.slots[published.slot].day - self.today).days
        if left < 0:
            return 0
        return (10 + published.accepted) * (4 if left <= 30 else 2 if left <= 90 else 1)
