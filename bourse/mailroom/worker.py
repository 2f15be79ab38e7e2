"""The worker: writes the letters that fall due, then carries what is in the outbox."""

import random
import secrets
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Protocol

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.bounce import envelope_sender
from bourse.mailroom.compose import message
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.retry import next_try
from bourse.mailroom.send import Answer, Fate, Line, NoMailServer

BATCH = 20
LEASE = timedelta(minutes=5)
TO_SPARE = timedelta(minutes=2)  # nothing is begun so late that another worker could begin it too
PAUSE_SECONDS = 1.0
PROBE = timedelta(minutes=1)  # how long a mail server that is down is left alone
PROBE_IN_DEVELOPMENT = timedelta(seconds=2)

WriteDue = Callable[[datetime], None]  # adds the letters that are due now to the session
Refused = Callable[[Letter, datetime], None]  # told of a letter that a mail server would never take


class Beside(Protocol):
    """Long work of another room, which a process of its own does beside the letters."""

    def look(self, now: datetime) -> bool:
        """Begins what waits; whether there is work under way."""

    def end(self) -> None:
        """The worker ends."""


log = structlog.get_logger()


@dataclass(frozen=True)
class Parcel:
    """A letter ready to be handed over."""

    letter_id: int
    address: str
    own_sender: str
    mail: bytes


class Worker:
    """Carries letters from `sender` over the mail server that `find_url` names, until told to stop.

    With a `key`, reports on each letter come back to an address of its own.
    """

    def __init__(
        self,
        sender: str,
        find_url: Callable[[], str],
        write_due: Sequence[WriteDue],
        probe: timedelta = PROBE,
        key: str = "",
        when_refused: Sequence[Refused] = (),
        beside: Sequence[Beside] = (),
    ):
        self.sender = sender
        self.find_url = find_url
        self.write_due = write_due
        self.probe = probe
        self.key = key
        self.when_refused = when_refused
        self.beside = beside
        self.stopped = threading.Event()

    def stop_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())

    def run(self, once: bool = False) -> None:
        """Works round after round; `once`: until nothing is due."""
        try:
            while not self.stopped.is_set():
                carried, is_busy = (self._round if once else self._round_whatever_happens)(), self._look_beside()
                if once and not carried and not is_busy:
                    return
                if not carried:
                    self.stopped.wait(PAUSE_SECONDS)
        finally:
            for work in self.beside:
                work.end()

    def _look_beside(self) -> bool:
        """Whether other rooms' long work is under way; its faults are not ours."""
        try:
            return sum(work.look(now()) for work in self.beside) > 0
        except OperationalError as error:
            log.warning("database away", error=str(error.orig))
            return False
        finally:
            db.session.remove()

    def _round_whatever_happens(self) -> int:
        """A fault of ours ends a round, never the worker."""
        try:
            return self._round()
        except Exception:
            log.exception("round broken")
            return 0

    def _round(self) -> int:
        """One round; returns how many letters were dealt with."""
        try:
            self._write()
            return self._carry()
        except OperationalError as error:
            db.session.rollback()
            log.warning("database away", error=str(error.orig))
            return 0
        finally:
            db.session.remove()

    def _write(self) -> None:
        for write in self.write_due:
            try:
                write(now())
                db.session.commit()
            except IntegrityError:  # another worker wrote the same letters first
                db.session.rollback()
            except Exception:  # what cannot be written keeps nothing else from leaving
                db.session.rollback()
                log.exception("letters not written")

    def _carry(self) -> int:
        """Carries one batch. No transaction is open while the mail server takes its time."""
        token = secrets.token_hex(16)
        parcels = [parcel for letter in claim(token, now()) if (parcel := self._pack(letter))]
        db.session.commit()
        if not parcels:
            return 0
        try:
            with Line(self.find_url()) as line:
                return self._deliver(parcels, token, line)
        except NoMailServer as error:
            return self._give_back(parcels, token, str(error))

    def _pack(self, letter: Letter) -> Parcel | None:
        """The letter as bytes; one that no mail can carry fails here and holds nobody up."""
        try:
            mail = message(
                letter.parts,
                sender=self.sender,
                recipient=(letter.to_name, letter.to_address),
                message_id=letter.message_id,
                date=letter.written_at,
                references=(letter.references,) if letter.references else (),
                reply_to=letter.reply_to,
                language=letter.language,
            )
        except ValueError as error:
            letter.settle(LetterState.failed, now(), str(error))
            return None
        own_sender = envelope_sender(parseaddr(self.sender)[1], letter.id, self.key) if self.key else ""
        return Parcel(letter.id, letter.to_address, own_sender, mail.as_bytes())

    def _deliver(self, parcels: Sequence[Parcel], token: str, line: Line) -> int:
        until = now() + LEASE - TO_SPARE
        for done, parcel in enumerate(parcels):
            if self.stopped.is_set() or now() > until:
                return done + self._give_back(parcels[done:], token, "stopped")
            answer = line.send(parseaddr(self.sender)[1], parcel.address, parcel.mail, parcel.own_sender)
            if answer.fate is Fate.down:
                return done + self._give_back(parcels[done:], token, answer.reason)
            for letter in _still_leased([parcel], token):
                self._note(letter, answer, now())
            db.session.commit()
        return len(parcels)

    def _note(self, letter: Letter, answer: Answer, at: datetime) -> None:
        """Writes down what the mail server made of a letter."""
        log.info("letter", id=letter.id, kind=letter.kind, fate=answer.fate.value, reason=answer.reason)
        if answer.fate is Fate.sent:
            letter.settle(LetterState.sent, at)
        elif answer.fate is Fate.deferred and (again := _next_try(letter, at)):
            letter.put_off(again, answer.reason)
        else:
            letter.settle(LetterState.failed, at, answer.reason)
            for tell in self.when_refused:
                tell(letter, at)

    def _give_back(self, parcels: Sequence[Parcel], token: str, reason: str) -> int:
        """The mail server is away: nothing is lost and nothing counts as a try. Returns 0, the letters dealt with."""
        log.warning("mail server away", reason=reason, letters=len(parcels))
        for letter in _still_leased(parcels, token):
            letter.attempts -= 1
            letter.put_off(now() + self.probe, reason)
        db.session.commit()
        return 0


def claim(token: str, at: datetime) -> list[Letter]:
    """Leases up to a batch of due letters under `token`, so that no other worker takes them; drops expired ones."""
    letters = db.session.scalars(
        db.select(Letter)
        .where(Letter.state == LetterState.planned, Letter.due_at <= at)
        .where(db.or_(Letter.lease_until.is_(None), Letter.lease_until < at))
        .order_by(Letter.due_at, Letter.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for letter in letters:
        if letter.not_after and letter.not_after < at:
            letter.settle(LetterState.skipped, at, "expired")
        else:
            letter.lease_token, letter.lease_until = token, at + LEASE
            letter.attempts += 1
    return [letter for letter in letters if letter.lease_token == token]


def _still_leased(parcels: Sequence[Parcel], token: str) -> Sequence[Letter]:
    ids = [parcel.letter_id for parcel in parcels]
    return db.session.scalars(db.select(Letter).where(Letter.id.in_(ids), Letter.lease_token == token)).all()


def _next_try(letter: Letter, at: datetime) -> datetime | None:
    letter.deferred_at = letter.deferred_at or at
    return next_try(letter.attempts, letter.deferred_at, at, random.random())
