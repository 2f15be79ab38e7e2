"""How heavy and how steady the pages are on a phone with a poor network."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.coming_in import let_in
from tests.conftest import ON_A_PHONE
from tests.ladders import Missing
from tests.ladders.checkers import lighthouse_scores

FIRST_VISIT, LATER = 80_000, 20_000  # bytes on the wire, headers included
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifts.push(entry.value)))
  .observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.fixture
def window(app: Flask, live: str, browser: Browser, runner: FlaskCliRunner) -> Iterator[BrowserContext]:
    """A phone of hugo's, who hosts next; it has been to the site, but its cache is empty again."""
    runner.invoke(args=["demo"], catch_exceptions=False)
    before = browser.new_context(base_url=live, **ON_A_PHONE)
    home = before.new_page()
    let_in(home, runner, "hugo")
    while not home.evaluate("localStorage.getItem('person')"):  # until the phone knows who came in
        home.wait_for_timeout(50)
    context = browser.new_context(base_url=live, storage_state=before.storage_state(), **ON_A_PHONE)
    yield context
    before.close()
    context.close()


def weighed(page: Page, path: str) -> int:
    """How many bytes arrive for a page and all that it loads."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    wire.detach()
    return int(sum(sizes))


def shift_of(page: Page) -> float:
    return float(page.evaluate("() => new Promise(done => setTimeout(() => done(Math.max(0, ...window.shifts)), 300))"))


def pages_of_hugo(page: Page) -> list[str]:
    """His home, the next meeting, his problem."""
    page.goto("/")
    href = page.get_by_role("link", name="Voir qui vient").get_attribute("href")
    assert href
    return ["/", href, f"/problems/{href.rpartition('/')[2]}/write"]


def test_pages_are_light_and_nothing_jumps(window: BrowserContext, browser: Browser) -> None:
    page = window.new_page()
    page.add_init_script(WATCH_SHIFTS)
    first = weighed(page, "/")
    assert first <= FIRST_VISIT
    for path in pages_of_hugo(page):
        assert (weight := weighed(page, path)) <= LATER, (path, weight)
        assert shift_of(page) == 0, path


def scores_of(url: str, cookie: str) -> dict[str, float]:
    """Once more where the browser's recording failed to start, as it does now and then."""
    try:
        return lighthouse_scores(url, cookie)
    except Missing:
        return lighthouse_scores(url, cookie)


def test_a_middling_phone_on_a_slow_network_is_served_well(window: BrowserContext, live: str) -> None:
    page = window.new_page()
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in window.cookies())
    for path in pages_of_hugo(page):
        scores = scores_of(live + path, cookie)
        assert scores["performance"] >= 90, path
        assert (scores["accessibility"], scores["best-practices"]) == (100, 100), path
