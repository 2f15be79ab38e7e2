"""What couples clubs: facilitators who cannot do everything that is asked of them, and what their time costs.

A limit says of some slots of one facilitator how many he may take, over all clubs. With a price for each limit, clubs
part: each pays, for a slot, the least that one of its facilitators costs there. Prices are whole points, so that every
season under tolls still costs whole points. A limit that is reached has an infinite price for everybody else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from bourse.planning.arrays import Floats, Schedule, Whole
from bourse.planning.instance import Instance
from bourse.planning.share import Limit

STRIDE = 0.1  # of Polyak's length, for the first steps of prices
SHORTER, PATIENCE = 0.6, 3  # after so many rounds without a better bound
SMOOTH = 0.7  # of the last direction that stays in the next

Duties = Sequence[tuple[int, int]]  # facilitators and slots, by number


class Desk:
    """Who facilitates for whom, at which price. Facilitators and slots are known by their number."""

    def __init__(self, instance: Instance, limits: Sequence[Limit]) -> None:
        self.instance = instance
        self.facilitators = {name: number for number, name in enumerate(instance.facilitators)}
        self.shape = (len(instance.facilitators), len(instance.slots))
        self.most = np.array([limit.most for limit in limits], float)
        entries = sorted(
            {
                (row, self.facilitators[duty.facilitator], duty.slot)
                for row, limit in enumerate(limits)
                for duty in limit.duties
            }
        )
        self.row, self.who, self.when = np.array(entries, np.intp).reshape(-1, 3).T
        self.teams = {club: self._team(club) for club in instance.clubs}

    def _team(self, club: str) -> tuple[Whole, Floats]:
        """A club's facilitators, and what each costs it on each slot before any price."""
        names = list(dict.fromkeys([*self.instance.clubs[club].facilitators, *self._fixed(club).values()]))
        first = self.instance.clubs[club].facilitators[0]
        substitute = self.instance.of(club).weights["substitute"]
        costs = np.array([[0.0 if name == first else substitute] * self.shape[1] for name in names])
        for row, name in enumerate(names):
            costs[row, [self.instance.number[slot] for slot in self.instance.facilitators[name].unavailable]] = np.inf
            if name not in self.instance.clubs[club].facilitators:
                costs[row] = np.inf
        for slot, name in self._fixed(club).items():
            costs[:, slot] = np.inf
            costs[names.index(name), slot] = 0 if name == first else substitute
        return np.array([self.facilitators[name] for name in names], np.intp), costs

    def _fixed(self, club: str) -> dict[int, str]:
        fixed = (placed for placed in self.instance.fixed if placed.club == club)
        return {self.instance.number[placed.slot]: placed.facilitator for placed in fixed}

    def charges(self, prices: Floats) -> Floats:
        """What a slot of each facilitator costs: the prices of all limits it counts for."""
        charges = np.zeros(self.shape)
        np.add.at(charges, (self.who, self.when), prices[self.row])
        return charges

    def full(self, taken: Floats) -> Floats:
        """The prices that keep everybody out of what is taken."""
        return np.where(taken >= self.most, np.inf, 0.0)

    def toll(self, club: str, charges: Floats) -> Floats:
        """The least that a facilitator of the club costs, slot by slot."""
        team, costs = self.teams[club]
        return (costs + charges[team]).min(0)

    def price(self, club: str, who: int, slot: int) -> float:
        """What somebody costs a club on a slot before any price."""
        team, costs = self.teams[club]
        return float(costs[list(team).index(who), slot])

    def costs(self, club: str, slot: int) -> dict[str, float]:
        """Who could facilitate, and what each costs the club before any price."""
        (team, costs), names = self.teams[club], list(self.facilitators)
        return {names[who]: float(cost) for who, cost in zip(team, costs[:, slot], strict=True) if np.isfinite(cost)}

    def duties(self, club: str, schedule: Schedule, charges: Floats) -> Duties:
        """Whom the club asks for, at these charges."""
        team, costs = self.teams[club]
        slots = [pair.slot for pair in schedule]
        return [
            (int(team[row]), slot) for row, slot in zip((costs + charges[team])[:, slots].argmin(0), slots, strict=True)
        ]

    def taken(self, duties: Iterable[tuple[int, int]]) -> Floats:
        """How much of each limit duties take."""
        asked = np.zeros(self.shape)
        for (who, when), times in Counter(duties).items():
            asked[who, when] = times
        return self.counted(asked)

    def counted(self, asked: Floats) -> Floats:
        """How much of each limit is asked for."""
        return np.bincount(self.row, asked[self.who, self.when], minlength=len(self.most)).astype(float)

    def asked(self, club: str, slots: Floats, charges: Floats) -> Floats:
        """For whom the club asks when it meets so often on each slot."""
        team, costs = self.teams[club]
        asked = np.zeros(self.shape)
        at = np.flatnonzero(slots)
        asked[team[(costs + charges[team])[:, at].argmin(0)], at] = slots[at]
        return asked


class Prices:
    """Prices that climb towards the best bound: dearer where more is asked than there is (by subgradients)."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.exact = np.zeros(len(desk.most))
        self.best, self.bound = self.whole, -np.inf
        self.direction = np.zeros(len(desk.most))
        self.stride, self.stalled = STRIDE, 0

    @property
    def whole(self) -> Floats:
        return np.round(self.exact)

    def settle(self, prices: Floats) -> None:
        """These are the best, says somebody else."""
        self.best, self.exact = prices, prices.copy()

    def learn(self, bound: float, asked: Floats, target: float) -> None:
        """Move on from what was asked at these prices and what it proved."""
        if bound > self.bound:
            self.best, self.bound, self.stalled = self.whole, bound, 0
        else:
            self.stalled += 1
        if self.stalled == PATIENCE:
            self.exact, self.stride, self.stalled = self.best.copy(), self.stride * SHORTER, 0
        self.direction = SMOOTH * self.direction + (1 - SMOOTH) * (self.desk.counted(asked) - self.desk.most)
        free = np.where(self.exact <= 0, np.maximum(0, self.direction), self.direction)
        if length := float((free**2).sum()):
            self.exact = np.maximum(0, self.exact + self.stride * max(1, target - bound) / length * self.direction)
