"""The hours in which letters leave by themselves: working days of France, 07:30 to 18:30 on the club's own clocks."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import holidays

from bourse.clock import club_time, instant

OPENS, CLOSES = time(7, 30), time(18, 30)
A_DAY = timedelta(days=1)


@cache
def _public_holidays() -> Any:
    """At first need, for the library is heavy and the web app has none."""
    return holidays.country_holidays("FR")


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _public_holidays()


def working_day(day: date, is_early: bool = False) -> date:
    """The day itself, else the next working day; `is_early`: else the last one before."""
    while not is_working_day(day):
        day += -A_DAY if is_early else A_DAY
    return day


def is_open(now: datetime, zone: str) -> bool:
    """Whether a letter may leave by itself at `now`."""
    local = club_time(now, zone)
    return OPENS <= local.time() < CLOSES and is_working_day(local.date())


def opening(day: date, zone: str) -> datetime:
    """The instant at which that day's letters leave."""
    return instant(day, OPENS, zone)


def openings(now: datetime, days: int, zone: str) -> Iterator[datetime]:
    """Each time that letters begin to leave, from `now` on, in so many days."""
    today = club_time(now, zone).date()
    for day in (today + n * A_DAY for n in range(days + 1)):
        if is_working_day(day) and opening(day, zone) > now:
            yield opening(day, zone)
