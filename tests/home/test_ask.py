"""What is asked of a member: each deed, its deadline and its place in the list."""

from datetime import date

import pytest

from bourse.home.ask import Occasion, Promise, answer_by, asked

TODAY = date(2026, 3, 2)
MEETING = Occasion("march", date(2026, 3, 12), problem="approved")


def deeds(*occasions: Occasion) -> list[str]:
    return [each.deed for each in asked([], occasions, [], TODAY)]


def test_a_quiet_week_asks_nothing() -> None:
    assert deeds(MEETING) == []


@pytest.mark.parametrize(
    ("occasion", "expected"),
    [
        (Occasion("m", date(2026, 4, 23), awaits_answer=True), ["answer"]),
        (Occasion("m", date(2026, 4, 10), hosts=True, problem="to_write"), ["write_problem"]),
        (Occasion("m", date(2026, 4, 10), hosts=True, problem="draft"), ["write_problem"]),
        (Occasion("m", date(2026, 4, 10), hosts=True, problem="to_complete"), ["write_problem"]),
        (Occasion("m", date(2026, 4, 10), hosts=True, problem="submitted"), []),
        (Occasion("m", date(2026, 4, 10), problem="to_write"), []),
        (Occasion("m", date(2026, 6, 18), hosts=True, problem="to_write"), []),  # too early to bother the host
        (Occasion("m", date(2026, 3, 6), reads_problem=True), ["read_problem"]),
        (Occasion("m", date(2026, 3, 6), reads_problem=True, hosts=True, problem="approved"), []),
        (Occasion("m", date(2026, 3, 2), writes_cards=True, reads_problem=True), ["write_cards", "read_problem"]),
    ],
)
def test_a_meeting_asks_what_its_state_says(occasion: Occasion, expected: list[str]) -> None:
    assert deeds(occasion) == expected


def test_the_most_pressing_comes_first() -> None:
    found = asked(
        ["club"],
        [
            Occasion("april", date(2026, 4, 10), awaits_answer=True),
            Occasion("today", TODAY, writes_cards=True),
            Occasion("march", date(2026, 3, 12), reads_problem=True),
        ],
        [Promise("grid", date(2026, 3, 9)), Promise("far away", date(2026, 6, 1))],
        TODAY,
    )
    assert [each.deed for each in found] == ["write_cards", "sign", "keep_promise", "read_problem", "answer"]


def test_a_promise_that_is_late_stays_and_says_so() -> None:
    (promise,) = asked([], [], [Promise("grid", date(2026, 2, 1))], TODAY)
    assert promise.is_late(TODAY)


@pytest.mark.parametrize(
    ("on", "by"),
    [
        (date(2026, 4, 23), date(2026, 4, 13)),  # ten days before
        (date(2026, 3, 12), date(2026, 3, 2)),
        (date(2026, 3, 6), TODAY),  # the ten days are over: today
        (TODAY, TODAY),
    ],
)
def test_an_answer_is_wanted_before_the_facilitator_takes_up_the_telephone(on: date, by: date) -> None:
    assert answer_by(on, TODAY) == by
