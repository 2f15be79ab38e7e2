"""Holidays: public ones, those of schools by zone, and where nobody knows yet."""

from datetime import date

import pytest

from bourse.planning.almanac import (
    PUBLIC,
    SCHOOL,
    Period,
    holiday_beside,
    is_public_holiday,
    is_school_holiday,
    is_school_known,
    known_until,
    tags,
)
from bourse.planning.states import Zone

WINTER_2031 = Period(Zone.b, date(2031, 2, 15), date(2031, 3, 2))


@pytest.mark.parametrize(
    ("day", "zone", "found"),
    [
        (date(2027, 5, 8), Zone.a, {PUBLIC, SCHOOL}),
        (date(2027, 11, 11), Zone.a, {PUBLIC}),
        (date(2027, 3, 29), Zone.a, {PUBLIC}),  # Easter Monday
        (date(2027, 2, 18), Zone.a, {SCHOOL}),
        (date(2027, 2, 18), Zone.b, set()),
        (date(2027, 2, 25), Zone.b, {SCHOOL}),
        (date(2027, 2, 8), Zone.c, {SCHOOL}),
        (date(2027, 2, 8), Zone.b, set()),
        (date(2027, 9, 16), Zone.a, set()),
    ],
)
def test_what_a_day_is(day, zone, found):
    assert tags(day, zone) == found


def test_the_eve_and_the_morrow_of_a_holiday_are_told():
    assert holiday_beside(date(2027, 5, 7)) == date(2027, 5, 8)
    assert holiday_beside(date(2027, 7, 15)) == date(2027, 7, 14)
    assert holiday_beside(date(2027, 9, 16)) is None


def test_beyond_what_is_published_nobody_knows():
    after = date(known_until().year + 1, 2, 20)
    assert is_school_known(known_until(), Zone.a)
    assert not is_school_known(after, Zone.a)
    assert not is_school_holiday(after, Zone.a)
    assert is_public_holiday(date(2040, 7, 14))


def test_what_was_typed_counts_in_its_zone_and_is_known_to_its_end():
    assert is_school_holiday(date(2031, 2, 20), Zone.b, [WINTER_2031])
    assert not is_school_holiday(date(2031, 2, 20), Zone.a, [WINTER_2031])
    assert is_school_known(date(2031, 3, 2), Zone.b, [WINTER_2031])
    assert not is_school_known(date(2031, 3, 3), Zone.b, [WINTER_2031])
