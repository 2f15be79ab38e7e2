"""What waits for the facilitator."""

from datetime import date

import pytest

from bourse.home.desk import Case, Preparation, waiting

TODAY = date(2026, 3, 2)
IN_TEN_DAYS, DUE = date(2026, 3, 12), date(2026, 2, 26)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case("m", IN_TEN_DAYS, problem="approved"), []),
        (Case("m", IN_TEN_DAYS, problem="approved", is_released=False), ["release"]),
        (Case("m", date(2026, 6, 18), is_released=False), []),  # too early to send
        (Case("m", IN_TEN_DAYS, problem="submitted"), ["approve"]),
        (Case("m", IN_TEN_DAYS, problem="to_write", problem_due_on=DUE), ["late_problem"]),
        (Case("m", IN_TEN_DAYS, problem="to_complete", problem_due_on=DUE), ["late_problem"]),
        (Case("m", IN_TEN_DAYS, problem="draft", problem_due_on=TODAY), []),  # due today is not late
        (Case("m", TODAY, problem="approved"), ["lead"]),
        (Case("m", date(2026, 2, 27), is_over=True), ["report"]),
        (Case("m", date(2026, 2, 27), is_over=True, is_reported=True), []),
        (Case("m", date(2025, 11, 1), is_over=True), []),  # an old meeting is left in peace
    ],
)
def test_a_meeting_waits_for_what_its_state_says(case: Case, expected: list[str]) -> None:
    assert [each.deed for each in waiting([case], TODAY)] == expected


@pytest.mark.parametrize(
    ("state", "answer_by", "expected"),
    [
        ("draft", None, "prepare"),
        ("polling", TODAY, "wishes"),  # until the end of that day
        ("polling", DUE, "plan"),
        ("proposed", DUE, "publish"),
    ],
)
def test_a_season_waits_for_its_next_step(state: str, answer_by: date | None, expected: str) -> None:
    (found,) = waiting([], TODAY, [Preparation("s", state, date(2026, 9, 1), answer_by)])
    assert (found.deed, found.about) == (expected, "s")


def test_the_most_pressing_comes_first() -> None:
    cases = [
        Case("april", date(2026, 4, 23), is_released=False),
        Case("march", IN_TEN_DAYS, problem="to_write", problem_due_on=DUE),
        Case("february", date(2026, 2, 27), is_over=True),
    ]
    found = waiting(cases, TODAY)
    assert [each.about for each in found] == ["march", "february", "april"]
    assert [each.is_late(TODAY) for each in found] == [True, True, False]
