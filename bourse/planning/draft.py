"""A plan on a screen with what was settled there by hand: kept as a text, and carried on to another plan."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bourse.planning.instance import Instance, Pin, Placed


@dataclass(frozen=True)
class Draft:
    """A plan on a screen: its meetings, what is locked there and what was ruled out."""

    meetings: tuple[Placed, ...]
    locked: frozenset[Pin] = frozenset()
    forbidden: frozenset[Pin] = frozenset()

    @property
    def by_hand(self) -> "Draft":
        """What was locked and ruled out, in whichever plan."""
        return replace(self, meetings=())


def written(draft: Draft) -> str:
    """The draft as a text to keep."""
    meetings = [[each.club, each.slot, each.host, each.facilitator] for each in draft.meetings]
    return json.dumps({"meetings": meetings, **by_hand(draft.locked, draft.forbidden)})


def by_hand(locked: Iterable[Pin] = (), forbidden: Iterable[Pin] = ()) -> dict[str, list[list[str]]]:
    return {"locked": sorted(map(list, locked)), "forbidden": sorted(map(list, forbidden))}


def drafted(kept: Mapping[str, Any]) -> Draft:
    """The draft that was written."""
    return Draft(tuple(Placed(*each) for each in kept["meetings"]), pins_in(kept["locked"]), pins_in(kept["forbidden"]))


def pins_in(rows: Iterable[Sequence[str]]) -> frozenset[Pin]:
    return frozenset((club, slot, host) for club, slot, host in rows)


def settle(instance: Instance, draft: Draft) -> Instance:
    """The season in which the draft's locks and refusals hold."""
    return replace(instance, locked=draft.locked, forbidden=draft.forbidden)


def carried(hand: Draft, before: Mapping[str, Any], after: Mapping[str, Any]) -> Draft:
    """What somebody settled by hand in a plan made from one document, in the words of another.

    A day is told by its hour: a date that went and came back has another number, and its number may be another's.
    """
    starts = {slot["id"]: slot["start"] for slot in before["slots"]}
    ids = {slot["start"]: slot["id"] for slot in after["slots"]}
    hosts = {host["company"] for club in after["clubs"] for host in club["hosts"]}

    def there(pins: Iterable[Pin]) -> frozenset[Pin]:
        found = ((club, ids.get(starts.get(slot, "")), host) for club, slot, host in pins if host in hosts)
        return frozenset((club, slot, host) for club, slot, host in found if slot)

    return replace(hand, locked=there(hand.locked), forbidden=there(hand.forbidden))
