"""One picture of each screen, on a phone and on a laptop: a broken layout is noticed, a changed word is not.

After a change that is meant, `pytest tests/browser/test_pictures.py --draw-pictures` takes them anew; look at them.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import BaseWSGIServer

from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.settings import Settings
from tests.browser.coming_in import let_in
from tests.conftest import settings_for

PICTURES = Path(__file__).parent / "pictures"
SEEN = Path(".cache/pictures")
WIDTHS = (390, 1280)
SCALE = 4  # a picture is kept so many times smaller, in sixteen greys: words blur, blocks stay
TALLER, DIFFERENT, SPREAD = 0.04, 40, 0.02  # share of the height; grey levels of 255; share of the surface
REHEARSED = datetime.fromisoformat("2027-03-02T09:00+01:00")

Screen = tuple[str, str, Callable[[Page], object]]  # its name, who looks, how one gets there


def at(path: str) -> Callable[[Page], object]:
    return lambda page: page.goto(path)


def by_link(start: str, *names: str) -> Callable[[Page], object]:
    """From `start` along the links of these names."""

    def go(page: Page) -> None:
        page.goto(start)
        for name in names:
            page.get_by_role("main").get_by_role("link", name=name).first.click()
            page.wait_for_load_state()

    return go


def asks_for_a_link(page: Page) -> None:
    page.goto("/people/sign-in")
    page.get_by_label("Votre adresse e-mail").fill("marc@bourse.example")
    page.get_by_role("button", name="Recevoir mon lien").click()


def hands_in_nothing(page: Page) -> None:
    by_link("/", "votre problème")(page)
    page.goto(f"{page.url.partition('?')[0]}?step=problem")
    page.get_by_role("textbox").first.fill("x" * 190)
    page.locator("#question").evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_role("textbox").first.fill("x" * 201)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_load_state()


def reads_an_invitation(page: Page) -> None:
    letter = db.session.scalars(db.select(Letter).filter_by(kind="invitation").order_by(Letter.id)).first()
    assert letter
    page.set_content(letter.html)


SCREENS: list[Screen] = [
    ("11-signin", "", at("/people/sign-in")),
    ("11b-signin-sent", "", asks_for_a_link),
    ("01-home", "marc", at("/")),
    ("01-home-host", "hugo", at("/")),
    ("01-home-office", "odile", at("/")),
    ("01-home-desk", "claire", at("/")),
    ("02-meeting", "marc", by_link("/", "Voir la rencontre")),
    ("02-meeting-host", "hugo", by_link("/", "Voir qui vient")),
    ("02-meetings", "marc", at("/meetings/")),
    ("02-meeting-plan", "claire", at("/meetings/clubs/club-bourse/plan")),
    ("03-problem", "hugo", by_link("/", "votre problème")),
    ("03b-problem-errors", "hugo", hands_in_nothing),
    ("08-outcome", "marc", by_link("/outcomes/", "Épicéa Usinage")),
    ("09-club", "claire", at("/overview/club-bourse")),
    ("09-directory", "marc", at("/clubs/club-bourse")),
    ("09-company", "marc", by_link("/clubs/club-bourse", "Décolletage Bouquetin")),
    ("09-member", "marc", by_link("/clubs/club-bourse", "Hugo Pralong")),
    ("09-links", "marc", by_link("/clubs/club-bourse", "Ateliers Gentiane", "Liens avec d")),
    ("09-charter", "marc", at("/clubs/club-bourse/charter")),
    ("09-list", "claire", at("/clubs/club-bourse/import")),
    ("10-invitation", "", reads_an_invitation),
    ("help", "marc", at("/help/member")),
    ("me", "marc", at("/people/me")),
    ("me-calendar", "marc", at("/feed/")),
]


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.fixture
def settings(database_url: str, tmp_path: Path, listening: BaseWSGIServer) -> Settings:
    """It is always the same day."""
    plain = settings_for(database_url, tmp_path, base_url=f"http://127.0.0.1:{listening.port}")
    return replace(plain, clock=REHEARSED)


@pytest.fixture
def demo(app: Flask, runner: FlaskCliRunner) -> Flask:
    for command in ("demo", "worker --once"):
        runner.invoke(args=command.split(), catch_exceptions=False)
    return app


@pytest.fixture
def sits_down(demo: Flask, live: str, browser: Browser, runner: FlaskCliRunner) -> Iterator[Callable[[str], Page]]:
    """A page of somebody's own browser, kept for all that he looks at."""
    contexts: dict[str, BrowserContext] = {}

    def page_of(name: str) -> Page:
        if name not in contexts:
            contexts[name] = browser.new_context(base_url=live, locale="fr-FR", reduced_motion="reduce")
            page = contexts[name].new_page()
            if name:
                let_in(page, runner, name)
        return contexts[name].pages[0]

    yield page_of
    for context in contexts.values():
        context.close()


def test_each_screen_looks_as_it_was_drawn(sits_down: Callable[[str], Page], request: pytest.FixtureRequest) -> None:
    draws = request.config.getoption("--draw-pictures")
    faults = []
    for name, who, go in SCREENS:
        page = sits_down(who)
        go(page)
        for width in WIDTHS:
            taken, kept = picture_of(page, width), PICTURES / f"{name}-{width}.png"
            if draws:
                keep(taken, kept)
            elif fault := difference(taken, kept):
                keep(taken, SEEN / kept.name)
                faults.append(f"{kept.name}: {fault}; as it looks now: {SEEN / kept.name}")
    assert not faults, "\n".join(faults)


def picture_of(page: Page, width: int) -> Image.Image:
    page.set_viewport_size({"width": width, "height": 844})
    page.evaluate("document.fonts.ready")
    image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
    return image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.BOX)


def keep(image: Image.Image, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(16).save(file, optimize=True)


def difference(taken: Image.Image, file: Path) -> str:
    """What is wrong with a picture beside the one that is kept; nothing: ""."""
    if not file.exists():
        return "no picture is kept: --draw-pictures"
    kept = Image.open(file).convert("L")
    if taken.width != kept.width or abs(taken.height - kept.height) > TALLER * kept.height:
        return f"{taken.size} instead of {kept.size}"
    common = (0, 0, kept.width, min(taken.height, kept.height))
    blurred = [each.crop(common).filter(ImageFilter.BoxBlur(3)) for each in (taken, kept)]
    histogram = ImageChops.difference(*blurred).histogram()
    share = sum(histogram[DIFFERENT:]) / sum(histogram)
    return f"{share:.1%} of it looks different" if share > SPREAD else ""


def test_a_broken_layout_is_noticed(sits_down: Callable[[str], Page]) -> None:
    """Whatever `difference` forgives, a page without its styles is not forgiven."""
    page = sits_down("marc")
    page.goto("/")
    page.evaluate("[...document.styleSheets].forEach((sheet) => (sheet.disabled = true))")
    assert difference(picture_of(page, 390), PICTURES / "01-home-390.png")


def test_a_changed_word_is_forgiven(sits_down: Callable[[str], Page]) -> None:
    page = sits_down("marc")
    page.goto("/")
    page.locator("h2").first.evaluate("title => (title.textContent = 'Autre chose')")
    assert not difference(picture_of(page, 390), PICTURES / "01-home-390.png")
