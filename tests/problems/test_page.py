"""The writing page in a real browser: what is typed keeps itself, and says where it is."""

import re

import pytest
from playwright.sync_api import expect

from bourse.db import db
from bourse.meetings.models import Meeting
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState

A_VOICE = """window.SpeechRecognition = class extends EventTarget {
    start() { window.heard = (words) => this.dispatchEvent(Object.assign(new Event("result"), {
        resultIndex: 0, results: [Object.assign([{ transcript: words }], { isFinal: true })] })); }
    stop() { this.dispatchEvent(new Event("end")); }
};"""
ON_THE_PHONE = re.compile("Enregistré sur ce téléphone, envoi dès le retour du réseau")
NO_MEMORY = "Object.defineProperty(window, 'indexedDB', { value: { open() { throw new Error('no'); } } })"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


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
        return db.session.scalars(db.select(Problem).execution_options(populate_existing=True)).one()


def test_what_is_typed_keeps_itself(app, writing):
    writing.fill("#tried", "Un logiciel, puis rien.")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Un logiciel, puis rien."
    writing.fill("#question", "Comment faire ?")
    writing.get_by_role("button", name="Continuer").click()
    expect(writing).to_have_url(re.compile("step=hopes"))
    assert stored(app).question == "Comment faire ?"


def test_without_network_the_text_stays_and_leaves_later(app, writing):
    writing.route("**/save", lambda route: route.abort())
    writing.fill("#tried", "Écrit à la cave.")
    expect(writing.locator(".save")).to_have_text(ON_THE_PHONE, timeout=10_000)
    writing.unroute("**/save")
    writing.evaluate("dispatchEvent(new Event('online'))")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Écrit à la cave."


def test_a_browser_that_keeps_nothing_says_so(app, club, writing):
    writing.add_init_script(NO_MEMORY)
    writing.reload()
    writing.route("**/save", lambda route: route.abort())
    writing.fill("#tried", "Écrit à la cave.")
    expect(writing.locator(".save")).to_have_text(re.compile("tant que cette page reste ouverte"), timeout=10_000)
    writing.unroute("**/save")
    writing.evaluate("dispatchEvent(new Event('online'))")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Écrit à la cave."


def test_what_was_typed_in_an_approved_text_waits_for_the_button(app, club, writing):
    problem = Problem(meeting=db.session.get_one(Meeting, club.meeting), tried="Rien", state=ProblemState.approved)
    db.session.add(problem)
    db.session.commit()
    writing.reload()
    writing.fill("#tried", "Presque rien")
    expect(writing.locator(".save")).to_have_text(re.compile("Continuer.*l’enregistre"))
    writing.reload()
    expect(writing.locator("#tried")).to_have_value("Presque rien")
    assert stored(app).tried == "Rien"
    writing.get_by_role("button", name="Continuer").click()
    expect(writing).to_have_url(re.compile("step=hopes"))
    assert (stored(app).tried, stored(app).state) == ("Presque rien", ProblemState.submitted)


def test_without_dictation_in_the_browser_no_button_offers_it(writing):
    writing.add_init_script("delete window.SpeechRecognition; delete window.webkitSpeechRecognition;")
    writing.reload()
    expect(writing.locator(".save")).to_be_attached()
    assert writing.get_by_role("button", name="Dicter").count() == 0


def test_dictated_words_come_where_the_caret_is(app, writing):
    writing.add_init_script(A_VOICE)
    writing.reload()
    field, button = writing.locator("#tried"), writing.get_by_role("button", name=re.compile("Dicter.*essayé"))
    field.fill("Un logiciel. Fin.")
    field.evaluate("field => field.setSelectionRange(12, 12)")
    button.click()
    expect(writing.get_by_role("dialog")).to_contain_text("Son éditeur peut la traiter")
    writing.get_by_role("dialog").get_by_role("button", name="Dicter").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    writing.evaluate("heard('Puis rien.')")
    expect(field).to_have_value("Un logiciel. Puis rien. Fin.")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(writing.locator(".save")).to_have_text(re.compile("Brouillon enregistré"), timeout=10_000)
    assert stored(app).tried == "Un logiciel. Puis rien. Fin."
