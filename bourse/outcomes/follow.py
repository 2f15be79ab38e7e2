"""The follow-up: its dates, and how a commitment stands."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

CHECK_INS = (30, 90)  # days after the meeting
USUAL_TERM = timedelta(days=30)


class CommitmentState(StrEnum):
    taken = "taken"
    running = "running"
    done = "done"
    partly = "partly"
    postponed = "postponed"
    dropped = "dropped"


SETTLED = (CommitmentState.done, CommitmentState.partly, CommitmentState.dropped)


@dataclass(frozen=True)
class Milestone:
    """A day of the follow-up, `after` days from the meeting; `state` is done, next or empty (to come)."""

    on: date
    after: int
    state: str


def milestones(held_on: date, today: date) -> list[Milestone]:
    """The meeting, then each check-in; the first one to come is next."""
    days = [(held_on + timedelta(days=after), after) for after in (0, *CHECK_INS)]
    coming = [on for on, _ in days if on > today]
    return [Milestone(on, after, _state(on, coming)) for on, after in days]


def _state(on: date, coming: list[date]) -> str:
    if on not in coming:
        return "done"
    return "next" if on == coming[0] else ""


def is_late(state: CommitmentState, due_on: date, today: date) -> bool:
    """Whether its day has passed and it is neither kept nor given up."""
    return state not in SETTLED and due_on < today
