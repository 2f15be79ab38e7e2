"""The table on which a plan of many clubs lies: who has which schedule, with whom, and what that leaves the others."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from math import inf

import numpy as np

from bourse.planning.arrays import Floats, Schedule
from bourse.planning.instance import Instance, Placed
from bourse.planning.sift import Pair
from bourse.planning.tolls import Desk, Duties


class Table:
    """`pool`: of each club, the schedules that are known and what they cost but for facilitators."""

    def __init__(self, desk: Desk, pool: Mapping[str, Mapping[Schedule, int]]) -> None:
        self.desk, self.pool = desk, pool
        self.chosen: dict[str, Schedule] = {}
        self.duties: dict[str, Duties] = {}

    def clear(self) -> None:
        self.chosen, self.duties = {}, {}

    def taken(self, but: str) -> Floats:
        """How much of each limit the clubs take, but for one."""
        return self.desk.taken(duty for club, duties in self.duties.items() if club != but for duty in duties)

    def left(self, club: str) -> Floats:
        """The charges that keep a club out of what others take."""
        return self.desk.charges(self.desk.full(self.taken(but=club)))

    def fit(self, club: str, schedules: Iterable[Schedule]) -> bool:
        """Lay the cheapest schedule for which the others leave room, if it is better than what the club has."""
        offers = [(self.price(club, one, duties), one, duties) for one, duties in self._offers(club, schedules)]
        cost, schedule, duties = min(offers, key=lambda offer: offer[0], default=(inf, (), ()))
        if cost >= self.cost(club):
            return False
        self.chosen[club], self.duties[club] = schedule, duties
        return True

    def _offers(self, club: str, schedules: Iterable[Schedule]) -> Iterator[tuple[Schedule, Duties]]:
        """The schedules for which there is room, each with its facilitators."""
        charges, taken = self.left(club), self.taken(but=club)
        for schedule in schedules:
            duties = self.desk.duties(club, schedule, charges)
            is_free = not any(np.isinf(charges[duty]) for duty in duties)
            if is_free and (taken + self.desk.taken(duties) <= self.desk.most).all():
                yield schedule, duties

    def price(self, club: str, schedule: Schedule, duties: Duties) -> float:
        """What a schedule costs with these facilitators."""
        return self.pool[club][schedule] + sum(self.desk.price(club, *duty) for duty in duties)

    def cost(self, club: str) -> float:
        """What the club's schedule costs with its facilitators; infinite while it has none."""
        return self.price(club, self.chosen[club], self.duties[club]) if club in self.chosen else inf

    def value(self) -> float:
        """What the plan costs; infinite until it is complete."""
        return sum(self.cost(club) for club in self.pool)

    def lay(self, plan: Collection[Placed]) -> None:
        """Take over from a plan what is known of it."""
        names = {(placed.club, self.desk.instance.number[placed.slot]): placed.facilitator for placed in plan}
        for club, schedule in schedules_of(self.desk.instance, plan).items():
            if schedule in self.pool.get(club, {}):
                self.chosen[club] = schedule
                self.duties[club] = [(self.desk.facilitators[names[club, pair.slot]], pair.slot) for pair in schedule]

    def meetings(self) -> tuple[Placed, ...]:
        """The plan as anybody reads it."""
        slots, names = list(self.desk.instance.slots), list(self.desk.facilitators)
        return tuple(
            Placed(club, slots[pair.slot], pair.host, names[who])
            for club, schedule in self.chosen.items()
            for pair, (who, _) in zip(schedule, self.duties[club], strict=True)
        )


def schedules_of(instance: Instance, plan: Iterable[Placed]) -> dict[str, Schedule]:
    """What a plan means for each club."""
    pairs = defaultdict(list)
    for placed in plan:
        pairs[placed.club].append(Pair(instance.number[placed.slot], placed.host))
    return {club: tuple(sorted(mine)) for club, mine in pairs.items()}
