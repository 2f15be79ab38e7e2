"""A bound for one club at once: what couples its meetings becomes prices, and the rest is a walk from day to day.

Without the rules that look at a whole season (a host once, fairness, weekdays) the best season is a shortest path of
as many days as there are meetings. Lagrange's multipliers, here duals, charge for those rules instead. Whatever they
are, path and charges together cost no more than any season; ascending by subgradients makes that bound a good one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from bourse.planning.arrays import ClubArrays, Floats, Whole

SMOOTH = 0.65  # of the last direction that stays in the next
PATIENCE = 5  # steps without a better bound before they get shorter
SHORTER = 0.6
SHORTEST = 0.005
MARGIN = 1.002  # steps aim just above the cutoff
REACH = 2.4  # times the bound, as far as all steps together aim: what many may, few must not dare
EVEN = 1e-9  # no direction is left
MEETING = 100  # percents: absences are counted in meetings while directions are compared


@dataclass(frozen=True)
class Duals:
    """What a host's second meeting costs, a percent that a member misses, and one more meeting on a weekday."""

    host: Floats
    member: Floats
    weekday: Floats
    stride: float = 1.0

    @classmethod
    def still(cls, season: ClubArrays, member: float = 0) -> "Duals":
        return cls(np.zeros(len(season.hosts)), np.full(season.absence.shape[1], member), np.zeros(7))

    @classmethod
    def first(cls, season: ClubArrays) -> "Duals":
        """As if every member were just beyond the first step."""
        return cls.still(season, float(season.weights["fairness"] * min(1, len(season.steps))))

    def bounds(self, season: ClubArrays) -> "tuple[tuple[Floats | float, float], ...]":
        """Where each dual may lie."""
        weights = season.weights
        host = np.where(season.is_due, -np.inf, 0)
        return (host, np.inf), (0, weights["fairness"] * len(season.steps)), (0, weights["weekday"])

    def moved(self, direction: "Duals", length: float, season: ClubArrays) -> "Duals":
        """A step, then back to where the bound holds."""
        host, member, weekday = self.bounds(season)
        return Duals(
            np.clip(self.host + length * direction.host, *host),
            np.clip(self.member + length * direction.member / MEETING, *member),
            np.clip(self.weekday + length * direction.weekday, *weekday),
            self.stride,
        )

    def turned(self, subgradient: "Duals") -> "Duals":
        """This direction, turned some way towards another."""
        host, member, weekday = (SMOOTH * old + (1 - SMOOTH) * new for old, new in zip(self, subgradient, strict=True))
        return Duals(host, member, weekday)

    def free(self, at: "Duals", season: ClubArrays) -> "Duals":
        """The part of this direction that does not lead out at once."""
        limits = zip(self, at, at.bounds(season), strict=True)
        host, member, weekday = (_inside(towards, where, low, high) for towards, where, (low, high) in limits)
        return Duals(host, member, weekday)

    def squared(self) -> float:
        return float(sum((part**2).sum() for part in self))

    def __iter__(self) -> Iterator[Floats]:
        yield from (self.host, self.member, self.weekday)


def _inside(towards: Floats, where: Floats, low: Floats | float, high: float) -> Floats:
    """A direction without what leads below the lowest or above the highest."""
    upwards = np.where(where <= low, np.maximum(0, towards), towards)
    return np.where(where >= high, np.minimum(0, upwards), upwards)


@dataclass(frozen=True)
class Walk:
    """The cheapest path under duals, as numbers of pairs, and the bound it proves."""

    bound: float
    chosen: Whole


@dataclass(frozen=True)
class Ascent:
    """What some steps came to: the best bound, its duals and path; `walks`: each pair's share of the steps."""

    bound: float
    duals: Duals
    chosen: Whole
    walks: Floats = field(repr=False)


