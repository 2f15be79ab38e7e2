"""What a letter that came back, or was refused at the door, says of its reader's address."""

from datetime import datetime, timedelta

from bourse.db import db
from bourse.mailroom.bounce import Severity, severity_of
from bourse.mailroom.models import Letter
from bourse.people.models import Person

ENOUGH, LONG_ENOUGH = 3, timedelta(days=3)  # letters that came back, over how long
SPAN = timedelta(days=30)


def note_bounce(letter: Letter, severity: Severity, reason: str, at: datetime) -> None:
    """A letter came back: its reader's address is marked once it is sure that none arrives."""
    letter.bounce(at, reason)
    if severity is Severity.hard or _fails_for_long(letter, at):
        _distrust(letter, at)


def note_refusal(letter: Letter, at: datetime) -> None:
    """A mail server would not take a letter: no such address, perhaps."""
    if severity_of(letter.reason or "") is Severity.hard:
        _distrust(letter, at)


def _distrust(letter: Letter, at: datetime) -> None:
    person = db.session.scalar(db.select(Person).where(Person.email == letter.to_address.lower()))
    if person is not None:
        person.distrust_address(at, letter.reason or "")


def _fails_for_long(letter: Letter, at: datetime) -> bool:
    db.session.flush()
    back = db.select(db.func.count(Letter.id), db.func.min(Letter.bounced_at))
    back = back.where(Letter.to_address == letter.to_address, Letter.bounced_at > at - SPAN)
    count, first = db.session.execute(back).one()
    return bool(count >= ENOUGH and at - first >= LONG_ENOUGH)
