"""Every kind of page that links lead to: for axe, for the Nu checker, on a small screen, in the dark."""

from collections import Counter, deque
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from lxml import html
from playwright.sync_api import Browser, Page

from bourse.board.gather import IdeaKind
from bourse.board.models import set_up_board
from bourse.clock import now
from bourse.db import db
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Meeting
from bourse.people.models import Language, Person
from tests.browser.coming_in import let_in
from tests.browser.visitor import PATIENCE, SIDEWAYS, watch
from tests.cast import Visit
from tests.ladders.checkers import axe_source, nu_check
from tests.planning.season import a_poll

PEOPLE = ("claire", "hugo", "marc", "odile")
ENOUGH = 3  # pages of one endpoint, for one person
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["cat.color"]  # all that the dark changes
RUN_AXE = "rules => axe.run({runOnly: rules}).then(results => results.violations)"
Look = tuple[int, Literal["light", "dark"], list[str]]
LOOKS: tuple[Look, ...] = ((320, "light", RULES), (320, "dark", COLOURS), (1280, "light", RULES))

Pages = dict[str, str]  # path: HTML


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.fixture
def demo(app: Flask, runner: FlaskCliRunner) -> Flask:
    """The fictional cluster, its next meeting's board while people write, and a question about another day for it."""
    runner.invoke(args=["demo"], catch_exceptions=False)
    board = set_up_board(next_meeting())
    board.open_writing()
    marc = db.session.scalars(db.select(Person).filter_by(email="marc@bourse.example")).one()
    a_poll(next_meeting())
    board.jot(marc, "Filmer ses réglages, poste par poste", IdeaKind.idea, "a card")
    db.session.commit()
    return app


def next_meeting() -> Meeting:
    coming = db.select(Meeting).where(Meeting.starts_at > now(), Meeting.released_at.is_not(None))
    return db.session.scalars(coming.order_by(Meeting.starts_at)).first()  # type: ignore[return-value]


def let_speak(name: str, language: str) -> None:
    person = db.session.scalars(db.select(Person).filter_by(email=f"{name}@bourse.example")).one()
    person.language = Language(language)
    db.session.commit()


# Finding pages


def found_by_links(app: Flask, client: FlaskClient, start: str = "/") -> Pages:
    """The pages that links lead to, from `start`, nearest first; `ENOUGH` of each endpoint."""
    waiting, known, endpoints, pages = deque([start]), {start}, Counter[str](), Pages()
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if endpoints[endpoint] == ENOUGH:
            continue
        answer = client.get(path)
        if answer.status_code == 302:
            links = [answer.location]
        elif answer.mimetype == "text/html":
            endpoints[endpoint] += 1
            pages[path] = answer.text
            links = html.fromstring(answer.text).xpath("//a/@href")
        new = [each for each in inner_paths(path, links) if each not in known]
        known.update(new)
        waiting.extend(dict.fromkeys(new))
    return pages


def endpoint_of(app: Flask, path: str) -> str:
    endpoint, _values = app.url_map.bind("").match(urlsplit(path).path)
    return str(endpoint)


def inner_paths(base: str, links: list[str]) -> Iterator[str]:
    """The paths, with their queries, of the links that stay in the house."""
    for link in links:
        there = urlsplit(urljoin(base, link))
        if there.scheme in ("", "http") and not there.path.startswith("/static"):
            yield there._replace(scheme="", netloc="", fragment="").geturl()


# Looking at pages


def faults_of(page: Page, path: str) -> Iterator[str]:
    """What axe finds, and whether the page scrolls sideways, in each of the looks."""
    page.set_viewport_size({"width": LOOKS[0][0], "height": 800})
    page.goto(path)
    page.evaluate(axe_source())
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        if sideways := page.evaluate(SIDEWAYS):
            yield f"{path} at {width} px: {sideways} px too wide"
        for rule in page.evaluate(RUN_AXE, rules):
            for one in rule["nodes"]:
                yield f"{path} at {width} px, {scheme}: {rule['id']}: {one['html'][:200]} {one['failureSummary']}"


@pytest.fixture
def window(browser: Browser, live: str) -> Iterator[Page]:
    context = browser.new_context(base_url=live, locale="fr-FR", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_is_good_to_everybody(
    demo: Flask, runner: FlaskCliRunner, visit: Visit, window: Page, live: str, name: str
) -> None:
    pages = found_by_links(demo, visit(demo.test_client(), name))
    let_in(window, runner, name)
    said = watch(window, live)
    faults = [fault for path in pages for fault in faults_of(window, path)]
    assert len(pages) > 5
    assert not faults + said, "\n".join(faults + said)


def doorsteps(runner: FlaskCliRunner) -> list[str]:
    """Pages for those who are not signed in, and those that a phone keeps."""
    way_in = runner.invoke(args=["link", "marc@bourse.example"]).output.strip()
    kept = ["/offline/fr", "/problems/offline/fr?step=problem", "/problems/offline/fr?step=share"]
    return ["/people/sign-in", "/people/sign-in/code", way_in, answer_url(next_meeting().invited[0]), *kept]


REFUSALS = ["/people/sign-in/no-longer-good", "/meetings/answers/no-longer-good", "/nothing-here"]


def test_the_doorstep_is_good_to_everybody(demo: Flask, runner: FlaskCliRunner, window: Page, live: str) -> None:
    said = watch(window, live)
    faults = [fault for path in doorsteps(runner) for fault in faults_of(window, path)]
    assert not faults + said, "\n".join(faults + said)


def test_a_refusal_is_good_to_everybody(demo: Flask, window: Page) -> None:
    faults = [fault for path in REFUSALS for fault in faults_of(window, path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_html_as_written_down(demo: Flask, runner: FlaskCliRunner, visit: Visit, language: str) -> None:
    pages: list[tuple[str, str]] = []
    for name in PEOPLE:
        let_speak(name, language)
        found = found_by_links(demo, visit(demo.test_client(), name))
        pages += [(f"{name} {path}", text) for path, text in found.items()]
    stranger = demo.test_client()
    for path in [*doorsteps(runner), *REFUSALS]:
        pages.append((path, stranger.get(path, headers={"Accept-Language": language}).text))
    faults = nu_check(pages)
    assert not faults, "\n".join(faults)
