"""Mails to the club for the tests: those of tests/mails, on the day that they were written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.bounce import envelope_sender
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Invitation, Meeting
from tests.cast import Cast

MAILS = Path(__file__).parent.parent / "mails"
UID = "5b9e7c1a-3d42-4f86-9a10-7e2c64d8b0f3@bourse.example"
MORNING = datetime(2027, 3, 2, 8, tzinfo=UTC)  # the invitations leave
NOON = datetime(2027, 3, 2, 11, tzinfo=UTC)  # the mails have come


def send_invitations(club: Cast) -> None:
    """Everybody has the invitation to the meeting that the mails are about."""
    db.session.get_one(Meeting, club.meeting).uid = UID
    write_calendar_letters(now())
    for letter in db.session.scalars(db.select(Letter)):
        letter.settle(LetterState.sent, now())
    db.session.commit()


def mail(name: str, letter: Letter | None = None, key: str = "") -> bytes:
    """A mail; a report, or an answer in words, is about `letter`."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    if letter is not None:
        own = envelope_sender("club@bourse.example", letter.id, key)
        raw = raw.replace(b"%OWN-ADDRESS%", own.encode()).replace(b"%MESSAGE-ID%", letter.message_id.encode())
    return raw


def letter_to(address: str) -> Letter:
    return db.session.scalars(db.select(Letter).filter_by(to_address=address, kind="invitation")).one()


def row(invitation: Invitation) -> tuple[object, ...]:
    """What an answer leaves behind, but for the door that it came by."""
    return invitation.answer, invitation.answered_sequence, invitation.answered_by_id, invitation.comment


MINUTE = timedelta(minutes=1)
