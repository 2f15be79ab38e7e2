"""Heard: one mail that came in, or a request made on a page, what it claims, and what was made of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Self

from sqlalchemy import ForeignKey, Select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.clubs.models import Club
from bourse.db import Line, Prose, Short, db
from bourse.meetings.judge import Reason, Verdict
from bourse.meetings.models import Answer, Invitation, Meeting
from bourse.people.models import Person

KEPT = timedelta(days=30)  # how long a queued mail's own bytes are
MOST_RAW = 2**18
ON_PAGE = "page"


class Heard(db.Model):
    """A mail that came in. `fingerprint` is unique, so that a mail delivered twice is heard once."""

    fingerprint: Mapped[Line] = mapped_column(unique=True)
    message_id: Mapped[Line]
    sender: Mapped[Line]
    received_at: Mapped[datetime]
    kind: Mapped[Short]  # what it is: reply, counter, refresh, bounce, words, nothing or page
    uid: Mapped[Line] = mapped_column(default="")
    attendee: Mapped[Line] = mapped_column(default="")
    partstat: Mapped[Short] = mapped_column(default="")
    sequence: Mapped[int | None]
    stamp: Mapped[datetime | None]
    said: Mapped[Prose] = mapped_column(default="")  # a comment, words, or what a mail server reports
    delegated_to: Mapped[Line] = mapped_column(default="")
    starts_at: Mapped[datetime | None]  # another time that it proposes
    ends_at: Mapped[datetime | None]
    verdict: Mapped[Verdict] = mapped_column(index=True)
    reason: Mapped[Short]
    proof: Mapped[Short] = mapped_column(default="none")
    raw: Mapped[bytes | None]
    club_id: Mapped[int | None] = mapped_column(ForeignKey("club.id"), index=True)  # whose facilitator may look
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))  # the one that a report is about
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    club: Mapped[Club | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    settled_by: Mapped[Person | None] = relationship()

    @classmethod
    def request(cls, invitation: Invitation, address: str, name: str, at: datetime) -> Self:
        """What a member asked on a page: to send somebody in his place whom the house knows already."""
        asked = cls(fingerprint=f"{ON_PAGE}:{token_urlsafe()}", message_id="", sender=invitation.person.email)
        asked.received_at, asked.kind, asked.verdict, asked.reason = at, ON_PAGE, Verdict.queued, Reason.delegated.value
        asked.club, asked.meeting, asked.invitation = invitation.club, invitation.meeting, invitation
        asked.delegated_to, asked.said = address, name
        return asked

    @property
    def is_ours(self) -> bool:
        """Whether it was the house's business; any other mail waits in the mailbox for a person to read it."""
        is_calendar_or_report = self.kind not in ("words", "nothing")
        return self.verdict is not Verdict.ignored or is_calendar_or_report or self.reason == "automatic"

    @property
    def claim(self) -> Answer | None:
        """The answer that it gives, if that is one which can be noted as it is."""
        said = {"ACCEPTED": Answer.accepted, "TENTATIVE": Answer.tentative, "DECLINED": Answer.declined}
        return said.get(self.partstat)

    def settle(self, by: Person | None, at: datetime) -> None:
        """Somebody has looked, or a later mail says it better."""
        self.settled_at, self.settled_by, self.raw = at, by, None


def waiting_for(clubs: Collection[int]) -> Select[Heard]:
    """The mails that the facilitator of these clubs is to look at."""
    return db.select(Heard).where(Heard.verdict == Verdict.queued, Heard.settled_at.is_(None), Heard.club_id.in_(clubs))


def open_claims(heard: Heard) -> Select[Heard]:
    """What the same sender claimed before of the same person and meeting, as long as nobody has looked."""
    waiting = waiting_for([heard.club.id] if heard.club else []).where(Heard.attendee == heard.attendee)
    return waiting.where(Heard.sender == heard.sender, Heard.uid == heard.uid, Heard.uid != "")


def open_delegations(invitation: Invitation) -> Select[Heard]:
    """What waits for the facilitator of whom the member would send in his place."""
    waiting = waiting_for([invitation.club.id]).where(Heard.invitation_id == invitation.id)
    return waiting.where(Heard.reason == Reason.delegated)


def forget_old_mail(now: datetime) -> None:
    """Lets go of the bytes of queued mails after a month."""
    db.session.execute(db.update(Heard).where(Heard.raw.is_not(None), Heard.received_at < now - KEPT).values(raw=None))
