"""Outcome and Commitment."""

from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from bourse.clock import club_time, now
from bourse.clubs.models import Club
from bourse.db import Line, Prose, Short, db
from bourse.meetings.models import Meeting
from bourse.outcomes.follow import SETTLED, CommitmentState, is_late
from bourse.outcomes.read import Readers
from bourse.people.models import Person


class Outcome(db.Model):
    """What came out of a meeting. `version` rises with each save, so that two writers notice each other."""

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    synthesis: Mapped[Prose] = mapped_column(default="")
    readers: Mapped[Readers] = mapped_column(default=Readers.attending)
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    meeting: Mapped[Meeting] = relationship(backref=backref("outcome", uselist=False))
    commitments: Mapped[list["Commitment"]] = relationship(back_populates="outcome", order_by="Commitment.id")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_for_the_room(self) -> bool:
        """Whether those who were there read it, once it is closed."""
        return self.readers is not Readers.host

    def promise(self, person: Person, client_key: str, *, text: str, first_step: str, due_on: date) -> "Commitment":
        """Takes a promise; the same key is the same promise."""
        taken = db.session.scalar(db.select(Commitment).filter_by(outcome_id=self.id, client_key=client_key))
        if taken is None:
            taken = Commitment(
                outcome=self, person=person, client_key=client_key, text=text, first_step=first_step, due_on=due_on
            )
            db.session.add(taken)
        return taken


class Commitment(db.Model):
    """A promise (« engagement »): who, what, by when."""

    __table_args__ = (UniqueConstraint("outcome_id", "client_key"),)
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcome.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    client_key: Mapped[Short] = mapped_column(default=lambda: token_urlsafe(16))  # two clicks of a form are one promise
    text: Mapped[Prose]
    first_step: Mapped[Line] = mapped_column(default="")  # within 72 hours
    due_on: Mapped[date]
    state: Mapped[CommitmentState] = mapped_column(default=CommitmentState.taken)
    taken_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[Outcome] = relationship(back_populates="commitments")
    person: Mapped[Person] = relationship()

    @property
    def meeting(self) -> Meeting:
        return self.outcome.meeting

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def is_late(self) -> bool:
        return is_late(self.state, self.due_on, club_time(now(), self.club.timezone).date())

    def settle(self, state: CommitmentState, at: datetime, due_on: date | None = None) -> None:
        """News of it: where it stands, and its new day when it is postponed."""
        self.state = state
        self.settled_at = at if state in SETTLED else None
        if state is CommitmentState.postponed and due_on is not None:
            self.due_on = due_on


def lock_outcome(meeting: Meeting) -> Outcome:
    """The meeting's outcome as it is now, made at first need, kept from other writers until the commit."""
    db.session.execute(db.select(Meeting.id).filter_by(id=meeting.id).with_for_update())
    outcomes = db.select(Outcome).filter_by(meeting_id=meeting.id).execution_options(populate_existing=True)
    outcome = db.session.scalar(outcomes)
    if outcome is None:
        outcome = Outcome(meeting=meeting, synthesis="", readers=Readers.attending)
        db.session.add(outcome)
        db.session.flush()
    return outcome
