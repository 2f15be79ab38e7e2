"""Give and take: half-days that the club spent at one's company, and those one spent at others'."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """A meeting of the season. `guests` came besides the host or, before it is over, say that they come."""

    is_over: bool
    at_mine: bool
    guests: int = 0
    i_came: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """Half-days of one member in one season."""

    received: int
    expected: int
    given: int


def balance(visits: Iterable[Visit]) -> Balance:
    """Each guest at my meeting brings me a half-day; each meeting of others where I was takes one of mine."""
    visits = list(visits)
    mine = [visit for visit in visits if visit.at_mine]
    return Balance(
        received=sum(visit.guests for visit in mine if visit.is_over),
        expected=sum(visit.guests for visit in mine if not visit.is_over),
        given=sum(visit.i_came for visit in visits if visit.is_over and not visit.at_mine),
    )
