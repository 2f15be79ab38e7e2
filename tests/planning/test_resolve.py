"""What an answer is: to the date, else to its weekday, else unknown."""

from datetime import date

import pytest

from bourse.planning.resolve import SILENT, resolved, to_keep, weekday_letters
from bourse.planning.states import Can

TUESDAY, THURSDAY, NEXT_THURSDAY = date(2027, 9, 7), date(2027, 9, 9), date(2027, 9, 16)
DAYS = {1: TUESDAY, 2: THURSDAY, 3: NEXT_THURSDAY}
NEVER_ON_THURSDAYS = "UUUNUUU"


@pytest.mark.parametrize(
    ("day", "said", "answer"),
    [(TUESDAY, None, None), (THURSDAY, None, Can.no), (THURSDAY, Can.maybe, Can.maybe), (TUESDAY, Can.yes, Can.yes)],
)
def test_a_date_follows_its_weekday_unless_something_was_said_to_it(day, said, answer):
    assert resolved(day, NEVER_ON_THURSDAYS, said) is answer


def test_silence_is_unknown_and_never_no():
    assert resolved(THURSDAY) is None


def test_weekdays_are_seven_letters_from_monday():
    assert weekday_letters({1: Can.yes, 3: Can.no, 4: Can.maybe, 5: None}) == "UYUNMUU"


@pytest.mark.parametrize(
    ("typed", "said", "drawn", "weekdays", "kept"),
    [
        # Without a script: the weekday is answered for the first time, the dates were left empty.
        ({}, {}, SILENT, NEVER_ON_THURSDAYS, {}),
        # The weekday changes its answer; the dates, filled in with the former one, follow.
        ({2: Can.yes, 3: Can.yes}, {}, "UUUYUUU", NEVER_ON_THURSDAYS, {}),
        # A date that differs is kept, and stays so when the weekday changes afterwards.
        ({2: Can.maybe, 3: Can.yes}, {}, "UUUYUUU", "UUUYUUU", {2: Can.maybe}),
        ({2: Can.maybe, 3: Can.yes}, {2: Can.maybe}, "UUUYUUU", NEVER_ON_THURSDAYS, {2: Can.maybe}),
        # With a script, what was drawn is the new answer: a date put back to the former one differs.
        ({2: Can.yes, 3: Can.no}, {}, NEVER_ON_THURSDAYS, NEVER_ON_THURSDAYS, {2: Can.yes}),
        # A date put back to what its weekday says is no exception any more.
        ({2: Can.yes}, {2: Can.maybe}, "UUUYUUU", "UUUYUUU", {}),
        # A date that did not come with the form loses nothing.
        ({}, {1: Can.no}, SILENT, SILENT, {1: Can.no}),
        # A weekday that is not known leaves each date to itself.
        ({1: Can.yes}, {}, SILENT, SILENT, {1: Can.yes}),
    ],
)
def test_only_what_differs_is_kept(typed, said, drawn, weekdays, kept):
    assert to_keep(DAYS, typed, said, drawn, weekdays) == kept
