"""Compares what was expected of past meetings with who came, and says who had what of the seasons."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bourse.planning.forecast import USUAL, Chances, Seen, how_many, learn
from bourse.planning.instance import ANSWERS
from bourse.planning.turns import Turn

FEW = 5  # answers of a letter, below which nothing is said of it
NEAR = 5  # percent points: as expected
ENOUGH, MANY_MISSED = 3, 0.4  # of so many meetings, who missed more than this share is told


@dataclass(frozen=True)
class Held:
    """A meeting of the past of which somebody noted who came. People are members, by their membership.

    `answers` is the letter of each who could come: what he had said of the date when the plan was published, else his
    answer to the invitation. `expected` are the chances that were published with the plan, if it came from one.
    """

    id: int
    on: date
    company: int
    season: int | None
    answers: Mapping[int, str]
    came: frozenset[int]
    at_home: frozenset[int]  # of the company that received
    expected: Mapping[int, int] | None = None
    missed: frozenset[int] = frozenset()  # who was invited and did not come, for whatever reason


def seen(meetings: Iterable[Held]) -> Iterator[Seen]:
    """What was answered and what became of it; who receives is at home, and tells nothing of coming."""
    for each in meetings:
        for member, letter in each.answers.items():
            if member not in each.at_home:
                yield Seen(member, letter, member in each.came)


@dataclass(frozen=True)
class Told:
    """A past meeting: the chance that each member had, and who came of them."""

    held: Held
    percents: Mapping[int, int]

    @cached_property
    def _expected(self) -> tuple[float, int, int]:
        return how_many(self.percents.values())

    @property
    def mean(self) -> float:
        return self._expected[0]

    @property
    def low(self) -> int:
        return self._expected[1]

    @property
    def high(self) -> int:
        return self._expected[2]

    @property
    def seats(self) -> int:
        return len(self.percents)

    @property
    def is_from_plan(self) -> bool:
        return self.held.expected is not None

    @property
    def came(self) -> int:
        return len(self.held.came & self.percents.keys())

    @property
    def is_within(self) -> bool:
        return self.low <= self.came <= self.high

    @property
    def guests(self) -> dict[int, int]:
        """The chances of all but who was at home."""
        return {member: percent for member, percent in self.percents.items() if member not in self.held.at_home}


def retold(meetings: Sequence[Held]) -> list[Told]:
    """Each meeting with what was expected of it: by its plan, else by the answers and what was known until then."""
    return [Told(held, held.expected or _known(held, meetings[:before])) for before, held in enumerate(meetings)]


def _known(held: Held, before: Iterable[Held]) -> dict[int, int]:
    chances = learn(seen(before))
    return {
        member: 100 if member in held.at_home and letter != "N" else chances.of(member)[letter]
        for member, letter in held.answers.items()
    }


@dataclass(frozen=True)
class ByLetter:
    """Of those who gave an answer: how many, how many were expected, how many came."""

    letter: str
    answers: int
    expected: float
    came: int

    @property
    def said(self) -> int:
        return round(100 * self.expected / self.answers)

    @property
    def was(self) -> int:
        return round(100 * self.came / self.answers)

    @property
    def verdict(self) -> str:
        """How the forecast did: few, right, more or fewer came."""
        if self.answers < FEW:
            return "few"
        if abs(self.was - self.said) <= NEAR:
            return "right"
        return "more" if self.was > self.said else "fewer"


@dataclass(frozen=True)
class Score:
    """How good the forecasts were."""

    told: Sequence[Told]

    @property
    def within(self) -> int:
        return sum(each.is_within for each in self.told)

    @property
    def error(self) -> float:
        """By how many people a forecast was wrong, on average."""
        return sum(abs(each.mean - each.came) for each in self.told) / len(self.told)

    @property
    def lean(self) -> float:
        """How many more came than expected, on average; below 0 fewer."""
        return sum(each.came - each.mean for each in self.told) / len(self.told)

    @cached_property
    def brier(self) -> float | None:
        """The mean squared error of single chances (Brier 1950): 0 is perfect, tossing a coin gives 0.25."""
        return _brier((percent, each.held, member) for each in self.told for member, percent in each.guests.items())

    @cached_property
    def usual_brier(self) -> float | None:
        """What the usual chances, the same for everybody, would have scored."""
        return _brier(
            (USUAL[each.held.answers[member]], each.held, member) for each in self.told for member in each.guests
        )

    @cached_property
    def letters(self) -> list[ByLetter]:
        """What was expected of each answer, and what came."""
        return [found for letter in ANSWERS if (found := self._of(letter)).answers]

    def _of(self, letter: str) -> ByLetter:
        pairs = [
            (percent, member in each.held.came)
            for each in self.told
            for member, percent in each.guests.items()
            if each.held.answers[member] == letter
        ]
        return ByLetter(letter, len(pairs), sum(percent for percent, _came in pairs) / 100, sum(c for _p, c in pairs))


def _brier(chances: Iterable[tuple[int, Held, int]]) -> float | None:
    errors = [(percent / 100 - (member in held.came)) ** 2 for percent, held, member in chances]
    return sum(errors) / len(errors) if errors else None


# Each member


@dataclass(frozen=True)
class Habit:
    """What is known of a member's coming: how often he came when he could, and the chances that follow."""

    member: int
    answers: int
    came: int
    chances: Mapping[str, int]


def habits(meetings: Sequence[Held], members: Iterable[int]) -> list[Habit]:
    """Of each member, as the next plan will count with him."""
    known = list(seen(meetings))
    chances: Chances = learn(known)
    own = {member: [each.came for each in known if each.member == member] for member in {one.member for one in known}}
    return [Habit(each, len(own.get(each, ())), sum(own.get(each, ())), chances.of(each)) for each in members]


# Fairness


@dataclass(frozen=True)
class Share:
    """What a member had of the meetings of the past: of how many he was invited to, how many he missed, how far."""

    member: int
    turns: int
    counted: int
    missed: int
    received: int
    km: int
    drives: int  # meetings that he came to at somebody else's

    @property
    def part(self) -> float:
        return self.missed / self.counted if self.counted else 0.0

    @property
    def percent(self) -> int:
        return round(100 * self.part)

    @property
    def misses_many(self) -> bool:
        return self.counted >= ENOUGH and self.part > MANY_MISSED

    @property
    def mean_km(self) -> int:
        return round(self.km / self.drives) if self.drives else 0


def shares(
    meetings: Collection[Held],
    turn_at: Mapping[int, Turn],
    companies: Mapping[int, int],
    km: Mapping[int, Mapping[int, int]],
) -> list[Share]:
    """Of each member, by membership with its company; `turn_at` is by meeting."""
    return [_share(member, company, meetings, turn_at, km) for member, company in companies.items()]


def _share(
    member: int,
    company: int,
    meetings: Collection[Held],
    turn_at: Mapping[int, Turn],
    km: Mapping[int, Mapping[int, int]],
) -> Share:
    mine = [each for each in meetings if member in each.came or member in each.missed]
    driven = [each for each in mine if member in each.came and each.company != company]
    return Share(
        member=member,
        turns=len({turn_at[each.id] for each in mine}),
        counted=len(mine),
        missed=sum(member in each.missed for each in mine),
        received=sum(each.company == company for each in mine),
        km=sum(km[company][each.company] for each in driven),
        drives=len(driven),
    )
