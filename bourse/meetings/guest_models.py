"""Guest: somebody from outside the club at one meeting, in his own right or in a member's seat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.clubs.models import Club
from bourse.db import Line, db
from bourse.people.models import Person

if TYPE_CHECKING:
    from bourse.meetings.models import Invitation, Meeting

STAYS = timedelta(days=1)  # how long after the meeting its pages are open to a guest


class Guest(db.Model):
    """What an invitation of somebody from outside says more; of a substitute, `in_place_of` is his member's."""

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), unique=True)
    company: Mapped[Line] = mapped_column(default="")
    why: Mapped[Line] = mapped_column(default="")  # what he is invited for
    in_place_of_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    seat_sequence: Mapped[int | None]  # the meeting's SEQUENCE at which his member's seat was kept for him
    sees_problem: Mapped[bool] = mapped_column(default=False)  # as the host or the facilitator ticked
    sees_cards: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invitation: Mapped[Invitation] = relationship(foreign_keys=[invitation_id], back_populates="guest")
    in_place_of: Mapped[Invitation | None] = relationship(foreign_keys=[in_place_of_id])
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id])

    @property
    def meeting(self) -> Meeting:
        return self.invitation.meeting

    @property
    def club(self) -> Club:
        return self.meeting.club

    def begin(self, by: Person) -> None:
        """Invited, perhaps anew: nothing of before holds."""
        self.company = self.why = ""
        self.sees_problem = self.sees_cards = False
        self.in_place_of, self.seat_sequence, self.invited_by = None, None, by

    def stand_in(self, member: Invitation, seat_sequence: int | None) -> None:
        """Comes in the member's seat, for the member's company."""
        companies = (each.company.name for each in member.memberships if each.company)
        self.in_place_of, self.company = member, next(companies, "")
        self.seat_sequence = seat_sequence
