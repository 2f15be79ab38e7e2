"""Keeps every calendar right: compares what should stand there with what was sent, and writes the letters due."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import aliased, selectinload

from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import SUPERSEDED, UNINVITED, UNSENT, Letter, LetterState, recall, write
from bourse.meetings import reconcile
from bourse.meetings.answer import can_be_seated, fill_seats
from bourse.meetings.facts import with_calendars
from bourse.meetings.letters import calendar_letter
from bourse.meetings.models import Answer, CalendarCopy, Invitation, Meeting
from bourse.meetings.reconcile import Copy, InvitationFacts, MeetingFacts, Message, Reason, Terms
from bourse.people.models import Person

log = structlog.get_logger()

PARTSTAT = {Answer.accepted: "ACCEPTED", Answer.tentative: "TENTATIVE", Answer.declined: "DECLINED"}


def write_calendar_letters(now: datetime) -> None:
    """Adds the calendar letters due at `now` for every released meeting; the worker commits."""
    _recall_overtaken(now)
    for meeting in _released_meetings(now):
        try:
            with db.session.begin_nested():
                _write_letters_of(meeting, now)
        except (IntegrityError, OperationalError):
            raise  # another worker was faster, or the database is away: the worker knows what to do
        except Exception:
            log.exception("meeting skipped", meeting=meeting.id)  # the other meetings' letters leave all the same


def _recall_overtaken(now: datetime) -> None:
    """A letter that was being handed over when a newer one left, and was put off, does not come after it."""
    copy, later = aliased(CalendarCopy), aliased(CalendarCopy)
    is_later = db.and_(
        later.invitation_id == copy.invitation_id, later.address == copy.address, later.stamp > copy.stamp
    )
    overtaken = db.select(copy.letter_id).join(later, is_later)
    query = db.select(Letter).where(Letter.state.in_(UNSENT), Letter.lease_token.is_(None), Letter.id.in_(overtaken))
    for letter in db.session.scalars(query.order_by(Letter.id).with_for_update()):
        letter.recall(now, SUPERSEDED)


def _write_letters_of(meeting: Meeting, now: datetime) -> None:
    if can_be_seated(meeting, now) or not all(each.is_of_meeting for each in meeting.invited):
        with_calendars(meeting, lock=True)  # somebody may be answering this very moment
    let_go(meeting, now)
    fill_seats(meeting, now)
    if _has_a_new_place(meeting, now):
        meeting.note_new_place()
    elif _has_new_texts(meeting, now):
        meeting.changed_at = now
    if outdating(meeting, now):
        with_calendars(meeting, lock=True)  # the host may be keeping somebody out this very moment
    invitations = {invitation.id: invitation for invitation in meeting.invitations}
    outdated = dict.fromkeys(message.invitation for message in outdating(meeting, now))
    if outdated:
        _lock_what_waits(meeting)
    held = {key for key in outdated if _recall_what_waits(invitations[key], now)}
    for message in messages_due(meeting, now):
        letter = _write(message, invitations[message.invitation])
        if message.invitation in held and letter.state is not LetterState.failed:
            letter.hold()  # whoever held the former one wants to look before anything leaves


def let_go(meeting: Meeting, now: datetime) -> None:
    """Whoever left the club, pauses or is kept out is no longer invited, and no letter on its way reaches him.

    A meeting that is over keeps its guest list: it is what was.
    """
    gone = [invitation for invitation in meeting.invited if not invitation.is_of_meeting]
    unsent = _recall_letters(meeting, gone, now)
    for invitation in gone:
        for copy in [each for each in invitation.copies if each.letter_id in unsent]:
            invitation.copies.remove(copy)  # a calendar that got nothing has nothing to give back
        if not meeting.is_over(now):
            invitation.withdraw(now)


def _recall_letters(meeting: Meeting, gone: Iterable[Invitation], now: datetime) -> set[int]:
    addresses = {copy.address for invitation in gone for copy in invitation.copies}
    addresses |= {invitation.person.email for invitation in gone}
    addresses |= {each.person.email for each in meeting.kept_out}
    return recall(f"meeting:{meeting.id}", addresses, now, UNINVITED) if addresses else set()


def _has_a_new_place(meeting: Meeting, now: datetime) -> bool:
    """Whether the place differs from what was sent though nobody moved the meeting: its company's sheet was changed."""
    due = outdating(meeting, now)
    return any(message.reason is Reason.moved and message.sequence > meeting.sequence for message in due)


