"""Wishes where there is no network: nothing is lost, and nothing stays on the phone once it has left."""

import re

import pytest
from playwright.sync_api import expect

from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.models import HostWish
from tests.planning.season import a_season_asked
from tests.problems.phone import Network, a_phone
from tests.problems.test_offline import A_BLINK, EVERYTHING_IN

ON_THE_PHONE = re.compile("Enregistré sur ce téléphone, envoi dès le retour du réseau")


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def network(app, listening):
    listening.server_close()
    network = Network(app, listening.port)
    network.mend()
    yield network
    network.cut()


@pytest.fixture
def wishes(app, club):
    """The page behind marc's own link."""
    season = a_season_asked(db.session.get_one(Club, club.club), days=60)
    marc = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
    token = ask_link.sign(AskLink("season", season.id, marc.id), "for the tests, always the same")
    db.session.commit()
    return f"/planning/answers/{token}"


def stored():
    db.session.rollback()
    return [(each.weekdays, each.theme) for each in db.session.scalars(db.select(HostWish))]


def answer(page):
    page.get_by_role("group", name="Le jeudi").get_by_role("radio", name="Oui").check()
    page.get_by_role("group", name="Pouvez-vous recevoir").get_by_role("radio", name="Oui").check()
    page.get_by_label("Votre problème ou votre thème").fill("Recruter un régleur")


def test_the_browser_dies_without_network_and_everything_comes_back(browser, network, wishes, tmp_path):
    with a_phone(browser, tmp_path / "phone", network.home) as phone:
        page = phone.open()
        page.goto(wishes)
        network.cut()
        answer(page)
        page.get_by_role("button", name="Envoyer").click()
        expect(page.locator(".save")).to_have_text(ON_THE_PHONE)
        page.wait_for_timeout(A_BLINK)
        phone.die()
        network.mend()
        assert stored() == []
        page = phone.open()
        page.goto(wishes)
        expect(page.locator(".save")).to_have_text(re.compile("Vos réponses n’étaient pas parties"))
        assert page.get_by_label("Votre problème ou votre thème").input_value() == "Recruter un régleur"
        month = page.locator("details[class=more] small[data-answers]").first
        expect(month).to_have_text(re.compile(r"^\d+ oui, \d+ sans réponse$"))
        page.get_by_role("button", name="Envoyer").click()
        page.get_by_text("Vos réponses sont enregistrées").wait_for()
        assert stored() == [("UUUYUUU", "Recruter un régleur")]
        page.wait_for_timeout(A_BLINK)
        assert page.evaluate(EVERYTHING_IN, "drafts") == []


def test_answers_leave_when_the_network_comes_back(browser, network, wishes, tmp_path):
    with a_phone(browser, tmp_path / "phone", network.home) as phone:
        page = phone.open()
        page.goto(wishes)
        answer(page)
        network.cut()
        page.get_by_role("button", name="Envoyer").click()
        expect(page.locator(".save")).to_have_text(ON_THE_PHONE)
        network.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        page.get_by_text("Vos réponses sont enregistrées").wait_for()
        assert stored() == [("UUUYUUU", "Recruter un régleur")]
