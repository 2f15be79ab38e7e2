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
from bourse.planning.errand import Choice, Errand, Report
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
SHARE = 0.1  # of the time that one proof may take at first
BEYOND = 1.05  # what prices aim at while there is no plan
FEW = 5.0  # seconds for what is mostly done in less than one

Tell = Callable[[tuple[Placed, ...] | None, int | None], None]


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
        known = self.pool[club]
        return sorted(known, key=lambda one: known[one] + toll[[pair.slot for pair in one]].sum())

    # The search.

    def plan(self, seconds: float, start: Collection[Placed] = ()) -> Collection[str]:
        """Search until nothing is left between plan and bound, or time is over.

        Clubs that are returned can have no season at all, not even alone.
        """
        until = monotonic() + seconds
        if impossible := self.look_at_each(start):
            return impossible
        self.lay(start)
        self.begin()
        if len(self.chosen) < len(self.clubs) and not self.begin_with_any(until - monotonic()):
            return self.clubs
        self.prices = Prices(self.desk)
        for _ in range(LOOKS):
            self.climb()
            self.answer(self.clubs)
            self.assemble()
        while self.bound < self.value:
            bounds = self.prove(until - monotonic())
            self.assemble()
            self.answer([club for club in self.clubs if self.cost(club) > bounds[club]], SHARE * seconds)
            self.assemble()
            self.climb()
        return ()

    def look_at_each(self, start: Collection[Placed]) -> Collection[str]:
        """Every club as if it were alone, and what they share; clubs for which there is nothing at all."""
        self.desk = Desk(self.instance, ())
        reports = {report.club: report for report in self.send(self._first_errands(self.schedules(start)))}
        free = self.desk.charges(np.zeros(len(self.limits)))
        unsure = [club for club in self.clubs if not self.pool[club]]
        for report in self.send(self.errand(club, free, FIRST_STEPS, KICKS, FEW) for club in unsure):
            reports[report.club] = report
        self.prove_together((report.bound for report in reports.values()), np.zeros(len(self.limits)))
        return [club for club, report in reports.items() if report.bound == inf]

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

    def begin_with_any(self, seconds: float) -> bool:
        """Any plan at all, from a program of all clubs at once; False when it says that there is none."""
        formulation = formulate(self.instance, is_priced=False)
        for answer in self.crew.each([Choice(formulation.program, {}, seconds)]):
            if answer.is_infeasible:
                return False
            if answer.values is not None:
                plan = formulation.plan(answer.values)
                free, starts = self.desk.charges(np.zeros(len(self.limits))), self.schedules(plan)
                list(self.send(replace(self.errand(club, free, 1), start=starts[club]) for club in self.clubs))
                self.lay(plan)
        return True

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

    def promising(self, club: str, toll: Floats) -> dict[Schedule, int]:
        """The club's best schedules under tolls, and the one it has."""
        kept = [*self.ranked(club, toll)[:COLUMNS], *filter(None, [self.chosen.get(club)])]
        return {schedule: self.pool[club][schedule] for schedule in kept}

    def prove(self, seconds: float) -> dict[str, float]:
        """At the best prices, what each club costs at least, proven one after the other, the widest gaps first."""
        prices = self.prices.best
        charges = self.desk.charges(prices)
        bounds = dict.fromkeys(self.clubs, -inf)
        for steps, limit in ((2 * STEPS, 0), (STEPS, SHARE * seconds), (STEPS, seconds)):
            gap = {club: self.cost(club) - bounds[club] for club in self.clubs}
            order = sorted((club for club in self.clubs if gap[club] > 0), key=lambda club: -gap[club])
            for report in self.send(self.errand(club, charges, steps, KICKS, limit) for club in order):
                bounds[report.club] = max(bounds[report.club], report.bound)
                self.prove_together(bounds.values(), prices)
                self.fit(report.club, report.found)
        return bounds