def _has_new_texts(meeting: Meeting, now: datetime) -> bool:
    """Whether a text differs from all that was sent, written in the meeting or on its company's sheet: a revision."""
    copies = (copy for invitation in meeting.invitations for copy in invitation.copies)
    is_told = any(copy.fingerprint == mark_of(meeting) for copy in copies)
    return not is_told and any(message.reason is Reason.changed for message in outdating(meeting, now))


def messages_due(meeting: Meeting, now: datetime, facts: MeetingFacts | None = None) -> list[Message]:
    """What is due to whom; previews ask the same question about `facts` that are to be."""
    return reconcile.due(facts or facts_of(meeting), _invitations(meeting), now)


def outdating(meeting: Meeting, now: datetime) -> list[Message]:
    """What would be due, had all that waits left already."""
    return reconcile.outdating(facts_of(meeting), _invitations(meeting), now)


def _invitations(meeting: Meeting) -> list[InvitationFacts]:
    return [_invitation_facts(invitation) for invitation in meeting.invitations]


def facts_of(meeting: Meeting) -> MeetingFacts:
    """What should stand in the calendars of those invited."""
    return MeetingFacts(
        sequence=meeting.sequence,
        fingerprint=mark_of(meeting),
        ends_at=meeting.ends_at,
        is_released=meeting.is_released,
        is_cancelled=meeting.is_cancelled,
    )


def mark_of(meeting: Meeting) -> str:
    """What tells this version of the meeting from all others."""
    return reconcile.fingerprint(_terms(meeting), *_words(meeting))


def tells_present(copy: CalendarCopy) -> bool:
    """Whether what was last sent there has the time and place of today."""
    return reconcile.is_same_terms(copy.fingerprint, mark_of(copy.invitation.meeting))


def send_again(invitation: Invitation, now: datetime) -> None:
    """Writes an invitation once more, as it stands, for a calendar that asked; none when a newer one is on its way."""
    there = (each for each in invitation.copies if each.address == invitation.person.email)
    copy = max(there, key=lambda each: each.stamp, default=None)
    if copy is None or copy.method != reconcile.REQUEST or copy.is_unsent or not tells_present(copy):
        return
    message = Message(
        invitation=invitation.id,
        address=copy.address,
        method=copy.method,
        sequence=copy.sequence,
        partstat=_partstat(invitation),
        reason=Reason.asked,
        stamp=reconcile.next_stamp(copy.stamp, now),
        fingerprint=mark_of(invitation.meeting),
    )
    _write(message, invitation)


def shows(invitation: Invitation) -> None:
    """Notes that the person's calendar shows the answer already, for it gave it."""
    there = (copy for copy in invitation.copies if not copy.is_unsent)
    latest = {copy.address.casefold(): copy for copy in sorted(there, key=lambda copy: copy.stamp)}
    for copy in latest.values():
        copy.partstat = _partstat(invitation)


def _terms(meeting: Meeting) -> Terms:
    company = meeting.company
    return Terms(meeting.starts_at, meeting.ends_at, f"{company.name}, {company.address}", meeting.is_cancelled)


def _words(meeting: Meeting) -> Iterable[str]:
    company = meeting.company
    site = (company.parking, company.reception, company.protective_equipment, company.photo_rule)
    return meeting.title, meeting.practical, meeting.host.person.name, *site


def say(meeting: Meeting, word: str, before: str) -> None:
    """Puts the facilitator's word into the letters of the change just made; `before` marks what it changed.

    Without a new word, that of the change before stays while no letter has told of it.
    """
    copies = (copy for invitation in meeting.invitations for copy in invitation.copies)
    is_told = any(copy.fingerprint == before and not copy.waits for copy in copies)
    former = meeting.word if meeting.word_mark == before and not is_told else ""
    meeting.word, meeting.word_mark = word or former, mark_of(meeting)


def keep_quiet(meeting: Meeting, before: str) -> None:
    """Takes the present texts for told where those marked `before` were: nobody gets a letter about them.

    A letter that has not left is written anew instead.
    """
    mine = [invitation.id for invitation in meeting.invitations]
    told = db.update(CalendarCopy).where(CalendarCopy.invitation_id.in_(mine), CalendarCopy.fingerprint == before)
    has_not_left = db.exists().where(Letter.id == CalendarCopy.letter_id, Letter.state.in_(UNSENT))
    db.session.execute(told.where(~has_not_left).values(fingerprint=mark_of(meeting)))


