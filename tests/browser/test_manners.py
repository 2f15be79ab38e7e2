"""The pages without a script and without a mouse, and the letters on a small screen."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from bourse.board.models import set_up_board
from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting, Presence
from bourse.people.enter import Secrets
from bourse.people.letters import new_device, way_in
from bourse.people.models import Person
from tests.browser.coming_in import Carry, carry_letters, comes_in, link_in, plain
from tests.browser.visitor import LAPTOP, PHONE, SIDEWAYS, Glass, Visitor, watch
from tests.cast import HOSTS_COMPANY, Cast, invitation_of
from tests.mail_server import MailServer

FRENCH_LAPTOP = Glass("keyboard-fr", "fr", LAPTOP.context | {"locale": "fr-FR"})
NO_SCRIPT = Glass("no-script-fr", "fr", PHONE.context | {"java_script_enabled": False})
MOST_STOPS = 60
WHERE_AM_I = """() => {
  const here = document.activeElement;
  const shown = [here, here.closest("label")].filter(Boolean).map((each) => getComputedStyle(each));
  return {
    name: (here.getAttribute("aria-label") ?? here.labels?.[0]?.innerText ?? here.innerText ?? "").trim(),
    shows: shown.some((look) => look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2),
  };
}"""


@pytest.fixture
def database_url(fresh_sqlite: str) -> str:
    return fresh_sqlite


@pytest.fixture
def carry(app: Flask, smtp: MailServer, club: Cast) -> Carry:
    """Carries letters; those about the club's meeting have arrived already."""
    carry_letters(app, smtp)
    return partial(carry_letters, app, smtp)


# Without a script


def test_without_a_script_a_member_comes_in_answers_and_reads(
    browser: Browser, live: str, club: Cast, carry: Carry
) -> None:
    with Visitor.at(browser, live, "nadia", NO_SCRIPT) as nadia:
        comes_in(nadia, club.address("nadia"), carry)
        nadia.press("Oui")
        nadia.go("Rencontres")
        nadia.follow(HOSTS_COMPANY)
        nadia.reads("Chaussures de sécurité")
    assert invitation_of(club.meeting, club.nadia).answer is Answer.accepted


def test_without_a_script_an_invitation_is_answered_from_its_letter(
    browser: Browser, live: str, club: Cast, carry: Carry, smtp: MailServer
) -> None:
    (letter,) = (each.message for each in smtp.received if each.recipients == [club.address("nadia")])
    with Visitor.at(browser, live, "nadia", NO_SCRIPT) as nadia:
        nadia.open(link_in(plain(letter).partition("Non :")[2]))
        nadia.press("Confirmer ma réponse")
    assert invitation_of(club.meeting, club.nadia).answer is Answer.declined


def test_without_a_script_the_host_writes_his_problem(browser: Browser, live: str, club: Cast, carry: Carry) -> None:
    with Visitor.at(browser, live, "hugo", NO_SCRIPT) as hugo:
        comes_in(hugo, club.address("hugo"), carry)
        hugo.follow("Écrire votre problème")
        hugo.write("D'où partez-vous ?", "Trente-huit personnes.")
        hugo.press("Continuer")
        hugo.write("Quel est votre problème, en une phrase ?", "Comment garder un savoir-faire ?")
        hugo.press("Finir plus tard")
        hugo.go("Accueil")
        hugo.follow("Reprendre votre problème")
    problem = db.session.get_one(Meeting, club.meeting).problem
    assert (problem.context, problem.question) == ("Trente-huit personnes.", "Comment garder un savoir-faire ?")


def test_without_a_script_a_card_is_written(browser: Browser, live: str, club: Cast, carry: Carry) -> None:
    set_up_board(db.session.get_one(Meeting, club.meeting)).open_writing()
    db.session.commit()
    with Visitor.at(browser, live, "marc", NO_SCRIPT) as marc:
        comes_in(marc, club.address("marc"), carry)
        marc.follow("Écrire vos cartes")
        marc.write("Votre carte", "Un tuilage de six mois")
        marc.press("Ajouter cette carte")
        marc.reads("Un tuilage de six mois")


def test_without_a_script_the_outcome_is_written_and_told(
    browser: Browser, live: str, club: Cast, carry: Carry
) -> None:
    the_day_is_over(club)
    with Visitor.at(browser, live, "hugo", NO_SCRIPT) as hugo:
        comes_in(hugo, club.address("hugo"), carry)
        hugo.go("Suites")
        hugo.follow(HOSTS_COMPANY)
        hugo.follow("Écrire la synthèse")
        hugo.write("Votre synthèse", "Nous filmons les réglages.")
        hugo.press("Enregistrer")
        hugo.write("Quoi ?", "Filmer la Tornos 12")
        hugo.press("Noter cet engagement")
        hugo.follow("Clore la rencontre")
        hugo.press("Clore la rencontre")
    with Visitor.at(browser, live, "marc", NO_SCRIPT) as marc:
        comes_in(marc, club.address("marc"), carry)
        marc.go("Suites")
        marc.follow(HOSTS_COMPANY)
        marc.reads("Nous filmons les réglages.")
        marc.reads("Filmer la Tornos 12")


