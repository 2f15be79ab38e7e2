"""Who will come: learnt from what members answered before and whether they came."""

from collections.abc import Iterable
from math import sqrt

from bourse.planning.instance import Instance, Placed

USUAL = {"Y": 95, "M": 60, "U": 50, "N": 0}  # percent, before there is a past to learn from
ENOUGH = 5  # answers before the club's own past counts
WEIGHT = 10  # answers that the usual chance is worth beside them
SPREAD = 1  # standard deviations to each side


def chances(seen: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    """Percent chance of coming by letter, from (letter, answers, presences); the usual one where little is known.

    « No » stays no: a date is never chosen because people come who said that they would not.
    """
    found = dict(USUAL)
    for letter, answers, presences in seen:
        if answers >= ENOUGH and letter != "N":
            found[letter] = round((USUAL[letter] * WEIGHT + 100 * presences) / (WEIGHT + answers))
    return found


def expected(instance: Instance, placed: Placed) -> tuple[float, int, int]:
    """How many people come to a meeting: on average, and between which numbers it will likely be."""
    club = instance.clubs[placed.club]
    percents = [instance.presence(member, placed.slot, placed.host) or 0 for member in club.members]
    mean = sum(percents) / 100
    spread = SPREAD * sqrt(sum(percent * (100 - percent) for percent in percents)) / 100
    possible = sum(percent > 0 for percent in percents)
    return mean, max(0, round(mean - spread)), min(possible, round(mean + spread))
