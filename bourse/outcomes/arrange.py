"""The host's order among the ideas kept."""

from collections.abc import Sequence
from enum import StrEnum


class Act(StrEnum):
    """What the host does with a card."""

    keep = "keep"
    up = "up"
    release = "release"
    set_aside = "set_aside"


def arrange(kept: Sequence[int], idea: int, act: Act) -> list[int]:
    """The ids of the ideas kept, in order, after an act on one: kept goes last, up goes one place before."""
    others = [each for each in kept if each != idea]
    if act is Act.keep:
        return list(kept) if idea in kept else [*others, idea]
    if act is Act.up and idea in kept:
        place = max(kept.index(idea) - 1, 0)
        return [*others[:place], idea, *others[place:]]
    return list(kept) if act is Act.up else others