class Road:
    """A season under tolls and duals: the cheapest pair of each node, which is a day with a near or a far host."""

    def __init__(self, season: ClubArrays, toll: Floats, duals: Duals) -> None:
        self.season = season
        days = len(season.days)
        charged = duals.host[season.host] + duals.weekday[season.weekday[season.day]] + toll[season.slot]
        self.pair = season.cost + season.absence @ duals.member + charged
        self.node = np.full((2, days), np.inf)
        np.minimum.at(self.node, (season.is_far, season.day), self.pair)
        self.offset = season.choices.constant - _refunded(season, duals)
        self.open, self.close = _ends(season)

    def forward(self) -> Floats:
        """The cheapest way to hold the n-th meeting at each node, that one included."""
        season, row = self.season, self.season.weights["far_row"]
        costs = np.full((season.meetings, *self.node.shape), np.inf)
        costs[0] = self.node + self.open
        for n in range(1, season.meetings):
            near, far = (season.follow + costs[n - 1, :, :, None]).min(1)
            costs[n, 0] = self.node[0] + np.minimum(near, far)
            costs[n, 1] = self.node[1] + np.minimum(near, far + row)
        return costs

    def backward(self) -> Floats:
        """The cheapest way on from the n-th meeting at each node, that one not included."""
        season, row = self.season, self.season.weights["far_row"]
        costs = np.full((season.meetings, *self.node.shape), np.inf)
        costs[-1] = self.close
        for n in range(season.meetings - 2, -1, -1):
            near, far = (season.follow + (self.node + costs[n + 1])[:, None, :]).min(2)
            costs[n, 0], costs[n, 1] = np.minimum(near, far), np.minimum(near, far + row)
        return costs

    def walk(self) -> Walk:
        """The cheapest path; an infinite bound when there is none."""
        season, costs, chosen = self.season, self.forward(), []
        last = costs[-1] + self.close
        far, day = np.unravel_index(last.argmin(), last.shape)
        reached = last[far, day]
        if not np.isfinite(reached):
            return Walk(np.inf, np.zeros(0, np.intp))
        for n in range(season.meetings - 1, -1, -1):
            chosen.append(self._cheapest(int(far), int(day)))
            if n:
                before = costs[n - 1] + season.follow[:, day]
                before[1] += season.weights["far_row"] * far
                far, day = np.unravel_index(before.argmin(), before.shape)
        return Walk(float(reached) + self.offset, np.array(chosen[::-1], np.intp))

    def _cheapest(self, far: int, day: int) -> int:
        first, end = np.searchsorted(self.season.day, (day, day + 1))
        return int(first + np.where(self.season.is_far[first:end] == far, self.pair[first:end], np.inf).argmin())


def _ends(season: ClubArrays) -> tuple[Floats, Floats]:
    """Where a path may begin and end: not behind what is settled, nor before."""
    settled: Whole = np.cumsum(season.is_settled)
    before = settled - season.is_settled
    return np.where(before == 0, 0.0, np.inf), np.where(settled == settled[-1:], 0.0, np.inf)


def _refunded(season: ClubArrays, duals: Duals) -> float:
    """What charges may come to in a season that keeps the rules: each host once, and the conjugates of the scores."""
    weight = season.weights["fairness"]
    slopes = np.clip(duals.member[:, None] - weight * np.arange(len(season.steps)), 0, weight)
    return float(duals.host.sum() + (slopes * season.steps).sum() + season.even_share * duals.weekday.sum())


def _beyond(season: ClubArrays, duals: Duals, walk: Walk) -> Duals:
    """The subgradient: by how much the path goes beyond what was refunded, absences in whole meetings."""
    chosen, weight = walk.chosen, max(1, season.weights["fairness"])
    step = np.minimum((duals.member / weight).astype(np.intp), len(season.steps) - 1)
    allowed = season.steps[step] if len(season.steps) else 0
    return Duals(
        np.bincount(season.host[chosen], minlength=len(season.hosts)).astype(float) - 1,
        (season.absence[chosen].sum(0) - allowed) / MEETING,
        np.bincount(season.weekday[season.day[chosen]], minlength=7).astype(float) - season.even_share,
    )


def ascend(season: ClubArrays, toll: Floats, duals: Duals, cutoff: float, steps: int) -> Ascent:
    """Better duals by steps of Polyak's length along a smoothed subgradient; the best bound met, and its duals."""
    ascent = Ascent(-np.inf, duals, np.zeros(0, np.intp), np.zeros(len(season.pairs)))
    direction, stalled = Duals.still(season), 0
    for _ in range(steps):
        walk = Road(season, toll, duals).walk()
        if walk.bound == np.inf:
            return replace(ascent, bound=np.inf)
        ascent.walks[walk.chosen] += 1 / steps
        if walk.bound > ascent.bound:
            ascent = replace(ascent, bound=walk.bound, duals=duals, chosen=walk.chosen)
            stalled = 0
        elif (stalled := stalled + 1) == PATIENCE:
            duals, stalled = replace(ascent.duals, stride=max(SHORTEST, duals.stride * SHORTER)), 0
        direction = direction.turned(_beyond(season, duals, walk))
        length = direction.free(duals, season).squared()
        if length < EVEN:
            break
        ahead = max(1, min(MARGIN * cutoff - walk.bound, REACH / steps * abs(walk.bound)))
        duals = duals.moved(direction, duals.stride * ahead / length, season)
    return replace(ascent, duals=replace(ascent.duals, stride=duals.stride))
