"""Says which letters about a problem are due by rule: its host writes it, its readers read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bourse.clubs.rules import Rule
from bourse.mailroom.rules import Due, Look, Step
from bourse.problems.read import DUE_BEFORE, SHARED_BEFORE, ProblemState

WRITE = (
    Step(Rule.open_problem, -45, -22),
    Step(Rule.go_on, -21, -15),
    Step(Rule.problem_due, -DUE_BEFORE.days, -13),
    Step(Rule.problem_late, -12, -2),
)
READ = (Step(Rule.read_problem, -SHARED_BEFORE.days, 0),)
UNWRITTEN = (ProblemState.to_write, ProblemState.draft, ProblemState.to_complete)


@dataclass(frozen=True, slots=True)
class Task:
    """The problem of a meeting to come; `readers` are those besides host and facilitators who may read it now."""

    meeting: Any
    on: date
    starts_at: datetime
    host: Any
    state: ProblemState
    facilitators: tuple[Any, ...] = ()
    readers: tuple[Any, ...] = ()


def due(task: Task, look: Look) -> Iterator[Due]:
    """What is due about the problem."""
    step = look.newest(WRITE, task.on, task.starts_at)
    if step and task.host and task.state in UNWRITTEN:
        yield from (Due(step, each, task.meeting, task.state) for each in _told(task, step.rule))
    if step := look.newest(READ, task.on, task.starts_at):
        yield from (Due(step, each, task.meeting) for each in task.readers)


def _told(task: Task, rule: str) -> tuple[Any, ...]:
    """Nobody is asked to begin what he has begun; that it is late concerns the facilitators as well."""
    if rule == Rule.open_problem and task.state is not ProblemState.to_write:
        return ()
    others = [each for each in task.facilitators if each is not task.host] if rule == Rule.problem_late else ()
    return (task.host, *others)
