"""Compares what should stand in each calendar with what was last sent to it, and says which messages are due.

The caller guarantees three things. `Meeting.sequence` rises at each change of time, place or status, not of
a text (RFC 5546 §2.1.4), and never falls. A copy is kept of each calendar message that was written; of an address
the latest counts. Copies are written in the transaction that writes the letters, so that a second run finds nothing
due.

A message that waits to leave and is no longer right is recalled and counts as never written: quick edits become
one message, and an edit that is taken back becomes none.

An answer given elsewhere than in a calendar is told to the calendar once it has stood for a moment, so that both agree;
the calendar's own answer is known to stand there, and nothing is said to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

REQUEST = "REQUEST"
CANCEL = "CANCEL"
ANSWERS = frozenset({"ACCEPTED", "TENTATIVE", "DECLINED"})
SETTLES = timedelta(minutes=1)  # how long an answer stands before it is told: one may change one's mind


class Reason(StrEnum):
    """Why a message is due."""

    new = "new"
    moved = "moved"  # another time or place
    changed = "changed"  # another text
    answered = "answered"  # on the page, by the link or on the telephone; the calendar does not know it yet
    removed = "removed"
    cancelled = "cancelled"
    seated = "seated"  # he waited, and a place is his
    restored = "restored"  # it had been taken out of this calendar and comes back
    new_address = "new_address"
    asked = "asked"  # the calendar itself asked to be told again


LETTERS = {
    Reason.moved: "new_date",
    Reason.changed: "changed",
    Reason.seated: "promoted",
    Reason.answered: "answered",
}
SAME_NUMBER = (Reason.changed, Reason.seated, Reason.answered)  # neither time nor place is another


@dataclass(frozen=True, slots=True)
class Terms:
    """What an answer is given to: when, where, and that the meeting stands."""

    starts_at: datetime
    ends_at: datetime
    place: str
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What should stand in the calendars. `is_released`: published, its day of sending come, and the "go" given."""

    sequence: int
    fingerprint: str
    ends_at: datetime
    is_released: bool = True
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A calendar message written to one address about one invitation; `waits`: it has not left yet.

    `partstat` is the answer that this calendar shows; empty when nobody knows.
    """

    address: str
    method: str
    sequence: int
    fingerprint: str
    stamp: datetime
    waits: bool = False
    partstat: str = ""


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """One person's invitation. `is_invited` is false once removed, excluded, gone from the club or paused.

    `partstat` is the answer that holds now (RFC 5545 §3.2.12): NEEDS-ACTION when there is none, it is to
    confirm, or he waits for a place. `seated_at`: since when a place is his that he waited for.
    `tells_answers`: he wants his calendar to show what he answers elsewhere.
    """

    key: Hashable
    address: str
    is_invited: bool = True
    partstat: str = "NEEDS-ACTION"
    seated_at: datetime | None = None
    copies: Sequence[Copy] = ()
    answered_at: datetime | None = None
    tells_answers: bool = True

    def has_settled(self, now: datetime) -> bool:
        """Whether the answer has stood for long enough to be told."""
        return self.answered_at is None or now - self.answered_at >= SETTLES


@dataclass(frozen=True, slots=True)
class Message:
    """A calendar message that is due; once written, it is the address's new `Copy`."""

    invitation: Hashable
    address: str
    method: str
    sequence: int
    partstat: str
    reason: Reason
    stamp: datetime
    fingerprint: str

    @property
    def letter(self) -> str:
        """The letter that carries it: invitation, new_date, changed, promoted, answered or cancelled."""
        return "cancelled" if self.method == CANCEL else LETTERS.get(self.reason, "invitation")

    @property
    def copy(self) -> Copy:
        """What is then known to stand at this address."""
        return Copy(self.address, self.method, self.sequence, self.fingerprint, self.stamp, partstat=self.partstat)


def due(meeting: MeetingFacts, invitations: Iterable[InvitationFacts], now: datetime) -> list[Message]:
    """Return the messages due at `now`, in the order in which they are to leave.

    None before the release, none once the meeting has ended. Sequences are one thread per person (RFC 5546
    §2.1.4): the meeting's own, or higher where that person's calendars have seen as much. So a CANCEL to
    someone removed takes his last sequence + 1, and a later REQUEST goes above it, while everybody else's stays.
    """
    everybody = list(invitations)
    outdated = {message.invitation for message in outdating(meeting, everybody, now)}
    concerned = (each for each in everybody if each.key in outdated)
    return [message for each in concerned for message in _due_to(meeting, _without_waiting(each), now)]


def outdating(meeting: MeetingFacts, invitations: Iterable[InvitationFacts], now: datetime) -> list[Message]:
    """Return what would be due, had all that waits left already: to whom it is due, what waits is outdated."""
    if not meeting.is_released or now >= meeting.ends_at:
        return []
    return [message for each in invitations for message in _due_to(meeting, each, now)]


