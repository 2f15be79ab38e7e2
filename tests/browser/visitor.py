"""A person at a browser: presses what people press, by the words on the page, and notices what is wrong with it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

from flask_babel import force_locale
from playwright.sync_api import Browser, Locator, Page, expect

from bourse.words import _, _n

PATIENCE = 15_000  # milliseconds
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Glass:
    """What somebody looks through: a screen, and the language the browser asks for."""

    name: str
    language: str
    context: dict[str, Any]


PHONE = Glass(
    "phone-fr",
    "fr",
    {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR", "has_touch": True, "is_mobile": True},
)
LAPTOP = Glass("laptop-en", "en", {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"})


def watch(page: Page, home: str) -> list[str]:
    """The list that grows with what the console complains of and with every request to another host than `home`."""
    faults: list[str] = []
    page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", lambda asked: faults.append(f"elsewhere: {asked.url}") if not stays(asked.url, home) else None)
    return faults


def stays(url: str, home: str) -> bool:
    return url.startswith((home, "data:", "blob:", "about:"))


@dataclass
class Visitor:
    """Somebody at a browser of their own. Words are given in French and looked for in the page's language."""

    name: str
    glass: Glass
    page: Page
    faults: list[str]
    steps: Iterator[int] = field(default_factory=lambda: count(1))
    acts: int = 0  # taps, fields filled, boxes ticked

    @classmethod
    @contextmanager
    def at(cls, browser: Browser, home: str, name: str, glass: Glass) -> Iterator[Self]:
        """A visitor with a fresh browser; at the end, none of the pages may have shown a fault."""
        context = browser.new_context(base_url=home, **glass.context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        visitor = cls(name, glass, page, watch(page, home))
        yield visitor
        context.close()
        assert visitor.faults == [], name

    def say(self, message: str, **values: object) -> str:
        """The message as this visitor's pages show it."""
        with force_locale(self.glass.language):
            return _(message, **values)

    def say_count(self, one: str, many: str, n: int, **values: object) -> str:
        with force_locale(self.glass.language):
            return _n(one, many, n, **values)

    @contextmanager
    def within(self, most: int) -> Iterator[None]:
        """What is done inside takes at most so many acts of the hand."""
        before = self.acts
        yield
        assert self.acts - before <= most, f"{self.name} had to act {self.acts - before} times"

    # What one does

    def open(self, url: str) -> None:
        """Opens the first address, or a link from a letter."""
        self.acts += 1
        self.page.goto(url)
        self.look()

    def follow(self, words: str, within: Locator | None = None, **values: object) -> None:
        """Follows the link that says, among other things, these words."""
        self._leave_by((within or self.page.get_by_role("main")).get_by_role("link", name=self.say(words, **values)))

    def go(self, place: str) -> None:
        """Goes to a place of the main navigation."""
        self._leave_by(self.page.get_by_role("navigation").get_by_role("link", name=self.say(place), exact=True))

    def press(self, words: str, within: Locator | None = None, **values: object) -> None:
        """Presses the button of that name, which leads to the next page."""
        self._leave_by(self.button(words, within, **values))

    def confirm(self, words: str) -> None:
        """Presses a button that asks back, and says yes."""
        self.acts += 1
        self.button(words).click()
        self.press(words, self.page.get_by_role("dialog"))

    def button(self, words: str, within: Locator | None = None, **values: object) -> Locator:
        return (within or self.page).get_by_role("button", name=self.say(words, **values), exact=True)

    def write(self, label: str, text: str) -> None:
        self.acts += 1
        self.labelled(label).fill(text)

    def bring(self, label: str, file: Path) -> None:
        """Chooses a file."""
        self.acts += 1
        self.labelled(label).set_input_files(file)

    def choose(self, label: str, option: str) -> None:
        self.acts += 1
        self.labelled(label).select_option(label=option)

    def tick(self, label: str) -> None:
        """Ticks a box or picks one of several."""
        self.acts += 1
        self.page.get_by_label(re.compile(re.escape(self.say(label)))).check()

    def labelled(self, label: str) -> Locator:
        return self.page.get_by_label(self.say(label), exact=True)

    def _leave_by(self, control: Locator) -> None:
        self.acts += 1
        with self.page.expect_navigation():
            control.click()
        self.look()

    # What one sees

    def sees(self, words: str, **values: object) -> None:
        self.reads(self.say(words, **values))

    def reads(self, text: str) -> None:
        """Reads that very text, in whatever language somebody wrote it."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def reads_nothing_of(self, text: str) -> None:
        assert text not in self.page.content()

    def look(self) -> None:
        """Takes the page in: it speaks the visitor's language and does not scroll sideways."""
        page = self.page
        page.wait_for_load_state()
        if (sideways := page.evaluate(SIDEWAYS)) > 0:
            self.faults.append(f"{page.title()}: {sideways} px too wide")
        self.photograph()
        assert self.faults == [], f"{self.name} at {page.url}"

    def photograph(self) -> None:
        if folder := os.environ.get("BOURSE_SHOTS"):
            title = re.sub(r"\W+", "-", self.page.title())[:60]
            file = Path(folder, self.glass.name, f"{self.name}-{next(self.steps):02}-{title}.png")
            self.page.screenshot(path=file, full_page=True)
