"""Why each meeting stands where it stands: facts for people to weigh, and what doing without it would cost."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bourse.planning.count import count
from bourse.planning.instance import SCORES, Instance, Placed


@dataclass(frozen=True, slots=True)
class Reasons:
    """Of one meeting. `expected`: people, in hundredths; `excused`: members who compete with the host.

    `waited` and `urgency` are None for a host that is none of the club's any more.
    """

    placed: Placed
    expected: int
    members: int
    excused: tuple[str, ...]
    waited: int | None
    urgency: int | None
    km: int
    is_far: bool
    is_school_holiday: bool
    is_first_facilitator: bool


def reasons(instance: Instance, placed: Placed) -> Reasons:
    """What speaks for a meeting, and against."""
    club = instance.clubs[placed.club]
    coming = {member.id: instance.presence(member, placed.slot, placed.host) for member in club.members}
    host = club.hosts.get(placed.host)
    drivers = [member for member in club.members if coming[member.id] is not None]
    return Reasons(
        placed=placed,
        expected=sum(percent or 0 for percent in coming.values()),
        members=len(club.members),
        excused=tuple(id for id, percent in coming.items() if percent is None),
        waited=host.waited if host else None,
        urgency=host.urgency if host else None,
        km=sum(instance.distance(member.company, placed.host) for member in drivers),
        is_far=instance.is_far(club, placed.host),
        is_school_holiday=instance.slots[placed.slot].is_school_holiday,
        is_first_facilitator=placed.facilitator == club.facilitators[0],
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Between two plans, in weighted points: score by score what changes, and in all; below 0 is cheaper."""

    scores: Mapping[str, int]
    total: int


def compare(instance: Instance, before: Collection[Placed], after: Collection[Placed]) -> Difference:
    """What the second plan costs more than the first."""
    old, new = (count(instance, plan).scores for plan in (before, after))
    changes = {score: instance.weights[score] * (new[score] - old[score]) for score in SCORES}
    return Difference({score: points for score, points in changes.items() if points}, sum(changes.values()))
