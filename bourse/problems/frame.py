"""The eight questions of a problem: their order, the steps they are asked in, how far the writing has come."""

from collections.abc import Mapping
from itertools import pairwise

ANSWERS = ("question", "why_now", "context", "tried", "options", "out_of_bounds", "expected", "to_look_at")
REQUIRED = ("question",)
STEPS = {
    "company": ("context",),
    "problem": ("question", "why_now", "tried", "options"),
    "hopes": ("expected", "out_of_bounds"),
    "visit": ("to_look_at",),
    "share": (),
}
MINUTES_AN_ANSWER = 2  # eight answers in about a quarter of an hour


def answered(answers: Mapping[str, str]) -> int:
    """How many of the eight questions have an answer: a gauge that shows the way and never bars it."""
    return sum(bool(answers.get(name)) for name in ANSWERS)


def minutes_left(answers: Mapping[str, str]) -> int:
    """About how long the open questions take."""
    return MINUTES_AN_ANSWER * (len(ANSWERS) - answered(answers))


def missing(answers: Mapping[str, str]) -> list[str]:
    """The answers without which nobody can review the problem."""
    return [name for name in REQUIRED if not answers.get(name)]


def step_to_resume(answers: Mapping[str, str]) -> str:
    """Where to go on writing: the first step with an open question, else the last step."""
    return next((step for step, names in STEPS.items() if not all(answers.get(name) for name in names)), "share")


def step_after(step: str) -> str | None:
    return dict(pairwise(STEPS)).get(step)
