"""The people of the tests: a club with claire the facilitator, hugo the host, marc and nadia the members."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bourse.clock import club_time, instant, now
from bourse.clubs.models import Club, Company, Membership, MembershipState, OfficeRole, Organisation, Role
from bourse.db import db
from bourse.meetings.models import Answer, Invitation, Meeting, Season, SeasonState, Via
from bourse.people.enter import fingerprint
from bourse.people.models import Language, Person, SignIn

ZONE = "Europe/Paris"
HOSTS_COMPANY = "Décolletage Bouquetin"


@dataclass(frozen=True)
class Cast:
    """Ids and addresses, so that a test holds no row of a session that has ended."""

    club: int
    slug: str
    meeting: int
    claire: int
    hugo: int
    marc: int
    nadia: int
    odile: int
    stranger: int

    def address(self, name: str) -> str:
        return f"{name}@bourse.example"


def a_person(name: str, family: str = "", language: Language = Language.fr) -> Person:
    person = Person(given_name=name.capitalize(), family_name=family or "Exemple", email=f"{name}@bourse.example")
    person.language = language
    db.session.add(person)
    return person


def a_company(organisation: Organisation, name: str) -> Company:
    company = Company(
        organisation=organisation,
        name=name,
        street="12 rue des Tourneurs",
        postcode="74300",
        commune="Cluses",
        latitude=46.06,
        longitude=6.58,
        parking="Portail B",
        protective_equipment="Chaussures de sécurité",
        photo_rule="Pas de photo en atelier",
    )
    db.session.add(company)
    return company


def a_member(club: Club, person: Person, company: Company | None, role: Role = Role.member) -> Membership:
    membership = Membership(role=role, state=MembershipState.active)
    membership.charter_version, membership.charter_signed_at = club.charter_version, now()
    club.memberships.append(membership)
    membership.person, membership.company = person, company
    return membership


def a_club(slug: str = "club-essai") -> Club:
    club = Club(slug=slug, name="Club d'essai", organisation=Organisation(name="Pôle d'essai"), charter_version=0)
    club.adopt("Chacun apporte quelque chose.")
    db.session.add(club)
    return club


def in_days(days: int, hour: int = 14) -> datetime:
    """An afternoon in so many days, as an instant."""
    today = club_time(now(), ZONE).date()
    return instant(today + timedelta(days=days), time(hour), ZONE)


def a_season(club: Club) -> Season:
    today = now().date()
    season = Season(
        club=club, name="Saison d'essai", starts_on=today - timedelta(180), ends_on=today + timedelta(180), length=9
    )
    season.state = SeasonState.published
    db.session.add(season)
    return season


def a_meeting(club: Club, host: Membership, guests: list[Person], days: int = 10, is_released: bool = True) -> Meeting:
    season = club.seasons[0] if club.seasons else None
    meeting = Meeting(club=club, season=season, host=host, number=6, starts_at=in_days(days), ends_at=in_days(days, 18))
    db.session.add(meeting)
    for guest in guests:
        meeting.invite(guest)
    if is_released:
        meeting.release(now())
    return meeting


@pytest.fixture
def club(app: Flask) -> Cast:
    """A club with a released meeting at hugo's in ten days: marc comes, nadia has not answered."""
    with app.app_context():
        club = a_club()
        db.session.add(a_season(club))
        people = {name: a_person(name) for name in ("claire", "hugo", "marc", "nadia", "odile", "stranger")}
        members = {
            name: a_member(club, people[name], a_company(club.organisation, company))
            for name, company in (
                ("hugo", HOSTS_COMPANY),
                ("marc", "Ateliers Gentiane"),
                ("nadia", "Tournage Edelweiss"),
            )
        }
        a_member(club, people["claire"], None, Role.facilitator)
        club.organisation.office.append(OfficeRole(person=people["odile"]))
        db.session.flush()
        meeting = a_meeting(club, members["hugo"], [people[name] for name in ("hugo", "marc", "nadia")])
        db.session.flush()
        for name in ("hugo", "marc"):
            invitation = next(each for each in meeting.invitations if each.person is people[name])
            invitation.give(Answer.accepted, at=now(), via=Via.web, by=people[name])
        db.session.commit()
        return Cast(
            club=club.id, slug=club.slug, meeting=meeting.id, **{name: person.id for name, person in people.items()}
        )


Visit = Callable[[FlaskClient, str], FlaskClient]


@pytest.fixture
def visit(app: Flask) -> Visit:
    """Signs a browser in as the person of that given name: `visit(client, "marc")`."""

    def sign_in(client: FlaskClient, name: str) -> FlaskClient:
        key = f"key-of-{name}-{id(client)}"
        with app.app_context():
            person = db.session.scalars(db.select(Person).filter_by(email=f"{name}@bourse.example")).one()
            if not db.session.scalar(db.select(SignIn).filter_by(key_hash=fingerprint(key))):
                db.session.add(SignIn(person=person, key_hash=fingerprint(key), device="test", is_kept=False))
                db.session.commit()
        with client.session_transaction() as session:
            session["key"] = key
        return client

    return sign_in


def invitation_of(meeting_id: int, person_id: int) -> Invitation:
    """One invitation, freshly read."""
    return db.session.scalars(db.select(Invitation).filter_by(meeting_id=meeting_id, person_id=person_id)).one()
