"""The workshop: what a process of its own does for the planner, told over a line (see apart)."""

import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

from bourse.planning.apart import Report
from bourse.planning.core import find_core, find_relaxations
from bourse.planning.formulate import formulate
from bourse.planning.instance import Instance, Placed
from bourse.planning.optimise import optimise

OFTEN = 0.1  # seconds between two reports of a bound
Tell = Callable[[Any], None]


def plan(tell: Tell, instance: Instance, seconds: float, start: Sequence[Placed] | None) -> None:
    """The cheapest plan, with each better one on the way; without a start, first any plan at all."""
    until = monotonic() + seconds
    if start is None:
        found = _any_plan(instance, seconds)
        tell(found)
        if found.plan is None:
            return
        start = found.plan
    formulation = formulate(instance)
    last_told = monotonic()

    def watch(values: Sequence[float] | None, bound: int | None) -> bool:
        nonlocal last_told
        if values is not None or monotonic() > last_told + OFTEN:
            last_told = monotonic()
            tell(Report(None if values is None else formulation.plan(values), bound))
        return True

    answer = optimise(formulation.program, until - monotonic(), formulation.start(start), watch)
    tell(Report(None if answer.values is None else formulation.plan(answer.values), answer.bound, answer.is_infeasible))


def _any_plan(instance: Instance, seconds: float) -> Report:
    """Some plan, whatever it costs, or that there is none."""
    formulation = formulate(instance, is_priced=False)
    answer = optimise(formulation.program, seconds)
    plan = None if answer.values is None else formulation.plan(answer.values)
    return Report(plan, is_infeasible=answer.is_infeasible)


def core(tell: Tell, instance: Instance) -> None:
    """The groups of rules that cannot hold together."""
    tell(find_core(instance))


def relaxations(tell: Tell, instance: Instance, groups: Sequence[str]) -> None:
    """What would make the season possible, each as soon as it is verified."""
    for relaxation in find_relaxations(instance, groups):
        tell(relaxation)


JOBS: Mapping[str, Callable[..., None]] = {"plan": plan, "core": core, "relaxations": relaxations}


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
