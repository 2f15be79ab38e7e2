"""Compares a members' list with the cluster's rows, and writes into them what it changes; nothing is committed here."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import selectinload

from bourse.clubs.compare import Change, KnownCompany, KnownPerson, Verdict, compare
from bourse.clubs.models import Club, Company, Membership, MembershipState
from bourse.clubs.read_list import Row
from bourse.db import db
from bourse.people.models import Language, Person


def judge(club: Club, rows: Iterable[Row]) -> tuple[Verdict, ...]:
    """What becomes of each row, given what the cluster knows today."""
    people = [_known_person(person, membership) for person, membership in _people(club)]
    return compare(rows, people, [_known_company(company) for company in _companies(club)])


def write(club: Club, verdicts: Iterable[Verdict]) -> None:
    """Applies the changes of the rows that are not refused."""
    rows = _Rows(club)
    for verdict in verdicts:
        if verdict.person and verdict.company:
            rows.apply(verdict.changes, verdict.person, verdict.company)


def _people(club: Club) -> list[tuple[Person, Membership | None]]:
    """Everybody, each with the membership in this club: an address is one person's in all clubs."""
    in_club = db.and_(Membership.person_id == Person.id, Membership.club_id == club.id)
    query = db.select(Person, Membership).outerjoin(Membership, in_club).order_by(Person.id)
    pairs = db.session.execute(query.options(selectinload(Person.memberships)))
    return [(person, membership) for person, membership in pairs]


def _companies(club: Club) -> list[Company]:
    query = db.select(Company).where(Company.organisation_id == club.organisation_id).order_by(Company.id)
    return list(db.session.scalars(query))


def _known_person(person: Person, membership: Membership | None) -> KnownPerson:
    """Of somebody who never was in this club, nothing is told to it."""
    if membership is None:
        return KnownPerson(email=person.email, is_elsewhere=True)
    return KnownPerson(
        email=person.email,
        given_name=person.given_name,
        family_name=person.family_name,
        mobile=person.mobile or "",
        language=person.language,
        company=str(membership.company_id or ""),
        job_title=membership.job_title,
        state=membership.state,
        is_elsewhere=membership.is_elsewhere,
    )


def _known_company(company: Company) -> KnownCompany:
    return KnownCompany(
        key=str(company.id),
        name=company.name,
        siren=company.siren or "",
        activity_code=company.activity_code or "",
        headcount=company.headcount,
        street=company.street,
        postcode=company.postcode,
        commune=company.commune,
        know_how=company.know_how,
    )


class _Rows:
    """The rows by the keys that verdicts use; a missing one is made."""

    def __init__(self, club: Club):
        self.club = club
        pairs = _people(club)
        self.people = {person.email: person for person, _ in pairs}
        self.memberships = {person.email: membership for person, membership in pairs if membership}
        self.companies = {str(company.id): company for company in _companies(club)}

    def apply(self, changes: Iterable[Change], person: KnownPerson, company: KnownCompany) -> None:
        rows: dict[str, Any] = {
            "company": self.company(company.key),
            "person": self.person(person.email),
            "membership": self.membership(person.email),
        }
        for change in changes:
            row = rows[change.noun]
            if change.noun == "person" and not change.before and getattr(row, change.field):
                continue  # known elsewhere, and so unseen: it stays
            setattr(row, change.field, _value(change, rows["company"]))

    def company(self, key: str) -> Company:
        if key not in self.companies:
            self.companies[key] = Company(organisation=self.club.organisation, name="")
        return self.companies[key]

    def person(self, email: str) -> Person:
        if email not in self.people:
            self.people[email] = Person(email=email, given_name="", family_name="")
        return self.people[email]

    def membership(self, email: str) -> Membership:
        if email not in self.memberships:
            self.memberships[email] = Membership(club=self.club, person=self.person(email))
            db.session.add(self.memberships[email])
        return self.memberships[email]


def _value(change: Change, company: Company) -> object:
    """What the column takes: a membership's company is a row, a state and a language are members of their sets."""
    match change.noun, change.field:
        case "membership", "company":
            return company
        case "membership", "state":
            return MembershipState(str(change.after))
        case "person", "language":
            return Language(str(change.after))
    return change.after
