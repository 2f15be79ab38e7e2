"""Compares a members' list with the cluster's rows, and writes into them what it changes; nothing is committed here."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased

from bourse.clubs.compare import COMPANY_FIELDS, PERSON_FIELDS, Change, KnownCompany, KnownPerson, Verdict, compare
from bourse.clubs.models import BroughtList, Club, Company, Membership, MembershipState, WrittenRow
from bourse.clubs.pointers import highest_ids
from bourse.clubs.read_list import Row
from bourse.db import db
from bourse.people.models import Language, Person

POINT = ("latitude", "longitude")  # goes by itself when the address changes
WRITTEN = {  # the columns that a list writes; the point comes last, for it is put back after the address
    "company": ("name", "know_how", *COMPANY_FIELDS, *POINT),
    "person": ("email", *PERSON_FIELDS),
    "membership": ("job_title", "state", "company_id"),
}


def judge(club: Club, rows: Iterable[Row]) -> tuple[Verdict, ...]:
    """What becomes of each row, given what the cluster knows today."""
    rows = tuple(rows)
    people = [_known_person(each) for each in _people(club, {row.email for row in rows})]
    return compare(rows, people, [_known_company(company) for company in _companies(club)])


def write(brought: BroughtList, verdicts: Collection[Verdict]) -> None:
    """Applies the changes of the rows that are not refused, and remembers them so that they can be undone."""
    rows = _Rows(brought.club, {verdict.row.email for verdict in verdicts})
    for verdict in verdicts:
        if verdict.person and verdict.company:
            rows.apply(verdict.row.line, verdict.changes, verdict.person, verdict.company)
    db.session.flush()
    if traces := [{"brought_id": brought.id, **trace} for trace in rows.traces()]:
        db.session.execute(db.insert(WrittenRow), traces)
    brought.horizon = highest_ids()


@dataclass(frozen=True)
class _Known:
    """Somebody, with the membership in the club of the list, and whether another club has him as well."""

    person: Person
    membership: Membership | None
    is_elsewhere: bool


def _people(club: Club, emails: Collection[str]) -> list[_Known]:
    """Everybody of the club, and whoever has one of the addresses: it is one person's in all clubs."""
    other = aliased(Membership)
    is_others = (other.person_id == Person.id, other.club_id != club.id, other.state != MembershipState.left)
    in_club = db.and_(Membership.person_id == Person.id, Membership.club_id == club.id)
    query = db.select(Person, Membership, db.exists().where(*is_others)).outerjoin(Membership, in_club)
    is_meant = db.or_(Membership.id.is_not(None), Person.email.in_(emails))
    return [_Known(*row) for row in db.session.execute(query.where(is_meant).order_by(Person.id))]


def _companies(club: Club) -> list[Company]:
    query = db.select(Company).where(Company.organisation_id == club.organisation_id).order_by(Company.id)
    return list(db.session.scalars(query))


def _known_person(known: _Known) -> KnownPerson:
    """Of somebody who never was in this club, nothing is told to it."""
    person, membership = known.person, known.membership
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
        is_elsewhere=known.is_elsewhere,
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
    """The rows by the keys that verdicts use; a missing one is made. Knows what each was before it was touched."""

    def __init__(self, club: Club, emails: Collection[str]):
        self.club = club
        known = _people(club, emails)
        self.people = {each.person.email: each.person for each in known}
        self.memberships = {each.person.email: each.membership for each in known if each.membership}
        self.companies = {str(company.id): company for company in _companies(club)}
        self.touched: dict[Any, tuple[int, dict[str, Any] | None]] = {}  # row: line, and the columns of one not made

    def apply(self, line: int, changes: Iterable[Change], person: KnownPerson, company: KnownCompany) -> None:
        rows: dict[str, Any] = {
            "company": self.company(company.key),
            "person": self.person(person.email),
            "membership": self.membership(person.email),
        }
        for change in changes:
            row = rows[change.noun]
            if change.noun == "person" and not change.before and getattr(row, change.field):
                continue  # known elsewhere, and so unseen: it stays
            self.touched.setdefault(row, (line, columns_of(row, WRITTEN[change.noun]) if row.id else None))
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

    def traces(self) -> Iterator[dict[str, Any]]:
        """What was made or changed, once it has its ids."""
        for row, (line, before) in self.touched.items():
            after = columns_of(row, before)
            changed = [name for name, value in after.items() if before is None or value != before[name]]
            if changed:
                yield {
                    "noun": row.__tablename__,
                    "row_id": row.id,
                    "line": line,
                    "before": before and {name: before[name] for name in changed},
                    "after": {name: after[name] for name in changed},
                }


def columns_of(row: Any, names: Iterable[str] | None = None) -> dict[str, Any]:
    """A row's columns, or those of these names, as JSON keeps them."""
    values = {name: getattr(row, name) for name in names or row.__table__.columns.keys()}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


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
