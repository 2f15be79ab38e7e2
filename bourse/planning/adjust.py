"""A plan adjusted by hand: what somebody locks, forbids or moves, and what that breaks and costs, at once."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bourse.planning.count import Breach, count
from bourse.planning.explain import Difference, compare
from bourse.planning.instance import Instance, Pin, Placed


def pin_of(placed: Placed) -> Pin:
    """What of a meeting can be locked or forbidden: its club, date and host."""
    return placed.club, placed.slot, placed.host


def lock(instance: Instance, placed: Placed) -> Instance:
    """The season in which every plan has this meeting, whoever facilitates."""
    pin = pin_of(placed)
    return replace(instance, locked=instance.locked | {pin}, forbidden=instance.forbidden - {pin})


def forbid(instance: Instance, placed: Placed) -> Instance:
    """The season in which no plan has this meeting."""
    pin = pin_of(placed)
    return replace(instance, forbidden=instance.forbidden | {pin}, locked=instance.locked - {pin})


def release(instance: Instance, placed: Placed) -> Instance:
    """The season in which plans may have this meeting, or not."""
    pin = {pin_of(placed)}
    return replace(instance, locked=instance.locked - pin, forbidden=instance.forbidden - pin)


def exchange(plan: Collection[Placed], old: Placed, new: Placed) -> tuple[Placed, ...]:
    """The plan with one meeting instead of another."""
    return tuple(new if placed == old else placed for placed in plan)


@dataclass(frozen=True, slots=True)
class Verdict:
    """On a plan changed by hand: the rules it breaks, by name, and what it costs more than the one before."""

    breaches: tuple[Breach, ...]
    difference: Difference


def judge(instance: Instance, before: Collection[Placed], after: Collection[Placed]) -> Verdict:
    """Judge a change by the count, in milliseconds."""
    return Verdict(count(instance, after).breaches, compare(instance, before, after))


def only(instance: Instance, club: str) -> Instance:
    """The season of one club, as if there were no other."""
    return replace(
        instance.of(club),
        clubs={club: instance.clubs[club]},
        fixed=tuple(placed for placed in instance.fixed if placed.club == club),
        published=tuple(known for known in instance.published if known.club == club),
        locked=frozenset(pin for pin in instance.locked if pin[0] == club),
        forbidden=frozenset(pin for pin in instance.forbidden if pin[0] == club),
    )
