"""Plans many clubs at once: each alone under tolls, which the facilitators they share make dearer or cheaper.

A plan and a bound come nearer to each other. The plan: one club after the other answers what all others do, and the
schedules found on the way are put together anew. The bound: what every club costs at least under tolls, together, less
what the tolls take in (Dantzig & Wolfe 1960). Whatever ends the search, the best plan so far has been told.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf
from time import monotonic

import numpy as np

from bourse.planning.assemble import assemble
from bourse.planning.crew import Crew
from bourse.planning.errand import Balance, Choice, Errand, Report
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.season import Floats, Schedule
from bourse.planning.share import limits
from bourse.planning.sift import Pair, sift
from bourse.planning.tolls import Desk, Duties, Prices
from bourse.planning.walk import Duals

FIRST_STEPS = 40  # of ascent, for each club
STEPS = 16  # of ascent, whenever the tolls have changed
KICKS = 12  # of search, whenever a club answers the others
ROUNDS = 4  # of prices between two looks at the plan
LOOKS = 2  # at the plan before anything is proven
RESTARTS = 12
COLUMNS = 16  # schedules of a club that may go into a plan together
WIDE = 60  # schedules of a club that are weighed against each other
BALANCES = 8  # rounds of prices from schedules
SHARE = 0.1  # of the time that one proof may take at first
BEYOND = 1.05  # what prices aim at while there is no plan
FEW = 5.0  # seconds for what is mostly done in less than one

Tell = Callable[[tuple[Placed, ...] | None, int | None], None]


class Impossible(Exception):
    """There is no plan; `clubs`: those that have no season even alone, if that is why."""

    def __init__(self, clubs: Collection[str]) -> None:
        self.clubs = tuple(clubs)


class Table:
    """Where the clubs' seasons lie while they are fitted together; tells of every better plan and bound."""

    def __init__(self, instance: Instance, crew: Crew, tell: Tell) -> None:
        self.instance, self.crew, self.tell = instance, crew, tell
        self.clubs = [club for club in instance.clubs if instance.clubs[club].meetings]
        others = (club for club in instance.clubs.values() if not club.meetings)
        self.idle = sum(sift(instance, club).constant for club in others)
        self.pool: dict[str, dict[Schedule, int]] = {club: {} for club in self.clubs}
        self.duals: dict[str, tuple[Duals, ...]] = {club: () for club in self.clubs}
        self.chosen: dict[str, Schedule] = {}
        self.duties: dict[str, Duties] = {}
        self.value, self.bound = inf, -inf
        self.errands = 0

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
        """Tell of what is on the table when it is complete and better than any plan before."""
        value = self.idle + sum(self.cost(club) for club in self.clubs)
        if value < self.value:
            self.value = value
            self.tell(self.meetings(), None)

    def meetings(self) -> tuple[Placed, ...]:
        slots, names = list(self.instance.slots), list(self.instance.facilitators)
        return tuple(
            Placed(club, slots[pair.slot], pair.host, names[who])
            for club, schedule in self.chosen.items()
            for pair, (who, _) in zip(schedule, self.duties[club], strict=True)
        )

    def prove_together(self, bounds: Iterable[float], prices: Floats) -> float:
        """What all clubs cost at least, once what they paid is given back."""
        bound = self.idle + sum(bounds) - float((prices * self.desk.most).sum())
        if self.bound < bound < inf:
            self.bound = bound
            self.tell(None, round(bound))
        return bound

    # Errands.

    def send(self, errands: Iterable[Errand]) -> Iterator[Report]:
        """Have errands done, and keep what is found."""
        for report in self.crew.each(errands):
            self.pool[report.club].update(report.found)
            self.duals[report.club] = report.duals
            yield report

    def errand(
        self, club: str, charges: Floats, steps: int = STEPS, kicks: int | None = None, seconds: float = 0
    ) -> Errand:
        """Begins with the best that is known under these charges."""
        toll = self.desk.toll(club, charges)
        self.errands += 1
        start = next(iter(self.ranked(club, toll)), None)
        return Errand(club, toll, start, self.duals[club], steps, kicks, seconds, self.errands)

    def ranked(self, club: str, toll: Floats) -> list[Schedule]:
        """What is known for a club, the cheapest under tolls first."""
        return sorted(self.pool[club], key=lambda one: self.under(toll, club, one))

    def under(self, toll: Floats, club: str, schedule: Schedule) -> float:
        """What a schedule that is known costs under tolls."""
        return self.pool[club][schedule] + float(toll[[pair.slot for pair in schedule]].sum())

    # The search.

    def plan(self, seconds: float, start: Collection[Placed] = ()) -> None:
        """Search until nothing is left between plan and bound, or time is over; raises Impossible."""
        until = monotonic() + seconds
        self.look_at_each(start)
        self.lay(start)
        self.begin()
        if len(self.chosen) < len(self.clubs):
            self.begin_with_any(until - monotonic())
        self.prices = Prices(self.desk)
        for _ in range(LOOKS):
            self.climb()
            self.answer(self.clubs)
            self.assemble()
        while self.bound < self.value:
            self.generate()
            dear = self.prove(until - monotonic())
            self.assemble()
            self.answer(dear, SHARE * seconds)
            self.assemble()

    def look_at_each(self, start: Collection[Placed]) -> None:
        """Every club as if it were alone, and what they share."""
        self.desk = Desk(self.instance, ())
        reports = {report.club: report for report in self.send(self._first_errands(self.schedules(start)))}
        free = self.desk.charges(np.zeros(len(self.limits)))
        unsure = [club for club in self.clubs if not self.pool[club]]
        for report in self.send(self.errand(club, free, FIRST_STEPS, KICKS, FEW) for club in unsure):
            reports[report.club] = report
        self.prove_together((report.bound for report in reports.values()), np.zeros(len(self.limits)))
        if impossible := [club for club in self.clubs if club in reports and reports[club].bound == inf]:
            raise Impossible(impossible)

    def _first_errands(self, starts: Mapping[str, Schedule]) -> Iterator[Errand]:
        """While hands begin with theirs, what clubs share is counted."""
        free = self.desk.charges(np.zeros(0))
        errands = [replace(self.errand(club, free, FIRST_STEPS, 0), start=starts.get(club)) for club in self.clubs]
        yield from errands[:2]
        self.limits = limits(self.instance, [sift(self.instance, club) for club in self.instance.clubs.values()])
        self.desk = Desk(self.instance, self.limits)
        yield from errands[2:]

    def schedules(self, plan: Iterable[Placed]) -> dict[str, Schedule]:
        """What a plan means for each club."""
        pairs = defaultdict(list)
        for placed in plan:
            pairs[placed.club].append(Pair(self.instance.number[placed.slot], placed.host))
        return {club: tuple(sorted(mine)) for club, mine in pairs.items()}

    def lay(self, plan: Collection[Placed]) -> None:
        """Begin from a plan whose schedules are known."""
        numbers = self.instance.number
        for club, schedule in self.schedules(plan).items():
            if schedule in self.pool[club]:
                names = {numbers[placed.slot]: placed.facilitator for placed in plan if placed.club == club}
                self.chosen[club] = schedule
                self.duties[club] = [(self.desk.facilitators[names[pair.slot]], pair.slot) for pair in schedule]
        self.weigh()

    def begin(self) -> None:
        """A complete plan: each club in turn takes the best that is left; who finds nothing goes first next time."""
        order = deque(self.clubs)
        for _ in range(RESTARTS):
            stuck = [club for club in order if not self.place(club)]
            if not stuck:
                return
            for club in stuck:
                order.remove(club)
                order.appendleft(club)
            self.chosen, self.duties = {}, {}

    def begin_with_any(self, seconds: float) -> None:
        """Any plan at all, from a program of all clubs at once."""
        formulation = formulate(self.instance, is_priced=False)
        for answer in self.crew.each([Choice(formulation.program, {}, seconds)]):
            if answer.is_infeasible:
                raise Impossible(())
            if answer.values is not None:
                plan = formulation.plan(answer.values)
                free, starts = self.desk.charges(np.zeros(len(self.limits))), self.schedules(plan)
                list(self.send(replace(self.errand(club, free, 1), start=starts[club]) for club in self.clubs))
                self.lay(plan)

    def place(self, club: str) -> bool:
        """Fit a club in: with what it knows, else with what a search finds, else with what can be proven."""
        if self.fit(club, self.pool[club]) or club in self.chosen:
            return True
        for seconds in (0, FEW):
            for report in self.send([self.errand(club, self.left(club), FIRST_STEPS, KICKS, seconds)]):
                if self.fit(club, report.found):
                    return True
        return False

    def climb(self) -> None:
        """Some rounds of prices, each a little nearer to what makes clubs keep out of each other's way."""
        for left in reversed(range(ROUNDS)):
            prices = self.prices.whole
            charges = self.desk.charges(prices)
            kicks = None if left else 0
            reports = list(self.send([self.errand(club, charges, STEPS, kicks) for club in self.clubs]))
            if len(reports) == len(self.clubs):
                bound = self.prove_together((report.bound for report in reports), prices)
                asked = sum((self.desk.asked(report.club, report.asked, charges) for report in reports), np.zeros(1))
                self.prices.learn(bound, asked, min(self.value, BEYOND * bound))

    def generate(self) -> None:
        """Prices at which schedules that are known are in balance, and schedules that upset it, in turn.

        Column generation: what a search finds is enough to move prices, proofs come later. Prices move half of the
        way, and those are kept at which all clubs together seem to cost most.
        """
        prices, highest = self.prices.best, -inf
        for _ in range(BALANCES):
            charges = self.desk.charges(np.round(prices))
            tolls = {club: self.desk.toll(club, charges) for club in self.clubs}
            for report in self.send([self.errand(club, charges, STEPS, KICKS) for club in self.clubs]):
                self.fit(report.club, report.found)
            together = sum(min(self.under(tolls[club], club, one) for one in self.pool[club]) for club in self.clubs)
            together -= float((np.round(prices) * self.desk.most).sum())
            if together > highest:
                highest = together
                self.prices.settle(np.round(prices))
            prices = (prices + self.balance(tolls)) / 2

    def balance(self, tolls: Mapping[str, Floats]) -> Floats:
        """The prices of limits, were clubs to mix the schedules that are known."""
        pool = {club: self.promising(club, tolls[club], WIDE) for club in self.clubs}
        assembly = assemble(self.instance, self.desk, self.limits, pool)
        prices = np.zeros(len(self.limits))
        for duals in self.crew.each([Balance(assembly.program)]):
            if duals:
                for limit, row in assembly.limits.items():
                    prices[limit] = max(0.0, -duals[row])
        return prices

    def answer(self, clubs: Iterable[str], seconds: float = 0) -> None:
        """Clubs, in turn, answer what all others do."""
        for report in self.send(self.errand(club, self.left(club), STEPS, KICKS, seconds) for club in clubs):
            self.fit(report.club, report.found)

    def assemble(self) -> None:
        """Put a plan together anew from the best schedules under the prices."""
        charges = self.desk.charges(self.prices.best)
        pool = {club: self.promising(club, self.desk.toll(club, charges)) for club in self.clubs}
        assembly = assemble(self.instance, self.desk, self.limits, pool)
        for answer in self.crew.each([Choice(assembly.program, assembly.start(self.chosen), FEW)]):
            if answer.values is not None:
                self.chosen = assembly.chosen(answer.values)
                self.duties = assembly.duties_of(answer.values, self.desk)
                self.weigh()

    def promising(self, club: str, toll: Floats, most: int = COLUMNS) -> dict[Schedule, int]:
        """The club's best schedules under tolls, and the one it has."""
        kept = [*self.ranked(club, toll)[:most], *filter(None, [self.chosen.get(club)])]
        return {schedule: self.pool[club][schedule] for schedule in kept}

    def prove(self, seconds: float) -> list[str]:
        """At the best prices, what each club costs at least, proven one after the other, the widest gaps first.

        Returns the clubs whose schedule in the plan is dearer than that.
        """
        prices = self.prices.best
        charges = self.desk.charges(prices)
        tolls = {club: self.desk.toll(club, charges) for club in self.clubs}
        bounds = dict.fromkeys(self.clubs, -inf)
        for steps, limit in ((2 * STEPS, 0), (STEPS, SHARE * seconds), (STEPS, seconds)):
            lowest = {club: min((self.under(tolls[club], club, one) for one in self.pool[club])) for club in self.clubs}
            gap = {club: lowest[club] - bounds[club] for club in self.clubs}
            order = sorted((club for club in self.clubs if gap[club] > 0), key=lambda club: -gap[club])
            for report in self.send(self.errand(club, charges, steps, KICKS, limit) for club in order):
                bounds[report.club] = max(bounds[report.club], report.bound)
                self.prove_together(bounds.values(), prices)
                self.fit(report.club, report.found)
        return [club for club in self.clubs if self.under(tolls[club], club, self.chosen[club]) > bounds[club]]
