"""What waits for the facilitator, in the order in which it is due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Deed = Literal["lead", "release", "approve", "late_problem", "report", "prepare", "wishes", "plan", "publish"]

UNWRITTEN = ("to_write", "draft", "to_complete")
RELEASE_FROM, REPORT_WITHIN = timedelta(days=60), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Case:
    """A meeting as the facilitator looks at it; `meeting` is the caller's own handle."""

    meeting: Any
    on: date
    is_over: bool = False
    is_released: bool = True
    problem: str = "to_write"
    problem_due_on: date = date.max
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Preparation:
    """A season on its way to being published; `season` is the caller's own handle."""

    season: Any
    state: str
    starts_on: date
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do about a meeting or a season, and by when."""

    deed: Deed
    about: Any
    due_on: date

    def is_late(self, today: date) -> bool:
        return self.due_on < today


def waiting(cases: Iterable[Case], today: date, preparations: Iterable[Preparation] = ()) -> list[Waiting]:
    """What to do, most pressing first."""
    found = [each for case in cases for each in (_after(case, today) if case.is_over else _before(case, today))]
    return sorted([*found, *(_next_step(each, today) for each in preparations)], key=lambda each: each.due_on)


def _next_step(preparation: Preparation, today: date) -> Waiting:
    """Rules and dates, then wishes until the day that was told, then the plan, then the season."""
    answer_by = preparation.answer_by
    if preparation.state == "polling" and answer_by:
        return Waiting("wishes" if today <= answer_by else "plan", preparation.season, answer_by)
    return Waiting(
        "publish" if preparation.state == "proposed" else "prepare", preparation.season, preparation.starts_on
    )


def _before(case: Case, today: date) -> Iterator[Waiting]:
    if case.on == today:
        yield Waiting("lead", case.meeting, today)
    if not case.is_released and case.on <= today + RELEASE_FROM:
        yield Waiting("release", case.meeting, case.on)
    if case.problem == "submitted":
        yield Waiting("approve", case.meeting, case.on)
    if case.problem in UNWRITTEN and today > case.problem_due_on:
        yield Waiting("late_problem", case.meeting, case.problem_due_on)


def _after(case: Case, today: date) -> Iterator[Waiting]:
    """The outcome is told the day after next."""
    if not case.is_reported and today - case.on <= REPORT_WITHIN:
        yield Waiting("report", case.meeting, case.on + timedelta(days=2))
