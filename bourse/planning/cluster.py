"""Plans many clubs at once: each alone under tolls, which the facilitators they share make dearer or cheaper.

A plan and a bound come nearer to each other. The plan: one club after the other answers what all others do, and the
schedules found on the way are put together anew. The bound: what every club costs at least under tolls, together, less
what the tolls take in (Dantzig & Wolfe 1960). Whatever ends the search, the best plan so far has been told.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf
from time import monotonic

import numpy as np

from bourse.planning.arrays import Floats, Schedule
from bourse.planning.assemble import Assembly, assemble
from bourse.planning.crew import Crew
from bourse.planning.errand import Balance, Choice, Errand, Report
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.share import limits
from bourse.planning.sift import sift
from bourse.planning.table import Table, schedules_of
from bourse.planning.tolls import Desk, Prices
from bourse.planning.walk import Duals

FIRST_STEPS = 16  # of ascent, for each club alone
STEPS = 16  # of ascent, whenever the tolls have changed
KICKS = 12  # of search, whenever a club answers the others
ROUNDS = 4  # of prices from paths, between two looks at the plan
LOOKS = 2  # at the plan, before prices come from schedules
BALANCES = 8  # rounds of prices from schedules, before anything is proven
HARDLY, NEAR = 0.5, 4.0  # points by which prices do not move any more, or move all the way
IDLE = 3  # looks without a better plan or bound, after which none is expected
RESTARTS = 12  # of the first plan, with those first for whom nothing was left
COLUMNS = 16  # schedules of a club that may go into a plan together
WIDE = 60  # schedules of a club that are weighed against each other for prices
BEYOND = 1.05  # times the bound: what prices aim at while there is no plan
SHARE = 0.1  # of the time that is left, for one proof at first
FEW = 5.0  # seconds for what mostly takes less than one

Tell = Callable[[tuple[Placed, ...] | None, int | None], None]


class Impossible(Exception):
    """There is no plan; `clubs`: those that have no season even alone, if that is why."""

    def __init__(self, clubs: Collection[str]) -> None:
        self.clubs = tuple(clubs)


class Cluster:
    """A search for the best plan of all clubs; tells of every better plan and of every better bound."""

    def __init__(self, instance: Instance, crew: Crew, tell: Tell) -> None:
        self.instance, self.crew, self.tell = instance, crew, tell
        self.clubs = [club for club in instance.clubs if instance.clubs[club].meetings]
        idle = (club for club in instance.clubs.values() if not club.meetings)
        self.idle = sum(sift(instance, club).constant for club in idle)
        self.pool: dict[str, dict[Schedule, int]] = {club: {} for club in self.clubs}
        self.duals: dict[str, tuple[Duals, ...]] = dict.fromkeys(self.clubs, ())
        self.value, self.bound = inf, -inf
        self.errands = 0

    def plan(self, seconds: float, start: Collection[Placed] = ()) -> None:
        """Search until plan and bound meet or nothing moves, or the crew's time is over; raises Impossible."""
        until = monotonic() + seconds
        self.look_at_each(start)
        self.begin(start)
        if self.value == inf:
            self.begin_with_any(until - monotonic())
        if self.value == inf:
            return
        for _ in range(LOOKS):
            self.climb()
            self.answer(self.clubs)
            self.assemble()
        idle = 0
        while self.bound < self.value and idle < IDLE:
            before = self.value, self.bound
            self.generate()
            dear = self.prove(until - monotonic())
            self.assemble()
            self.answer(dear, SHARE * (until - monotonic()))
            self.assemble()
            idle = idle + 1 if (self.value, self.bound) == before else 0

    # Errands, and what comes of them.

    def errand(
        self, club: str, charges: Floats, steps: int = STEPS, kicks: int | None = None, seconds: float = 0
    ) -> Errand:
        """Begins with the best that is known under these charges."""
        toll = self.desk.toll(club, charges)
        self.errands += 1
        start = next(iter(self.ranked(club, toll)), None)
        return Errand(club, toll, start, self.duals[club], steps, kicks, seconds, self.errands)

    def send(self, errands: Iterable[Errand]) -> Iterator[Report]:
        """Have errands done, and keep what is found."""
        for report in self.crew.each(errands):
            self.pool[report.club].update(report.found)
            self.duals[report.club] = report.duals
            yield report

    def under(self, toll: Floats, club: str, schedule: Schedule) -> float:
        """What a schedule that is known costs under tolls."""
        return self.pool[club][schedule] + float(toll[[pair.slot for pair in schedule]].sum())

    def ranked(self, club: str, toll: Floats) -> list[Schedule]:
        """What is known for a club, the cheapest under tolls first."""
        return sorted(self.pool[club], key=lambda one: self.under(toll, club, one))

    def fit(self, club: str, schedules: Iterable[Schedule]) -> bool:
        """Lay the best schedule for which there is room, and tell when the plan is better than any before."""
        is_fitted = self.table.fit(club, schedules)
        self.tell_of_plan()
        return is_fitted

    def tell_of_plan(self) -> None:
        if (value := self.idle + self.table.value()) < self.value:
            self.value = value
            self.tell(self.table.meetings(), None)

    def tell_of_bound(self, bounds: Iterable[float], prices: Floats) -> float:
        """What all clubs cost at least, once what they paid is given back."""
        bound = self.idle + sum(bounds) - float((prices * self.desk.most).sum())
        if self.bound < bound < inf:
            self.bound = bound
            self.tell(None, round(bound))
        return bound

    # How a plan begins.

    def look_at_each(self, start: Collection[Placed]) -> None:
        """Every club as if it were alone, and what they share."""
        starts = schedules_of(self.instance, start)
        reports = {report.club: report for report in self.send(self._first_errands(starts))}
        free = np.zeros(len(self.desk.most))
        unsure = [club for club in self.clubs if not self.pool[club]]
        again = (self.errand(club, self.desk.charges(free), FIRST_STEPS, KICKS, FEW) for club in unsure)
        reports |= {report.club: report for report in self.send(again)}
        if impossible := [club for club in self.clubs if club in reports and reports[club].bound == inf]:
            raise Impossible(impossible)
        if len(reports) == len(self.clubs):
            self.tell_of_bound((report.bound for report in reports.values()), free)
        self.prices, self.table = Prices(self.desk), Table(self.desk, self.pool)

    def _first_errands(self, starts: Mapping[str, Schedule]) -> Iterator[Errand]:
        """While the hands begin with theirs, what clubs share is counted."""
        self.desk = Desk(self.instance, ())
        free = self.desk.charges(np.zeros(0))
        errands = [replace(self.errand(club, free, FIRST_STEPS, 0), start=starts.get(club)) for club in self.clubs]
        yield from errands[:2]
        self.limits = limits(self.instance, [sift(self.instance, club) for club in self.instance.clubs.values()])
        self.desk = Desk(self.instance, self.limits)
        yield from errands[2:]

    def begin(self, start: Collection[Placed]) -> None:
        """A complete plan: each club in turn takes the best that is left; who finds nothing goes first next time."""
        self.table.lay(start)
        order = deque(self.clubs)
        for _ in range(RESTARTS):
            stuck = [club for club in order if not self.place(club)]
            if not stuck:
                return
            for club in stuck:
                order.remove(club)
                order.appendleft(club)
            self.table.clear()

    def place(self, club: str) -> bool:
        """Fit a club in: with what it knows, else with what a search finds, else with what can be proven."""
        if self.fit(club, self.pool[club]) or club in self.table.chosen:
            return True
        for seconds in (0, FEW):
            errand = self.errand(club, self.table.left(club), FIRST_STEPS, KICKS, seconds)
            if any(self.fit(club, report.found) for report in self.send([errand])):
                return True
        return False

    def begin_with_any(self, seconds: float) -> None:
        """Any plan at all, from a program of all clubs at once."""
        formulation = formulate(self.instance, is_priced=False)
        for answer in self.crew.each([Choice(formulation.program, {}, seconds)]):
            if answer.is_infeasible:
                raise Impossible(())
            if answer.values is not None:
                plan = formulation.plan(answer.values)
                free, starts = self.desk.charges(np.zeros(len(self.limits))), schedules_of(self.instance, plan)
                list(self.send(replace(self.errand(club, free, 1), start=starts[club]) for club in self.clubs))
                self.table.lay(plan)
                self.tell_of_plan()

    # How it gets better.

    def answer(self, clubs: Iterable[str], seconds: float = 0) -> None:
        """Clubs, in turn, answer what all others do."""
        for report in self.send(self.errand(club, self.table.left(club), STEPS, KICKS, seconds) for club in clubs):
            self.fit(report.club, report.found)

    def assemble(self) -> None:
        """Put a plan together anew from the best schedules under the prices."""
        charges = self.desk.charges(self.prices.best)
        assembly = self.assembly({club: self.desk.toll(club, charges) for club in self.clubs}, COLUMNS)
        for answer in self.crew.each([Choice(assembly.program, assembly.start(self.table.chosen), FEW)]):
            if answer.values is not None:
                self.table.chosen = assembly.chosen(answer.values)
                self.table.duties = assembly.duties_of(answer.values, self.desk)
                self.tell_of_plan()

    def assembly(self, tolls: Mapping[str, Floats], most: int) -> Assembly:
        """Of each club, its best schedules under tolls, and the one it has."""
        pool = {}
        for club in self.clubs:
            kept = [*self.ranked(club, tolls[club])[:most], *filter(None, [self.table.chosen.get(club)])]
            pool[club] = {schedule: self.pool[club][schedule] for schedule in kept}
        return assemble(self.desk, self.limits, pool)

    # How much better it can be.

    def climb(self) -> None:
        """Some rounds of prices from paths, each a little nearer to what keeps clubs out of each other's way."""
        for left in reversed(range(ROUNDS)):
            prices = self.prices.whole
            charges = self.desk.charges(prices)
            kicks = None if left else 0
            reports = list(self.send([self.errand(club, charges, STEPS, kicks) for club in self.clubs]))
            if len(reports) == len(self.clubs):
                bound = self.tell_of_bound((report.bound for report in reports), prices)
                asked = sum((self.desk.asked(report.club, report.asked, charges) for report in reports), np.zeros(1))
                self.prices.learn(bound, asked, min(self.value, BEYOND * bound))

    def generate(self) -> None:
        """Prices at which schedules that are known are in balance, and schedules that upset it, in turn.

        What a search finds is enough to move prices; proofs come later. Prices move half of the way, and those are
        kept at which all clubs together seem to cost most.
        """
        prices, highest = self.prices.best, -inf
        for _ in range(BALANCES):
            charges = self.desk.charges(np.round(prices))
            tolls = {club: self.desk.toll(club, charges) for club in self.clubs}
            for report in self.send([self.errand(club, charges, STEPS, KICKS) for club in self.clubs]):
                self.fit(report.club, report.found)
            together = sum(self.lowest(tolls).values()) - float((np.round(prices) * self.desk.most).sum())
            if together > highest:
                highest = together
                self.prices.settle(np.round(prices))
            balance = self.balance(tolls)
            if (off := np.abs(prices - balance).max(initial=0)) < HARDLY:
                return
            prices = balance if off < NEAR else (prices + balance) / 2

    def lowest(self, tolls: Mapping[str, Floats]) -> dict[str, float]:
        """What each club is known to cost at most under tolls."""
        return {club: min(self.under(tolls[club], club, one) for one in self.pool[club]) for club in self.clubs}

    def balance(self, tolls: Mapping[str, Floats]) -> Floats:
        """The prices of limits, were clubs to mix the schedules that are known."""
        assembly = self.assembly(tolls, WIDE)
        prices = np.zeros(len(self.limits))
        for duals in self.crew.each([Balance(assembly.program)]):
            for limit, row in assembly.limits.items() if duals else ():
                prices[limit] = max(0.0, -duals[row])
        return prices

    def prove(self, seconds: float) -> list[str]:
        """At the best prices, what each club costs at least, proven one after the other, the widest gaps first.

        Returns the clubs whose schedule in the plan is dearer than that.
        """
        prices = self.prices.best
        charges = self.desk.charges(prices)
        tolls = {club: self.desk.toll(club, charges) for club in self.clubs}
        bounds = dict.fromkeys(self.clubs, -inf)
        for steps, limit in ((2 * STEPS, 0), (STEPS, SHARE * seconds), (STEPS, seconds)):
            gaps = {club: lowest - bounds[club] for club, lowest in self.lowest(tolls).items()}
            order = sorted((club for club, gap in gaps.items() if gap > 0), key=lambda club: -gaps[club])
            for report in self.send([self.errand(club, charges, steps, KICKS, limit) for club in order]):
                bounds[report.club] = max(bounds[report.club], report.bound)
                self.tell_of_bound(bounds.values(), prices)
                self.fit(report.club, report.found)
        chosen = self.table.chosen
        return [club for club in self.clubs if self.under(tolls[club], club, chosen[club]) > bounds[club]]
