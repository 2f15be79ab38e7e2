"""How people come in: by the letter that they ask for, or by a link printed on the house's own terminal."""

import re
from collections.abc import Callable
from email.message import EmailMessage

from flask import Flask
from flask.testing import FlaskCliRunner
from playwright.sync_api import Page

from bourse.mailroom.worker import Worker
from tests.browser.visitor import Visitor
from tests.mail_server import MailServer

Carry = Callable[[], list[EmailMessage]]


def carry_letters(app: Flask, smtp: MailServer) -> list[EmailMessage]:
    """The worker writes what is due and carries it; returns what arrived."""
    before = len(smtp.received)
    Worker("Club Bourse <club@bourse.example>", lambda: smtp.url, app.config["WRITE_DUE"]).run(once=True)
    return [each.message for each in smtp.received[before:]]


def plain(letter: EmailMessage) -> str:
    """What the letter says to who reads it as text, with plain spaces."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\xa0", " ")


def link_in(text: str) -> str:
    return re.findall(r"https?://\S+", text)[0]


def comes_in(who: Visitor, address: str, carry: Carry, how: Callable[[Visitor, str], None] | None = None) -> None:
    """Asks for a way in and takes it from the letter: the link, or as `how` does."""
    who.open("/")
    who.write("Votre adresse e-mail", address)
    who.press("Recevoir mon lien")
    (letter,) = [each for each in carry() if each.get_content_type() == "multipart/alternative"]  # no calendar's
    assert letter["To"].addresses[0].addr_spec == address
    (how or opens_the_link)(who, plain(letter))


def opens_the_link(who: Visitor, letter: str) -> None:
    who.open(link_in(letter))
    who.press("Entrer dans le club")


def copies_the_code(who: Visitor, letter: str) -> None:
    (code,) = re.findall(r"\b[A-Z0-9]{4} [A-Z0-9]{4}\b", letter)
    who.write("Ou recopiez le code reçu", code.lower())
    who.press("Entrer")


def let_in(page: Page, runner: FlaskCliRunner, name: str) -> None:
    """Signs a page in without a letter."""
    page.goto(runner.invoke(args=["link", f"{name}@bourse.example"]).output.strip())
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url("/")
