"""The dates that rules allow, and what a new season begins with."""

from datetime import date, time

import pytest

from bourse.planning.dates import Candidate, Slot, candidates
from bourse.planning.prepare import Span, next_span, usual_deadline, years_of

MORNING, AFTERNOON = Slot(3, time(9), time(12)), Slot(3, time(14), time(18))
TUESDAY = Slot(1, time(14), time(18))


def test_every_slot_of_the_season_is_a_date_both_ends_included():
    found = candidates(date(2027, 9, 7), date(2027, 9, 9), [AFTERNOON, TUESDAY, MORNING])
    assert found == [
        Candidate(date(2027, 9, 7), time(14), time(18)),
        Candidate(date(2027, 9, 9), time(9), time(12)),
        Candidate(date(2027, 9, 9), time(14), time(18)),
    ]


def test_a_day_that_is_not_allowed_gives_no_date():
    found = candidates(date(2027, 9, 1), date(2027, 9, 30), [AFTERNOON], lambda day: day.day != 16)
    assert [each.day.day for each in found] == [2, 9, 23, 30]


@pytest.mark.parametrize(
    ("last", "today", "span"),
    [
        (Span(date(2026, 9, 10), date(2027, 6, 24)), date(2027, 3, 2), Span(date(2027, 9, 10), date(2028, 6, 24))),
        (Span(date(2020, 9, 10), date(2021, 6, 24)), date(2027, 3, 2), Span(date(2026, 9, 10), date(2027, 6, 24))),
        (Span(date(2027, 9, 1), date(2028, 2, 29)), date(2027, 3, 2), Span(date(2028, 9, 1), date(2029, 2, 28))),
        (None, date(2027, 3, 2), Span(date(2027, 9, 1), date(2028, 6, 30))),
        (None, date(2027, 10, 2), Span(date(2028, 9, 1), date(2029, 6, 30))),
    ],
)
def test_a_season_begins_as_the_last_one_did(last, today, span):
    assert next_span(last, today) == span


def test_a_season_is_named_after_its_years():
    assert years_of(Span(date(2027, 9, 1), date(2028, 6, 30))) == "2027–2028"
    assert years_of(Span(date(2027, 1, 1), date(2027, 6, 30))) == "2027"


@pytest.mark.parametrize(
    ("starts_on", "last_day"),
    [
        (date(2027, 9, 1), date(2027, 3, 16)),
        (date(2027, 3, 10), date(2027, 3, 9)),
        (date(2027, 1, 1), date(2027, 3, 3)),
    ],
)
def test_members_have_two_weeks_to_answer_or_what_is_left_before_the_season(starts_on, last_day):
    assert usual_deadline(date(2027, 3, 2), starts_on) == last_day
