"""Letter: one mail to one person, and where it stands."""

import re
from collections.abc import Collection
from datetime import datetime
from email.utils import make_msgid
from enum import StrEnum

from flask import current_app
from sqlalchemy import BigInteger, Index, UniqueConstraint, bindparam, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from bourse.clock import now
from bourse.db import LINE, Line, Prose, Short, db
from bourse.mailroom.compose import Parts

LINE_ENDS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")  # a heading is one line, whatever a name holds


class LetterState(StrEnum):
    planned = "planned"
    held = "held"
    sent = "sent"
    skipped = "skipped"
    failed = "failed"
    bounced = "bounced"


UNSENT = (LetterState.planned, LetterState.held)
LOST = (LetterState.failed, LetterState.bounced)
# Why a letter was skipped.
EXPIRED, SUPERSEDED, UNINVITED = "expired", "superseded", "no longer invited"
SUSPENDED = "address suspended"  # it was not even tried


class Letter(db.Model):
    """A mail to one person. `key` is unique, so that no letter is ever written twice."""

    # The worker asks every second what is due, and years of letters have left.
    __table_args__ = (Index("ix_letter_state_due_at", "state", "due_at"),)
    key: Mapped[Line] = mapped_column(unique=True)
    kind: Mapped[Short]
    about: Mapped[Short | None] = mapped_column(index=True)  # what it is about, as "meeting:12"
    to_name: Mapped[Prose]
    to_address: Mapped[Line]
    language: Mapped[Short]
    reply_to: Mapped[Line | None]
    subject: Mapped[Prose]
    text: Mapped[Prose]
    html: Mapped[Prose]
    calendar: Mapped[bytes | None]
    method: Mapped[Short | None]
    message_id: Mapped[Line] = mapped_column(unique=True)
    references: Mapped[Line | None]
    is_secret: Mapped[bool] = mapped_column(default=False)  # holds a way in: its body is wiped once it has left
    state: Mapped[LetterState] = mapped_column(default=LetterState.planned)
    written_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)
    not_after: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    deferred_at: Mapped[datetime | None]  # when a mail server first put it off: a day later we give up
    reason: Mapped[Line | None]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[Short | None]

    @property
    def parts(self) -> Parts:
        return Parts(self.subject, self.text, self.html, self.calendar, self.method)

    @property
    def is_kept_back(self) -> bool:
        """Whether it was not even tried, since no letter arrives at its address."""
        return self.state is LetterState.skipped and self.reason == SUSPENDED

    def is_leaving(self, at: datetime) -> bool:
        """Whether a worker is handing it over this very moment."""
        return self.lease_until is not None and self.lease_until >= at

    def hold(self) -> None:
        """It waits until somebody lets it go."""
        self.state = LetterState.held
        self.lease_token = self.lease_until = None

    def let_go(self) -> None:
        """It leaves when it is due."""
        self.state = LetterState.planned

    def try_again(self, at: datetime) -> None:
        """The same letter leaves at once, whatever became of it; its tries are counted on, a day of trying begins."""
        self.state, self.due_at, self.reason = LetterState.planned, at, None
        self.sent_at = self.deferred_at = None

    def keep_back(self, at: datetime) -> None:
        """A worker has it, and it is not tried: no letter arrives at its address."""
        self.attempts -= 1
        self.settle(LetterState.skipped, at, SUSPENDED)

    def settle(self, state: LetterState, at: datetime, reason: str | None = None) -> None:
        """The letter has come to an end: sent, skipped or failed."""
        self.state, self.reason = state, reason and reason[:200]
        self.lease_token = self.lease_until = None
        if state is LetterState.sent:
            self.sent_at = at
        if self.is_secret:
            self.text = self.html = ""

    def bounce(self, at: datetime, reason: str) -> None:
        """The letter left, and came back."""
        self.state, self.reason, self.bounced_at = LetterState.bounced, reason[:200], at

    def recall(self, at: datetime, reason: str) -> None:
        """It does not leave; another letter may then say the same under its key."""
        self.key = f"{self.key[: LINE - 20]}:{self.id}"
        self.settle(LetterState.skipped, at, reason)

    def put_off(self, until: datetime, reason: str) -> None:
        """The letter could not leave now and is tried again at `until`."""
        self.due_at, self.reason = until, reason[:200]
        self.lease_token = self.lease_until = None


_LETTER = Letter.__table__
_LEFT = (
    update(_LETTER)
    .where(_LETTER.c.id == bindparam("letter"), _LETTER.c.lease_token == bindparam("token"))
    .values(state=LetterState.sent, sent_at=bindparam("at"), reason=None, lease_token=None, lease_until=None)
)
_LEFT_AND_WIPED = _LEFT.values(text="", html="")


def mark_sent(connection: Connection, letter: int, token: str, at: datetime, wipe: bool) -> None:
    """What `settle` does to a letter that has left, in half the time, and only while the lease `token` holds."""
    connection.execute(_LEFT_AND_WIPED if wipe else _LEFT, {"letter": letter, "token": token, "at": at})


class Collected(db.Model):
    """A mail in the mailbox, from before it is first heard until it is put away."""

    __table_args__ = (UniqueConstraint("validity", "uid"),)
    validity: Mapped[int] = mapped_column(BigInteger)  # UIDVALIDITY and UID (RFC 9051 §2.3.1.1)
    uid: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
    folder: Mapped[Short | None]  # where it goes; none: not heard yet


def write(
    parts: Parts,
    *,
    key: str,
    kind: str,
    to: tuple[str, str],
    language: str,
    about: str | None = None,
    reply_to: str | None = None,
    references: str | None = None,
    not_after: datetime | None = None,
    is_secret: bool = False,
) -> Letter:
    """Adds a letter to (name, address) to the outbox; it leaves after the commit."""
    letter = Letter(
        key=key,
        kind=kind,
        about=about,
        to_name=LINE_ENDS.sub(" ", to[0]),
        to_address=to[1],
        language=language,
        reply_to=reply_to,
        subject=LINE_ENDS.sub(" ", parts.subject),
        text=parts.text,
        html=parts.html,
        calendar=parts.calendar,
        method=parts.method,
        message_id=make_msgid(domain=current_app.config["SETTINGS"].mail_domain),
        references=references,
        not_after=not_after,
        is_secret=is_secret,
    )
    db.session.add(letter)
    return letter


def recall(about: str, addresses: Collection[str], at: datetime, reason: str) -> set[int]:
    """Skips the letters about something that have not left for these addresses; returns the ids of those never tried.

    One that was tried may have arrived. What takes a date out of a calendar (CANCEL) leaves all the same, and so does
    what a worker is handing over.
    """
    letters = db.session.scalars(
        db.select(Letter)
        .where(Letter.about == about, Letter.to_address.in_(addresses))
        .where(Letter.state.in_(UNSENT))
        .where(db.or_(Letter.lease_until.is_(None), Letter.lease_until < at))
        .where(db.or_(Letter.method.is_(None), Letter.method != "CANCEL"))
        .order_by(Letter.id)
        .with_for_update()
    ).all()
    for letter in letters:
        letter.recall(at, reason)
    return {letter.id for letter in letters if letter.attempts == 0}
