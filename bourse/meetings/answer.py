"""Takes an answer, from whichever door: a yes gets a seat or waits, and a seat given back goes to who waits first."""

from datetime import datetime, timedelta

from bourse.meetings import seat
from bourse.meetings.facts import with_calendars
from bourse.meetings.models import Answer, Invitation, Meeting, Via
from bourse.people.models import Person, note

INSTANT = timedelta(microseconds=1)  # what the databases tell apart


def answer(
    invitation: Invitation,
    said: Answer,
    *,
    now: datetime,
    via: Via,
    by: Person | None,
    at: datetime | None = None,
    comment: str | None = None,
    is_former: bool = False,
) -> None:
    """Takes what somebody said `at` an instant (none: now). Those who answer at once come one after the other.

    `is_former`: it was about the date before, so it is to confirm, and no seat is given for it.
    """
    meeting, at = with_calendars(invitation.meeting, lock=True), at or now
    if invitation.has_answered_since(at):
        return
    fill_seats(meeting, now)
    settled = said if is_former else _settle(invitation, said, now, by)
    invitation.give(settled, at=at, via=via, by=by, comment=comment, is_former=is_former)
    if settled is Answer.waiting:
        invitation.waiting_since = invitation.waiting_since or _end_of_queue(meeting, now)
    fill_seats(meeting, now)


def _settle(invitation: Invitation, said: Answer, now: datetime, by: Person | None) -> Answer:
    """The answer that counts. Whoever comes himself takes back the seat, or the turn, that he had given away."""
    meeting, substitute = invitation.meeting, invitation.substitute
    has_seat = _has_seat(invitation)
    if said in seat.COMING and substitute is not None:
        _recall(substitute, now, by)
        invitation.waiting_since = substitute.waiting_since
    return seat.settle(said, has_seat=has_seat, free=meeting.free_seats)


def would_wait(invitation: Invitation) -> bool:
    """Whether a yes would get no seat as of now."""
    free = invitation.meeting.free_seats
    return seat.settle(Answer.accepted, has_seat=_has_seat(invitation), free=free) is Answer.waiting


def _has_seat(invitation: Invitation) -> bool:
    """Whether a seat is his to have: he takes one, or his substitute does."""
    substitute = invitation.substitute
    return invitation.is_host or invitation.takes_a_seat or (substitute is not None and substitute.takes_a_seat)


def _end_of_queue(meeting: Meeting, now: datetime) -> datetime:
    """After all who wait already: nobody overtakes who was told his rank, whenever each began to answer."""
    return max([now, *(each.waiting_since + INSTANT for each in meeting.waiting_list if each.waiting_since)])


def fill_seats(meeting: Meeting, now: datetime) -> None:
    """Gives the free places to those who wait, in order; the caller holds the meeting."""
    for invitation in can_be_seated(meeting, now):
        invitation.take_seat(now)
        note("promote", about=invitation)


def can_be_seated(meeting: Meeting, now: datetime) -> list[Invitation]:
    """Those who wait though there is a place for them."""
    if meeting.is_cancelled or meeting.has_begun(now):
        return []
    queue = [each for each in meeting.waiting_list if each.stands]
    return list(seat.seated(queue, meeting.free_seats))


def send_instead(invitation: Invitation, person: Person, *, now: datetime, via: Via, by: Person) -> Invitation:
    """Somebody else comes in a member's seat, or takes his turn on the waiting list; returns the substitute's own.

    The caller holds the meeting.
    """
    meeting, former = invitation.meeting, invitation.substitute
    has_seat = _has_seat(invitation)
    waiting_since = invitation.waiting_since or (former.waiting_since if former else None)
    if former is not None:
        _recall(former, now, by)
    substitute = meeting.invite_guest(person, by)
    substitute.stand_in(invitation, meeting.sequence if has_seat else None)
    substitute.invitation.waiting_since = waiting_since
    invitation.give(Answer.declined, at=now, via=via, by=by)
    fill_seats(meeting, now)
    return substitute.invitation


def take_back(guest: Invitation, *, now: datetime, by: Person) -> None:
    """The guest, or the substitute, does not come; the caller holds the meeting."""
    _recall(guest, now, by)
    fill_seats(guest.meeting, now)


def _recall(guest: Invitation, now: datetime, by: Person | None) -> None:
    """His invitation ends, and the trail says by whom, whatever it follows from."""
    guest.withdraw(now)
    note("withdraw_guest", by=by, about=guest)
