"""Days of the story, counted from the next meeting of the Club Bourse, which is always ten days ahead."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bourse.clock import club_time, instant

DAYS_AHEAD = 10
WORKING_DAY = {5: timedelta(days=-1), 6: timedelta(days=1)}  # Friday for a Saturday, Monday for a Sunday


@dataclass(frozen=True)
class Reckoning:
    """Turns the story's counts of days into dates of one time zone. `next_day`: the day of the next meeting."""

    next_day: date
    zone: str

    @classmethod
    def at(cls, now: datetime, zone: str) -> "Reckoning":
        return cls(club_time(now, zone).date() + timedelta(days=DAYS_AHEAD), zone)

    def day(self, count: int) -> date:
        """`count` days after the next meeting, on a working day; 0 is that meeting's day, whatever it is."""
        return working_day(self.next_day, count) if count else self.next_day

    def instant(self, count: int, wall: time) -> datetime:
        return instant(self.day(count), wall, self.zone)


def working_day(start: date, count: int) -> date:
    """`count` days after `start`, moved by a day when that is a Saturday or a Sunday."""
    day = start + timedelta(days=count)
    return day + WORKING_DAY.get(day.weekday(), timedelta(0))


def season_name(starts_on: date, ends_on: date) -> str:
    """« Saison 2025–2026 », or « Saison 2026 » when it lies within one year."""
    return "Saison " + "–".join(str(year) for year in sorted({starts_on.year, ends_on.year}))
