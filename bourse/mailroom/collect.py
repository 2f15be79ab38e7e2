"""Collects what comes into the mailbox: each mail is heard once, then put away; none is ever deleted."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError, OperationalError

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.mailbox import Mailbox, MailboxAway
from bourse.mailroom.models import Collected

BATCH = 50
TRIES = 3
PAUSE_SECONDS = 30.0
HEARD, FOR_PEOPLE, TROUBLE = "traites", "a-lire", "illisibles"  # in ASCII, for every server

Hear = Callable[[bytes, datetime], bool]  # adds what a mail says to the session; whether it was the house's business

log = structlog.get_logger()


class Collector:
    """Takes the mails of the mailbox at `url` to `hear`, until told to stop. It has a thread of its own, so that a
    slow mailbox holds no letter up."""

    def __init__(self, url: str, hear: Hear, stopped: threading.Event):
        self.url = url
        self.hear = hear
        self.stopped = stopped
        self.not_given: set[int] = set()  # the UIDs of mails over which the mailbox failed

    def run(self, once: bool = False) -> None:
        """Works round after round; `once`: until nothing waits."""
        while not self.stopped.is_set():
            more = self._round_whatever_happens()
            if once and not more:
                return
            if not more:
                self.stopped.wait(PAUSE_SECONDS)

    def _round_whatever_happens(self) -> bool:
        try:
            return self._round()
        except (MailboxAway, OperationalError) as error:
            log.warning("no mail collected", error=str(error) if isinstance(error, MailboxAway) else "database away")
        except Exception:
            log.exception("round broken")
        finally:
            db.session.remove()
        return False

    def _round(self) -> bool:
        """One batch; whether more may wait."""
        with Mailbox(self.url) as mailbox:
            waiting = self._in_turn(mailbox.waiting())
            moved = [self._collect(mailbox, uid) for uid in waiting if not self.stopped.is_set()]
        return len(waiting) == BATCH and any(moved)

    def _in_turn(self, uids: Sequence[int]) -> list[int]:
        """A batch, the oldest first; what the mailbox failed to give comes last, to hold no other up."""
        return sorted(uids, key=lambda uid: (uid in self.not_given, uid))[:BATCH]

    def _collect(self, mailbox: Mailbox, uid: int) -> bool:
        """Hears a mail and puts it away; False when it stays for another try, or another collector has it.

        The database is never held while the mailbox takes its time.
        """
        try:
            tries, folder = self._begin(mailbox.validity, uid)
            raw = self._read(mailbox, uid) if tries <= TRIES and not folder else b""
            folder = folder or self._hear(mailbox.validity, uid, raw, tries)
        except (MailboxAway, OperationalError):
            self._give_back(mailbox.validity, uid)
            raise
        except IntegrityError:
            db.session.rollback()
            return False
        except Exception:
            db.session.rollback()
            log.exception("mail not heard", uid=uid)
            return False
        mailbox.put_away(uid, folder)
        db.session.execute(db.delete(Collected).where(*_is_of(mailbox.validity, uid)))
        db.session.commit()
        return True

    def _begin(self, validity: int, uid: int) -> tuple[int, str | None]:
        """Counts the try before it is made, for a mail that brings the house down is not tried for ever; returns how
        many, and where it goes if it was heard before."""
        seen = db.session.scalar(db.select(Collected).where(*_is_of(validity, uid)))
        if seen is None:
            seen = Collected(validity=validity, uid=uid, tries=0)
            db.session.add(seen)
        seen.tries += 1
        begun = seen.tries, seen.folder
        db.session.commit()
        return begun

    def _read(self, mailbox: Mailbox, uid: int) -> bytes:
        self.not_given.add(uid)
        raw = mailbox.read(uid)
        self.not_given.discard(uid)
        return raw

    def _give_back(self, validity: int, uid: int) -> None:
        """That the mailbox or the database was away is not the mail's fault."""
        db.session.rollback()
        one_less = db.update(Collected).where(*_is_of(validity, uid), Collected.tries > 0)
        with suppress(OperationalError):
            db.session.execute(one_less.values(tries=Collected.tries - 1))
            db.session.commit()

    def _hear(self, validity: int, uid: int, raw: bytes, tries: int) -> str:
        """Where the mail belongs once it was heard, which is written down with what it changed."""
        is_heard = tries <= TRIES and bool(raw) and self.hear(raw, now())
        folder = HEARD if is_heard else FOR_PEOPLE if tries <= TRIES else TROUBLE
        db.session.execute(db.update(Collected).where(*_is_of(validity, uid)).values(folder=folder))
        db.session.commit()
        return folder


def _is_of(validity: int, uid: int) -> tuple[ColumnElement[bool], ...]:
    return Collected.validity == validity, Collected.uid == uid
