"""The workshop: what a process of its own does for the planner, told over a line (see apart)."""

import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from bourse.planning.anneal import assign
from bourse.planning.apart import News
from bourse.planning.arrays import Schedule, ways
from bourse.planning.cluster import Cluster, Impossible
from bourse.planning.core import ever_smaller_cores, find_relaxations
from bourse.planning.crew import Crew, Over
from bourse.planning.errand import Errand, Visit
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.optimise import optimise
from bourse.planning.sift import sift
from bourse.planning.table import schedules_of
from bourse.planning.tolls import Desk

HANDS = 2  # a solver each; a second thread gains it nothing
OFTEN = 0.1  # seconds between two reports of a bound
STEPS, KICKS = 160, 8  # of ascent and of search, for a club alone
Tell = Callable[[Any], None]


def alone(tell: Tell, instance: Instance, seconds: float, start: Sequence[Placed] | None) -> None:
    """The cheapest season of one club whose facilitators nobody else wants (see prove)."""
    until = monotonic() + seconds
    if start is None and not (start := _begin(tell, instance, seconds)):
        return
    ((id, club),) = instance.clubs.items()
    choices, desk = sift(instance, club), Desk(instance, ())

    def told(schedule: Schedule | None, bound: float | None) -> None:
        plan = None if schedule is None else tuple(assign(choices, schedule))
        tell(News(plan, None if bound is None else round(bound)))

    toll, begun = desk.toll(id, desk.charges(desk.most)), schedules_of(instance, start)[id]
    errand = Errand(id, toll, begun, steps=STEPS, kicks=KICKS, seconds=until - monotonic())
    Visit(tuple(ways(choices)), errand, told).report()


def plan(tell: Tell, instance: Instance, seconds: float, start: Sequence[Placed] | None) -> None:
    """The cheapest plan by one program of everything, with each better one on the way."""
    until = monotonic() + seconds
    if start is None and not (start := _begin(tell, instance, seconds)):
        return
    formulation = formulate(instance)
    last_told = monotonic()

    def watch(values: Sequence[float] | None, bound: int | None) -> bool:
        nonlocal last_told
        if values is not None or monotonic() > last_told + OFTEN:
            last_told = monotonic()
            tell(News(None if values is None else formulation.plan(values), bound))
        return True

    answer = optimise(formulation.program, until - monotonic(), formulation.start(start), watch)
    tell(News(None if answer.values is None else formulation.plan(answer.values), answer.bound, answer.is_infeasible))


def together(tell: Tell, instance: Instance, seconds: float, start: Sequence[Placed] | None) -> None:
    """Many clubs at once (see cluster), with two hands."""
    until = monotonic() + seconds
    with Crew(instance, HANDS, lambda: monotonic() > until) as crew:
        cluster = Cluster(instance, crew, lambda plan, bound: tell(News(plan, bound)))
        try:
            cluster.plan(seconds, start or ())
        except Over:
            pass
        except Impossible as impossible:
            tell(News(is_infeasible=True, clubs=impossible.clubs))


def _begin(tell: Tell, instance: Instance, seconds: float) -> Sequence[Placed] | None:
    """Some plan, whatever it costs; tells of it, or that there is none."""
    formulation = formulate(instance, is_priced=False)
    answer = optimise(formulation.program, seconds)
    plan = None if answer.values is None else formulation.plan(answer.values)
    tell(News(plan, is_infeasible=answer.is_infeasible))
    return plan


def core(tell: Tell, instance: Instance) -> None:
    """The groups of rules that cannot hold together, fewer and fewer."""
    for found in ever_smaller_cores(instance):
        tell(found)


def relaxations(tell: Tell, instance: Instance, groups: Sequence[str]) -> None:
    """What would make the season possible, each as soon as it is verified."""
    for relaxation in find_relaxations(instance, groups):
        tell(relaxation)


JOBS: Mapping[str, Callable[..., None]] = {job.__name__: job for job in (alone, plan, together, core, relaxations)}


def main(line: Connection) -> None:
    """Do one job after the other until nobody asks any more; None says that a job is done."""
    while True:
        try:
            job, args = line.recv()
        except EOFError:
            return
        JOBS[job](line.send, *args)
        line.send(None)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
