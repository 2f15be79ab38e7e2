"""A members' list brought in and taken back by somebody at a browser, with and without a script."""

import pytest
from flask.testing import FlaskCliRunner
from playwright.sync_api import Browser, FilePayload, expect

from bourse.db import db
from bourse.people.models import Person
from tests.browser.coming_in import let_in
from tests.browser.visitor import LAPTOP, PHONE, Glass, Visitor
from tests.cast import Cast

WITHOUT_A_HEADER = "Gypaète,ROCHEBRUNE Paul,paul@gypaete.example\nArolle,SAGE Zoé,zoe@arolle.example".encode()
NO_SCRIPT = Glass("no-script-fr", "fr", PHONE.context | {"java_script_enabled": False})
SCRIPT = Glass("laptop-fr", "fr", LAPTOP.context | {"locale": "fr-FR"})
HOLD_BACK = "addEventListener('submit', (event) => event.preventDefault(), { once: true })"


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


def brings(claire: Visitor, club: Cast) -> None:
    claire.open(f"/clubs/{club.slug}/import")
    file = FilePayload(name="membres.csv", mimeType="text/csv", buffer=WITHOUT_A_HEADER)
    claire.labelled("La liste, au format .xlsx ou .csv").set_input_files(file)
    claire.press("Voir ce qui change")


def names_the_columns(claire: Visitor) -> None:
    for letter, field in (("A", "company"), ("B", "family_given"), ("C", "email")):
        claire.labelled(letter).select_option(field)
    claire.press("Relire la liste")


def people() -> int:
    db.session.commit()
    return db.session.query(Person).count()


def test_without_a_script_a_list_is_named_written_and_taken_back(
    browser: Browser, live: str, club: Cast, runner: FlaskCliRunner
) -> None:
    before = people()
    with Visitor.at(browser, live, "claire", NO_SCRIPT) as claire:
        let_in(claire.page, runner, "claire")
        brings(claire, club)
        names_the_columns(claire)
        claire.press("Écrire la liste")
        assert people() == before + 2
        claire.follow("Annuler…", claire.page.get_by_role("dialog"))
        claire.press("Annuler cet import")
        claire.sees("Tout ce que la liste avait écrit est retiré ou remis comme avant.")
    assert people() == before


def test_what_takes_time_says_so_and_undoing_asks_back(
    browser: Browser, live: str, club: Cast, runner: FlaskCliRunner
) -> None:
    before = people()
    with Visitor.at(browser, live, "claire", SCRIPT) as claire:
        let_in(claire.page, runner, "claire")
        brings(claire, club)
        names_the_columns(claire)
        claire.page.evaluate(HOLD_BACK)
        claire.button("Écrire la liste").click()
        expect(claire.button("Écriture en cours").get_by_role("progressbar")).to_be_visible()
        claire.page.reload()
        claire.press("Écrire la liste")
        claire.follow("Annuler…", claire.page.get_by_role("dialog"))
        claire.button("Annuler cet import").click()
        claire.page.get_by_role("dialog").get_by_role("button", name=claire.say("Garder l'import")).click()
        assert people() == before + 2
        claire.confirm("Annuler cet import")
    assert people() == before
