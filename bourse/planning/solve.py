"""Solves a proposal and tells of each step: the first plan, better ones, the proof, and then the reasons."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bourse.planning.adjust import forbid, pin_of
from bourse.planning.explain import compare
from bourse.planning.instance import Instance, Placed
from bourse.planning.relax import Relaxation
from bourse.planning.rotate import Found, Progress, Status, relax, rotate

SECONDS = 20.0
SECONDS_TOGETHER = 60.0  # for several clubs at once
FOR_ONE = 4.0  # seconds to find the best season without one of its meetings
OFTEN = 0.5  # seconds between two words to whoever watches

Tell = Callable[..., bool]  # told what was found; False when it is time to stop


@dataclass
class Teller:
    """Passes on what is found, at most twice a second, and remembers that it is time to stop.

    `best` is the objective of the best plan so far, which may be that of a process that ended before.
    """

    tell: Tell
    best: int | None = None
    has_to_stop: bool = False
    said_at: float = field(default_factory=monotonic)
    found: dict[str, Any] = field(default_factory=dict)

    def note(self, progress: Progress) -> None:
        self.found |= {"bound": progress.bound, "seconds": progress.seconds}
        if progress.objective is not None and (self.best is None or progress.objective < self.best):
            self.best = progress.objective
            self.found |= {"objective": progress.objective, "meetings": listed(progress.meetings)}

    def should_stop(self) -> bool:
        if monotonic() > self.said_at + OFTEN:
            self.speak()
        return self.has_to_stop

    def speak(self, **more: Any) -> None:
        """Tells what has not been told yet, now."""
        self.said_at, found, self.found = monotonic(), self.found, {}
        self.has_to_stop = not self.tell(**found | more)


def search(instance: Instance, teller: Teller, seconds: float = SECONDS) -> Found:
    """The best plan in the time there is; everything found on the way is told."""
    found = rotate(instance, seconds, teller.note, teller.should_stop)
    teller.note(Progress(found.seconds, found.objective, found.bound, found.meetings))
    return found


def status(found: Found, best: int | None) -> Status:
    """How far the best plan is proven, whoever found it."""
    if best is None or found.status is Status.infeasible:
        return found.status
    return Status.optimal if found.bound is not None and found.bound >= best else Status.feasible


def ways_out(instance: Instance, core: Sequence[str]) -> dict[str, Any]:
    """Why there is no plan, and the smallest changes that would allow one, to be kept."""
    relaxations: Sequence[Relaxation] = relax(instance, core) if core else ()
    return {
        "core": list(core),
        "relaxations": [[[change.group, change.value] for change in each] for each in relaxations],
    }


def worth(instance: Instance, plan: Sequence[Placed], placed: Placed, teller: Teller) -> dict[str, Any] | None:
    """What the best season without this date and host together would cost; None where there is no choice."""
    if placed in instance.fixed or pin_of(placed) in instance.locked:
        return None
    other = rotate(forbid(instance, placed), FOR_ONE, should_stop=teller.should_stop)
    return scored(instance, plan, other.meetings) if other.meetings else None


def scored(instance: Instance, before: Sequence[Placed], after: Sequence[Placed]) -> dict[str, Any]:
    """What the second plan costs more than the first: score by score before weights, and in all with them."""
    difference = compare(instance, before, after)
    bare = {score: points // instance.weights[score] for score, points in difference.scores.items()}
    return {"scores": bare, "total": difference.total}


def listed(plan: Sequence[Placed]) -> str:
    """A plan as a text to keep."""
    return json.dumps([[each.club, each.slot, each.host, each.facilitator] for each in plan])


def placed_in(text: str) -> tuple[Placed, ...]:
    """The plan that was kept as a text."""
    return tuple(Placed(*each) for each in json.loads(text))


def key(placed: Placed) -> str:
    """Names a meeting of a plan where something is kept about it."""
    return f"{placed.slot}/{placed.host}"


def kept(reasons: Mapping[str, Any]) -> str:
    return json.dumps(reasons)
