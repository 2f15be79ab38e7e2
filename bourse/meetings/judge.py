"""Judges an answer that a calendar sent by mail: is it taken, or left alone, or does the facilitator look at it?

An answer by mail is a claim. It changes one person's answer to one meeting, and only when sender, attendee, UID,
SEQUENCE and DTSTAMP all agree (RFC 5546 §2.1.5, and what the programs make of it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bourse.meetings.hear import Counter, Refresh, Reply
from bourse.meetings.vouch import Proof

ANSWERS = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined", "DELEGATED": "declined"}
FAST_CLOCK = timedelta(days=1)
REFRESH_EVERY = timedelta(hours=1)


class Verdict(StrEnum):
    taken = "taken"
    ignored = "ignored"
    queued = "queued"  # the facilitator looks


class Reason(StrEnum):
    """Why; the facilitator reads those of `queued` in plain words."""

    # taken
    answered = "answered"
    former_date = "former_date"  # an answer to the date before: noted, to be confirmed
    told_again = "told_again"
    # ignored
    closed = "closed"  # the meeting is over or cancelled
    no_answer = "no_answer"
    repeated = "repeated"
    older = "older"  # a later act stands
    told_lately = "told_lately"
    # queued
    unknown_meeting = "unknown_meeting"
    several = "several"
    not_invited = "not_invited"
    other_address = "other_address"  # an invited person answers under another address
    on_behalf = "on_behalf"
    other_sender = "other_sender"
    refused_sender = "refused_sender"  # our mail server doubts the sender
    ahead = "ahead"  # to an invitation that was never sent
    unclear = "unclear"
    delegated = "delegated"
    other_time = "other_time"
    in_words = "in_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the house knows of the meeting of that UID, and of the invitation of that attendee.

    `addresses` are where that person's calendar invitations stand, and others that he has proved his own, in small
    letters; none: nobody of that address is invited now. `sent_sequence` and `sent_stamp` are of the last invitation
    sent there, which `tells_present` unless time or place changed since. `heard_…` are of the last reply taken.
    """

    is_closed: bool = False
    addresses: frozenset[str] = frozenset()
    sent_sequence: int | None = None
    sent_stamp: datetime | None = None
    tells_present: bool = True
    answer: str = "none"
    answer_holds: bool = False
    answered_at: datetime | None = None
    heard_sequence: int | None = None
    heard_stamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of an answer: `gives` is the answer to note, given `at`; `stamp` orders it among its like."""

    verdict: Verdict
    reason: Reason
    gives: str | None = None
    at: datetime | None = None
    stamp: datetime | None = None


def judge(
    reply: Reply, known: Known | None, *, sender: str, proof: Proof, sent_at: datetime | None, now: datetime
) -> Ruling:
    """Return the ruling on a reply that `sender` sent; `known` is None when no meeting has its UID."""
    if known is None:
        return _queue(Reason.unknown_meeting)
    if known.is_closed:
        return _ignore(Reason.closed)
    if doubt := _doubt(reply, known, sender, proof):
        return _queue(doubt)
    if isinstance(reply, Refresh):
        return _tell_again(known, now)
    stamp = _stamp(reply, known, sent_at, now)
    if isinstance(reply, Counter):
        return _propose(reply, known, stamp, now)
    return _late(reply, known, stamp, now) or _answer(reply, known, stamp, now)


def _doubt(reply: Reply, known: Known, sender: str, proof: Proof) -> Reason | None:
    """Why somebody must look before anything is believed."""
    if not reply.is_alone or len(reply.attendees) != 1:
        return Reason.several
    attendee = reply.attendees[0]
    if attendee not in known.addresses:
        return Reason.other_address if sender in known.addresses else Reason.not_invited
    if sender not in known.addresses:
        return Reason.on_behalf if sender and sender == reply.sent_by else Reason.other_sender
    if proof is Proof.failed:
        return Reason.refused_sender
    if known.sent_sequence is None or reply.sequence > known.sent_sequence:
        return Reason.ahead
    return None


def _tell_again(known: Known, now: datetime) -> Ruling:
    if known.sent_stamp is not None and now - known.sent_stamp < REFRESH_EVERY:
        return _ignore(Reason.told_lately)
    return Ruling(Verdict.taken, Reason.told_again)


def _stamp(reply: Reply, known: Known, sent_at: datetime | None, now: datetime) -> datetime:
    """When the answer was given, by its own clock.

    Some programs copy the invitation's DTSTAMP, or leave it out: then the mail's Date tells. A clock a day ahead is
    not believed, or it would outrank all that its owner says until then.
    """
    stamp = reply.stamp
    if stamp is None or (known.sent_stamp and reply.sequence == known.sent_sequence and stamp <= known.sent_stamp):
        stamp = sent_at or now
    return stamp if stamp <= now + FAST_CLOCK else now


def _propose(reply: Counter, known: Known, stamp: datetime, now: datetime) -> Ruling:
    """Another time is the facilitator's to decide; « if need be » counts meanwhile."""
    counts = reply.partstat == "TENTATIVE" and not _is_former(reply, known) and not _is_older(known, stamp, now)
    return Ruling(Verdict.queued, Reason.other_time, "tentative" if counts else None, min(stamp, now), stamp)


def _late(reply: Reply, known: Known, stamp: datetime, now: datetime) -> Ruling | None:
    """Why it changes nothing: it says nothing, or something else was said since."""
    if reply.partstat in ("", "NEEDS-ACTION"):
        return _ignore(Reason.no_answer)
    if known.heard_stamp is not None and reply.sequence == known.heard_sequence:
        if stamp < known.heard_stamp:
            return _ignore(Reason.older)
        if stamp == known.heard_stamp and ANSWERS.get(reply.partstat) == known.answer:
            return _ignore(Reason.repeated)
    return _ignore(Reason.older) if _is_older(known, stamp, now) else None


def _answer(reply: Reply, known: Known, stamp: datetime, now: datetime) -> Ruling:
    if reply.partstat not in ANSWERS:
        return _queue(Reason.unclear)
    if reply.partstat == "DELEGATED":
        return _queue(Reason.delegated)
    is_former = _is_former(reply, known)
    if is_former and known.answer_holds:
        return _ignore(Reason.older)
    reason = Reason.former_date if is_former else Reason.answered
    return Ruling(Verdict.taken, reason, ANSWERS[reply.partstat], min(stamp, now), stamp)


def _is_former(reply: Reply, known: Known) -> bool:
    """Whether it answers an invitation that a later one replaced, or is about to."""
    return not known.tells_present or reply.sequence < (known.sent_sequence or 0)


def _is_older(known: Known, stamp: datetime, now: datetime) -> bool:
    """Whether the person has answered since, by whichever door."""
    return known.answered_at is not None and min(stamp, now) < known.answered_at


def _queue(reason: Reason) -> Ruling:
    return Ruling(Verdict.queued, reason)


def _ignore(reason: Reason) -> Ruling:
    return Ruling(Verdict.ignored, reason)
