"""Mes autres adresses: each confirmed from its own mailbox, then heard as its person's."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Answer, Meeting, Via
from bourse.meetings.take import take
from bourse.people import address_views
from bourse.people.models import Alias, SignIn, WayIn
from tests.cast import a_person, invitation_of
from tests.meetings.post import MORNING, NOON, mail, send_invitations

OTHER = "nadia.perso@courrier.example"  # where the mail other_sender comes from


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture(autouse=True)
def the_day():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def nadia(app, club, client, visit, the_day):
    """Nadia's browser at noon, once she has her invitation."""
    send_invitations(club)
    the_day.move_to(NOON)
    return visit(client, "nadia")


def add(browser, address):
    return browser.post("/people/me/addresses", data={"address": address}, follow_redirects=True).text


def link_to_confirm(address=OTHER):
    letters = db.select(Letter).filter_by(kind="confirm_alias", to_address=address).order_by(Letter.id.desc())
    (link,) = re.findall(r"http://localhost(/people/addresses/\S+)", db.session.scalars(letters.limit(1)).one().text)
    return link


def hear(name):
    heard = take(mail(name), now())
    db.session.commit()
    return heard.verdict.value, heard.reason


def test_an_answer_from_a_confirmed_address_counts_as_hers(app, club, nadia):
    page = add(nadia, OTHER.upper())
    assert "À confirmer" in page
    assert hear("other_sender") == ("queued", "other_sender")
    client = app.test_client(use_cookies=True)
    for look in (client.get, client.head):
        assert look(link_to_confirm()).status_code == 200
    assert db.session.scalars(db.select(Alias)).one().confirmed_at is None  # opened by a mail filter
    assert "Adresse confirmée" in client.post(link_to_confirm()).text
    again = mail("other_sender").replace(b"<other-sender@", b"<other-sender-2@")
    assert take(again, now()).reason == "answered"
    db.session.commit()
    answer = invitation_of(club.meeting, club.nadia)
    assert (answer.current_answer, answer.via) == (Answer.accepted, Via.calendar)


def test_a_calendar_that_answers_in_the_name_of_that_address_counts_too(app, club, nadia):
    assert hear("other_address") == ("queued", "other_address")
    address = db.session.scalars(db.select(Heard)).one().attendee
    add(nadia, address)
    nadia.post(link_to_confirm(address))
    assert take(mail("other_address").replace(b"<other-address@", b"<again@"), now()).reason == "answered"


def test_a_confirmed_address_is_heard_for_its_person_only(app, club, nadia):
    add(nadia, OTHER)
    nadia.post(link_to_confirm())
    forged = mail("other_sender").replace(b"mailto:nadia@bourse.example", b"mailto:marc@bourse.example")
    heard = take(forged, now())
    assert (heard.verdict.value, heard.attendee, heard.reason) == ("queued", "marc@bourse.example", "other_sender")


def test_a_removed_address_counts_no_more_and_its_link_is_dead(app, club, nadia):
    add(nadia, OTHER)
    link = link_to_confirm()
    nadia.post(link)
    alias = db.session.scalars(db.select(Alias)).one().id
    nadia.post(f"/people/me/addresses/{alias}/remove")
    assert hear("other_sender") == ("queued", "other_sender")
    assert nadia.get(link).status_code == 410
    add(nadia, "someone@else.example")  # which may get the id of the one that went
    assert nadia.post(link).status_code == 410


def confirmed_for(person, address):
    """As if he had confirmed it before anybody had it for his own."""
    db.session.add(Alias(person_id=person, address=address, asked_at=MORNING, confirmed_at=MORNING))
    db.session.commit()


def test_an_answer_from_somebody_s_own_address_is_his_and_nobody_else_s(app, club, nadia):
    confirmed_for(club.marc, "nadia@bourse.example")  # his invitation comes before hers
    assert hear("proton") == ("taken", "answered")
    assert invitation_of(club.meeting, club.nadia).answer is Answer.declined
    assert invitation_of(club.meeting, club.marc).answer is Answer.accepted


def test_nobody_answers_for_another_because_he_once_confirmed_the_other_s_address(app, club, nadia):
    confirmed_for(club.marc, "nadia@bourse.example")
    from_nadia = mail("other_sender").replace(OTHER.encode(), b"nadia@bourse.example")
    assert take(from_nadia.replace(b"mailto:nadia@", b"mailto:marc@"), now()).reason == "other_sender"
    invitation_of(club.meeting, club.nadia).withdraw(now())
    db.session.commit()
    assert take(from_nadia.replace(b"<other-sender@", b"<again@"), now()).reason == "not_invited"
    assert invitation_of(club.meeting, club.marc).via is Via.web


def test_a_confirmed_address_signs_nobody_in(app, club, nadia):
    add(nadia, OTHER)
    stranger = app.test_client()
    stranger.post(link_to_confirm())
    before = db.session.scalar(db.select(db.func.count(SignIn.id)))
    stranger.post("/people/sign-in", data={"email": OTHER})
    assert db.session.scalars(db.select(WayIn)).one().person is None
    assert db.session.scalars(db.select(Letter).filter_by(kind="way_in")).all() == []
    assert stranger.get("/").location == "/people/sign-in"
    assert db.session.scalar(db.select(db.func.count(SignIn.id))) == before


