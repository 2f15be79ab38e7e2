"""Founds the cluster: its office, its companies, its people, and clubs whose members have accepted the charter."""

import tomllib
from datetime import time
from pathlib import Path
from typing import Any

from bourse.clubs.models import (
    Agenda,
    Club,
    ClubKind,
    Company,
    CompanyLink,
    Membership,
    OfficeRole,
    Organisation,
    Role,
)
from bourse.clubs.relate import LinkKind, kept_as
from bourse.db import db
from bourse.demo.reckon import Reckoning
from bourse.people.models import Person
from bourse.words import typography

Facts = dict[str, Any]  # a table of the story, as TOML gives it

HOME_ZONE = "Europe/Paris"
FOUNDED, NINE = -600, time(9)


def read(name: str) -> Facts:
    return tomllib.loads(_text(name))


def read_prose(name: str) -> Facts:
    # Typeset here, as a careful keyboard would: what people typed is shown as they typed it.
    return tomllib.loads(typography(_text(name)))


def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")


CLUSTER = read("cluster")
ORGANISATION: str = CLUSTER["organisation"]


class Cluster:
    """The cluster's rows by the names that the story gives them; they are in the database session, and flushed."""

    def __init__(self) -> None:
        self.organisation = Organisation(name=ORGANISATION)
        self.people = {
            name: Person(email=f"{name}@bourse.example", **facts) for name, facts in CLUSTER["people"].items()
        }
        self.companies = {
            name: Company(organisation=self.organisation, **facts) for name, facts in CLUSTER["companies"].items()
        }
        self.organisation.office = [OfficeRole(person=self.people[name]) for name in CLUSTER["office"]]
        db.session.add_all([self.organisation, *self.people.values(), *self.companies.values()])
        db.session.flush()
        db.session.add_all(self._link(*said) for said in CLUSTER["links"])

    def _link(self, who: str, company: str, other: str, kind: str) -> CompanyLink:
        ours, theirs = self.companies[company], self.companies[other]
        first, second, kept = kept_as(ours.id, theirs.id, LinkKind(kind))
        return CompanyLink(company_id=first, other_id=second, kind=kept, declared_by=ours, noted_by=self.people[who])

    def found_club(self, facts: Facts, reckoning: Reckoning) -> Club:
        """A club with its charter in force, its members and its facilitator."""
        club = Club(
            organisation=self.organisation,
            slug=facts["slug"],
            name=facts["name"],
            kind=ClubKind(facts["kind"]),
            capacity=facts["capacity"],
            quorum=facts["quorum"],
            timezone=HOME_ZONE,
            agenda=Agenda(facts["agenda"]),
            competition_reminder=facts["competition_reminder"].strip(),
            charter_version=0,
        )
        club.adopt(facts["charter"].strip())
        facilitator = self.people[facts["facilitator"]]
        club.memberships = [Membership(person=facilitator, role=Role.facilitator, job_title="Animatrice")]
        club.memberships += [self._member(name, member) for name, member in facts["members"].items()]
        _sign_charter(club, reckoning)
        db.session.add(club)
        db.session.flush()
        return club

    def _member(self, name: str, facts: Facts) -> Membership:
        company = self.companies[facts["company"]]
        return Membership(person=self.people[name], role=Role.member, **facts | {"company": company})


def _sign_charter(club: Club, reckoning: Reckoning) -> None:
    """Everybody accepted it on the day the club was founded."""
    charter, founded_at = club.charters[-1], reckoning.instant(FOUNDED, NINE)
    charter.written_at = founded_at
    for membership in club.memberships:
        membership.joined_at = founded_at
        membership.sign(charter, founded_at)
