"""Who gets a seat: a yes takes one of the places for visitors, or waits until one is free."""

from collections.abc import Sequence
from typing import TypeVar

from bourse.meetings.states import Answer
from bourse.words import _

COMING = (Answer.accepted, Answer.tentative)

Waiting = TypeVar("Waiting")


def capacity(own: int | None, of_club: int, of_site: int | None) -> int:
    """How many visitors there is room for: what was set for the meeting, else the less of what club and site hold."""
    return own or min(of_club, of_site or of_club)


def settle(said: Answer, *, has_seat: bool, free: int) -> Answer:
    """What an answer becomes: a yes, « if need be » too, waits when no place is free; who has one keeps it."""
    return Answer.waiting if said in COMING and not has_seat and free <= 0 else said


def seated(queue: Sequence[Waiting], free: int) -> Sequence[Waiting]:
    """Those of the queue for whom there is a place now."""
    return queue[: max(free, 0)]


def rank_in_words(rank: int) -> str:
    """One's own place on the waiting list, from 1."""
    if rank == 1:
        return _("La rencontre est complète : vous êtes en tête de la liste d'attente.")
    return _("La rencontre est complète : vous êtes %(rank)se sur la liste d'attente.", rank=rank)