def _lock_what_waits(meeting: Meeting) -> None:
    """In the order in which everybody locks letters."""
    mine = db.select(Letter.id).where(Letter.about == f"meeting:{meeting.id}", Letter.state.in_(UNSENT))
    db.session.execute(mine.order_by(Letter.id).with_for_update())


def _recall_what_waits(invitation: Invitation, now: datetime) -> bool:
    """Takes back the letters that have not left; returns whether one of them was held.

    One that somebody has tried to send may have arrived all the same.
    """
    ids = [copy.letter_id for copy in invitation.copies if copy.letter_id]
    unsent = db.select(Letter).where(Letter.id.in_(ids), Letter.state.in_(UNSENT), Letter.lease_token.is_(None))
    letters = {letter.id: letter for letter in db.session.scalars(unsent.with_for_update())}
    was_held = any(letter.state is LetterState.held for letter in letters.values())
    for copy in list(invitation.copies):
        letter = letters.get(copy.letter_id or 0)
        if letter is not None:
            letter.recall(now, SUPERSEDED)
        if letter is not None and letter.attempts == 0:
            invitation.copies.remove(copy)
        else:
            db.session.expire(copy, ["waits"])
    db.session.flush()
    return was_held


def _invitation_facts(invitation: Invitation) -> InvitationFacts:
    return InvitationFacts(
        key=invitation.id,
        address=invitation.person.email,
        is_invited=invitation.stands,
        partstat=_partstat(invitation),
        seated_at=invitation.seated_at,
        copies=[_copy(each) for each in invitation.copies if each.counts],
        answered_at=invitation.answered_at,
        tells_answers=invitation.person.tells_calendar,
    )


def _partstat(invitation: Invitation) -> str:
    return PARTSTAT.get(invitation.current_answer, "NEEDS-ACTION")


def _copy(row: CalendarCopy) -> Copy:
    return Copy(row.address, row.method, row.sequence, row.fingerprint, row.stamp, row.waits, row.partstat)


def _write(message: Message, invitation: Invitation) -> Letter:
    first = next((each for each in invitation.copies if each.address == message.address), None)
    parts, trouble = _parts(message, invitation)
    letter = write(
        parts,
        key=_key(message, invitation),
        kind=message.letter,
        to=(invitation.person.name, message.address),
        language=invitation.person.language,
        about=f"meeting:{invitation.meeting_id}",
        references=first.first_message_id if first else None,
        not_after=invitation.meeting.ends_at,
    )
    if trouble:
        letter.settle(LetterState.failed, message.stamp, trouble)
    _remember(message, invitation, first.first_message_id if first else letter.message_id, letter)
    return letter


def _parts(message: Message, invitation: Invitation) -> tuple[Parts, str | None]:
    """The letter, or an empty one and why: somebody whom no calendar can invite holds nobody else up."""
    try:
        return calendar_letter(message, invitation), None
    except ValueError as error:
        return Parts("", "", ""), str(error)


def _key(message: Message, invitation: Invitation) -> str:
    """Names the message by what it follows, so that two workers that see the same facts write one letter."""
    stamps = (each.stamp.isoformat() for each in invitation.copies)
    told = "|".join([message.address, message.method, str(message.sequence), *stamps])
    return f"calendar:{invitation.id}:{sha256(told.encode()).hexdigest()[:32]}"


def _remember(message: Message, invitation: Invitation, first_message_id: str, letter: Letter) -> None:
    invitation.copies.append(
        CalendarCopy(
            address=message.address,
            method=message.method,
            sequence=message.sequence,
            fingerprint=message.fingerprint,
            stamp=message.stamp,
            partstat=message.partstat,
            first_message_id=first_message_id,
            letter=letter,
        )
    )


def _released_meetings(now: datetime) -> Iterable[Meeting]:
    """Released meetings to come, with all that the letters tell, in a fixed number of queries."""
    host, guest, member = Meeting.host, Meeting.invitations, Club.memberships
    return db.session.scalars(
        db.select(Meeting)
        .where(Meeting.released_at.is_not(None), Meeting.ends_at > now)
        .order_by(Meeting.id)
        .options(
            selectinload(Meeting.club).selectinload(member).selectinload(Membership.person),
            selectinload(host).selectinload(Membership.person),
            selectinload(host).selectinload(Membership.company),
            selectinload(guest).selectinload(Invitation.copies),
            selectinload(guest).selectinload(Invitation.person).selectinload(Person.memberships),
        )
    ).all()
