"""The help names what stands on the pages, and prints on a sheet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import nodes
from playwright.sync_api import Page

from bourse.db import db
from bourse.home.help_views import PAGES
from bourse.house import PACKAGE, folder
from bourse.people.models import Person
from tests.browser.coming_in import let_in
from tests.cast import Cast, Visit

TEMPLATES = folder("templates")
KEYWORDS = {"_": None, "_l": None}


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


def is_help(file: Path) -> bool:
    return file.stem.startswith("help")


def messages_of(file: Path) -> set[str]:
    """What a template or a module says, as its author wrote it."""
    method = "python" if file.suffix == ".py" else "jinja2"
    found = extract_from_file(method, str(file), keywords=KEYWORDS)
    return {text for _line, text, *_ in found if isinstance(text, str)}


@pytest.fixture(scope="module")
def on_the_pages() -> set[str]:
    """Every message that stands somewhere else than in the help."""
    files = [*TEMPLATES.rglob("*.html"), *PACKAGE.rglob("*.py")]
    return {text for file in files if not is_help(file) for text in messages_of(file)}


def named_in(app: Flask, template: str) -> Iterator[str]:
    """The messages that a help page gives to `press`."""
    source = (TEMPLATES / template).read_text()
    for call in app.jinja_env.parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "press":
            (message,) = (each.value for each in call.args[0].find_all(nodes.Const))
            yield message


@pytest.mark.parametrize("part", PAGES)
def test_whatever_the_help_names_stands_on_a_page(app: Flask, on_the_pages: set[str], part: str) -> None:
    named = set(named_in(app, PAGES[part])) - set(titles(app))
    assert named
    assert named - on_the_pages == set()


def titles(app: Flask) -> list[str]:
    """The help pages' own: one leads to the next."""
    return [text for text in messages_of(TEMPLATES / "home/help.html") if "au fil de la saison" in text]


@pytest.mark.parametrize("part", PAGES)
def test_the_help_names_nothing_by_hand(part: str) -> None:
    quoted = [text for text in messages_of(TEMPLATES / PAGES[part]) if "«" in text and "Rencontre du club" not in text]
    assert quoted == []


@pytest.mark.parametrize(
    ("name", "part"),
    [("claire", "facilitator"), ("hugo", "member"), ("marc", "member"), ("odile", "office"), ("stranger", "member")],
)
def test_the_foot_of_each_page_leads_to_ones_own_part(
    client: FlaskClient, club: Cast, visit: Visit, name: str, part: str
) -> None:
    assert f'<a href="/help/{part}">Besoin d’aide' in visit(client, name).get("/people/me").text
    assert [client.get(f"/help/{each}").status_code for each in (*PAGES, "nothing")] == [200, 200, 200, 200, 404]


def test_one_reads_whom_to_call(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.get_one(Person, club.claire).mobile = "+33699000001"
    db.session.commit()
    claire_at = 'href="tel:+33699000001"'
    for name, part in (("marc", "member"), ("odile", "office"), ("claire", "member")):  # she prints it for them
        assert claire_at in visit(client, name).get(f"/help/{part}").text
    assert claire_at not in client.get("/help/facilitator").text
    assert claire_at not in visit(client, "stranger").get("/help/member").text


def test_each_part_prints_on_one_sheet(page: Page, club: Cast, runner: FlaskCliRunner) -> None:
    let_in(page, runner, "claire")
    for part in PAGES:
        page.goto(f"/help/{part}")
        sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
        assert len(sheets) == 1, part
