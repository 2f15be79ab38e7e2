"""The best season of one club under tolls, and the proof: all that could be below a level is looked at, level by level.

A beginning has a bound: what it costs so far, the cheapest way on, and what is certain of the excess of its tallies.
Few beginnings are below the level. Once they have been followed to their ends, no season is below it but those found,
and if there is none the next level is higher. Pairs that are on no path below the level are left out first; for what
remains, better duals are found, and more can be left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, inf
from time import monotonic

import numpy as np

from bourse.planning.arrays import ClubArrays, Floats, Whole
from bourse.planning.tally import Tallies
from bourse.planning.walk import Duals, Road, ascend

NOISE = 1e-6  # of sums
FIRST, HIGHER = 0.003, 1.25  # of the bound, how far above it the first level is; how many times as far the next are
STEPS, TRIES = 80, 3  # of ascent, each time that pairs were left out
FEW = 0.9  # of the pairs, which makes another ascent worth while
ENTRIES = 200_000  # of totals, that many beginnings at once


class Proof:
    """No season is below `bound`, which each level raises."""

    def __init__(self, season: ClubArrays, toll: Floats, duals: Duals, bound: float) -> None:
        self.season, self.toll, self.duals, self.bound = season, toll, duals, bound
        self.height = 1 + FIRST * abs(bound)

    def deepen(self, cutoff: float, until: float) -> Whole | None:
        """Sweep up to the next level; the best season there, if any. When time ends first, nothing is proven."""
        roof = self.season.roof(self.toll)
        level = min(cutoff, roof, ceil(self.bound + self.height))
        self.height *= HIGHER
        best, bound = None, inf if level == roof else level
        if left := self._left(level):
            kept, season, duals = left
            search = Sweep(season, self.toll, duals, level)
            for chosen in search.better(until):
                best = kept[chosen]
                bound = self.season.value(best, self.toll)
            if not search.is_over:
                return best
        self.bound = bound
        return best

    def _left(self, level: float) -> tuple[Whole, ClubArrays, Duals] | None:
        """The pairs on some path below the level, a season of them and its duals; None when there is no path."""
        kept, season, duals = np.arange(len(self.season.pairs)), self.season, self.duals
        for _ in range(TRIES):
            near = _near(season, self.toll, duals, level)
            if len(near) < season.meetings:
                return None
            if len(near) > FEW * len(kept):
                break
            kept, season = kept[near], season.only(near)
            ascent = ascend(season, self.toll, replace(duals, stride=1.0), level, STEPS)
            if ascent.bound > level - 1 + NOISE:
                return None
            duals = ascent.duals
        return kept, season, duals


def _near(season: ClubArrays, toll: Floats, duals: Duals, level: float) -> Whole:
    """The pairs on some path below the level. All costs are whole, tolls too, so below is by one at least."""
    road = Road(season, toll, duals)
    around = (road.forward() + road.backward()).min(0) - np.where(np.isfinite(road.node), road.node, 0)
    return np.flatnonzero(around[season.is_far, season.day] + road.pair <= level - 1 + NOISE - road.offset)


@dataclass(frozen=True)
class Beginnings:
    """The first pairs of seasons, equally many of each; what they cost, what they add up to, and their bounds."""

    chosen: Whole
    cost: Floats
    totals: Whole
    bound: Floats

    def __getitem__(self, which: "slice | Whole") -> "Beginnings":
        return Beginnings(self.chosen[which], self.cost[which], self.totals[which], self.bound[which])

    def below(self, limit: float) -> "Beginnings":
        """They are sorted by their bounds."""
        return self[: int(np.searchsorted(self.bound, limit, "right"))]


@dataclass(frozen=True)
class Steps:
    """From node to node: those from a node are together, from `first` of it to `first` of the next."""

    first: Whole
    end: Whole
    cost: Floats


class Sweep:
    """All seasons below a level, depth first and the most promising first."""

    def __init__(self, season: ClubArrays, toll: Floats, duals: Duals, level: float) -> None:
        self.season, self.road, self.tallies = season, Road(season, toll, duals), Tallies(season, duals)
        self.limit = level - 1 + NOISE - self.road.offset
        self.is_over = False
        self.node = season.is_far * len(season.days) + season.day
        self.by_node = np.argsort(self.node, kind="stable")
        self.first = np.searchsorted(self.node[self.by_node], np.arange(2 * len(season.days) + 1))
        self.onward = self.road.backward().reshape(season.meetings, -1)
        self.steps = [Steps(*steps) for steps in self._steps()]

    def _steps(self) -> Iterator[tuple[Whole, Whole, Floats]]:
        """The steps to each meeting from the one before, on paths below the level."""
        season, cheapest = self.season, self.road.node.ravel()
        is_far = np.repeat([0, 1], len(season.days))
        cost = np.tile(season.follow, (2, 2)) + season.weights["far_row"] * np.outer(is_far, is_far)
        behind = self.road.forward().reshape(season.meetings, -1)
        for before, after in zip(behind[:-1], cheapest + self.onward[1:], strict=True):
            start, end = np.nonzero(before[:, None] + cost + after <= self.limit)
            yield np.searchsorted(start, np.arange(len(cheapest) + 1)), end, cost[start, end]

    def better(self, until: float) -> Iterator[Whole]:
        """Seasons, each better than the one before; `is_over` when there are no more."""
        size = max(1, ENTRIES // self.tallies.adds.shape[1])
        waiting = [self._opened()]
        while waiting and monotonic() < until:
            first = waiting.pop().below(self.limit)
            if len(first.cost) > size:
                waiting.append(first[size:])
            if not len(first.cost):
                continue
            if first.chosen.shape[1] == self.season.meetings:
                self.limit = float(first.bound[0]) - 1 + NOISE
                yield first.chosen[0]
            else:
                waiting.append(self._continued(first[:size]))
        self.is_over = not waiting

    def _opened(self) -> Beginnings:
        """With one meeting."""
        cost = self.road.pair + self.road.open[self.season.day]
        near = np.flatnonzero(cost + self.onward[0, self.node] <= self.limit)
        return self._bounded(near[:, None], cost[near], self.tallies.adds[near])

    def _continued(self, paths: Beginnings) -> Beginnings:
        """With one meeting more."""
        n, last = paths.chosen.shape[1], self.node[paths.chosen[:, -1]]
        steps = self.steps[n - 1]
        path, step = _spread(steps.first[last], steps.first[last + 1])
        node, cost = steps.end[step], paths.cost[path] + steps.cost[step]
        some, place = _spread(self.first[node], self.first[node + 1])
        path, pair = path[some], self.by_node[place]
        cost = cost[some] + self.road.pair[pair]
        near = np.flatnonzero(cost + self.onward[n, self.node[pair]] <= self.limit)
        path, pair = path[near], pair[near]
        chosen = np.column_stack([paths.chosen[path], pair])
        return self._bounded(chosen, cost[near], paths.totals[path] + self.tallies.adds[pair])

    def _bounded(self, chosen: Whole, cost: Floats, totals: Whole) -> Beginnings:
        """Those below the limit, sorted by their bounds."""
        n, last = chosen.shape[1] - 1, chosen[:, -1]
        certain = self.tallies.certain(n, self.season.day[last], totals)
        bound = cost + self.onward[n, self.node[last]] + certain
        near = np.flatnonzero(bound <= self.limit)
        near = near[np.argsort(bound[near], kind="stable")]
        return Beginnings(chosen, cost, totals, bound)[near]


def _spread(first: Whole, end: Whole) -> tuple[Whole, Whole]:
    """All numbers from each first to its end, and which it was."""
    times = end - first
    which = np.repeat(np.arange(len(first)), times)
    return which, np.arange(len(which)) + (first - np.cumsum(times) + times)[which]
