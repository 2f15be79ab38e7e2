"""Who somebody is in a club: the predicates that doors ask."""

from typing import Any

from flask import request, url_for

from bourse.clubs.models import Club, Membership, Role
from bourse.doors import Verdict
from bourse.people.models import Person


def memberships_of(person: Person) -> list[Membership]:
    """The person's memberships of today."""
    return [membership for membership in person.memberships if membership.belongs]


def membership_in(person: Person, club: Club) -> Membership | None:
    return next((each for each in memberships_of(person) if each.club_id == club.id), None)


def is_facilitator(person: Person, place: Any) -> bool:
    """Whether the person facilitates the club that the place belongs to."""
    membership = membership_in(person, place.club)
    return membership is not None and membership.role is Role.facilitator


def is_of_club(person: Person, place: Any) -> bool:
    """Whether the person belongs to the place's club, as member or facilitator."""
    return membership_in(person, place.club) is not None


def has_signed(person: Person, place: Any) -> Verdict:
    """Whether the person accepted the club's charter; a member who has not is sent to it first."""
    membership = membership_in(person, place.club)
    if membership is None or membership.role is Role.facilitator or membership.has_signed:
        return True
    return url_for("clubs.charter", club=place.club.slug, next=request.full_path.rstrip("?"))


def is_office(person: Person, place: Any) -> bool:
    """Whether the person works in the office of the place's cluster."""
    return any(role.organisation_id == place.club.organisation_id for role in person.office_roles)


def may_know_club(person: Person, place: Any) -> bool:
    return is_of_club(person, place) or is_office(person, place)


def facilitates(person: Person, place: Any = None) -> bool:
    """Whether the person facilitates any club."""
    return any(membership.role is Role.facilitator for membership in memberships_of(person))


def is_staff(person: Person) -> bool:
    """Facilitators and the office: people whose sessions are kept short."""
    return facilitates(person) or bool(person.office_roles)
