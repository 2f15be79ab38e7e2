"""Plans many clubs at once: each alone under tolls, which the facilitators they share make dearer or cheaper.

A plan and a bound come nearer to each other. The plan: a club after the other answers what all others do, and the
schedules found on the way are put together anew. The bound: what every club costs at least under tolls, together, less
what the tolls take in. Whatever ends the search, the best plan so far is there.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from time import monotonic

import numpy as np

from bourse.planning.assemble import assemble
from bourse.planning.crew import Crew, Over
from bourse.planning.errand import Choice, Errand, Report
from bourse.planning.instance import Instance, Placed
from bourse.planning.walk import Duals
from bourse.planning.season import Floats, Schedule
from bourse.planning.share import limits
from bourse.planning.sift import sift
from bourse.planning.tolls import Desk, Duties, Prices

Watch = Callable[[float, int | None, int | None], None]

FIRST_STEPS = 40
ROUNDS = 4  # of prices between two looks at the plan
STEPS = 16  # of ascent for each club and round
KICKS = 12
RESTARTS = 12
COLUMNS = 16  # schedules of a club that may go into a plan together


@dataclass(frozen=True)
class Planned:
    """What came out: no plan and no club named means that time ran out."""

    meetings: tuple[Placed, ...] | None
    objective: int | None
    bound: int | None
    infeasible: tuple[str, ...] = ()


def plan_cluster(
    instance: Instance,
    seconds: float,
    watch: Watch = lambda seconds, best, bound: None,
    should_stop: Callable[[], bool] = lambda: False,
    hands: int = 2,
) -> Planned:
    """The best plan of all clubs that can be found in the time, and a bound on any."""
    begun = monotonic()
    with Crew(instance, hands, lambda: should_stop() or monotonic() - begun > seconds) as crew:
        table = Table(instance, crew, lambda best, bound: watch(monotonic() - begun, best, bound))
        try:
            table.plan(seconds)
        except Over:
            pass
        return table.planned()


class Table:
    """Where the clubs' seasons lie while they are fitted together."""

    def __init__(self, instance: Instance, crew: Crew, tell: Callable[[int | None, int | None], None]) -> None:
        self.instance, self.crew, self.tell = instance, crew, tell
        self.clubs = [club for club in instance.clubs if instance.clubs[club].meetings]
        self.pool: dict[str, dict[Schedule, int]] = {club: {} for club in self.clubs}
        self.duals: dict[str, tuple[Duals, ...]] = {club: () for club in self.clubs}
        self.chosen: dict[str, Schedule] = {}
        self.duties: dict[str, Duties] = {}
        self.best: tuple[dict[str, Schedule], dict[str, Duties]] | None = None
        self.value, self.bound = inf, -inf
        self.impossible: list[str] = []
        self.seed = 0

    # What the others leave.

    def taken(self, but: str | None = None) -> Floats:
        """How much of each limit the clubs take, but for one."""
        return self.desk.taken(duty for club, duties in self.duties.items() if club != but for duty in duties)

    def left(self, club: str) -> Floats:
        """The charges that keep a club out of what others take."""
        return self.desk.charges(self.desk.full(self.taken(but=club)))

    def fit(self, club: str, schedules: Iterable[Schedule]) -> bool:
        """Take the cheapest of the schedules that the others leave room for, if it is better than what the club has."""
        charges, taken = self.left(club), self.taken(but=club)
        cost, best, duties = self.cost(club), None, None
        for schedule in schedules:
            asked = self.desk.duties(club, schedule, charges)
            price = self.pool[club][schedule] + sum(self.desk.price(club, *duty) for duty in asked)
            if price < cost and not np.isinf(charges[tuple(np.array(asked).T)]).any():
                if (taken + self.desk.taken(asked) <= self.desk.most).all():
                    cost, best, duties = price, schedule, asked
        if best is not None and duties is not None:
            self.chosen[club], self.duties[club] = best, duties
            self.weigh()
        return best is not None

    def cost(self, club: str) -> float:
        """What the club's schedule costs with its facilitators; infinite while it has none."""
        if club not in self.chosen:
            return inf
        return self.pool[club][self.chosen[club]] + sum(self.desk.price(club, *duty) for duty in self.duties[club])

    def weigh(self) -> None:
        """Keep what is on the table when it is complete and better than any plan before."""
        value = sum(self.cost(club) for club in self.clubs)
        if value < self.value:
            self.value, self.best = value, (dict(self.chosen), dict(self.duties))
            self.report()

    def report(self) -> None:
        self.tell(None if self.value == inf else round(self.value), None if self.bound == -inf else round(self.bound))

    # Errands.

    def send(self, errands: Iterable[Errand]) -> Iterator[Report]:
        """Have errands done, and keep what is found."""
        for _, report in self.crew.each(errands):
            self.pool[report.club].update(report.found)
            self.duals[report.club] = report.duals
            yield report

    def errand(self, club: str, charges: Floats, steps: int = 0, kicks: int | None = None, seconds: float = 0) -> Errand:
        """Begins with the best that is known under these charges."""
        toll = self.desk.toll(club, charges)
        known = self.pool[club]
        start = min(known, key=lambda one: known[one] + toll[[pair.slot for pair in one]].sum(), default=None)
        self.seed += 1
        return Errand(club, toll, start, self.duals[club], steps, kicks, seconds, self.seed)

    # The search.

    def plan(self, seconds: float) -> None:
        begun = monotonic()
        self.desk = Desk(self.instance, [])
        alone = list(self.send(self._alone()))
        self.impossible = [report.club for report in alone if report.bound == inf]
        if self.impossible:
            return
        self.raise_bound(sum(report.bound for report in alone))
        self.begin()
        self.prices = Prices(self.desk)
        while self.bound < self.value and monotonic() - begun < 0.3 * seconds and self.prices.stride > 0.02:
            self.climb()
            self.answer(self.clubs)
            self.assemble()
        while self.bound < self.value:
            bounds = self.prove(seconds - (monotonic() - begun))
            self.assemble()
            self.answer([club for club in self.clubs if self.cost(club) > bounds[club]], seconds / 10)
            self.assemble()
            self.climb()

    def _alone(self) -> Iterator[Errand]:
        """Every club as if it were alone; while hands work, what clubs share is counted."""
        free = self.desk.charges(np.zeros(0))
        for number, club in enumerate(self.clubs):
            yield self.errand(club, free, FIRST_STEPS, 0)
            if number == len(self.crew.hands):
                self.share()
        self.share()

    def share(self) -> None:
        """Count what the clubs share."""
        if not hasattr(self, "limits"):
            self.limits = limits(self.instance, [sift(self.instance, club) for club in self.instance.clubs.values()])
            self.desk = Desk(self.instance, self.limits)

    def raise_bound(self, bound: float) -> None:
        if bound > self.bound:
            self.bound = bound
            self.report()

    def begin(self) -> None:
        """A complete plan: each club in turn takes the best that is left; who finds nothing goes first next time."""
        order = deque(self.clubs)
        for _ in range(RESTARTS):
            self.chosen, self.duties = {}, {}
            stuck = [club for club in order if not self.place(club)]
            if not stuck:
                return
            for club in stuck:
                order.remove(club)
                order.appendleft(club)

    def place(self, club: str) -> bool:
        """Fit a club in: with what it knows, else with what a search finds, else with what can be proven."""
        if self.fit(club, self.pool[club]):
            return True
        for seconds in (0, 5):
            for report in self.send([self.errand(club, self.left(club), FIRST_STEPS, KICKS, seconds)]):
                if self.fit(club, report.found):
                    return True
        return False

    def climb(self) -> None:
        """Some rounds of prices, each a little nearer to what makes clubs keep out of each other's way."""
        for round in range(ROUNDS):
            prices = self.prices.whole
            charges = self.desk.charges(prices)
            reports = list(self.send([self.errand(club, charges, STEPS, 0 if round == ROUNDS - 1 else None) for club in self.clubs]))
            if len(reports) == len(self.clubs):
                bound = sum(report.bound for report in reports) - self.prices.refund(prices)
                asked = sum((self.desk.asked(report.club, report.asked, charges) for report in reports), np.zeros(1))
                self.prices.learn(bound, asked, min(self.value, 1.05 * bound))
                self.raise_bound(bound)

    def answer(self, clubs: Iterable[str], seconds: float = 0) -> None:
        """Clubs, in turn, answer what all others do."""
        for report in self.send(self.errand(club, self.left(club), STEPS, KICKS, seconds) for club in clubs):
            self.fit(report.club, report.found)

    def assemble(self) -> None:
        """Put a plan together anew from the best schedules under the prices."""
        charges = self.desk.charges(self.prices.best)
        pool = {club: self.promising(club, self.desk.toll(club, charges)) for club in self.clubs}
        assembly = assemble(self.instance, self.desk, self.limits, pool)
        start = {column: float(self.chosen.get(club) == one) for (club, one), column in assembly.schedules.items()}
        for _, answer in self.crew.each([Choice(assembly.program, start, 5)]):
            if answer.values is not None:
                self.chosen = assembly.chosen(answer.values)
                self.duties = assembly.duties_of(answer.values, self.desk)
                self.weigh()

    def promising(self, club: str, toll: Floats) -> dict[Schedule, int]:
        """The club's best schedules under tolls, and the one it has."""
        known = self.pool[club]
        ranked = sorted(known, key=lambda one: known[one] + toll[[pair.slot for pair in one]].sum())
        kept = {*ranked[:COLUMNS], self.chosen[club]} if club in self.chosen else set(ranked[:COLUMNS])
        return {one: known[one] for one in kept}

    def prove(self, seconds: float) -> dict[str, float]:
        """At the best prices, what each club costs at least, proven one after the other, the widest gaps first."""
        prices = self.prices.best
        charges, refund = self.desk.charges(prices), self.prices.refund(prices)
        first = self.send([self.errand(club, charges, 30, 1) for club in self.clubs])
        bounds = {report.club: report.bound for report in first}
        def gap(club: str) -> float:
            return self.cost(club) - bounds[club]
        for limit in (seconds / 10, seconds):
            order = sorted((club for club in bounds if gap(club) > 0), key=gap, reverse=True)
            for report in self.send(self.errand(club, charges, 10, KICKS, limit) for club in order):
                bounds[report.club] = max(bounds[report.club], report.bound)
                self.raise_bound(sum(bounds.values()) - refund)
                self.fit(report.club, report.found)
        return bounds

    def planned(self) -> Planned:
        constant = 0
        if self.impossible or self.best is None:
            return Planned(None, None, None, tuple(self.impossible))
        chosen, duties = self.best
        slots, names = list(self.instance.slots), list(self.instance.facilitators)
        meetings = tuple(
            Placed(club, slots[pair.slot], pair.host, names[who])
            for club, schedule in chosen.items()
            for pair, (who, _) in zip(schedule, duties[club], strict=True)
        )
        return Planned(meetings, round(self.value) + constant, round(min(self.bound, self.value)))
