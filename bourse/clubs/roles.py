"""Who somebody is in a club: the predicates that doors ask."""

from typing import Any

from flask import request, url_for

from bourse.clubs.models import Club, Company, CompanyLink, Membership, Role
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


def is_of_office(person: Person, place: Any) -> bool:
    """Whether the person works in the office of that cluster, or of the one that the place belongs to."""
    return any(role.organisation_id == place.organisation.id for role in person.office_roles)


def may_know_club(person: Person, place: Any) -> bool:
    return is_of_club(person, place) or is_office(person, place)


def facilitates_or_is_office(person: Person, place: Any) -> bool:
    """Who runs the club: finds addresses and numbers, sees who came, may found another beside it."""
    return is_facilitator(person, place) or is_office(person, place)


def is_oneself(person: Person, membership: Membership) -> bool:
    """Whether it is the person's own membership of today."""
    return membership.person_id == person.id and membership.belongs


def may_know_member(person: Person, membership: Membership) -> bool:
    """Whoever may know the club, while the member belongs to it; its facilitators afterwards as well."""
    return is_facilitator(person, membership) or (membership.belongs and may_know_club(person, membership))


def may_end(person: Person, membership: Membership) -> bool:
    """Who may say that somebody leaves: he himself, and the club's facilitators."""
    return is_oneself(person, membership) or is_facilitator(person, membership)


def companies_of(person: Person) -> set[int]:
    """The ids of the companies that the person is of today."""
    return {each.company_id for each in memberships_of(person) if each.company_id}


def may_know_company(person: Person, company: Company) -> bool:
    """Whoever shares a club with one of its members, those who facilitate in the cluster, and its office."""
    clubs = {each.club_id for each in company.memberships if each.belongs}
    return (
        any(each.club_id in clubs for each in memberships_of(person))
        or any(role.organisation_id == company.organisation_id for role in person.office_roles)
        or may_describe_company(person, company)
    )


def may_describe_company(person: Person, company: Company) -> bool:
    """Its own members, and those who facilitate in its cluster."""
    return company.id in companies_of(person) or _facilitates_around(person, company)


def _facilitates_around(person: Person, company: Company) -> bool:
    """Whether the person facilitates in the company's cluster."""
    mine = (each for each in memberships_of(person) if each.role is Role.facilitator)
    return any(each.club.organisation_id == company.organisation_id for each in mine)


def may_read_link(person: Person, link: CompanyLink) -> bool:
    """The people of the company that declared it, and the facilitators: but never the other company's people."""
    own = companies_of(person)
    if link.declared_by_id in own:
        return True
    return _facilitates_around(person, link.company) and own.isdisjoint({link.company_id, link.other_id})


def may_drop_link(person: Person, link: CompanyLink) -> bool:
    """Only the side that declared it takes it back."""
    return may_read_link(person, link) and (link.declared_by_id is None or link.declared_by_id in companies_of(person))


def facilitates(person: Person, place: Any = None) -> bool:
    """Whether the person facilitates any club."""
    return any(membership.role is Role.facilitator for membership in memberships_of(person))


def is_staff(person: Person) -> bool:
    """Facilitators and the office: people whose sessions are kept short."""
    return facilitates(person) or bool(person.office_roles)
