"""What adds up over a season, and what it must still cost when a part of the season is known.

Tallies are how often each host receives, what each member misses, and the meetings on each weekday. Under duals a path
pays for every unit and is refunded what the best total would have come to. A total beside its best costs more: its
excess, which a walk knows nothing of. Since the meetings still to come add so much at least and so much at most, some
of the excess is certain before the end.
"""

import numpy as np

from bourse.planning.arrays import ClubArrays, Floats, Whole
from bourse.planning.walk import Duals

NEVER = 10**6  # more than any total: there is no way on


class Tallies:
    """`adds`: what each pair adds to each tally; `excess`: what each total costs beyond the best."""

    def __init__(self, season: ClubArrays, duals: Duals) -> None:
        self.adds = np.hstack(
            [
                season.host[:, None] == np.arange(len(season.hosts)),
                season.absence,
                season.weekday[season.day][:, None] == np.arange(7),
            ]
        ).astype(np.intp)
        costs = _costs(season, duals)
        self.best = costs.argmin(1)
        self.excess = costs - costs.min(1, keepdims=True)
        self.least, self.most = _still_to_come(season, self.adds)

    def certain(self, n: int, day: Whole, totals: Whole) -> Floats:
        """The excess that no way on from the n-th meeting on that day avoids; after the last, all there is."""
        nearest = np.clip(self.best, totals + self.least[n, day], totals + self.most[n, day])
        return self.excess[np.arange(len(self.best)), nearest].sum(1)


def _costs(season: ClubArrays, duals: Duals) -> Floats:
    """What each total of each tally costs, less what was paid for it; infinite when it may not be."""
    total = np.arange(len(season.fairness))
    hosts = np.where(total > 1, np.inf, -duals.host[:, None] * total)
    hosts[season.is_due, 0] = np.inf
    members = season.fairness - duals.member[:, None] * total
    weekdays = season.weights["weekday"] * np.maximum(0, total - season.even_share) - duals.weekday[:, None] * total
    return np.vstack([hosts, members, weekdays])


def _still_to_come(season: ClubArrays, adds: Whole) -> tuple[Whole, Whole]:
    """What the meetings after the n-th, if that is on such a day, add to each tally at least and at most."""
    low = np.full((len(season.days), adds.shape[1]), NEVER)
    high = -low
    np.minimum.at(low, season.day, adds)
    np.maximum.at(high, season.day, adds)
    may_follow = np.isfinite(season.follow)
    first = np.where(may_follow.any(1), may_follow.argmax(1), len(season.days))
    least, most = np.zeros((2, season.meetings, *low.shape), np.intp)
    for n in range(season.meetings - 2, -1, -1):
        least[n] = _lowest_from(low + least[n + 1])[first]
        most[n] = -_lowest_from(-high - most[n + 1])[first]
    return least, most


def _lowest_from(values: Whole) -> Whole:
    """The lowest from each day on; a row more than there are days, for when there is none."""
    return np.minimum.accumulate(np.vstack([values, np.full(values.shape[1:], NEVER)])[::-1])[::-1]
