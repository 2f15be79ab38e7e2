"""Plans a season: a first plan at once, better ones as they are found, and a proof when there is time for one.

Every plan is judged by the count before anybody sees it, and the count's objective is the plan's; never is a plan
incomplete. HiGHS works in a process of its own: when it dies, or is stopped, the best plan so far stands.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import monotonic
from typing import Literal

from bourse.planning.adjust import forbid, only
from bourse.planning.anneal import ROUNDS, plans_at_once
from bourse.planning.apart import Apart, Died
from bourse.planning.count import count
from bourse.planning.explain import Difference, compare
from bourse.planning.instance import Instance, Placed
from bourse.planning.relax import Relaxation
from bourse.planning.share import is_alone

ANNEALING = 1.5  # seconds at most; a quiet machine takes a third of that for a club
FEW = 8  # clubs for which annealing finds a first plan sooner than two hands
MANY = 3  # clubs that are better planned side by side than in one program
SKETCH = 1_000  # rounds of annealing for a club alone, of which the process soon knows better
SECONDS = 10.0
FOR_REASONS = 30.0  # seconds beyond the agreed ones to say why there is no plan

Job = Literal["alone", "plan", "together"]


class Status(StrEnum):
    """How far a plan has come, in the words of the format."""

    optimal = "optimal"
    feasible = "feasible"
    infeasible = "infeasible"
    unknown = "unknown"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known after so many seconds: no objective, no plan yet; no bound, nothing proven."""

    seconds: float
    objective: int | None
    bound: int | None
    meetings: tuple[Placed, ...] = ()  # the best plan so far


@dataclass(frozen=True, slots=True)
class Found:
    """A planned season. `meetings` is whole or empty; `has_died`: the solver ended before its time.

    `cores`: of each club that has no season even alone, among many, its own core; the first is `core`.
    """

    status: Status
    meetings: tuple[Placed, ...] = ()
    objective: int | None = None
    bound: int | None = None
    seconds: float = 0.0
    core: tuple[str, ...] = ()
    has_died: bool = False
    cores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Best:
    """The best plan so far and what is proven; tells whoever watches of each step."""

    instance: Instance
    watch: Callable[[Progress], None]
    began: float = field(default_factory=monotonic)
    meetings: tuple[Placed, ...] = ()
    objective: int | None = None
    bound: int | None = None
    is_infeasible: bool = False
    clubs: tuple[str, ...] = ()

    def take(self, plan: Sequence[Placed] | None, bound: int | None = None) -> None:
        """Learn of a plan or a bound; a plan that breaks any rule is no plan, whoever made it."""
        if plan is not None:
            counted = count(self.instance, plan)
            if not counted.breaches and (self.objective is None or counted.objective < self.objective):
                self.meetings, self.objective = tuple(plan), counted.objective
        if bound is not None:
            self.bound = bound if self.bound is None else max(bound, self.bound)
        self.watch(Progress(self.seconds, self.objective, self._proven, self.meetings))

    @property
    def seconds(self) -> float:
        return monotonic() - self.began

    @property
    def _proven(self) -> int | None:
        """The bound; no plan is cheaper than the best one, whatever floating point says."""
        return self.bound if self.bound is None or self.objective is None else min(self.bound, self.objective)

    @property
    def status(self) -> Status:
        if self.is_infeasible:
            return Status.infeasible
        if self.objective is None:
            return Status.unknown
        return Status.optimal if self._proven == self.objective else Status.feasible

    def found(self, has_died: bool = False) -> Found:
        return Found(self.status, self.meetings, self.objective, self._proven, self.seconds, has_died=has_died)


def rotate(
    instance: Instance,
    seconds: float = SECONDS,
    watch: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Found:
    """The best plan found within so many seconds, or the core of rules that leave none."""
    best = Best(instance, watch)
    until = best.began + seconds
    with Apart() as process:
        job = _job(instance)
        for plan in _plans_at_once(instance, job, seconds):
            best.take(plan)
        try:
            _search(best, process, job, until, should_stop)
            if best.is_infeasible:
                return _with_cores(best, process, until + FOR_REASONS, should_stop)
        except Died:
            return best.found(has_died=True)
    return best.found()


def _job(instance: Instance) -> Job:
    """How the season is planned."""
    if len(instance.clubs) >= MANY:
        return "together"
    return "alone" if is_alone(instance) else "plan"


def _plans_at_once(instance: Instance, job: Job, seconds: float) -> Iterator[tuple[Placed, ...]]:
    """Just one where better ones are found as soon as the process is there."""
    if len(instance.clubs) > FEW:
        return iter(())
    return plans_at_once(instance, min(ANNEALING, seconds / 4), SKETCH if job == "alone" else ROUNDS)


def _search(best: Best, process: Apart, job: Job, until: float, should_stop: Callable[[], bool]) -> None:
    start = best.meetings if best.objective is not None else None
    left = until - monotonic()
    for report in process.work(job, best.instance, left, start, until=until, should_stop=should_stop):
        best.take(report.plan, report.bound)
        best.clubs = report.clubs
        best.is_infeasible = report.is_infeasible and best.objective is None


def _with_cores(best: Best, process: Apart, until: float, should_stop: Callable[[], bool]) -> Found:
    """Why there is no plan; club by club where clubs have none even alone."""
    seasons = {club: only(best.instance, club) for club in best.clubs} or {"": best.instance}
    cores = {}
    for club, season in seasons.items():
        for cores[club] in process.work("core", season, until=until, should_stop=should_stop):
            pass  # each is smaller than the one before
    return replace(
        best.found(),
        core=next(iter(cores.values()), ()),
        cores={club: core for club, core in cores.items() if club},
    )


def relax(instance: Instance, core: Sequence[str], seconds: float = FOR_REASONS) -> tuple[Relaxation, ...]:
    """The smallest changes, each verified, that would make an impossible season possible: those that were found."""
    found: list[Relaxation] = []
    with Apart() as process, suppress(Died):
        found.extend(process.work("relaxations", instance, core, until=monotonic() + seconds))
    return tuple(found)


def next_best(
    instance: Instance, plan: Collection[Placed], placed: Placed, seconds: float = SECONDS
) -> Difference | None:
    """What the best season without this date and host together costs more; None when there is none, or it is past."""
    if placed in instance.fixed:
        return None
    other = rotate(forbid(instance, placed), seconds)
    return compare(instance, plan, other.meetings) if other.meetings else None
