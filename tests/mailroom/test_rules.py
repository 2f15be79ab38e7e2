"""A series of letters: the newest counts, while it is true."""

from datetime import date, time, timedelta

import pytest

from bourse.clock import instant
from bourse.mailroom.rules import Look, Step

D = date(2027, 3, 18)  # a Thursday
SERIES = (Step("ask", -30, -22), Step("again", -21, -11), Step("last", -10, -3))
COME = (Step("come", -1, 0, is_early=True), Step("today", 0, 0))


def look(days, hour=9, off=(), of=D):
    return Look(instant(of + timedelta(days), time(hour), "Europe/Paris"), "Europe/Paris", frozenset(off))


@pytest.mark.parametrize(
    ("days", "rule"),
    [(-31, None), (-30, "ask"), (-22, "ask"), (-21, "again"), (-11, "again"), (-10, "last"), (-3, "last"), (-2, None)],
)
def test_of_a_series_only_the_newest_counts(days, rule):
    step = look(days).newest(SERIES, D)
    assert (step and step.rule) == rule


def test_a_rule_that_is_switched_off_leaves_its_place_to_nobody():
    assert look(-20, off=["again"]).newest(SERIES, D) is None
    assert look(-10, off=["again"]).newest(SERIES, D).rule == "last"


def test_what_falls_on_a_sunday_leaves_on_the_next_working_day():
    sunday = date(2027, 3, 28) + timedelta(10)
    assert look(-10, of=sunday).newest(SERIES, sunday) is None  # Easter Sunday, then Easter Monday
    step = look(-8, of=sunday).newest(SERIES, sunday)
    assert (step.rule, step.fell_on) == ("last", date(2027, 3, 30))


def test_the_day_before_a_monday_is_friday():
    monday = date(2027, 3, 22)
    assert look(-3, of=monday).newest(COME, monday).rule == "come"
    assert look(0, of=monday).newest(COME, monday).rule == "today"


def test_on_the_day_itself_it_is_true_until_it_begins():
    begins = instant(D, time(14), "Europe/Paris")
    assert look(0, 13).newest(COME, D, begins).until == begins
    assert look(0, 14).newest(COME, D, begins) is None


def test_a_meeting_on_a_saturday_has_its_letter_on_friday_and_none_on_the_day():
    saturday = date(2027, 3, 20)
    assert look(-1, of=saturday).newest(COME, saturday).rule == "come"
    assert look(2, of=saturday).newest(COME, saturday) is None
