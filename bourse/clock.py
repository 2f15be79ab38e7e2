"""The only "now", and club time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_lead = timedelta(0)


class NoSuchTime(ValueError):
    """The wall time does not exist in that zone: clocks jump over it."""


def start(at: datetime | None) -> None:
    """Lets "now" start at the instant `at` and run on; None is the real time."""
    global _lead
    _lead = at - datetime.now(UTC) if at else timedelta(0)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC) + _lead


def club_time(instant: datetime, zone: str) -> datetime:
    """An instant as the wall clock of a club shows it."""
    return instant.astimezone(ZoneInfo(zone))


def instant(day: date, wall: time, zone: str) -> datetime:
    """The UTC instant of a wall time; of an hour that comes twice, the first. Raises NoSuchTime for one jumped over."""
    local = datetime.combine(day, wall, ZoneInfo(zone))
    utc = local.astimezone(UTC)
    if utc.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(f"{day} {wall} {zone}")
    return utc
