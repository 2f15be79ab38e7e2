"""Writes a plan in the interchange format `bourse-plan/1`, with the reasons for each meeting."""

from collections.abc import Collection, Mapping
from importlib.metadata import version
from typing import Any

from bourse.planning.explain import Difference, reasons
from bourse.planning.instance import Instance, Placed
from bourse.planning.relax import Change, Relaxation
from bourse.planning.rotate import Found

FORMAT = "bourse-plan/1"


def document(
    instance: Instance,
    found: Found,
    relaxations: Collection[Relaxation] = (),
    worth: Mapping[Placed, Difference] | None = None,
) -> dict[str, Any]:
    """The plan as JSON takes it; `worth`: what the season would cost more without a meeting, where that is known."""
    return {
        "format": FORMAT,
        "instance": instance.id,
        "status": found.status.value,
        "meetings": [_meeting(placed) for placed in found.meetings],
        "objective": found.objective,
        "bound": found.bound,
        "seconds": round(found.seconds, 3),
        "solver": f"bourse, HiGHS {version('highspy')}",
        "core": list(found.core),
        "cores": {club: list(core) for club, core in found.cores.items()},
        "relaxations": [[_change(change) for change in relaxation] for relaxation in relaxations],
        "explain": [_explained(instance, placed, (worth or {}).get(placed)) for placed in found.meetings],
    }


def _meeting(placed: Placed) -> dict[str, str]:
    return {"club": placed.club, "slot": placed.slot, "host": placed.host, "facilitator": placed.facilitator}


def _change(change: Change) -> dict[str, Any]:
    return {"group": change.group, "value": change.value}


def _explained(instance: Instance, placed: Placed, worth: Difference | None) -> dict[str, Any]:
    why = reasons(instance, placed)
    return {
        **_meeting(placed),
        "expected_attendance": why.expected / 100,
        "members": why.members,
        "excused": list(why.excused),
        "waited": why.waited,
        "urgency": why.urgency,
        "km": why.km,
        "far": why.is_far,
        "school_holiday": why.is_school_holiday,
        "first_facilitator": why.is_first_facilitator,
        "next_best_delta": worth.total if worth else None,
        "next_best_scores": dict(worth.scores) if worth else None,
    }
