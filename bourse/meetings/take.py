"""Takes a mail that came in: hears it, judges it, and does what it may. The caller commits."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from bourse.clubs.models import Club
from bourse.clubs.roles import memberships_of
from bourse.db import db
from bourse.mailroom.bounce import Bounce, Severity
from bourse.mailroom.models import Letter, write
from bourse.meetings import letters
from bourse.meetings.answer import answer
from bourse.meetings.due import send_again, shows, tells_present
from bourse.meetings.facts import with_calendars
from bourse.meetings.hear import Counter, Incoming, Nothing, Reply, Words, hear
from bourse.meetings.heard_models import MOST_RAW, Heard, open_claims
from bourse.meetings.judge import ANSWERS, Known, Reason, Ruling, Verdict, judge
from bourse.meetings.models import Answer, CalendarCopy, Invitation, Meeting, Via
from bourse.meetings.reconcile import REQUEST
from bourse.meetings.vouch import proof_of
from bourse.people.bounces import note_bounce
from bourse.people.models import Person, note, person_at

DOUBTED = (Reason.other_sender, Reason.on_behalf, Reason.refused_sender)
QUEUED_AN_HOUR = 10  # of one sender
OF_PERSON = joinedload(Invitation.person).options(selectinload(Person.memberships), selectinload(Person.aliases))
WITH_ADDRESSES = selectinload(Meeting.invitations).options(selectinload(Invitation.copies), OF_PERSON)
REFERENCES = 20


def take(raw: bytes, at: datetime) -> Heard:
    """Hears a mail and does what it asks for, if it may; the same mail again does nothing."""
    mail = hear(raw, current_app.config["SETTINGS"].secret_key)
    before = db.session.scalar(db.select(Heard).filter_by(fingerprint=mail.fingerprint))
    if before is not None:
        return before
    heard = _record(mail, at)
    by = None
    match mail.says:
        case Reply():
            by = _take_reply(heard, mail, mail.says)
        case Bounce():
            _take_bounce(heard, mail.says)
        case Words():
            _take_words(heard, mail, mail.says)
        case Nothing():
            heard.verdict, heard.reason = Verdict.ignored, mail.says.reason
    if heard.verdict is Verdict.queued:
        _queue(heard, raw)
    db.session.add(heard)
    db.session.flush()
    note("hear", by=by, about=heard)
    return heard


def _record(mail: Incoming, at: datetime) -> Heard:
    return Heard(
        fingerprint=mail.fingerprint,
        message_id=mail.message_id,
        sender=mail.sender,
        received_at=at,
        kind=type(mail.says).__name__.lower(),
    )


# An answer


def _take_reply(heard: Heard, mail: Incoming, reply: Reply) -> Person | None:
    """Does what the ruling on an answer says; returns whose answer was taken."""
    _write_down(heard, reply)
    meeting = db.session.scalar(db.select(Meeting).filter_by(uid=reply.uid).options(WITH_ADDRESSES))
    invitation = _invitation(meeting, [*reply.attendees[:1], mail.sender]) if meeting else None
    if invitation is not None:  # an answer on the web may be on its way: one after the other
        with_calendars(invitation.meeting, lock=True)
    proof = proof_of(mail.results, current_app.config["SETTINGS"].authserv_id, mail.sender)
    known = _known(meeting, invitation, heard.received_at) if meeting else None
    ruling = judge(reply, known, sender=mail.sender, proof=proof, sent_at=mail.sent_at, now=heard.received_at)
    heard.verdict, heard.reason, heard.proof = ruling.verdict, ruling.reason.value, proof.value
    heard.meeting, heard.invitation = meeting, invitation
    heard.club = meeting.club if meeting else _club_of(mail.sender)
    if invitation is None:
        return None
    return _carry_out(ruling, reply, invitation, heard.received_at)


def _write_down(heard: Heard, reply: Reply) -> None:
    heard.uid, heard.attendee, heard.partstat = reply.uid, ", ".join(reply.attendees)[:200], reply.partstat
    heard.sequence, heard.stamp = reply.sequence, reply.stamp
    heard.said, heard.delegated_to = reply.comment, reply.delegated_to
    if isinstance(reply, Counter):
        heard.starts_at, heard.ends_at = reply.starts_at, reply.ends_at


def _invitation(meeting: Meeting, addresses: list[str]) -> Invitation | None:
    """The invitation of the first of these addresses that has one: whose own it is before who also writes from it."""
    for address in filter(None, addresses):
        for invitation in sorted(meeting.invitations, key=lambda each: each.person.email.lower() != address):
            if address in _addresses(invitation):
                return invitation
    return None


def _addresses(invitation: Invitation) -> frozenset[str]:
    """Where the person's calendar has the meeting, and where he surely writes from; none when he is not invited now."""
    if not invitation.stands:
        return frozenset()
    person, sent = invitation.person, (copy.address.lower() for copy in _requests(invitation))
    return frozenset({person.email.lower(), *sent, *person.other_addresses})


def _requests(invitation: Invitation) -> list[CalendarCopy]:
    """The invitations that stand in the person's calendars."""
    latest = {copy.address: copy for copy in sorted(invitation.copies, key=lambda copy: copy.stamp)}
    return [copy for copy in latest.values() if copy.method == REQUEST]


