"""A plan or a season with one thing changed: a meeting exchanged, one forbidden, one club alone."""

from collections.abc import Collection
from dataclasses import replace

from bourse.planning.instance import Instance, Pin, Placed


def pin_of(placed: Placed) -> Pin:
    """What of a meeting can be locked or forbidden: its club, date and host."""
    return placed.club, placed.slot, placed.host


def forbid(instance: Instance, placed: Placed) -> Instance:
    """The season in which no plan has this meeting."""
    pin = pin_of(placed)
    return replace(instance, forbidden=instance.forbidden | {pin}, locked=instance.locked - {pin})


def exchange(plan: Collection[Placed], old: Placed, new: Placed) -> tuple[Placed, ...]:
    """The plan with one meeting instead of another."""
    return tuple(new if placed == old else placed for placed in plan)


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
