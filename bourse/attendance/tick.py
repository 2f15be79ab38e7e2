"""When presence may be noted, and which ticks are news."""

from collections.abc import Mapping
from datetime import datetime

from bourse.clock import club_time


def is_the_day(starts_at: datetime, now: datetime, zone: str) -> bool:
    """Whether the meeting's day has come, in club time: nobody was anywhere before."""
    return club_time(now, zone).date() >= club_time(starts_at, zone).date()


def news(shown: Mapping[int, str], chosen: Mapping[int, str], stored: Mapping[int, str]) -> dict[int, str]:
    """The ticks to write: those that differ from what the form showed and from what is stored.

    What somebody else noted meanwhile stays, unless it was ticked here as well.
    """
    changed = {key: value for key, value in chosen.items() if value and value != shown.get(key, "")}
    return {key: value for key, value in changed.items() if value != stored.get(key, "")}
