"""What is asked of a member now, in the order in which it is due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Deed = Literal[
    "write_cards", "sign", "answer", "write_problem", "read_problem", "keep_promise", "say_wishes", "say_days", "opine"
]

MINUTES: dict[Deed, int] = {
    "write_cards": 8,
    "sign": 3,
    "answer": 1,
    "write_problem": 15,
    "read_problem": 4,
    "say_wishes": 1,
    "say_days": 1,
    "opine": 1,
}
ANSWER_BEFORE, WRITE_FROM, PROMISE_FROM = timedelta(days=10), timedelta(days=45), timedelta(days=14)
UNWRITTEN = ("to_write", "draft", "to_complete")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting to come, as it stands for one person; `meeting` is the caller's own handle."""

    meeting: Any
    on: date
    hosts: bool = False
    awaits_answer: bool = False
    problem: str = "to_write"
    problem_due_on: date = date.max
    reads_problem: bool = False
    writes_cards: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment that is not settled yet; `commitment` is the caller's own handle."""

    commitment: Any
    due_on: date


@dataclass(frozen=True, slots=True)
class Question:
    """Wishes for a season, what one thinks of its plan, or days for a meeting that moves, not said yet.

    `about` is the caller's own handle; without a last day it is asked now.
    """

    deed: Literal["say_wishes", "say_days", "opine"]
    about: Any
    answer_by: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to do: by when (None: now), about which handle."""

    deed: Deed
    about: Any
    due_on: date | None = None

    @property
    def minutes(self) -> int | None:
        """About how long it takes."""
        return MINUTES.get(self.deed)

    def is_late(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


def asked(
    unsigned: Iterable[Any],
    occasions: Iterable[Occasion],
    promises: Iterable[Promise],
    today: date,
    questions: Iterable[Question] = (),
) -> list[Asked]:
    """What to do, most pressing first; `unsigned` are the clubs whose charter waits for a signature."""
    found = [Asked("sign", club) for club in unsigned]
    found += [Asked(each.deed, each.about, each.answer_by) for each in questions]
    for occasion in occasions:
        found += _of_meeting(occasion, today)
    found += [
        Asked("keep_promise", each.commitment, each.due_on) for each in promises if each.due_on <= today + PROMISE_FROM
    ]
    return sorted(found, key=lambda each: (each.deed != "write_cards", each.due_on or date.min))


def _of_meeting(occasion: Occasion, today: date) -> Iterator[Asked]:
    if occasion.writes_cards:
        yield Asked("write_cards", occasion.meeting)
    if occasion.awaits_answer:
        yield Asked("answer", occasion.meeting, answer_by(occasion.on, today))
    if occasion.hosts and occasion.problem in UNWRITTEN and occasion.on <= today + WRITE_FROM:
        yield Asked("write_problem", occasion.meeting, occasion.problem_due_on)
    if occasion.reads_problem and not occasion.hosts:
        yield Asked("read_problem", occasion.meeting, occasion.on)


def answer_by(on: date, today: date) -> date:
    """By when an answer helps: before the facilitator takes up the telephone; after that, until the day itself."""
    return max(on - ANSWER_BEFORE, min(today, on))
