"""The worker: writes the letters that fall due, then carries what is in the outbox."""

import random
import secrets
import signal
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Protocol

import structlog
from sqlalchemy import Select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.bounce import envelope_sender
from bourse.mailroom.compose import message
from bourse.mailroom.models import EXPIRED, Letter, LetterState, mark_sent
from bourse.mailroom.retry import next_try
from bourse.mailroom.send import Answer, Fate, Line

BATCH = 20
LEASE = timedelta(minutes=5)
TO_SPARE = timedelta(minutes=4)  # nothing is begun so late that another worker could begin it too
PAUSE_SECONDS = 1.0
A_MINUTE = timedelta(minutes=1)
ROUND_SECONDS = 5.0  # then what has fallen due meanwhile is written
PROBE = timedelta(minutes=1)  # how long a mail server that is down is left alone
ENOUGH = 5  # letters on which the line broke, one after the other: the mail server is down

WriteDue = Callable[[datetime], None]  # adds the letters that are due now to the session
Refused = Callable[[Letter, datetime], None]  # told of a letter that a mail server would never take
KeepBack = Callable[[Sequence[Letter]], Collection[Letter]]  # those whose address takes none any more


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
    kind: str
    address: str
    own_sender: str
    mail: bytes
    is_secret: bool


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
        write_each_minute: Sequence[WriteDue] = (),
        keep_back: KeepBack = lambda _: (),
        beside: Sequence[Beside] = (),
    ):
        self.sender = sender
        self.address = parseaddr(sender)[1]
        self.find_url = find_url
        self.write_due = write_due
        self.probe = probe
        self.key = key
        self.when_refused = when_refused
        self.write_each_minute = write_each_minute
        self.minute: datetime | None = None  # when these were last asked
        self.keep_back = keep_back
        self.beside = beside
        self.stopped = threading.Event()
        self._broken = 0  # how often the line broke since a mail server last answered to a letter
        self._rests_until: datetime | None = None  # the mail server is down

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
        except Exception:
            log.exception("work beside the letters broken")
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
            return self._carry_on()
        except OperationalError as error:
            db.session.rollback()
            log.warning("database away", error=str(error.orig))
            return 0
        finally:
            db.session.remove()

    def _write(self) -> None:
        at = now()
        for write in (*self.write_due, *self._writers_of_the_minute(at)):
            try:
                write(at)
                db.session.commit()
            except IntegrityError:  # another worker wrote the same letters first
                db.session.rollback()
            except Exception:  # what cannot be written keeps nothing else from leaving
                db.session.rollback()
                log.exception("letters not written")

    def _writers_of_the_minute(self, at: datetime) -> Sequence[WriteDue]:
        """What need not be asked at every round, since it costs more than a look."""
        if self.minute and timedelta(0) <= at - self.minute < A_MINUTE:
            return ()
        self.minute = at
        return self.write_each_minute

    def _carry_on(self) -> int:
        """Carries batch after batch for a while: looking what falls due takes longer than a batch."""
        carried, until = drop_expired(now()), time.monotonic() + ROUND_SECONDS
        db.session.commit()
        with Line(self.find_url) as line:
            while not self._rests() and (batch := self._carry(line)):
                carried += batch
                if self.stopped.is_set() or time.monotonic() > until:
                    break
        return carried

    def _rests(self) -> bool:
        return self._rests_until is not None and now() < self._rests_until

    def _carry(self, line: Line) -> int:
        """Carries one batch. No transaction is open while the mail server takes its time."""
        token = secrets.token_hex(16)
        letters = claim(token, now())
        kept = self.keep_back(letters)
        for letter in kept:
            letter.keep_back(now())
        parcels = [parcel for letter in letters if letter not in kept and (parcel := self._pack(letter))]
        db.session.commit()
        with db.engine.connect() as ledger:
            return len(letters) - len(parcels) + self._deliver(parcels, token, line, ledger)

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
        own_sender = envelope_sender(self.address, letter.id, self.key) if self.key else ""
        return Parcel(letter.id, letter.kind, letter.to_address, own_sender, mail, letter.is_secret)

    def _deliver(self, parcels: Sequence[Parcel], token: str, line: Line, ledger: Connection) -> int:
        """Hands one after the other over; returns how many were dealt with, and gives the others back."""
        until = now() + LEASE - TO_SPARE
        for done, parcel in enumerate(parcels):
            if self.stopped.is_set() or now() > until:
                _give_back(parcels[done:], token, now(), "no time left")
                return done
            answer = line.send(self.address, parcel.address, parcel.mail, parcel.own_sender)
            if answer.fate is Fate.down:
                return done + self._rest(parcels[done:], token, answer.reason)
            self._note(parcel, token, answer, ledger)
            if self._broken >= ENOUGH:
                return done + 1 + self._rest(parcels[done + 1 :], token, answer.reason)
        return len(parcels)

    def _note(self, parcel: Parcel, token: str, answer: Answer, ledger: Connection) -> None:
        """Writes down what the mail server made of a letter, before the next one is sent."""
        log.info("letter", id=parcel.letter_id, kind=parcel.kind, fate=answer.fate.value, reason=answer.reason)
        self._broken = self._broken + 1 if answer.fate is Fate.broken else 0
        if answer.fate is Fate.sent:
            mark_sent(ledger, parcel.letter_id, token, now(), wipe=parcel.is_secret)
            ledger.commit()
            return
        for letter in _still_leased([parcel], token):
            self._put_off_or_fail(letter, answer, now())
        db.session.commit()

    def _put_off_or_fail(self, letter: Letter, answer: Answer, at: datetime) -> None:
        if answer.fate is not Fate.refused and (again := _next_try(letter, at)):
            letter.put_off(again, answer.reason)
            return
        letter.settle(LetterState.failed, at, answer.reason)
        for tell in self.when_refused:
            tell(letter, at)

    def _rest(self, parcels: Sequence[Parcel], token: str, reason: str) -> int:
        """The mail server is down: it is left alone for a while. Returns 0, the letters dealt with."""
        log.warning("mail server away", reason=reason, letters=len(parcels))
        self._rests_until = now() + self.probe
        _give_back(parcels, token, self._rests_until, reason)
        return 0


