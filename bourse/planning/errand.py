"""What is done for one club under tolls: a better bound, better schedules, and, when asked, the proof."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np

from bourse.planning.arrays import ClubArrays, Floats, Schedule, Whole, ways
from bourse.planning.improve import improve
from bourse.planning.instance import Instance
from bourse.planning.optimise import optimise, shadow_prices
from bourse.planning.program import Program
from bourse.planning.prove import Proof
from bourse.planning.sift import sift
from bourse.planning.walk import Ascent, Duals, ascend

NOISE = 1e-6  # of sums


@dataclass(frozen=True, eq=False)
class Errand:
    """`start`: a schedule to begin with; `steps` of ascent, `kicks` of search if any, `seconds` for a proof."""

    club: str
    toll: Floats = field(repr=False)
    start: Schedule | None = None
    duals: tuple[Duals, ...] = field(default=(), repr=False)
    steps: int = 0
    kicks: int | None = None
    seconds: float = 0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Report:
    """`bound`: under the tolls; `found`: schedules and what they cost without; `asked`: how often for each slot."""

    club: str
    bound: float
    found: Mapping[Schedule, int]
    duals: tuple[Duals, ...] = field(repr=False)
    asked: Floats = field(repr=False)


@dataclass(frozen=True, eq=False)
class Choice:
    """A program to solve, beginning with an answer that is known."""

    program: Program = field(repr=False)
    start: Mapping[int, float] = field(repr=False)
    seconds: float


@dataclass(frozen=True, eq=False)
class Balance:
    """A program whose rows are to be priced."""

    program: Program = field(repr=False)


Task = Errand | Choice | Balance
Tell = Callable[[Schedule | None, float | None], None]


class Hand:
    """Does tasks, and keeps what it knows of clubs from one to the next."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.seasons: dict[str, tuple[ClubArrays, ...]] = {}

    def do(self, task: Task) -> Any:
        """A report of an errand, the answer to a choice, the prices of a balance."""
        if isinstance(task, Choice):
            return optimise(task.program, task.seconds, task.start)
        if isinstance(task, Balance):
            return shadow_prices(task.program)
        if task.club not in self.seasons:
            self.seasons[task.club] = tuple(ways(sift(self.instance, self.instance.clubs[task.club])))
        return Visit(self.seasons[task.club], task).report()


class Visit:
    """One errand under way: the best schedule so far is the cutoff for everything else."""

    def __init__(self, seasons: tuple[ClubArrays, ...], errand: Errand, tell: Tell = lambda found, bound: None) -> None:
        self.seasons, self.errand, self.tell = seasons, errand, tell
        self.found: dict[Schedule, int] = {}
        self.cutoff = np.inf
        for season in seasons:
            if errand.start is not None and (chosen := season.numbers(errand.start)) is not None:
                self._keep(season, np.array(chosen, np.intp))

    def report(self) -> Report:
        errand = self.errand
        duals = errand.duals or tuple(Duals.first(season) for season in self.seasons)
        ascents = [self._ascend(season, of_way) for season, of_way in zip(self.seasons, duals, strict=True)]
        bounds = [float(np.ceil(ascent.bound - NOISE)) for ascent in ascents]
        asked: Floats = np.zeros(len(errand.toll))
        if bounds:
            cheapest = int(np.argmin(bounds))
            walks, season = ascents[cheapest].walks, self.seasons[cheapest]
            asked = np.bincount(season.slot, walks, minlength=len(asked)).astype(float)
        proofs = [
            Proof(season, errand.toll, ascent.duals, bound)
            for season, ascent, bound in zip(self.seasons, ascents, bounds, strict=True)
        ]
        bound = self._prove(proofs, monotonic() + errand.seconds)
        return Report(errand.club, bound, self.found, tuple(ascent.duals for ascent in ascents), asked)

    def _ascend(self, season: ClubArrays, duals: Duals) -> Ascent:
        """A short look from where the last one ended, schedules from its path, then the rest of the steps."""
        errand = self.errand
        steps = max(1, errand.steps // 2)
        ascent = ascend(season, errand.toll, duals, self._aim(season), steps)
        if errand.kicks is not None and len(ascent.chosen) and ascent.bound < self.cutoff:
            begun = [np.array(season.numbers(known), np.intp) for known in list(self.found) if season.numbers(known)]
            for chosen in improve(season, errand.toll, [ascent.chosen, *begun], errand.kicks, errand.seed):
                self._keep(season, chosen)
        return ascend(season, errand.toll, ascent.duals, self._aim(season), max(1, errand.steps - steps))

    def _aim(self, season: ClubArrays) -> float:
        return min(self.cutoff, season.roof(self.errand.toll))

    def _prove(self, proofs: Sequence[Proof], until: float) -> float:
        """Deepen where the bound is lowest, until it is the cutoff or time is over."""
        while True:
            lowest = min(proofs, key=lambda proof: proof.bound, default=None)
            bound = min(self.cutoff, lowest.bound if lowest else np.inf)
            self.tell(None, bound)
            if lowest is None or bound == self.cutoff or monotonic() >= until:
                return bound
            if (chosen := lowest.deepen(self.cutoff, until)) is not None:
                self._keep(lowest.season, chosen)

    def _keep(self, season: ClubArrays, chosen: Whole) -> None:
        value = season.value(chosen, self.errand.toll)
        if value < np.inf:
            schedule = season.schedule(chosen)
            self.found[schedule] = round(value - self.errand.toll[[pair.slot for pair in schedule]].sum())
            if value < self.cutoff:
                self.cutoff = value
                self.tell(schedule, None)
