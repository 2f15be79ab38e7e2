"""A club begins: what is done, what is next, what may wait."""

import re

import pytest
from flask.testing import FlaskClient

from bourse.clubs.models import Charter, Club, Membership, Role
from bourse.db import db
from bourse.home.begin import STEPS, Start
from bourse.meetings.models import Meeting
from tests.cast import Cast, Visit


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (Start("c"), "done next open later later"),
        (Start("c", has_charter=True), "done done next later later"),
        (Start("c", has_charter=True, members=2), "done done done next later"),
        (Start("c", members=2), "done open done next later"),  # the charter waits
        (Start("c", has_charter=True, members=2, meeting="m"), "done done done done next"),
        (Start("c", members=2, meeting="m"), "done open done done next"),
        (Start("c", meeting="m"), "done next open done later"),  # everybody left meanwhile
    ],
)
def test_each_step_stands_as_the_facts_say(start: Start, expected: str) -> None:
    assert dict(start.steps) == dict(zip(STEPS, expected.split(), strict=True))


def desk(client: FlaskClient, visit: Visit) -> str:
    return visit(client, "claire").get("/").text


def primary(page: str) -> list[str]:
    return re.findall(r'class="btn primary"[^>]*>([^<]+)', page)


def test_claire_follows_the_blue_button(client: FlaskClient, club: Cast, visit: Visit) -> None:
    """From the last step back to the first: one fact less each time."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.released_at = None
    db.session.commit()
    page = desk(client, visit)
    assert "La première rencontre, " in page
    assert primary(page) == ["Envoyer les invitations"]
    assert f'href="/meetings/{club.meeting}/release"' in page
    meeting.cancel()
    db.session.commit()
    assert primary(desk(client, visit)) == ["Planifier une rencontre"]
    for member in db.session.scalars(db.select(Membership).where(Membership.role == Role.member)):
        member.leave()
    db.session.commit()
    assert primary(desk(client, visit)) == ["Importer la liste"]
    db.session.get_one(Club, club.club).charter_version = 0
    db.session.commit()
    assert primary(desk(client, visit)) == ["Lire la charte proposée"]


def test_once_invitations_have_left_the_list_is_gone(client: FlaskClient, club: Cast, visit: Visit) -> None:
    assert "Pour commencer" not in desk(client, visit)
    db.session.get_one(Meeting, club.meeting).cancel()
    db.session.commit()
    assert "Pour commencer" not in desk(client, visit)


def test_the_first_charter_is_proposed_and_leads_back(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.execute(db.delete(Charter))
    db.session.get_one(Club, club.club).charter_version = 0
    db.session.commit()
    address = f"/clubs/{club.slug}/charter/new"
    page = visit(client, "claire").get(address).text
    assert "Chacun reçoit le club à son tour." in page
    assert "Cochez" not in page
    assert client.post(address, data={"version": "0", "text": "La nôtre."}).location == "/"
    assert [each.text for each in db.session.scalars(db.select(Charter))] == ["La nôtre."]
