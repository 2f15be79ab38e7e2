"""Who will come: each member's chance by what he answered, learnt from whether he came before.

Empirical Bayes in two steps. What is usual is worth `WEIGHT` answers beside those that the club gave so far (the mean
of a Beta prior); the club's chance is worth so many answers beside a member's own as members are alike, told from
their spread by moments (Kleinman, "Proportions with extraneous variance", JASA 68, 1973). Who has no past is the club.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from bourse.planning.instance import ANSWERS, Instance, Placed

USUAL = {"Y": 95, "M": 60, "U": 50, "N": 0}  # percent, before there is a past to learn from
WEIGHT = 10  # answers that a chance taken over is worth beside those seen
LEAST, MOST = 2, 40  # between these the likeness of members moves it
CENTRAL = 80  # percent of the cases lie in the range that is told
TAIL = (100 - CENTRAL) / 200
EXACT = 1e-9  # sums of floats

Letters = Mapping[str, int]  # percent, by letter


class Seen(NamedTuple):
    """What a member had answered to a meeting, and whether he came."""

    member: int
    letter: str
    came: bool


class Tally(NamedTuple):
    """How often something was answered, and how often whoever did was there."""

    answers: int = 0
    presences: int = 0

    def and_one(self, came: bool) -> "Tally":
        return Tally(self.answers + 1, self.presences + came)


@dataclass(frozen=True)
class Chances:
    """Percent chances of coming by letter: the club's, and those of the members who have a past with that letter."""

    club: Letters = field(default_factory=lambda: USUAL)
    members: Mapping[int, Letters] = field(default_factory=dict)

    def of(self, member: int) -> dict[str, int]:
        return {**self.club, **self.members.get(member, {})}

    @property
    def planned(self) -> dict[str, int]:
        """What the planner counts with, the same for everybody.

        « No » is no there: a date is never chosen because people come who said that they would not.
        """
        return {**self.club, "N": 0}


def learn(seen: Iterable[Seen]) -> Chances:
    """The chances that follow from what was seen."""
    tallies: dict[str, dict[int, Tally]] = {letter: defaultdict(Tally) for letter in ANSWERS}
    for member, letter, came in seen:
        tallies[letter][member] = tallies[letter][member].and_one(came)
    club: dict[str, int] = {}
    members: dict[int, dict[str, int]] = defaultdict(dict)
    for letter, of_letter in tallies.items():
        everybody = _together(of_letter.values())
        mean = _beside(USUAL[letter], WEIGHT, everybody)
        worth = _likeness(of_letter.values())
        club[letter] = round(mean)
        for member, tally in of_letter.items():
            members[member][letter] = round(_beside(mean, worth, tally))
    return Chances(club, dict(members))


def _together(tallies: Collection[Tally]) -> Tally:
    return Tally(sum(each.answers for each in tallies), sum(each.presences for each in tallies))


def _beside(percent: float, worth: float, tally: Tally) -> float:
    """The mean of a Beta distribution: a percent worth so many answers, beside those seen."""
    return (percent * worth + 100 * tally.presences) / (worth + tally.answers)


def _likeness(tallies: Collection[Tally]) -> float:
    """How many answers the club's chance is worth beside a member's own: few where members differ much.

    By moments: how far shares spread beyond what chance alone spreads them is the correlation of one member's answers.
    """
    answers, presences = _together(tallies)
    room = answers - sum(each.answers**2 for each in tallies) / answers - (len(tallies) - 1) if answers else 0
    if room <= 0 or presences in (0, answers):
        return WEIGHT
    share = presences / answers
    by_chance = share * (1 - share)
    spread = sum(each.answers * (each.presences / each.answers - share) ** 2 for each in tallies)
    correlation = (spread - by_chance * (len(tallies) - 1)) / (by_chance * room)
    return min(MOST, max(LEAST, 1 / correlation - 1)) if correlation > 0 else MOST


# How many


def numbers(percents: Iterable[int]) -> list[float]:
    """How likely each number of people is, from nobody on, when each comes for himself (Poisson binomial, exactly)."""
    likely = [1.0]
    for percent in percents:
        comes = percent / 100
        pairs = zip([*likely, 0.0], [0.0, *likely], strict=True)
        likely = [before * (1 - comes) + one_less * comes for before, one_less in pairs]
    return likely


def between(likely: Sequence[float]) -> tuple[int, int]:
    """The central range that holds the number in `CENTRAL` percent of the cases, or a little more often."""
    up_to = list(accumulate(likely))
    low = next(number for number, chance in enumerate(up_to) if chance >= TAIL - EXACT)
    return low, next(number for number, chance in enumerate(up_to) if chance >= 1 - TAIL - EXACT)


def how_many(percents: Collection[int]) -> tuple[float, int, int]:
    """On average, and between which numbers it will likely be. Who is sure to come, or not to, costs no time."""
    sure = sum(percent == 100 for percent in percents)
    low, high = between(numbers(percent for percent in percents if 0 < percent < 100))
    return sum(percents) / 100, sure + low, sure + high


def coming(instance: Instance, placed: Placed, chances: Mapping[str, Letters]) -> dict[str, int]:
    """Percent chance of each member who is not excused; one of whom nothing is known has that of the season."""
    number = instance.number[placed.slot]
    members = (each for each in instance.clubs[placed.club].members if not instance.is_excused(each, placed.host))
    told = ((each, each.answers[number]) for each in members)
    return {
        each.id: 100 if each.company == placed.host and letter != "N" else chances.get(each.id, instance.p)[letter]
        for each, letter in told
    }


def expected(instance: Instance, placed: Placed, chances: Mapping[str, Letters]) -> tuple[float, int, int]:
    """How many people come to a meeting: on average, and between which numbers it will likely be."""
    return how_many(coming(instance, placed, chances).values())


def chances_in(document: Mapping[str, Any]) -> dict[str, Letters]:
    """Each member's own chances, as they were frozen with a season; a document from elsewhere has none."""
    members = (member for club in document["clubs"] for member in club["members"])
    return {member["id"]: member["chances"] for member in members if "chances" in member}
