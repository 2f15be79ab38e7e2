"""A season so small that every number can be worked out by hand: four members, three hosts, two meetings."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from bourse.planning.adjust import pin_of
from bourse.planning.instance import Instance, Placed
from bourse.planning.read import parse

SLOTS = {
    "s1": ("2027-01-12", []),  # a Tuesday, the 8th day of the season
    "s2": ("2027-02-09", []),  # four weeks later
    "s3": ("2027-02-11", []),  # the Thursday of that week
    "s4": ("2027-02-18", ["school_holiday"]),
    "s5": ("2027-03-11", []),
    "s6": ("2027-03-30", ["public_holiday"]),
    "s7": ("2027-05-04", []),  # after the season
}
CLUB = {
    "id": "k",
    "name": "Club K",
    "meetings": 2,
    "min_gap_days": 14,
    "target_gap_days": 28,
    "gap_tolerance_days": 7,
    "quorum": 1,
    "school_holidays": "forbid",
    "far_km": 30,
    "facilitators": ["f", "g"],
    "members": [
        {"id": "ann", "company": "a", "answers": "YYYYYYY"},
        {"id": "ben", "company": "b", "answers": "MNYYYYY"},
        {"id": "cid", "company": "c", "answers": "YYYYYYY"},
        {"id": "dan", "company": "d", "answers": "UYYYYYY"},
    ],
    "hosts": [
        {"company": "a", "capacity": 4, "waited": 1, "urgency": 1, "closed": []},
        {"company": "b", "capacity": 4, "waited": 0, "urgency": 0, "closed": []},
        {"company": "c", "capacity": 4, "waited": 2, "urgency": 0, "closed": []},
    ],
}
SEASON: dict[str, Any] = {
    "format": "bourse-instance/1",
    "id": "small",
    "today": "2026-12-20",
    "notice_days": 14,
    "season": {"start": "2027-01-04", "end": "2027-03-31"},
    "p": {"Y": 95, "M": 60, "U": 50, "N": 0},
    "fairness_steps": [20, 50],
    "weights": dict.fromkeys(
        (
            *("attendance", "fairness", "urgency", "waiting", "travel", "far_row"),
            *("cadence", "weekday", "school", "substitute", "stability"),
        ),
        1,
    ),
    "sites": [{"id": site, "lat": 46, "lon": 6} for site in ("north", "middle", "south")],
    "km": [[0, 10, 40], [10, 0, 30], [40, 30, 0]],
    "slots": [
        {"id": id, "start": f"{day}T14:00", "end": f"{day}T18:00", "tags": tags} for id, (day, tags) in SLOTS.items()
    ],
    "companies": [
        {"id": "a", "name": "Alpages", "site": "north", "competitors": []},
        {"id": "b", "name": "Bielles", "site": "middle", "competitors": []},
        {"id": "c", "name": "Cames", "site": "south", "competitors": []},
        {"id": "d", "name": "Douilles", "site": "middle", "competitors": ["c"]},
    ],
    "facilitators": [
        {"id": "f", "unavailable": [], "max_per_week": None},
        {"id": "g", "unavailable": [], "max_per_week": None},
    ],
    "clubs": [CLUB],
}


def document() -> dict[str, Any]:
    """A copy of the small season, to change at will."""
    return deepcopy(SEASON)


def put(changed: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one value replaced: `put(document(), "clubs.0.quorum", 4)`."""
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = changed
    for step in way:
        place = place[step]
    place[last] = value
    return changed


def small(**changes: Any) -> Instance:
    """The small season, its values replaced by paths with two underscores for dots."""
    changed = document()
    for path, value in changes.items():
        put(changed, path.replace("__", "."), value)
    return parse(changed)


def plan(*meetings: str) -> tuple[Placed, ...]:
    """Meetings as `k s1 a f`: club, slot, host, facilitator."""
    return tuple(Placed(*meeting.split()) for meeting in meetings)


def as_json(meetings: tuple[Placed, ...]) -> list[dict[str, str]]:
    return [{"club": one.club, "slot": one.slot, "host": one.host, "facilitator": one.facilitator} for one in meetings]


def locked(instance: Instance, placed: Placed) -> Instance:
    """The season in which every plan has this meeting."""
    pin = pin_of(placed)
    return replace(instance, locked=instance.locked | {pin}, forbidden=instance.forbidden - {pin})
