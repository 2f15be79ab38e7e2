"""Which companies a host keeps out: what his page changes, and who is to be told of it by telephone."""

from collections.abc import Collection
from typing import NamedTuple


class Changes(NamedTuple):
    """The companies that are kept out from now on, and those that are let in again."""

    excluded: set[int]
    let_in: set[int]


def changes(shown: Collection[int], ticked: Collection[int], stored: Collection[int]) -> Changes:
    """What a page changes: where its ticks differ from those it showed and from what is stored.

    What somebody else chose meanwhile stays: a page that is out of date lets nobody in.
    """
    return Changes(set(ticked) - set(shown) - set(stored), (set(shown) - set(ticked)) & set(stored))
