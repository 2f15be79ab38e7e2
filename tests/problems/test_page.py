"""The writing page in a real browser: what is typed keeps itself, and says where it is."""

import re

import pytest
from playwright.sync_api import expect

from bourse.db import db
from bourse.problems.models import Problem


@pytest.fixture
def writing(club, client, visit, browser, live):
    """Hugo's telephone, at the second step."""
    visit(client, "hugo")
    context = browser.new_context(base_url=live, viewport={"width": 390, "height": 844})
    key = client.get_cookie("bourse", domain="127.0.0.1").value
    context.add_cookies([{"name": "bourse", "value": key, "url": live}])
    page = context.new_page()
    page.goto(f"/problems/{club.meeting}/write?step=problem")
    yield page
    context.close()


def stored(app):
    with app.app_context():
        return db.session.scalars(db.select(Problem)).one()


def test_what_is_typed_keeps_itself(app, writing):
    writing.fill("#tried", "Un logiciel, puis rien.")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Un logiciel, puis rien."
    writing.fill("#question", "Comment faire ?")
    writing.click("text=Continuer")
    expect(writing).to_have_url(re.compile("step=hopes"))
    assert stored(app).question == "Comment faire ?"


def test_without_network_the_text_stays_and_leaves_later(app, writing):
    writing.route("**/save", lambda route: route.abort())
    writing.fill("#tried", "Écrit à la cave.")
    expect(writing.locator(".save")).to_have_text(re.compile("Enregistré sur ce téléphone, envoi dès le retour du réseau"), timeout=10_000)
    writing.unroute("**/save")
    writing.evaluate("dispatchEvent(new Event('online'))")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Écrit à la cave."
