"""Who somebody is in a meeting: the predicates that doors ask."""

from typing import Any

from bourse.clubs.roles import is_facilitator, is_of_club, is_office, membership_in
from bourse.meetings.models import Invitation
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


def sees_full(person: Person, place: Any) -> bool:
    """Whether all that he may know is a date, a company and « complet »."""
    return place.meeting.is_released and is_kept_out(person, place)


def invitation_of(person: Person, place: Any) -> Invitation | None:
    """The person's standing invitation, from the "go" on and while the meeting is his business."""
    stands = place.meeting.is_released and belongs_to(person, place)
    return place.meeting.invitation_of(person) if stands else None


def is_invited(person: Person, place: Any) -> bool:
    return invitation_of(person, place) is not None


def is_attending(person: Person, place: Any) -> bool:
    """Whether the person said yes, or yes if need be."""
    invitation = invitation_of(person, place)
    return invitation is not None and invitation.is_attending


def may_know_meeting(person: Person, place: Any) -> bool:
    """Title, date, host company: for the club and the office; before the "go" only for who prepares it."""
    if hosts_or_facilitates(person, place):
        return True
    return place.meeting.is_released and (belongs_to(person, place) or reads_as_office(person, place))


def may_see_guests(person: Person, place: Any) -> bool:
    """The guest list: host, facilitator, those attending, the office."""
    return hosts_or_facilitates(person, place) or is_attending(person, place) or reads_as_office(person, place)


def is_in_the_room(person: Person, place: Any) -> bool:
    """Host, facilitator and those attending: who writes cards and hears the whole problem."""
    return hosts_or_facilitates(person, place) or is_attending(person, place)
