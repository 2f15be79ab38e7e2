"""Attachment: a file that goes with the complete text of a problem."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Self

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, backref, foreign, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import Club
from bourse.db import Line, db
from bourse.meetings.models import Meeting
from bourse.people.models import Person
from bourse.problems.inspect import Inspected, Kind
from bourse.problems.models import Problem
from bourse.problems.read import Level


class Attachment(db.Model):
    """A file of a problem, known outside by its random token; `problem.attachments` are those that stand.

    A removed one can be put back until the next one is added or the problem is handed in.
    """

    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    token: Mapped[Line] = mapped_column(unique=True, default=token_urlsafe)
    name: Mapped[Line]
    kind: Mapped[Kind]
    size: Mapped[int]  # bytes
    sha256: Mapped[Line]
    content: Mapped[bytes] = mapped_column(deferred=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]
    problem: Mapped[Problem] = relationship(
        backref=backref(
            "attachments",
            primaryjoin=lambda: db.and_(Problem.id == foreign(Attachment.problem_id), Attachment.removed_at.is_(None)),
            order_by=lambda: Attachment.id,
            viewonly=True,
        )
    )
    by: Mapped[Person] = relationship()

    @classmethod
    def of(cls, file: Inspected, by: Person) -> Self:
        """The file, to be attached to a problem."""
        digest = hashlib.sha256(file.content).hexdigest()
        return cls(
            name=file.name, kind=file.kind, size=len(file.content), sha256=digest, content=file.content, by_id=by.id
        )

    @property
    def meeting(self) -> Meeting:
        return self.problem.meeting

    @property
    def club(self) -> Club:
        return self.meeting.club


def is_attached(person: Person, place: Any) -> bool:
    """Whether the file stands, and the person may read the text that it goes with, all of it."""
    return place.removed_at is None and place.problem.level_for(person, now()) is Level.complete


def removed_of(problem: Problem | None) -> Sequence[Attachment]:
    """The files that can still be put back."""
    if problem is None:
        return []
    query = db.select(Attachment).filter_by(problem_id=problem.id).where(Attachment.removed_at.is_not(None))
    return db.session.scalars(query.order_by(Attachment.id)).all()


def forget_removed(problem: Problem) -> None:
    """Those are gone for good."""
    for attachment in removed_of(problem):
        db.session.delete(attachment)
