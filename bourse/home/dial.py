"""One turn of the season ring: which year it shows, where each meeting stands on it, and the numbers beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from markupsafe import Markup

from bourse.figures import Mark, season_ring

Standing = Literal["past", "next", "todo"]
SUMMER = ((7, 1), (8, 31))


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many are invited to a meeting, say yes, say « if need be », were there, and wait for a place.

    `visitors` and `perhaps` are the yes and the « if need be » of those besides the host.
    """

    invited: int = 0
    yes: int = 0
    maybe: int = 0
    present: int = 0
    visitors: int = 0
    perhaps: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A meeting on the dial; `meeting` is the caller's own handle."""

    meeting: Any
    on: date
    number: int
    standing: Standing
    turnout: Turnout = Turnout()
    is_full: bool = False  # to whoever looks, who is to know nothing more


def season_at(seasons: Sequence[Any], today: date) -> Any | None:
    """Of seasons with `starts_on` and `ends_on`, in order: the one that runs, else the next one, else the last."""
    to_come = [season for season in seasons if season.ends_on >= today]
    return (to_come or list(seasons)[-1:] or [None])[0]


def turn_from(starts_on: date | None, today: date) -> tuple[date, date]:
    """First and last day of the turn: a year from the season's first month, or from September when there is none."""
    first = starts_on or date(today.year - (today.month < 9), 9, 1)
    first = first.replace(day=1)
    return first, date.fromordinal(first.replace(year=first.year + 1).toordinal() - 1)


def ring(
    first: date, places: Iterable[Place], *, seats: int, length: int, today: date, months: Sequence[str], caption: str
) -> Markup:
    """The drawing; `length` is how many meetings the season is to have."""
    places = list(places)
    held, all_told = sum(place.standing == "past" for place in places), max(length, len(places))
    last = turn_from(first, today)[1]
    return season_ring(
        first,
        [_mark(place) for place in places],
        seats=max([seats, *(place.turnout.invited for place in places)]),
        months=months,
        today=today if first <= today <= last else None,
        centre=(f"{held}/{all_told}", caption) if all_told else ("", ""),
        pause=_summer(first),
    )


def _mark(place: Place) -> Mark:
    """What was, where it is over; else who is expected."""
    if place.is_full:
        return Mark(place.on, str(place.number), place.standing, is_full=True)
    if place.standing == "past":
        return Mark(place.on, str(place.number), "past", place.turnout.present)
    return Mark(place.on, str(place.number), place.standing, place.turnout.yes, place.turnout.maybe)


def _summer(first: date) -> tuple[date, date] | None:
    """July and August, where the turn does not cut them."""
    year = first.year + (first.month > 7)
    return None if first.month == 8 else (date(year, *SUMMER[0]), date(year, *SUMMER[1]))
