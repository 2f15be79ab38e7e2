"""Club time across the changes of the clock."""

from datetime import UTC, date, datetime, time

import pytest

from bourse import clock

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        (date(2026, 10, 24), 12),
        (date(2026, 10, 25), 13),
        (date(2027, 3, 27), 13),
        (date(2027, 3, 28), 12),
        (date(2028, 2, 29), 13),
    ],
)
def test_two_in_the_afternoon_stays_two_in_the_afternoon(day, utc_hour):
    instant = clock.instant(day, time(14), PARIS)
    assert instant == datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
    assert clock.club_time(instant, PARIS).hour == 14


def test_an_hour_that_the_clock_jumps_over_is_refused():
    with pytest.raises(clock.NoSuchTime):
        clock.instant(date(2027, 3, 28), time(2, 30), PARIS)


def test_an_hour_that_comes_twice_is_the_first():
    assert clock.instant(date(2026, 10, 25), time(2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_rehearsal_starts_at_its_instant_and_runs_on():
    try:
        clock.start(datetime(2026, 3, 2, 9, tzinfo=UTC))
        first = clock.now()
        assert (first - datetime(2026, 3, 2, 9, tzinfo=UTC)).total_seconds() < 1
        assert clock.now() >= first
    finally:
        clock.start(None)
