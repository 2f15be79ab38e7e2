"""Told: what letters by rule have said, so that nothing is said twice."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.db import Line, db
from bourse.mailroom.models import Letter


class Told(db.Model):
    """One part of a letter by rule: its key names rule, meeting, day and person, and no other letter says the same.

    `letter` is the one that tells it.
    """

    key: Mapped[Line] = mapped_column(unique=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id", ondelete="SET NULL"), index=True)
    is_by_hand: Mapped[bool] = mapped_column(default=False)  # somebody let the letter go: it is not taken back any more
    letter: Mapped[Letter | None] = relationship()
