"""Feed: the address at which a calendar reads a person's meetings."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.clock import now
from bourse.db import Line, Short, db
from bourse.people.models import Person


class FeedMode(StrEnum):
    all = "all"
    unaccepted = "unaccepted"  # without those that stand in the calendar already: accepted by mail


class Feed(db.Model):
    """A person's secret address, of which only the SHA-256 is kept; a new one takes the former's place."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    token_hash: Mapped[Line] = mapped_column(unique=True)
    mode: Mapped[FeedMode] = mapped_column(default=FeedMode.all)
    shows_options: Mapped[bool] = mapped_column(default=False, server_default=false())  # days that are only possible
    opened_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]  # to the hour
    reads: Mapped[int] = mapped_column(default=0)  # whole answers since `read_at`
    etag: Mapped[Short] = mapped_column(default="")  # of the text last told …
    changed_at: Mapped[datetime] = mapped_column(default=now)  # … which is what it has been since
    person: Mapped[Person] = relationship()

    def draw(self, token_hash: str, at: datetime) -> None:
        """Another address; the former one is dead at once."""
        self.token_hash, self.opened_at = token_hash, at
        self.read_at, self.reads = None, 0
