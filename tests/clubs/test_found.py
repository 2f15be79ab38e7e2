"""An empty house is founded once, by the link that its terminal prints; further clubs are founded beside the first."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from bourse.app import create_app
from bourse.clubs.found import is_signed, short_name, sign
from bourse.clubs.models import Club, Organisation, Role
from bourse.db import db
from bourse.people.models import AuditEvent, Person
from tests.cast import Cast, Visit
from tests.conftest import Operator, settings_for

AGNES = {
    "given_name": "Agnès",
    "family_name": "Modèle",
    "email": "Agnes@Pole.example",
    "language": "en",
    "organisation": "Pôle des Aravis",
    "club": "Club Énergie",
}


def way_in(runner: FlaskCliRunner) -> str:
    """The path that `bourse init` prints on the side, or nothing."""
    printed = runner.invoke(args=["init"], catch_exceptions=False)
    assert printed.stdout == ""
    return "".join(re.findall(r"http://localhost(/clubs/found/\S+)\n", printed.stderr))


def everything(model: Any) -> list[Any]:
    return list(db.session.scalars(db.select(model)))


# The link and the short name


def test_a_link_is_good_where_it_was_signed_and_nowhere_else() -> None:
    assert is_signed(sign("a key"), "a key")
    assert not is_signed(sign("a key"), "another key")
    assert not is_signed("x", "a key")


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Club Énergie", [], "club-energie"),
        ("Club Énergie", ["club-energie", "club-energie-2"], "club-energie-3"),
        ("  R&D – 2027 !", [], "r-d-2027"),
        ("Found", [], "found-2"),  # a page stands there
        ("水素", [], "club"),
        ("a" * 35 + " b" * 9, ["a" * 35], "a" * 35 + "-2"),
    ],
)
def test_a_clubs_short_name_is_its_own(name: str, taken: list[str], expected: str) -> None:
    assert short_name(name, taken) == expected


# The first club


def test_the_terminal_of_an_empty_house_says_where_to_begin(app: Flask, runner: FlaskCliRunner) -> None:
    path = way_in(runner)
    page = app.test_client().get(path)
    assert "Fonder le premier club" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_web_app_says_it_as_well_and_starts_whatever_the_database_does(
    app: Flask, runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[str] = []
    monkeypatch.setattr("os.execv", lambda program, words: started.append(program))
    assert "/clubs/found/" in runner.invoke(args=["serve"], catch_exceptions=False).stderr
    unmigrated = create_app(settings_for(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path))
    unmigrated.test_cli_runner_class = Operator
    assert unmigrated.test_cli_runner().invoke(args=["serve"], catch_exceptions=False).stderr == ""
    assert len(started) == 2


def test_whoever_founds_is_let_in_and_facilitates(app: Flask, client: FlaskClient, runner: FlaskCliRunner) -> None:
    assert client.post(way_in(runner), data=AGNES).location == "/"
    assert "To begin" in client.get("/").text
    (club,) = everything(Club)
    (membership,) = club.memberships
    assert (club.slug, club.timezone, club.organisation.name) == ("club-energie", "Europe/Paris", "Pôle des Aravis")
    assert (membership.person.email, membership.role) == ("agnes@pole.example", Role.facilitator)
    assert [event.act for event in everything(AuditEvent)] == ["found"]


def test_the_link_dies_with_the_first_person(app: Flask, client: FlaskClient, runner: FlaskCliRunner) -> None:
    path = way_in(runner)
    client.post(path, data=AGNES)
    for stranger in (client, app.test_client()):
        assert stranger.get(path).status_code == stranger.post(path, data=AGNES).status_code == 404
    assert way_in(runner) == ""


def test_of_many_founders_at_once_one_founds(app: Flask, runner: FlaskCliRunner) -> None:
    path = way_in(runner)
    typed = [AGNES | {"email": f"agnes-{n}@pole.example", "club": f"Club {n}"} for n in range(6)]
    with ThreadPoolExecutor(len(typed)) as hands:
        answers = list(hands.map(lambda data: app.test_client().post(path, data=data).status_code, typed))
    assert sorted(answers) == [302, *[404] * 5]
    assert len(everything(Organisation)) == len(everything(Club)) == len(everything(Person)) == 1


def test_what_is_missing_is_said_and_what_was_typed_comes_back(client: FlaskClient, runner: FlaskCliRunner) -> None:
    page = client.post(way_in(runner), data={"club": "Club Énergie", "email": "agnes"}).text
    assert "Indiquez une adresse e-mail complète" in page
    assert "Indiquez le nom du pôle." in page
    assert 'value="Club Énergie"' in page
    assert everything(Person) == []


def test_only_an_empty_house_says_that_it_is_empty(client: FlaskClient, request: pytest.FixtureRequest) -> None:
    assert "encore vide" in client.get("/people/sign-in").text
    request.getfixturevalue("club")
    assert "encore vide" not in client.get("/people/sign-in").text


def test_another_key_opens_nothing(client: FlaskClient) -> None:
    assert client.get(f"/clubs/found/{sign('another key')}").status_code == 404


# Another club


def another(name: str, facilitator: int) -> dict[str, str]:
    return {"name": name, "facilitator": str(facilitator)}


def test_a_facilitator_founds_another_club(client: FlaskClient, club: Cast, visit: Visit) -> None:
    answer = visit(client, "claire").post(f"/clubs/{club.slug}/another", data=another("Club Eau", club.claire))
    assert answer.location == "/"
    water = db.session.scalars(db.select(Club).filter_by(slug="club-eau")).one()
    assert [each.person_id for each in water.memberships] == [club.claire]
    assert water.organisation.clubs[0].slug == club.slug
    assert "Pour commencer, Club Eau" in client.get("/").text


def test_the_office_founds_a_club_for_a_facilitator(client: FlaskClient, club: Cast, visit: Visit) -> None:
    answer = visit(client, "odile").post(f"/clubs/{club.slug}/another", data=another("Club Eau", club.claire))
    assert answer.location == "/clubs/club-eau"
    assert client.get("/clubs/club-eau/charter/new").status_code == 404


@pytest.mark.parametrize("name", ["odile", "marc", "stranger"])
def test_nobody_is_put_in_charge_who_does_not_facilitate(
    client: FlaskClient, club: Cast, visit: Visit, name: str
) -> None:
    visit(client, "claire").post(f"/clubs/{club.slug}/another", data=another("Club Eau", getattr(club, name)))
    assert len(everything(Club)) == 1


def test_a_second_click_founds_no_second_club(client: FlaskClient, club: Cast, visit: Visit) -> None:
    answers = [
        visit(client, "claire").post(f"/clubs/{club.slug}/another", data=another("Club Eau", club.claire))
        for _ in range(2)
    ]
    assert "Un club du pôle porte déjà ce nom" in answers[1].text
    assert len(everything(Club)) == 2
