"""The follow-up."""

from datetime import date

import pytest

from bourse.outcomes.follow import CommitmentState, is_late, milestones

HELD = date(2026, 2, 5)


@pytest.mark.parametrize(
    ("today", "states"),
    [
        (date(2026, 2, 5), ["done", "next", ""]),
        (date(2026, 3, 6), ["done", "next", ""]),
        (date(2026, 3, 7), ["done", "done", "next"]),
        (date(2026, 6, 1), ["done", "done", "done"]),
    ],
)
def test_the_next_check_in_is_the_first_to_come(today, states):
    stones = milestones(HELD, today)
    assert [stone.on for stone in stones] == [HELD, date(2026, 3, 7), date(2026, 5, 6)]
    assert [stone.state for stone in stones] == states


@pytest.mark.parametrize(
    ("state", "is_late_after"),
    [("taken", True), ("running", True), ("postponed", True), ("done", False), ("partly", False), ("dropped", False)],
)
def test_a_promise_is_late_the_day_after_unless_it_is_settled(state, is_late_after):
    assert is_late(CommitmentState(state), HELD, date(2026, 2, 6)) is is_late_after
    assert not is_late(CommitmentState(state), HELD, HELD)
