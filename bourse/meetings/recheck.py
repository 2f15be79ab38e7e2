"""Asks whether a letter still says the truth, before it leaves: the gate of all that were not written by rule."""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum

from bourse.clubs.models import Role
from bourse.db import db
from bourse.mailroom.models import EXPIRED, SUPERSEDED, UNINVITED, UNSENT, Letter
from bourse.meetings.due import outdating
from bourse.meetings.letters import QUESTIONS, answer_url
from bourse.meetings.models import CalendarCopy, Invitation, Meeting
from bourse.meetings.reconcile import REQUEST
from bourse.people.models import Person


class Refusal(StrEnum):
    """Why a letter does not leave."""

    over = "over"  # the meeting is past, or the question closed
    expired = "expired"
    uninvited = "uninvited"  # its reader is gone from the meeting, or from the club
    suspended = "suspended"  # none arrives at its address
    superseded = "superseded"  # the meeting has changed since, or a later letter says it better
    unwritten = "unwritten"  # it has no text, or no longer


REWRITTEN = (Refusal.superseded, Refusal.unwritten)
ENDS = {  # for what waits, and why; what goes to an address that takes nothing is kept back by the worker itself
    Refusal.over: SUPERSEDED,
    Refusal.expired: EXPIRED,
    Refusal.uninvited: UNINVITED,
    Refusal.superseded: SUPERSEDED,
}


def drop_untrue_questions(now: datetime) -> None:
    """Questions about a meeting that wait and are none any more do not leave; the worker commits."""
    drop_untrue(QUESTIONS, lambda letter: recheck(letter, _meeting_of(letter), now), now)


def drop_untrue(kinds: Collection[str], why_not: Callable[[Letter], Refusal | None], now: datetime) -> None:
    """The letters of these kinds that wait and are no longer true end here; not what a worker is handing over."""
    waiting = db.select(Letter).where(Letter.state.in_(UNSENT), Letter.kind.in_(kinds))
    free = waiting.where(db.or_(Letter.lease_until.is_(None), Letter.lease_until < now))
    for letter in db.session.scalars(free.order_by(Letter.id).with_for_update()).all():
        refusal = why_not(letter)
        if refusal in ENDS:
            letter.recall(now, ENDS[refusal])


def _meeting_of(letter: Letter) -> Meeting:
    assert letter.about is not None  # a question is about a meeting
    return db.session.get_one(Meeting, int(letter.about.partition(":")[2]))


def amiss(letter: Letter, now: datetime) -> Refusal | None:
    """Why no letter like this leaves, whatever it is about."""
    if letter.not_after and letter.not_after < now:
        return Refusal.expired
    if not letter.text:
        return Refusal.unwritten
    reader = reader_of(letter)
    return Refusal.suspended if reader is not None and reader.is_suspended else None


def reader_of(letter: Letter) -> Person | None:
    """Who has the letter's address today."""
    return db.session.scalar(db.select(Person).where(Person.email == letter.to_address.lower()))


def recheck(letter: Letter, meeting: Meeting, now: datetime) -> Refusal | None:
    """Why the letter does not leave; None while it says the truth."""
    if meeting.is_over(now):
        return Refusal.over
    if refusal := amiss(letter, now):
        return refusal
    reader = reader_of(letter)
    if reader is None and letter.method == REQUEST:  # nobody has that address any more
        return Refusal.superseded
    if letter.method is not None:
        return None if _stands_in_calendar(letter, meeting, now) else Refusal.superseded
    if reader is None or not _reads_letters_about(meeting, reader):
        return Refusal.uninvited
    is_old = meeting.is_cancelled or letter.written_at < meeting.changed_at
    return Refusal.superseded if is_old or _asks_in_vain(letter, meeting.invitation_of(reader)) else None


def _asks_in_vain(letter: Letter, invitation: Invitation | None) -> bool:
    """Whether it says « liste d'attente » to somebody who has a place, or wants none; or its link opens nothing."""
    if letter.kind == "waiting" and (invitation is None or not invitation.is_waiting):
        return True
    return letter.kind in QUESTIONS and invitation is not None and answer_url(invitation) not in letter.text


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
