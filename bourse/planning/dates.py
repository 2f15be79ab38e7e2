"""Makes the dates that a season's rules allow."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, time, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)


class Slot(NamedTuple):
    """A weekday (Monday is 0) and hours at which a club may meet, on its own clocks."""

    weekday: int
    starts: time
    ends: time


class Candidate(NamedTuple):
    """A day and hours that the rules allow."""

    day: date
    starts: time
    ends: time


def candidates(
    first: date, last: date, slots: Iterable[Slot], is_allowed: Callable[[date], bool] = lambda _day: True
) -> list[Candidate]:
    """Every date of the season, both ends included, in order."""
    slots = sorted(slots)
    allowed = (day for day in _days(first, last) if is_allowed(day))
    return [
        Candidate(day, starts, ends) for day in allowed for weekday, starts, ends in slots if day.weekday() == weekday
    ]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY
