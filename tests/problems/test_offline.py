"""The problem written where there is no network: nothing is lost, nothing is sent twice, nobody else sees it."""

import re

import pytest
from playwright.sync_api import expect

from bourse.db import db
from bourse.problems.models import Problem
from tests.problems.phone import Network, a_phone

ON_THE_PHONE = re.compile("Enregistré sur ce téléphone, envoi dès le retour du réseau")
ON_THE_SERVER = re.compile("Brouillon enregistré")
SOON = 20_000
A_BLINK = 300  # milliseconds: the most that a phone takes to keep what was typed


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def network(app, listening):
    app.config["WTF_CSRF_ENABLED"] = True
    listening.server_close()
    network = Network(app, listening.port)
    network.mend()
    yield network
    network.cut()


@pytest.fixture
def phone(browser, tmp_path, network):
    with a_phone(browser, tmp_path / "phone", network.home) as phone:
        yield phone


@pytest.fixture
def key_of(app, visit):
    """What a browser carries of somebody who signed in."""
    return lambda name: visit(app.test_client(), name).get_cookie("bourse").value


def stored(app):
    with app.app_context():
        return db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()


def line(page):
    return page.locator(".save")


def is_ready(page):
    page.evaluate("navigator.serviceWorker.ready")


@pytest.mark.parametrize("comes_back", ["before", "after"])
def test_typed_without_network_killed_reopened_sent_once(app, club, network, phone, key_of, comes_back):
    write = f"/problems/{club.meeting}/write"
    phone.sign_in(key_of("hugo"))
    page = phone.open()
    page.goto(f"{write}?step=problem")
    is_ready(page)
    page.fill("#question", "Comment garder Gérard ?")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    before = stored(app).version
    network.cut()
    page.type("#tried", "Écrit à la cave")
    expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
    page.type("#tried", ", puis à l'atelier")
    page.wait_for_timeout(A_BLINK)
    phone.die()
    if comes_back == "before":
        network.mend()
    page = phone.open()
    page.goto(f"{write}?step=problem")
    expect(page.locator("#question")).to_have_value("Comment garder Gérard ?")
    expect(page.locator("#tried")).to_have_value("Écrit à la cave, puis à l'atelier")
    if comes_back == "after":
        expect(line(page)).to_have_text(ON_THE_PHONE, timeout=SOON)
        page.click("text=Continuer")
        expect(page).to_have_url(re.compile("step=hopes"))
        page.type("#expected", "Deux idées")
        network.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(line(page)).to_have_text(ON_THE_SERVER, timeout=SOON)
    problem = stored(app)
    assert (problem.question, problem.tried) == ("Comment garder Gérard ?", "Écrit à la cave, puis à l'atelier")
    assert problem.expected == ("Deux idées" if comes_back == "after" else "")
    assert problem.version == before + 1
    assert page.evaluate("indexedDB.databases()") and page.locator(".theirs").count() == 0
