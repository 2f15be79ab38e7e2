"""What each person may see of the cards now, and what changed since revision n."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar


class Phase(StrEnum):
    """Where the board stands."""

    waiting = "waiting"
    writing = "writing"
    revealed = "revealed"
    closed = "closed"


class IdeaKind(StrEnum):
    idea = "idea"
    experience = "experience"
    contact = "contact"
    resource = "resource"
    warning = "warning"


class IdeaState(StrEnum):
    private = "private"
    withdrawn = "withdrawn"  # by its author, before anybody saw it; it can be put back
    revealed = "revealed"
    kept = "kept"
    starred = "starred"
    set_aside = "set_aside"


UNSEEN = (IdeaState.private, IdeaState.withdrawn)
IN_THE_MINUTES = (IdeaState.kept, IdeaState.starred)


class Card(Protocol):
    """What the rules look at in a card."""

    author_id: int | None
    state: IdeaState
    revision: int


C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Reader:
    """Who looks at the board: host or facilitator (`leads`), attending (`is_in_the_room`), or neither."""

    person_id: int
    leads: bool
    is_in_the_room: bool


@dataclass(frozen=True)
class Tally:
    """How many cards there are, how many of them wait to be revealed, and how many people wrote."""

    cards: int
    waiting: int
    writers: int


def takes_cards(phase: Phase) -> bool:
    """Whether a card may still come in. One that comes after the reveal (a phone was offline) waits for the next."""
    return phase in (Phase.writing, Phase.revealed)


def may_see(card: Card, reader: Reader, phase: Phase, *, all_stay: bool, minutes_open: bool) -> bool:
    """One's own card always; another's from the reveal on; after the close all if all stay, else those in the minutes.

    `minutes_open`: whether the host lets those who came read the minutes.
    """
    if card.author_id == reader.person_id:
        return True
    if card.state in UNSEEN:
        return False
    if reader.leads:
        return True
    if not reader.is_in_the_room:
        return False
    return phase is not Phase.closed or all_stay or (minutes_open and card.state in IN_THE_MINUTES)


def may_see_choices(reader: Reader, phase: Phase, *, minutes_open: bool) -> bool:
    """Whether the reader knows what was kept and set aside: the room does once the minutes can be read."""
    return reader.leads or (reader.is_in_the_room and phase is Phase.closed and minutes_open)


def gather(
    cards: Iterable[C], reader: Reader, phase: Phase, *, all_stay: bool, minutes_open: bool, since: int = 0
) -> tuple[list[C], list[C]]:
    """The cards that the reader may see and that changed after the revision `since`; apart, those withdrawn."""
    stays = {"all_stay": all_stay, "minutes_open": minutes_open}
    changed = [card for card in cards if card.revision > since and may_see(card, reader, phase, **stays)]
    standing = [card for card in changed if card.state is not IdeaState.withdrawn]
    return standing, [card for card in changed if card.state is IdeaState.withdrawn]


def count(cards: Collection[Card]) -> Tally:
    """What the host and the facilitator may know while people write."""
    standing = [card for card in cards if card.state is not IdeaState.withdrawn]
    waiting = sum(card.state is IdeaState.private for card in standing)
    return Tally(len(standing), waiting, len({card.author_id for card in standing}))
