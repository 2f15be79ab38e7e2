"""Asks whether a letter about a meeting still says the truth, before somebody lets it leave."""

from datetime import datetime
from enum import StrEnum

from bourse.clubs.models import Role
from bourse.db import db
from bourse.mailroom.models import SUPERSEDED, Letter
from bourse.meetings.due import outdating
from bourse.meetings.models import CalendarCopy, Meeting
from bourse.meetings.reconcile import REQUEST
from bourse.people.models import Person


class Refusal(StrEnum):
    """Why a letter does not leave."""

    over = "over"  # the meeting is past
    expired = "expired"
    uninvited = "uninvited"  # its reader is gone from the meeting, or from the club
    suspended = "suspended"  # none arrives at its address
    superseded = "superseded"  # the meeting has changed since, or a later letter says it better
    unwritten = "unwritten"  # it has no text, or no longer


REWRITTEN = (Refusal.superseded, Refusal.unwritten)


def recheck(letter: Letter, meeting: Meeting, now: datetime) -> Refusal | None:
    """Why the letter does not leave; None while it says the truth."""
    if meeting.is_over(now):
        return Refusal.over
    if letter.not_after and letter.not_after < now:
        return Refusal.expired
    if not letter.text:
        return Refusal.unwritten
    reader = db.session.scalar(db.select(Person).where(Person.email == letter.to_address.lower()))
    if reader is not None and reader.is_suspended:
        return Refusal.suspended
    if reader is None and letter.method == REQUEST:  # nobody has that address any more
        return Refusal.superseded
    if letter.method is not None:
        return None if _stands_in_calendar(letter, meeting, now) else Refusal.superseded
    if reader is None or not _reads_letters_about(meeting, reader):
        return Refusal.uninvited
    is_old = meeting.is_cancelled or letter.written_at < meeting.changed_at
    return Refusal.superseded if is_old or _tells_a_wait_that_is_over(letter, meeting, reader) else None


def _tells_a_wait_that_is_over(letter: Letter, meeting: Meeting, reader: Person) -> bool:
    """Whether it says « liste d'attente » to somebody who has a place, or wants none."""
    invitation = meeting.invitation_of(reader)
    return letter.kind == "waiting" and (invitation is None or not invitation.is_waiting)


def _stands_in_calendar(letter: Letter, meeting: Meeting, now: datetime) -> bool:
    """Whether the letter is the last word at its address, and nothing else is due there."""
    told = (copy for invitation in meeting.invitations for copy in invitation.copies)
    there = [copy for copy in told if copy.address == letter.to_address]
    last = max(there, key=lambda copy: copy.stamp, default=None)
    if last is None or last.letter_id != letter.id:
        return False
    due = {(message.invitation, message.address.casefold()) for message in outdating(meeting, now)}
    return (last.invitation_id, last.address.casefold()) not in due


def _reads_letters_about(meeting: Meeting, person: Person) -> bool:
    """Whether the person is invited, or facilitates; nobody whose account is shut."""
    if person.is_closed:
        return False
    facilitates = any(
        each.person_id == person.id and each.belongs and each.role is Role.facilitator
        for each in meeting.club.memberships
    )
    invitation = meeting.invitation_of(person)
    return facilitates or (invitation is not None and invitation.stands)


def take_for_unwritten(letter: Letter, now: datetime) -> None:
    """A letter that is no longer true ends here; what should stand in the calendar is compared anew, without it."""
    letter.recall(now, SUPERSEDED)
    db.session.execute(db.delete(CalendarCopy).where(CalendarCopy.letter_id == letter.id))
