"""What somebody may read of a problem now: nothing, the title, the summary or everything."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum

from bourse.clock import club_time
from bourse.problems.frame import ANSWERS

SUMMARY = ("question", "context", "tried", "expected", "out_of_bounds")
DUE_BEFORE, SHARED_BEFORE, ARCHIVED_AFTER = timedelta(days=14), timedelta(days=7), timedelta(days=30)


class ProblemState(StrEnum):
    """Where a problem stands. `shared` and `archived` are never stored: they follow from the calendar."""

    to_write = "to_write"
    draft = "draft"
    submitted = "submitted"
    to_complete = "to_complete"
    approved = "approved"
    shared = "shared"
    archived = "archived"


class Readers(StrEnum):
    """Whom the host lets read the summary from a week before; « facilitator » keeps it from all others for now."""

    attending = "attending"
    club = "club"
    facilitator = "facilitator"


class Relation(StrEnum):
    """What a reader is to the meeting; of several, the one that opens most. The office is an outsider."""

    host = "host"
    facilitator = "facilitator"
    attending = "attending"
    guest = "guest"  # to whom it is opened, and who is not known to come
    member = "member"
    outsider = "outsider"


class Level(IntEnum):
    """How much is read; each level holds the ones before."""

    nothing = 0
    title = 1
    summary = 2
    complete = 3


TOLD = {Level.nothing: (), Level.title: ("question",), Level.summary: SUMMARY, Level.complete: ANSWERS}
INSIDERS = (Relation.attending, Relation.guest, Relation.member)
READ_SUMMARY: dict[Readers, tuple[Relation, ...]] = {
    Readers.attending: (Relation.attending, Relation.guest),
    Readers.club: INSIDERS,
    Readers.facilitator: (),
}


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of a problem, counted from its meeting in the club's own calendar days."""

    starts_at: datetime
    ends_at: datetime
    zone: str

    @property
    def due_on(self) -> date:
        """D-14: the host hands it in."""
        return due_on(self.starts_at, self.zone)

    @property
    def shared_on(self) -> date:
        """D-7: its readers see the summary."""
        return club_time(self.starts_at, self.zone).date() - SHARED_BEFORE

    @property
    def archived_on(self) -> date:
        """The first day on which only host and facilitator still read it: after D+30."""
        return club_time(self.ends_at, self.zone).date() + ARCHIVED_AFTER + timedelta(days=1)

    def is_late(self, now: datetime) -> bool:
        """For a problem that nobody has handed in."""
        return self._today(now) > self.due_on

    def is_shared(self, now: datetime) -> bool:
        return self.shared_on <= self._today(now) < self.archived_on

    def is_archived(self, now: datetime) -> bool:
        return self._today(now) >= self.archived_on

    def _today(self, now: datetime) -> date:
        return club_time(now, self.zone).date()


def due_on(starts_at: datetime, zone: str) -> date:
    """The day by which the host hands the problem in: D-14."""
    return club_time(starts_at, zone).date() - DUE_BEFORE


def state_at(state: ProblemState, dates: Dates, now: datetime) -> ProblemState:
    """The state with what the calendar adds: an approved problem is shared from D-7 and archived after D+30."""
    if state is not ProblemState.approved:
        return state
    if dates.is_archived(now):
        return ProblemState.archived
    return ProblemState.shared if dates.is_shared(now) else state


def level(state: ProblemState, readers: Readers, relation: Relation, dates: Dates, now: datetime) -> Level:
    """What a reader may read at `now`: the table « who may see what », row « problem »."""
    if relation in (Relation.host, Relation.facilitator):
        return Level.complete
    if relation not in INSIDERS or not _is_open(state, readers, dates, now):
        return Level.nothing
    if relation is Relation.attending and now >= dates.starts_at:
        return Level.complete  # in the room the host tells it all
    if dates.is_shared(now) and relation in READ_SUMMARY[readers]:
        return Level.summary
    return Level.title


def _is_open(state: ProblemState, readers: Readers, dates: Dates, now: datetime) -> bool:
    """Whether anything is told beyond host and facilitator."""
    is_approved = state in (ProblemState.approved, ProblemState.shared)
    return is_approved and readers is not Readers.facilitator and not dates.is_archived(now)
