"""Signing in by the link or the code of a letter."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Role
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.people.models import AuditEvent, Person, SignIn, WayIn


@pytest.fixture
def database_url(either_database):
    return either_database


SCANNERS = ["curl/8", "Mozilla/5.0 (Windows NT 10.0) SafeLinks", "Proofpoint", ""]


def ask(client, address="marc@bourse.example"):
    return client.post("/people/sign-in", data={"email": address})


def last_letter(app):
    with app.app_context():
        letter = db.session.scalars(db.select(Letter).order_by(Letter.id.desc())).first()
        db.session.expunge(letter)
        return letter


def link_in(letter):
    (link,) = re.findall(r"http://[^/]+(/people/sign-in/\S+)", letter.text)
    return link


def code_in(letter):
    (code,) = re.findall(r"[A-Z0-9]{4}\s[A-Z0-9]{4}", letter.text)
    return code


def test_whoever_comes_in_with_a_letter_has_an_address_that_works(app, club, client):
    marc = db.session.get_one(Person, club.marc)
    marc.distrust_address(now(), "550 5.1.1 No such mailbox")
    db.session.commit()
    ask(client)
    client.post(link_in(last_letter(app)))
    assert (marc.address_failed_at, marc.address_failures) == (None, 0)


def test_the_link_shows_a_button_and_its_post_opens_the_door(app, club, client):
    ask(client)
    link = link_in(last_letter(app))
    assert "Entrer dans le club" in client.get(link).text
    answer = client.post(link, data={"keep": "y"})
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/people/me").status_code == 200


def test_scanners_that_open_the_link_do_not_spend_it(app, club, client):
    ask(client)
    link = link_in(last_letter(app))
    for agent in SCANNERS * 5:
        scanner = app.test_client()
        scanner.get(link, headers={"User-Agent": agent})
        scanner.head(link, headers={"User-Agent": agent})
    assert client.post(link).status_code == 302


def test_a_link_opens_once(app, club, client):
    ask(client)
    link = link_in(last_letter(app))
    client.post(link)
    second = app.test_client().post(link)
    assert second.status_code == 410
    assert "Ce lien ne marche plus" in second.text


def test_a_link_dies_after_ten_minutes(app, club, client):
    ask(client)
    link = link_in(last_letter(app))
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1), tick=False):
        assert client.get(link).status_code == 410


def test_the_code_opens_the_door_in_the_browser_that_asked(app, club, client):
    ask(client)
    answer = client.post("/people/sign-in/code", data={"code": code_in(last_letter(app)).lower()})
    assert answer.status_code == 302
    assert client.get("/people/me").status_code == 200


def test_the_code_is_worth_nothing_in_another_browser(app, club, client):
    ask(client)
    code = code_in(last_letter(app))
    other = app.test_client()
    assert "Ce code ne convient pas" in other.post("/people/sign-in/code", data={"code": code}).text


def test_five_wrong_codes_close_the_way_in(app, club, client):
    ask(client)
    letter = last_letter(app)
    for _ in range(5):
        client.post("/people/sign-in/code", data={"code": "ZZZZZZZZ"})
    assert "Ce code ne convient pas" in client.post("/people/sign-in/code", data={"code": code_in(letter)}).text
    assert client.post(link_in(letter)).status_code == 410


def test_known_and_unknown_addresses_get_the_same_answer(app, club, client):
    known, unknown = ask(client), ask(client, "personne@bourse.example")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    pages = [client.get("/people/sign-in/code").text for _ in range(2)]
    assert "personne@bourse.example" in pages[0]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Letter.id))) == 1


def test_what_was_typed_comes_back_with_a_sentence(club, client):
    page = ask(client, "marc(at)bourse").text
    assert "Indiquez une adresse e-mail complète" in page
    assert 'value="marc(at)bourse"' in page
    assert "<title>Erreur" in page


def test_a_use_in_another_browser_is_told_to_the_person(app, club, client):
    ask(client)
    link = link_in(last_letter(app))
    app.test_client().post(link, headers={"User-Agent": "Autre navigateur"})
    told = last_letter(app)
    assert told.kind == "new_device"
    assert "Autre navigateur" in told.text


def test_secrets_are_stored_as_fingerprints_only(app, club, client):
    ask(client)
    letter = last_letter(app)
    token = link_in(letter).rsplit("/", 1)[1]
    with app.app_context():
        way = db.session.scalars(db.select(WayIn)).one()
        assert token not in (way.token_hash, way.code_hash)
        trail = db.session.scalars(db.select(AuditEvent)).all()
        assert all(token not in f"{event.act}{event.about}" for event in trail)


def test_the_session_key_changes_at_each_sign_in(app, club, client):
    keys = set()
    for _ in range(2):
        ask(client)
        client.post(link_in(last_letter(app)))
        with client.session_transaction() as session:
            keys.add(session["key"])
    assert len(keys) == 2
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(SignIn.id)).where(SignIn.ended_at.is_(None))) == 1


def test_signing_out_kills_the_old_key_on_the_server(app, club, client, visit):
    visit(client, "marc")
    with client.session_transaction() as session:
        key = session["key"]
    client.post("/people/sign-out")
    with client.session_transaction() as session:
        session["key"] = key
    assert client.get("/people/me").location == "/people/sign-in"


@pytest.mark.parametrize("page", ["/people/sign-out", "/people/sign-out/everywhere"])
def test_signing_out_empties_the_browser_unless_it_holds_what_somebody_else_has_not_sent(club, client, visit, page):
    assert visit(client, "marc").post(page).headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in visit(client, "marc").post(page, data={"spare": ""}).headers


def test_signing_out_everywhere_reaches_the_other_devices(app, club, client, visit):
    phone = visit(app.test_client(), "marc")
    visit(client, "marc").post("/people/sign-out/everywhere")
    assert phone.get("/people/me").status_code == 302


def test_a_closed_account_opens_nothing(app, club, client, visit):
    visit(client, "marc")
    with app.app_context():
        db.session.get_one(Person, club.marc).is_closed = True
        db.session.commit()
    assert client.get("/people/me").status_code == 302


def test_one_comes_back_to_the_page_that_asked_to_sign_in(app, club, client):
    client.get(f"/meetings/{club.meeting}")
    ask(client)
    assert client.post(link_in(last_letter(app))).location == f"/meetings/{club.meeting}"


def test_a_mailbox_gets_ten_links_an_hour_at_most(app, club, client):
    for _ in range(12):
        ask(client)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Letter.id))) == 10


def test_a_letter_that_holds_a_way_in_is_wiped_once_it_left(app, club, client):
    ask(client)
    with app.app_context():
        letter = db.session.scalars(db.select(Letter)).one()
        letter.settle(LetterState.sent, now())
        assert (letter.text, letter.html) == ("", "")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_language_is_the_persons(app, club, client, visit, code):
    visit(client, "marc").post(f"/people/language/{code}", data={"next": "/people/me"})
    assert f'<html lang="{code}"' in client.get("/people/me").text


def test_a_language_choice_leads_nowhere_else(club, client):
    answer = client.post("/people/language/en", data={"next": "https://evil.example/"})
    assert answer.location == "/"


def test_one_changes_ones_own_name_and_nothing_more(app, club, client, visit):
    form = {"given_name": "Marco", "family_name": "Duvernet", "mobile": "", "language": "fr", "email": "x@evil.example"}
    visit(client, "marc").post("/people/me", data=form | {"is_closed": "1", "id": "1"})
    with app.app_context():
        marc = db.session.get_one(Person, club.marc)
        assert (marc.given_name, marc.email, marc.is_closed) == ("Marco", "marc@bourse.example", False)


def test_the_command_prints_one_link_and_nothing_else(app, club, runner, client):
    printed = runner.invoke(args=["link", "marc@bourse.example"])
    assert printed.exit_code == 0
    (url,) = printed.stdout.splitlines()
    path = url.removeprefix(app.config["SETTINGS"].base_url)
    for _ in range(2):  # in development again and again, until midnight
        assert client.post(path).status_code == 302


def test_the_command_knows_nobody_else(club, runner):
    refused = runner.invoke(args=["link", "personne@bourse.example"])
    assert (refused.exit_code, refused.stdout) == (1, "")


def test_one_network_address_cannot_ask_for_ever(app, club, client):
    answers = [ask(client, f"personne{number}@bourse.example").status_code for number in range(32)]
    assert (answers[29], answers[30]) == (302, 429)


def test_a_name_with_a_tab_or_a_line_end_is_one_line(app, club, client, visit):
    form = {"given_name": "Marc\tAurèle\u2028", "family_name": "Duvernet", "mobile": "", "language": "fr"}
    visit(client, "marc").post("/people/me", data=form)
    with app.app_context():
        assert db.session.get_one(Person, club.marc).given_name == "Marc Aurèle"


def test_a_member_made_facilitator_gets_the_short_limits_at_once(app, club, client, visit):
    visit(client, "marc")
    with app.app_context():
        (membership,) = db.session.get_one(Person, club.marc).memberships
        membership.role = Role.facilitator
        sign_in = db.session.scalars(db.select(SignIn)).one()
        sign_in.seen_at = now() - timedelta(hours=2)
        db.session.commit()
    assert client.get("/people/me").status_code == 302
