"""Who came, who comes and who drifts away: the season of a club, member by member."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from bourse.home.balance import Balance, Visit, balance
from bourse.home.dial import Standing

Mark = Literal["host", "yes", "maybe", "no", "wait", ""]
Sign = Literal["drifts", "below_quorum", "never_hosted"]

ENOUGH, MOST_MISSED = 3, 0.4  # of so many meetings, who missed more than this share drifts away
A_YEAR = timedelta(days=365)
COMING = ("accepted", "tentative")
ANSWERS: dict[str, Mark] = {"accepted": "yes", "tentative": "maybe", "declined": "no", "waiting": ""}
PRESENCES: dict[str, Mark] = {"present": "yes", "absent": "no", "excused": "no"}


@dataclass(frozen=True, slots=True)
class Afternoon:
    """A meeting of the season: `key` names it, `host` is a person's key."""

    key: int
    on: date
    standing: Standing
    host: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of somebody invited to a meeting: the answer that holds, and what the facilitator noted."""

    answer: str = "none"
    presence: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """`key` is the person's, `about` the caller's own handle; `has_hosted` looks beyond the season."""

    key: int
    about: Any
    joined_on: date
    has_hosted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A member's season: a mark for each meeting; at how many of the meetings `counted` he was `present`."""

    member: Member
    marks: tuple[Mark, ...]
    present: int
    counted: int
    balance: Balance

    @property
    def missed(self) -> int:
        return self.counted - self.present

    @property
    def drifts(self) -> bool:
        return self.counted >= ENOUGH and self.missed > MOST_MISSED * self.counted


@dataclass(frozen=True, slots=True)
class Point:
    """Something to look at: the rows it is about, or the afternoon."""

    sign: Sign
    rows: tuple[Row, ...] = ()
    afternoon: Afternoon | None = None


@dataclass(frozen=True, slots=True)
class Season:
    """The rows in the order of the members; `totals` who was there, or says yes, for each meeting (none: unknown)."""

    afternoons: tuple[Afternoon, ...]
    rows: tuple[Row, ...]
    totals: tuple[int | None, ...]

    @property
    def held(self) -> tuple[int, ...]:
        """How many came to each meeting whose presence was noted."""
        pairs = zip(self.afternoons, self.totals, strict=True)
        return tuple(total for each, total in pairs if each.standing == "past" and total)

    @property
    def mean(self) -> float | None:
        """How many come to a meeting."""
        return sum(self.held) / len(self.held) if self.held else None

    @property
    def given(self) -> int:
        """Half-days given, which are also those received."""
        return sum(row.balance.given for row in self.rows)


Traces = Mapping[tuple[int, int], Trace]  # (afternoon's key, person's key): of those invited
There = Mapping[int, frozenset[int]]  # afternoon's key: persons' keys


def watch(members: Iterable[Member], afternoons: Sequence[Afternoon], traces: Traces) -> Season:
    """The season, member by member. Whoever is not among the members counts nowhere, so give and take add up."""
    members = list(members)
    keys = frozenset(member.key for member in members)
    there = {each.key: frozenset(_there(each, keys, traces)) for each in afternoons}
    rows = tuple(_row(member, afternoons, there, traces) for member in members)
    totals = tuple(_total(each, there[each.key], traces) for each in afternoons)
    return Season(tuple(afternoons), rows, totals)


def _there(afternoon: Afternoon, members: Iterable[int], traces: Traces) -> Iterator[int]:
    """Who was there or, before it is over, says yes or « if need be »."""
    for key in members:
        trace = traces.get((afternoon.key, key), Trace())
        if trace.presence == "present" if afternoon.standing == "past" else trace.answer in COMING:
            yield key


def _row(member: Member, afternoons: Sequence[Afternoon], there: There, traces: Traces) -> Row:
    noted = [each for each in afternoons if _is_noted(each, there) and (each.key, member.key) in traces]
    came = sum(member.key in there[each.key] for each in noted)
    return Row(
        member=member,
        marks=tuple(_mark(each, member.key, traces) for each in afternoons),
        present=came,
        counted=len(noted),
        balance=balance(_visit(each, member.key, there[each.key]) for each in afternoons),
    )


def _is_noted(afternoon: Afternoon, there: There) -> bool:
    """Whether the facilitator has said who came: an afternoon where nobody was is one of which nobody has told."""
    return afternoon.standing == "past" and bool(there[afternoon.key])


def _mark(afternoon: Afternoon, person: int, traces: Traces) -> Mark:
    trace = traces.get((afternoon.key, person))
    if afternoon.host == person:
        return "no" if trace and trace.presence in ("absent", "excused") else "host"
    if trace is None:
        return ""
    if afternoon.standing == "past":
        return PRESENCES.get(trace.presence or "", "")
    return ANSWERS.get(trace.answer, "wait")


def _visit(afternoon: Afternoon, person: int, there: frozenset[int]) -> Visit:
    is_over, is_host = afternoon.standing == "past", afternoon.host == person
    return Visit(is_over, is_host, guests=len(there - {person}), i_came=is_over and person in there)


def _total(afternoon: Afternoon, there: frozenset[int], traces: Traces) -> int | None:
    """Who was there, or says yes without reserve; nothing where nothing is known yet."""
    if afternoon.standing == "past":
        return len(there) or None
    return sum(traces[afternoon.key, key].answer == "accepted" for key in there) or None


def points(season: Season, quorum: int, today: date) -> list[Point]:
    """What to look at, most pressing first; most people are no point, and nobody is ranked."""
    return [*_below_quorum(season, quorum), *_drifting(season), *_never_hosted(season, today)]


def _below_quorum(season: Season, quorum: int) -> Iterator[Point]:
    for place, afternoon in enumerate(season.afternoons):
        if afternoon.standing == "next" and any(row.marks[place] == "wait" for row in season.rows):
            comes = sum(row.marks[place] in ("yes", "maybe", "host") for row in season.rows)
            if comes < quorum:
                yield Point("below_quorum", _silent_at(season, place), afternoon)


def _silent_at(season: Season, place: int) -> tuple[Row, ...]:
    return tuple(row for row in season.rows if row.marks[place] == "wait")


def _drifting(season: Season) -> Iterator[Point]:
    return (Point("drifts", (row,)) for row in season.rows if row.drifts)


def _never_hosted(season: Season, today: date) -> Iterator[Point]:
    """Those of the club for more than a year who never received it and are not about to; one point for all."""
    waiting = tuple(
        row
        for row in season.rows
        if not row.member.has_hosted and "host" not in row.marks and row.member.joined_on <= today - A_YEAR
    )
    if waiting:
        yield Point("never_hosted", waiting)