def _known(meeting: Meeting, invitation: Invitation | None, at: datetime) -> Known:
    is_closed = meeting.is_cancelled or meeting.is_over(at)
    if invitation is None:
        return Known(is_closed=is_closed)
    sent = max(_requests(invitation), key=lambda copy: copy.stamp, default=None)
    return Known(
        is_closed=is_closed,
        addresses=_addresses(invitation),
        sent_sequence=sent.sequence if sent else None,
        sent_stamp=sent.stamp if sent else None,
        tells_present=sent is not None and tells_present(sent),
        answer=invitation.answer,
        answer_holds=invitation.current_answer is not Answer.none,
        answered_at=invitation.answered_at,
        heard_sequence=invitation.heard_sequence,
        heard_stamp=invitation.heard_stamp,
    )


def _carry_out(ruling: Ruling, reply: Reply, invitation: Invitation, at: datetime) -> Person | None:
    """The same `answer` as behind the web's buttons."""
    if ruling.reason is Reason.told_again:
        send_again(invitation, at)
    if ruling.reason in DOUBTED:
        ask("did_you_answer", invitation, ANSWERS.get(reply.partstat, ""))
    if ruling.gives is None or ruling.at is None:
        return None
    is_former = ruling.reason is Reason.former_date
    answer(
        invitation,
        Answer(ruling.gives),
        now=at,
        at=ruling.at,
        via=Via.calendar,
        by=invitation.person,
        comment=reply.comment or None,
        is_former=is_former,
    )
    invitation.heard_sequence, invitation.heard_stamp = reply.sequence, ruling.stamp
    if not is_former:
        shows(invitation)
    invitation.person.trust_address()
    if is_former and any(copy.sequence > reply.sequence for copy in _requests(invitation)):
        ask("former_date", invitation, ANSWERS.get(reply.partstat, ""))
    tell_if_waiting(invitation)
    return invitation.person


def tell_if_waiting(invitation: Invitation) -> None:
    """Whose yes came by mail reads on no page that he waits for a place: a letter says so, once for each time."""
    if invitation.is_waiting:
        ask("waiting", invitation, once=f"{invitation.waiting_since:%Y%m%d%H%M%S}")


def ask(kind: str, invitation: Invitation, answer: str = "", once: str = "") -> None:
    """Asks the invited person himself, `once` for each date of the meeting; never whoever wrote."""
    key = f"{kind}:{invitation.id}:{once or invitation.meeting.moved_sequence}"
    if db.session.scalar(db.select(Letter.id).filter_by(key=key)):
        return
    facilitator = letters.facilitator_of(invitation.meeting)
    write(
        letters.question(kind, invitation, answer),
        key=key,
        kind=kind,
        to=invitation.person.recipient,
        language=invitation.person.language,
        about=f"meeting:{invitation.meeting_id}",
        reply_to=facilitator.email if facilitator else None,
        not_after=invitation.meeting.ends_at,
    )


# A report on a letter


def _take_bounce(heard: Heard, bounce: Bounce) -> None:
    """Believes a report that came to the letter's own address; any other is only written down."""
    heard.said, heard.attendee = bounce.reason, bounce.address
    letter = db.session.get(Letter, bounce.letter_id) if bounce.letter_id else None
    heard.letter_id, heard.reason = letter.id if letter else None, bounce.severity.value if letter else "unsigned"
    heard.verdict = Verdict.ignored
    if letter is not None and bounce.severity in (Severity.hard, Severity.soft):
        heard.verdict = Verdict.taken
        note_bounce(letter, bounce.severity, bounce.reason, heard.received_at)


# Words


def _take_words(heard: Heard, mail: Incoming, words: Words) -> None:
    """What a member writes by hand goes to the facilitator, unguessed; strangers' mail stays in the mailbox."""
    letter = _letter_answered(mail)
    if letter is not None:
        heard.meeting = db.session.get(Meeting, int((letter.about or "").partition(":")[2]))
        heard.invitation = _invitation(heard.meeting, [letter.to_address]) if heard.meeting else None
    heard.club = heard.meeting.club if heard.meeting else _club_of(mail.sender)
    heard.verdict = Verdict.queued if heard.club else Verdict.ignored
    heard.reason = Reason.in_words.value if heard.club else "stranger"
    heard.said = words.text if heard.club else ""


def _letter_answered(mail: Incoming) -> Letter | None:
    """The letter about a meeting that a mail answers."""
    named = db.select(Letter).where(Letter.message_id.in_(mail.references[:REFERENCES]))
    return db.session.scalar(named.where(Letter.about.like("meeting:%")).order_by(Letter.id.desc()).limit(1))


# What the facilitator is to look at


def _queue(heard: Heard, raw: bytes) -> None:
    """Only what somebody can look at waits; a newer claim stands for an older one of the same sender."""
    lately = Heard.received_at > heard.received_at - timedelta(hours=1)
    count = db.select(db.func.count(Heard.id)).where(Heard.sender == heard.sender, Heard.verdict == Verdict.queued)
    if heard.club is None or (db.session.scalar(count.where(lately)) or 0) >= QUEUED_AN_HOUR:
        heard.verdict = Verdict.ignored
        return
    heard.raw = raw[:MOST_RAW]
    for earlier in db.session.scalars(open_claims(heard)):
        earlier.settle(None, heard.received_at)


def _club_of(sender: str) -> Club | None:
    """The club of a person of ours."""
    person = person_at(sender)
    return next((each.club for each in memberships_of(person)), None) if person else None
