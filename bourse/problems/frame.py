"""The eight questions of a problem: their order, the steps they are asked in, how far the writing has come."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

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


class Draft(NamedTuple):
    """What somebody types on one phone: the key made there, and the number of the turn at which it is sent."""

    key: str
    turn: int

    def is_echo_of(self, key: str, turn: int) -> bool:
        """Whether that draft was heard at this turn or a later one: the same request again, or one that came late."""
        return bool(self.key) and self.key == key and self.turn <= turn


NO_DRAFT = Draft("", 0)  # of a page without a script


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
