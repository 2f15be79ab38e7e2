"""Version: the eight answers as they stood at one moment, with what the facilitator asked to complete."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.clubs.models import Club
from bourse.db import Line, Prose, Short, db
from bourse.meetings.models import Meeting
from bourse.people.models import Person
from bourse.problems.frame import ANSWERS
from bourse.problems.keep import Why


class Answers:
    """The columns of the eight answers."""

    question: Mapped[Line] = mapped_column(default="")
    why_now: Mapped[Prose] = mapped_column(default="")
    context: Mapped[Prose] = mapped_column(default="")
    tried: Mapped[Prose] = mapped_column(default="")
    options: Mapped[Prose] = mapped_column(default="")
    out_of_bounds: Mapped[Prose] = mapped_column(default="")
    expected: Mapped[Prose] = mapped_column(default="")
    to_look_at: Mapped[Prose] = mapped_column(default="")

    @property
    def answers(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ANSWERS}

    def differs_from(self, answers: Mapping[str, str]) -> bool:
        return any(getattr(self, name) != text for name, text in answers.items())


class Version(Answers, db.Model):
    """The answers as `by` left them at that time; for a review, as the facilitator read them then."""

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    why: Mapped[Why]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    by: Mapped[Person | None] = relationship()
    notes: Mapped[list["ReviewNote"]] = relationship(order_by="ReviewNote.id")

    @property
    def meeting(self) -> Meeting:
        return self.problem.meeting

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def asked(self) -> dict[str, str]:
        """What the facilitator asked to complete, by question; "" is the whole."""
        return {note.question: note.text for note in self.notes}


class ReviewNote(db.Model):
    """A word of the facilitator's about one answer, or about the whole when `question` is empty."""

    __table_args__ = (UniqueConstraint("version_id", "question"),)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    question: Mapped[Short]
    text: Mapped[Prose]
