"""When a letter that could not leave is tried again."""

from datetime import datetime, timedelta

STEPS = (1, 5, 15, 30, 60)  # minutes; then hourly
GIVE_UP = timedelta(hours=24)


def next_try(attempts: int, first_deferred: datetime, now: datetime, jitter: float = 0.0) -> datetime | None:
    """The next instant to try after `attempts` deferrals (1 or more), or None when a day of trying is over.

    `jitter` in 0..1 adds up to a tenth of the wait, so that a crowd does not come back at once.
    """
    if now - first_deferred > GIVE_UP:
        return None
    minutes = STEPS[min(attempts, len(STEPS)) - 1]
    return now + timedelta(minutes=minutes * (1 + jitter / 10))
