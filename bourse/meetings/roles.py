"""Who somebody is in a meeting: the predicates that doors ask."""

from typing import Any

from bourse.clock import now
from bourse.clubs.roles import is_facilitator, is_of_club, is_office, membership_in, memberships_of
from bourse.meetings.guest_models import Guest
from bourse.meetings.models import Invitation, Presence
from bourse.people.models import Person


def is_host(person: Person, place: Any) -> bool:
    """Whether the person hosts the meeting that the place belongs to."""
    return bool(place.meeting.host.person_id == person.id) and is_of_club(person, place)


def hosts_or_facilitates(person: Person, place: Any) -> bool:
    return is_host(person, place) or is_facilitator(person, place)


def is_kept_out(person: Person, place: Any) -> bool:
    """Whether the host discreetly keeps the person's company out of the meeting."""
    membership = membership_in(person, place.club)
    return membership is not None and place.meeting.keeps_out(membership)


def belongs_to(person: Person, place: Any) -> bool:
    """Whether the meeting is the person's business: he is of its club and nobody keeps him out."""
    return is_of_club(person, place) and not is_kept_out(person, place)


def reads_as_office(person: Person, place: Any) -> bool:
    """Whether the person works in the cluster's office, and is not kept out as a member of the club."""
    return is_office(person, place) and not is_kept_out(person, place)


def may_read_turnout(person: Person, place: Any) -> bool:
    """How many come: for the club and the office, and for no guest."""
    return belongs_to(person, place) or reads_as_office(person, place)


def sees_full(person: Person, place: Any) -> bool:
    """Whether all that he may know is a date, a company and « complet »."""
    return place.meeting.is_released and is_kept_out(person, place)


def invitation_of(person: Person, place: Any) -> Invitation | None:
    """The person's standing invitation, from the "go" on and while the meeting is his business."""
    stands = place.meeting.is_released and belongs_to(person, place)
    return place.meeting.invitation_of(person) if stands else None


def guest_invitation_of(person: Person, place: Any) -> Invitation | None:
    """The standing invitation of somebody from outside the club, from the "go" to the day after the meeting."""
    if is_of_club(person, place) or not place.meeting.is_released:
        return None
    invitation: Invitation | None = place.meeting.invitation_of(person)
    return invitation if invitation is not None and invitation.guest and invitation.is_open(now()) else None


def is_guest(person: Person, place: Any) -> bool:
    return guest_invitation_of(person, place) is not None


def is_shown_problem(person: Person, place: Any) -> bool:
    """Whether the person is a guest to whom the host or the facilitator opens the shared problem."""
    guest = _guest_who_comes(person, place)
    return guest is not None and guest.sees_problem


def is_shown_cards(person: Person, place: Any) -> bool:
    """The same of the cards, once they are revealed, and only in the room."""
    guest = _guest_who_comes(person, place)
    return guest is not None and guest.sees_cards and is_guest_in_the_room(person, place)


def is_guest_in_the_room(person: Person, place: Any) -> bool:
    """Whether the person is a guest who comes, as far as is known, and was not found missing."""
    invitation = guest_invitation_of(person, place)
    found = (None, Presence.present)
    return invitation is not None and invitation.is_attending and invitation.presence in found


def _guest_who_comes(person: Person, place: Any) -> Guest | None:
    """What the host or the facilitator ticked for a guest, unless he said no."""
    invitation = guest_invitation_of(person, place)
    return invitation.guest if invitation is not None and not invitation.is_declined else None


def is_invited(person: Person, place: Any) -> bool:
    return invitation_of(person, place) is not None or is_guest(person, place)


def is_attending(person: Person, place: Any) -> bool:
    """Whether the person said yes, or yes if need be."""
    invitation = invitation_of(person, place)
    return invitation is not None and invitation.is_attending


def may_have_to_answer(person: Person) -> bool:
    """Whether the person belongs to a club, or is the guest of a meeting."""
    return bool(memberships_of(person)) or any(is_guest(person, each) for each in person.invitations)


def may_know_meeting(person: Person, place: Any) -> bool:
    """Title, date, host company: for the club, the office and guests; before the "go" only for who prepares it."""
    if hosts_or_facilitates(person, place):
        return True
    return place.meeting.is_released and (may_read_turnout(person, place) or is_guest(person, place))


def may_see_guests(person: Person, place: Any) -> bool:
    """The guest list: host, facilitator, those attending, the office."""
    return hosts_or_facilitates(person, place) or is_attending(person, place) or reads_as_office(person, place)


def is_in_the_room(person: Person, place: Any) -> bool:
    """Host, facilitator and those attending: who writes cards and hears the whole problem."""
    return hosts_or_facilitates(person, place) or is_attending(person, place)


def is_still_guest(person: Person, guest: Guest) -> bool:
    """Whether the guest at that place is invited as of now, whoever looks."""
    return not guest.invitation.is_withdrawn


def speaks_for_guest(person: Person, guest: Guest) -> bool:
    """Whether the person may correct the guest's address: it opens nothing but meetings that the person leads."""
    them = guest.invitation.person
    is_outsider = not them.memberships and not them.office_roles
    return is_outsider and all(hosts_or_facilitates(person, each) for each in them.invitations)


def may_send_substitute(person: Person, invitation: Invitation) -> bool:
    """The invited member himself, or the facilitator for him; the host receives and sends nobody."""
    is_members = invitation.guest is None and invitation.stands and not invitation.is_host
    is_own = invitation_of(person, invitation) is invitation
    return is_members and (is_own or is_facilitator(person, invitation))