def _give_back(parcels: Sequence[Parcel], token: str, until: datetime, reason: str) -> None:
    """They were not begun: nothing is lost and nothing counts as a try."""
    for letter in _still_leased(parcels, token):
        letter.attempts -= 1
        letter.put_off(until, reason)
    db.session.commit()


def claim(token: str, at: datetime) -> Sequence[Letter]:
    """Leases up to a batch of due letters under `token`, so that no other worker takes them.

    What expires first, such as a link to sign in, goes before all others.
    """
    fresh = db.or_(Letter.not_after.is_(None), Letter.not_after >= at)
    order = (Letter.not_after.is_(None), Letter.not_after, Letter.due_at, Letter.id)
    letters = db.session.scalars(_free(at).where(fresh).order_by(*order).limit(BATCH)).all()
    for letter in letters:
        letter.lease_token, letter.lease_until = token, at + LEASE
        letter.attempts += 1
    return letters


def drop_expired(at: datetime) -> int:
    """Skips the due letters that it is too late for; returns how many."""
    letters = db.session.scalars(_free(at).where(Letter.not_after < at)).all()
    for letter in letters:
        letter.settle(LetterState.skipped, at, EXPIRED)
    return len(letters)


def _free(at: datetime) -> Select[Letter]:
    """Selects the due letters that no worker holds, for the one that asks."""
    due = db.select(Letter).where(Letter.state == LetterState.planned, Letter.due_at <= at)
    return due.where(db.or_(Letter.lease_until.is_(None), Letter.lease_until < at)).with_for_update(skip_locked=True)


def _still_leased(parcels: Sequence[Parcel], token: str) -> Sequence[Letter]:
    ids = [parcel.letter_id for parcel in parcels]
    return db.session.scalars(db.select(Letter).where(Letter.id.in_(ids), Letter.lease_token == token)).all()


def _next_try(letter: Letter, at: datetime) -> datetime | None:
    letter.deferred_at = letter.deferred_at or at
    return next_try(letter.attempts, letter.deferred_at, at, random.random())