def _without_waiting(invitation: InvitationFacts) -> InvitationFacts:
    return replace(invitation, copies=[copy for copy in invitation.copies if not copy.waits])


def fingerprint(terms: Terms, *words: str) -> str:
    """Return what tells two versions of a meeting apart: its terms, a dot, its texts.

    `words` are the texts as typed on the meeting (title shown, description, link), never a rendered letter:
    a reader's language or a link made for him alone is no change of the meeting.
    """
    moments = (moment.astimezone(UTC).isoformat() for moment in (terms.starts_at, terms.ends_at))
    return f"{_digest(*moments, terms.place)}.{_digest(*words)}"


def is_same_terms(mark: str, other: str) -> bool:
    """Whether two fingerprints differ in texts at most."""
    return mark.partition(".")[0] == other.partition(".")[0]


def answer_holds(answered_sequence: int | None, moved_sequence: int) -> bool:
    """Whether an answer still counts: it was given at or after the SEQUENCE that set the present time and place."""
    return answered_sequence is not None and answered_sequence >= moved_sequence


def next_stamp(last: datetime | None, now: datetime) -> datetime:
    """Return a DTSTAMP for a message made at `now`: whole seconds, strictly later than the last one sent."""
    stamp = now.replace(microsecond=0)
    return stamp if last is None or stamp > last else last.replace(microsecond=0) + timedelta(seconds=1)


def _due_to(meeting: MeetingFacts, invitation: InvitationFacts, now: datetime) -> list[Message]:
    known = list(invitation.copies)
    messages = []
    for address, method, reason in _steps(meeting, invitation, now):
        message = Message(
            invitation=invitation.key,
            address=address,
            method=method,
            sequence=_next_sequence(meeting.sequence, reason, known),
            partstat=invitation.partstat,
            reason=reason,
            stamp=next_stamp(max((copy.stamp for copy in known), default=None), now),
            fingerprint=meeting.fingerprint,
        )
        known.append(message.copy)
        messages.append(message)
    return messages


def _steps(meeting: MeetingFacts, invitation: InvitationFacts, now: datetime) -> list[tuple[str, str, Reason]]:
    """What one person is to get: address, method, reason.

    Cancellations leave first and the REQUEST then outranks them, for two addresses may be one mailbox.
    """
    here = invitation.address.casefold()  # addresses that differ only in case are one calendar
    copies = sorted(invitation.copies, key=lambda copy: copy.stamp)
    held = {copy.address.casefold(): copy for copy in copies}
    wanted = invitation.is_invited and not meeting.is_cancelled
    steps = [
        (copy.address, CANCEL, _reason_to_cancel(meeting, invitation))
        for address, copy in held.items()
        if copy.method == REQUEST and not (wanted and address == here)
    ]
    if not wanted:
        return steps
    copy = held.get(here)
    reason = _reason_to_request(meeting, invitation, copy, moving=bool(steps))
    if reason is None and copy is not None and _is_answer_news(invitation, copy, now):
        reason = Reason.answered
    return [*steps, (invitation.address, REQUEST, reason)] if reason else steps


def _reason_to_cancel(meeting: MeetingFacts, invitation: InvitationFacts) -> Reason:
    if meeting.is_cancelled:
        return Reason.cancelled
    return Reason.new_address if invitation.is_invited else Reason.removed


def _reason_to_request(
    meeting: MeetingFacts, invitation: InvitationFacts, copy: Copy | None, moving: bool
) -> Reason | None:
    """Why a REQUEST is due to someone in whose calendar the meeting should stand; None when it stands there right."""
    if copy is None or copy.method == CANCEL:
        if moving:
            return Reason.new_address
        return Reason.new if copy is None else Reason.restored
    if not is_same_terms(copy.fingerprint, meeting.fingerprint):
        return Reason.moved
    if invitation.seated_at is not None and copy.stamp < invitation.seated_at:
        return Reason.seated
    if copy.fingerprint != meeting.fingerprint and invitation.partstat != "DECLINED":
        return Reason.changed
    # An old address may have been one mailbox with this one: its CANCEL must not have the last word.
    return Reason.new_address if moving else None


def _is_answer_news(invitation: InvitationFacts, copy: Copy, now: datetime) -> bool:
    """Whether that calendar shows another answer than the one that was given."""
    is_other = bool(copy.partstat) and copy.partstat != invitation.partstat and invitation.partstat in ANSWERS
    return is_other and invitation.tells_answers and invitation.has_settled(now)


def _next_sequence(sequence: int, reason: Reason, known: Sequence[Copy]) -> int:
    """A text, a seat or an answer alone keeps the number that this person has; anything else goes above it."""
    highest = max((copy.sequence for copy in known), default=-1)
    return max(sequence, highest if reason in SAME_NUMBER else highest + 1)


def _digest(*texts: str) -> str:
    return sha256("\0".join(texts).encode()).hexdigest()[:24]
