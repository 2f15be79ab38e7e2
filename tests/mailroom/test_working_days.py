"""When letters may leave by themselves."""

from datetime import UTC, date, datetime

import pytest

from bourse.mailroom.working_days import is_open, is_working_day, opening, openings, working_day

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 25), True),
        (date(2027, 3, 27), False),  # a Saturday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2027, 5, 6), False),  # Ascension Day
        (date(2027, 7, 14), False),
        (date(2035, 5, 1), False),
    ],
)
def test_letters_rest_at_the_weekend_and_on_holidays(day, works):
    assert is_working_day(day) is works


def test_what_falls_on_easter_leaves_after_it_or_before():
    easter = date(2027, 3, 28)
    assert (working_day(easter), working_day(easter, is_early=True)) == (date(2027, 3, 30), date(2027, 3, 26))


@pytest.mark.parametrize(
    ("now", "zone", "may_leave"),
    [
        (datetime(2027, 3, 26, 6, 29, tzinfo=UTC), PARIS, False),
        (datetime(2027, 3, 26, 6, 30, tzinfo=UTC), PARIS, True),  # 07:30 in winter …
        (datetime(2027, 3, 30, 5, 30, tzinfo=UTC), PARIS, True),  # … and in summer
        (datetime(2027, 3, 30, 16, 29, tzinfo=UTC), PARIS, True),
        (datetime(2027, 3, 30, 16, 30, tzinfo=UTC), PARIS, False),
        (datetime(2027, 3, 30, 5, 30, tzinfo=UTC), "America/Montreal", False),
        (datetime(2027, 3, 30, 11, 30, tzinfo=UTC), "America/Montreal", True),
    ],
)
def test_they_leave_in_the_daytime_of_the_club(now, zone, may_leave):
    assert is_open(now, zone) is may_leave


def test_the_mornings_to_come_are_half_past_seven_before_and_after_the_clocks_change():
    friday = datetime(2027, 3, 26, 9, tzinfo=UTC)
    assert list(openings(friday, 5, PARIS)) == [
        datetime(2027, 3, 30, 5, 30, tzinfo=UTC),
        datetime(2027, 3, 31, 5, 30, tzinfo=UTC),
    ]
    assert opening(friday.date(), PARIS) == datetime(2027, 3, 26, 6, 30, tzinfo=UTC)