def the_day_is_over(club: Cast) -> None:
    """The meeting was yesterday, and marc was there."""
    meeting = db.session.get_one(Meeting, club.meeting)
    invitation_of(club.meeting, club.marc).presence = Presence.present
    meeting.starts_at -= timedelta(days=11)
    meeting.ends_at -= timedelta(days=11)
    db.session.commit()


# Without a mouse


def test_the_keyboard_is_enough_to_come_in_and_to_answer(browser: Browser, live: str, club: Cast, carry: Carry) -> None:
    with Visitor.at(browser, live, "nadia", FRENCH_LAPTOP) as nadia:
        nadia.open("/")
        tabs_to(nadia.page, "Votre adresse e-mail")
        nadia.page.keyboard.type(club.address("nadia"))
        enters(nadia)
        (letter,) = carry()
        nadia.open(link_in(plain(letter)))
        tabs_to(nadia.page, "Entrer dans le club")
        enters(nadia)
        tabs_to(nadia.page, "Oui")
        enters(nadia)
        expect(nadia.page.get_by_role("main")).to_contain_text("Vous venez")
    assert invitation_of(club.meeting, club.nadia).answer is Answer.accepted


def test_the_keyboard_is_enough_to_write_a_problem(browser: Browser, live: str, club: Cast, carry: Carry) -> None:
    with Visitor.at(browser, live, "hugo", FRENCH_LAPTOP) as hugo:
        comes_in(hugo, club.address("hugo"), carry)
        tabs_to(hugo.page, "Écrire votre problème")
        enters(hugo)
        types(hugo, "D'où partez-vous ?", "Trente-huit personnes.")
        tabs_to(hugo.page, "Continuer")
        enters(hugo)
        types(hugo, "Quel est votre problème, en une phrase ?", "Comment garder un savoir-faire ?")
        tabs_to(hugo.page, "Finir plus tard")
        enters(hugo)
    problem = db.session.get_one(Meeting, club.meeting).problem
    assert (problem.context, problem.question) == ("Trente-huit personnes.", "Comment garder un savoir-faire ?")


def test_the_keyboard_is_enough_to_keep_an_outcome(browser: Browser, live: str, club: Cast, carry: Carry) -> None:
    the_day_is_over(club)
    with Visitor.at(browser, live, "hugo", FRENCH_LAPTOP) as hugo:
        comes_in(hugo, club.address("hugo"), carry)
        hugo.open(f"/outcomes/{club.meeting}")
        tabs_to(hugo.page, hugo.say("Écrire la synthèse"))
        enters(hugo)
        types(hugo, "Votre synthèse", "Nous filmons les réglages.")
        tabs_to(hugo.page, "Enregistrer")
        enters(hugo)
        types(hugo, "Quoi ?", "Filmer la Tornos 12")
        tabs_to(hugo.page, "Noter cet engagement")
        enters(hugo)
        hugo.reads("Nous filmons les réglages.")
        hugo.reads("Filmer la Tornos 12")


def types(who: Visitor, label: str, text: str) -> None:
    tabs_to(who.page, who.say(label))
    who.page.keyboard.type(text)


def tabs_to(page: Page, name: str) -> None:
    """Presses Tab until something whose name begins so has the focus; every stop on the way shows that it has it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(WHERE_AM_I)
        assert stop["shows"], f"no focus to be seen on “{stop['name']}”"
        if stop["name"].startswith(name):
            return
    raise AssertionError(f"no way to “{name}” by keyboard")


def enters(who: Visitor) -> None:
    with who.page.expect_navigation():
        who.page.keyboard.press("Enter")
    who.look()


# Letters


def test_no_letter_scrolls_sideways_on_a_phone(app: Flask, browser: Browser, club: Cast) -> None:
    faults = []
    for name, text in letters_of(club).items():
        page = browser.new_page(**PHONE.context)
        asked = watch(page, "about:")
        page.set_content(text)
        faults += [f"{name}: {fault}" for fault in asked]
        faults += [f"{name}: {page.evaluate(SIDEWAYS)} px too wide"] * (page.evaluate(SIDEWAYS) > 0)
        page.close()
    assert faults == []


def letters_of(club: Cast) -> dict[str, str]:
    """The HTML of each kind of letter, by its kind."""
    nadia = db.session.get_one(Person, club.nadia)
    letters = {"way_in": way_in(nadia, Secrets("t" * 43, "ABCD2345")), "new_device": new_device(nadia, "Firefox " * 9)}
    meeting = db.session.get_one(Meeting, club.meeting)
    for act in (
        lambda: None,
        lambda: meeting.move(meeting.starts_at - timedelta(hours=1), meeting.ends_at),
        meeting.cancel,
    ):
        act()
        write_calendar_letters(now())
        db.session.execute(db.update(Letter).values(state=LetterState.sent))  # what waits would be taken back
        db.session.expire_all()
    letters |= {each.kind: each.parts for each in db.session.scalars(db.select(Letter))}
    assert letters.keys() == {"way_in", "new_device", "invitation", "new_date", "cancelled"}
    return {kind: parts.html for kind, parts in letters.items()}
