"""What a letter that came back, or was refused at the door, says of its reader's address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bourse.db import db
from bourse.mailroom.bounce import Severity, severity_of
from bourse.mailroom.models import Letter, LetterState
from bourse.people.models import SUSPENDED_FROM, Person

ENOUGH, LONG_ENOUGH = 3, timedelta(days=3)  # letters that came back, over how long
SPAN = timedelta(days=30)
SIGNING_IN = ("way_in", "new_device")  # kinds that are tried whatever came back: somebody asked to come in


def note_bounce(letter: Letter, severity: Severity, reason: str, at: datetime) -> None:
    """A letter came back: its reader's address is marked once it is sure that none arrives."""
    is_known = letter.state is LetterState.bounced
    letter.bounce(at, reason)
    if is_known:
        return  # a second report on one letter says nothing new
    if severity is Severity.hard or _fails_for_long(letter, at):
        _distrust(letter, at)


def note_refusal(letter: Letter, at: datetime) -> None:
    """A mail server would not take a letter: no such address, perhaps."""
    if severity_of(letter.reason or "") is Severity.hard:
        _distrust(letter, at)


def undeliverable(letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters whose address is suspended."""
    others = [letter for letter in letters if letter.kind not in SIGNING_IN]
    if not others:
        return []
    query = db.select(Person.email).where(Person.email.in_({letter.to_address.lower() for letter in others}))
    suspended = set(db.session.scalars(query.where(Person.address_failures >= SUSPENDED_FROM)))
    return [letter for letter in others if letter.to_address.lower() in suspended]


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