def test_an_address_of_somebody_else_is_answered_like_any_other(app, club, nadia):
    """The page does not tell who is known here; only who reads that mail can confirm."""
    told = add(nadia, "marc@bourse.example")
    assert "Un lien à confirmer part à cette adresse" in told
    link = link_to_confirm("marc@bourse.example")
    client = app.test_client()
    assert [client.get(link).status_code, client.post(link).status_code] == [410, 410]
    assert not db.session.scalars(db.select(Alias)).one().is_confirmed


def test_who_is_asked_reads_whose_account_it_is(app, club, nadia):
    """The name is what somebody says of himself; his address is what he signs in with."""
    nadia.post("/people/me", data={"given_name": "Sophie", "family_name": "Martin", "language": "fr"})
    add(nadia, OTHER)
    letter = db.session.scalars(db.select(Letter).filter_by(kind="confirm_alias")).one()
    page = app.test_client().get(link_to_confirm()).text
    for told in (letter.text, letter.html, page):
        assert "Sophie Martin" in told
        assert "nadia@" in told
    assert "Bonjour," in letter.text
    assert "Bonjour Sophie" not in letter.text
    assert letter.to_name == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Indiquez l’adresse à ajouter"),
        ("nadia", "Indiquez une adresse e-mail complète"),
        ("Nadia@Bourse.example", "déjà la vôtre"),
    ],
)
def test_what_cannot_be_added_gets_a_sentence_and_comes_back(app, club, nadia, typed, sentence):
    page = add(nadia, typed)
    assert page.count(sentence) == 2
    assert f'value="{typed}"' in page
    assert db.session.scalars(db.select(Alias)).all() == []


def test_nobody_is_flooded_by_way_of_this_page(app, club, nadia, the_day, monkeypatch):
    monkeypatch.setattr(address_views, "ASKS_A_DAY", 7)
    for number in range(6):
        page = add(nadia, f"nadia{number}@perso.example")
    assert "Supprimez d’abord une adresse" in page
    for _ in range(3):
        the_day.shift(timedelta(minutes=2))
        for _click in range(2):
            page = add(nadia, "nadia0@perso.example")
    assert "Attendez demain" in page
    assert db.session.scalar(db.select(db.func.count(Letter.id)).filter_by(kind="confirm_alias")) == 7
    the_day.shift(timedelta(hours=23, minutes=58))
    assert "Attendez demain" not in add(nadia, "nadia0@perso.example")


def test_a_link_is_good_for_a_week_and_for_whom_it_was_signed(app, club, nadia, visit, the_day):
    add(nadia, OTHER)
    link = link_to_confirm()
    assert nadia.post(link + "x").status_code == 410
    the_day.shift(timedelta(days=7))
    assert app.test_client().post(link).status_code == 410
    add(visit(app.test_client(), "nadia"), OTHER)
    assert app.test_client().post(link_to_confirm()).status_code == 200


def test_a_link_confirms_what_it_was_sent_for_and_nothing_asked_since(app, club, nadia, visit, the_day):
    add(nadia, OTHER)
    former = link_to_confirm()
    nadia.post(former)
    nadia.post(f"/people/me/addresses/{db.session.scalars(db.select(Alias)).one().id}/remove")
    the_day.shift(timedelta(days=30))
    add(visit(app.test_client(), "nadia"), OTHER)
    assert app.test_client().post(former).status_code == 410
    assert not db.session.scalars(db.select(Alias)).one().is_confirmed
    assert "Adresse confirmée" in app.test_client().post(link_to_confirm()).text


def test_only_who_may_have_to_answer_can_send_such_a_letter(app, club, nadia, visit, the_day):
    """Members, and a guest as long as his invitation is open; anybody else keeps the page, to remove what he has."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.invite_guest(a_person("gaston"), by=meeting.host.person)
    stays = meeting.ends_at + timedelta(days=2)
    db.session.commit()
    confirmed_for(club.stranger, "ancienne@ailleurs.example")
    stranger = visit(app.test_client(), "stranger")
    assert stranger.post("/people/me/addresses", data={"address": "victime@ailleurs.example"}).status_code == 404
    assert db.session.scalars(db.select(Letter).filter_by(kind="confirm_alias")).all() == []
    page = stranger.get("/people/me/addresses").text
    assert "ancienne" in page
    assert 'name="address"' not in page
    before, after = app.test_client(), app.test_client()
    assert "À confirmer" in add(visit(before, "gaston"), "gaston@ailleurs.example")
    the_day.move_to(stays)
    gaston = visit(after, "gaston")
    assert gaston.post("/people/me/addresses", data={"address": "victime@ailleurs.example"}).status_code == 404


def test_nobody_removes_another_s_address(app, club, nadia, visit):
    add(nadia, OTHER)
    alias = db.session.scalars(db.select(Alias)).one().id
    assert visit(app.test_client(), "marc").post(f"/people/me/addresses/{alias}/remove").status_code == 404
    assert db.session.scalars(db.select(Alias)).one().address == OTHER
