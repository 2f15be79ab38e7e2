"""The eight questions and the way through them."""

import pytest

from bourse.problems.frame import ANSWERS, STEPS, answered, minutes_left, missing, step_after, step_to_resume

ALL = dict.fromkeys(ANSWERS, "Quelques mots")


def test_every_question_is_asked_once_and_the_sharing_comes_last():
    asked = [name for names in STEPS.values() for name in names]
    assert sorted(asked) == sorted(ANSWERS)
    assert list(STEPS)[-1] == "share"


def test_the_gauge_counts_answers_and_minutes():
    assert (answered({}), minutes_left({})) == (0, 16)
    assert (answered({"question": "Comment ?", "tried": ""}), minutes_left({"question": "Comment ?"})) == (1, 14)
    assert (answered(ALL), minutes_left(ALL)) == (8, 0)


@pytest.mark.parametrize(
    ("answers", "names"),
    [({}, ["question"]), ({"context": "38 personnes"}, ["question"]), ({"question": "Comment ?"}, []), (ALL, [])],
)
def test_only_the_question_is_needed(answers, names):
    assert missing(answers) == names


@pytest.mark.parametrize(
    ("answers", "step"),
    [
        ({}, "company"),
        ({"context": "38 personnes"}, "problem"),
        ({**ALL, "options": ""}, "problem"),
        ({**ALL, "to_look_at": ""}, "visit"),
        (ALL, "share"),
    ],
)
def test_the_writer_resumes_at_the_first_open_question(answers, step):
    assert step_to_resume(answers) == step


def test_steps_follow_each_other():
    assert [step_after(step) for step in STEPS] == ["problem", "hopes", "visit", "share", None]
