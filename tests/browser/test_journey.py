"""The whole main job, from a spreadsheet of members to the outcome of a meeting, by those whose job it is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pytest
from flask import Flask
from playwright.sync_api import Browser

from bourse import clock
from bourse.clubs.models import Role
from bourse.db import db
from bourse.words import day
from tests.browser import coming_in
from tests.browser.coming_in import carry_letters, copies_the_code, link_in, opens_the_link, plain
from tests.browser.visitor import LAPTOP, PHONE, Glass, Visitor
from tests.cast import ZONE, a_club, a_member, a_person
from tests.mail_server import MailServer

MEMBERS = Path(__file__).parent.parent / "clubs/lists/membres.xlsx"
CLAIRE, HELENE = "claire@bourse.example", "helene.pralong@bouquetin.example"
MARC, SOPHIE = "marc.duvernet@gentiane.example", "sophie.berangier@arolle.example"
ANNE_LAURE = "al.grandjoux@tetras.example"
HOST, KARIM = "Hélène Pralong", "Karim Belhadri"
COMPANY = "Décolletage Bouquetin"
QUESTION = "Comment garder le savoir-faire de mon chef d’atelier, qui part dans un an ?"
MARCS_CARD = "Filmer ses réglages, poste par poste"
SOPHIES_CARD = "Un tuilage à mi-temps de six mois"
KARIMS_CARD = "Un confrère retraité qui forme sur machine"
SYNTHESIS = "Je filme les réglages dès lundi, et le tuilage commence en janvier."
PROMISE = "Quand je reçois son dossier de départ, alors j’ouvre le poste de second."
MARCS_PROMISE = "Quand Hélène m’appelle, alors je lui présente notre formateur."


@dataclass
class Walk:
    """The club's people at their browsers, the mail between them, and the day of their meeting."""

    app: Flask
    browser: Browser
    home: str
    smtp: MailServer
    glass: Glass
    day: date
    open_browsers: ExitStack = field(default_factory=ExitStack)

    def sit_down(self, name: str) -> Visitor:
        return self.open_browsers.enter_context(Visitor.at(self.browser, self.home, name, self.glass))

    def carry_letters(self) -> list[EmailMessage]:
        return carry_letters(self.app, self.smtp)

    def at(self, hour: int) -> datetime:
        return clock.instant(self.day, time(hour), ZONE)


@pytest.fixture
def walk(app: Flask, browser: Browser, live: str, smtp: MailServer, glass: Glass) -> Iterator[Walk]:
    """A club in which there is nobody but claire."""
    app.config["WTF_CSRF_ENABLED"] = True
    a_member(a_club(), a_person("claire"), None, Role.facilitator)
    db.session.commit()
    walk = Walk(app, browser, live, smtp, glass, clock.club_time(clock.now(), ZONE).date() + timedelta(days=20))
    try:
        with walk.open_browsers:
            yield walk
    finally:
        clock.start(None)


@pytest.mark.parametrize(
    ("database_url", "glass"), [("sqlite", PHONE), ("postgresql", LAPTOP)], indirect=["database_url"], ids=["fr", "en"]
)
def test_a_club_helps_one_of_its_members(walk: Walk) -> None:
    claire, helene, marc, sophie = (walk.sit_down(name) for name in ("claire", "helene", "marc", "sophie"))

    comes_in(claire, CLAIRE, walk)
    brings_the_list(claire)
    describes_the_site(claire)
    with claire.within(12):
        plans_the_meeting(claire, walk.day)
        releases_it(claire)
    arrived = walk.carry_letters()
    invitations = {mail["To"].addresses[0].addr_spec: mail for mail in arrived}
    assert len(arrived) == len(invitations) == 13
    each_stands_in_one_calendar(invitations)
    accepts(marc, invitations[MARC], walk.at(14))
    accepts(sophie, invitations[SOPHIE], walk.at(14))
    declines(walk.sit_down("anne-laure"), invitations[ANNE_LAURE], walk.at(14))
    hears_by_telephone(claire, KARIM)
    clock.start(clock.now() + timedelta(minutes=2))
    each_calendar_shows_the_answer(walk.carry_letters())

    comes_in(helene, HELENE, walk, copies_the_code)
    begins_her_problem(helene)
    hands_it_in(helene)
    approves_it(claire)

    clock.start(walk.at(15))  # the day has come
    comes_in(marc, MARC, walk)
    reads_the_problem(marc)
    comes_in(claire, CLAIRE, walk)
    opens_the_writing(claire)
    writes_a_card(marc, MARCS_CARD)
    comes_in(sophie, SOPHIE, walk)
    accepts_the_charter(sophie)
    writes_a_card(sophie, SOPHIES_CARD)
    types_a_card_for(claire, KARIM, KARIMS_CARD)
    only_the_author_reads_it(marc, sophie, claire)
    reveals_the_cards(claire)
    finds_all_cards(marc)
    finds_all_cards(sophie)

    keeps_two_cards(helene)
    writes_the_synthesis(helene)
    promises_something(helene, PROMISE, HOST)
    goes_to_the_outcome(marc)
    promises_something(marc, MARCS_PROMISE)
    closes_the_meeting(helene)
    reads_the_outcome(sophie)


# Coming in


def comes_in(who: Visitor, address: str, walk: Walk, how: Callable[[Visitor, str], None] = opens_the_link) -> None:
    """Comes in by a letter, and chooses the language when the person on file has another one."""
    coming_in.comes_in(who, address, walk.carry_letters, how)
    speaks(who)


def speaks(who: Visitor) -> None:
    if language_of(who) != who.glass.language:
        who.press({"fr": "Français", "en": "English"}[who.glass.language])
    assert language_of(who) == who.glass.language


def language_of(who: Visitor) -> str | None:
    return who.page.locator("html").get_attribute("lang")


def accepts_the_charter(who: Visitor) -> None:
    who.follow("Accepter la charte")
    who.press("J'accepte la charte")
    who.sees("Noté : vous avez accepté la charte.")


# Letters


def each_stands_in_one_calendar(invitations: dict[str, EmailMessage]) -> None:
    """Text, HTML and a calendar part that invites the reader alone."""
    for address, mail in invitations.items():
        parts = {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}
        assert list(parts)[:3] == ["text/plain", "text/html", "text/calendar"]
        (event,) = icalendar.Calendar.from_ical(str(parts["text/calendar"].get_content())).walk("VEVENT")
        assert event["ATTENDEE"] == f"mailto:{address}"


# Before the meeting


def brings_the_list(claire: Visitor) -> None:
    claire.go("Club")
    claire.follow("Annuaire et réglages")
    with claire.within(3):
        claire.follow("Importer la liste")
        claire.bring("La liste, au format .xlsx ou .csv", MEMBERS)
        claire.press("Voir ce qui change")
    claire.reads("paul.rochebrune(at)gypaete.example")
    claire.follow("Refusées")
    refused = claire.page.locator("tr[data-state=warn]").count()
    claire.page.get_by_role("checkbox").check()
    claire.press("Écrire la liste")
    claire.reads(
        claire.say_count(
            "Noté : %(num)s personne ajoutée ou mise à jour.", "Noté : %(num)s personnes ajoutées ou mises à jour.", 13
        )
    )
    assert refused == 2


def describes_the_site(claire: Visitor) -> None:
    claire.follow(COMPANY)
    claire.follow("Compléter la fiche")
    claire.write("Où se garer", "Portail B, places visiteurs")
    claire.write("Équipement de protection", "Chaussures de sécurité, prêtées à l’accueil")
    claire.press("Enregistrer")
    claire.reads("Portail B, places visiteurs")


def plans_the_meeting(claire: Visitor, on: date) -> None:
    claire.go("Club")
    claire.follow("Planifier une rencontre")
    claire.choose("Qui reçoit ?", f"{HOST}, {COMPANY}")
    claire.write("Quel jour ?", on.isoformat())
    claire.write("De", "14:00")
    claire.write("À", "18:00")
    claire.press("Continuer")


def releases_it(claire: Visitor) -> None:
    claire.reads(MARC)
    claire.press(claire.say_count("Envoyer %(num)s message", "Envoyer %(num)s messages", 13))
    claire.sees("Les invitations partent.")


def accepts(who: Visitor, invitation: EmailMessage, on: datetime) -> None:
    answers(who, invitation, "Oui : %(url)s")
    who.sees("Noté : vous venez le %(day)s.", day=spoken(on, who))


def declines(who: Visitor, invitation: EmailMessage, on: datetime) -> None:
    answers(who, invitation, "Non : %(url)s")
    who.sees("Noté : vous ne venez pas le %(day)s.", day=spoken(on, who))


def answers(who: Visitor, invitation: EmailMessage, choice: str) -> None:
    """Opens one of the letter's three links, which is in the person's own language, and confirms."""
    before, _sign, _after = choice.partition("%")
    (line,) = (each for each in plain(invitation).splitlines() if each.startswith(before))
    who.open(link_in(line))
    speaks(who)  # from then on this browser's choice counts
    with who.within(2):
        who.open(link_in(line))
        who.press("Confirmer ma réponse")


def spoken(on: datetime, who: Visitor) -> str:
    return day(on, year=False, to=who.glass.language)  # type: ignore[arg-type]


def hears_by_telephone(claire: Visitor, name: str) -> None:
    claire.go("Rencontres")
    claire.follow(COMPANY)
    claire.press("%(name)s a répondu : %(answer)s", name=name, answer=claire.say("Oui"))
    claire.sees("Noté pour %(name)s.", name=name)


def each_calendar_shows_the_answer(arrived: list[EmailMessage]) -> None:
    """Of the four who answered here, and nobody else's."""
    readers = {mail["To"].addresses[0].addr_spec for mail in arrived}
    assert len(readers) == len(arrived) == 4
    assert readers > {MARC, SOPHIE, ANNE_LAURE}


# The problem


def begins_her_problem(helene: Visitor) -> None:
    """Writes a first answer and leaves without pressing anything: it is there when she comes back."""
    helene.follow("Écrire votre problème")
    helene.press("J'accepte la charte")
    helene.write("D'où partez-vous ?", "Trente-huit personnes, du décolletage médical.")
    helene.sees("Brouillon enregistré %(at)s", at="")
    helene.open("/")
    helene.follow("Reprendre votre problème")


def hands_it_in(helene: Visitor) -> None:
    helene.write("Quel est votre problème, en une phrase ?", QUESTION)
    helene.write("Qu'avez-vous déjà essayé ?", "Deux apprentis, partis tous les deux.")
    helene.press("Continuer")
    helene.write("Qu'attendez-vous du club ?", "Des expériences.")
    helene.press("Continuer")
    helene.write("Que faut-il regarder pendant la visite ?", "Le réglage de la Tornos 12.")
    helene.press("Continuer")
    helene.reads("Trente-huit personnes, du décolletage médical.")
    helene.tick("Tous les membres du club")
    helene.confirm("Transmettre")
    helene.sees("Transmis : l'animatrice relit votre problème, puis il sera lu par ceux que vous avez choisis.")


def approves_it(claire: Visitor) -> None:
    claire.go("Accueil")
    claire.follow("Relire le problème posé par %(name)s", name=HOST)
    claire.reads(QUESTION)
    claire.confirm("Approuver")
    claire.sees("Noté : le problème est approuvé. Ses lecteurs le verront à la date dite.")


def reads_the_problem(marc: Visitor) -> None:
    marc.follow("Lire le problème posé par %(name)s", name=HOST.split(maxsplit=1)[0])
    marc.press("J'accepte la charte")
    marc.reads(QUESTION)
    marc.reads("Le réglage de la Tornos 12.")


# On the day


def opens_the_writing(claire: Visitor) -> None:
    claire.follow("Conduire la rencontre d'aujourd'hui")
    claire.press("Ouvrir l'écriture")
    claire.sees("On écrit en silence")


def writes_a_card(who: Visitor, text: str) -> None:
    who.go("Accueil")
    who.follow("Écrire vos cartes")
    adds(who, text)
    who.reads(text)


def adds(who: Visitor, text: str) -> None:
    who.write("Votre carte", text)
    who.press("Ajouter cette carte")


def types_a_card_for(claire: Visitor, name: str, text: str) -> None:
    claire.follow("Taper une carte pour quelqu'un")
    claire.choose("De la part de", name)
    adds(claire, text)
    claire.sees("Carte notée pour %(name)s.", name=name)


def only_the_author_reads_it(marc: Visitor, sophie: Visitor, claire: Visitor) -> None:
    for who, own in ((marc, MARCS_CARD), (sophie, SOPHIES_CARD), (claire, "")):
        who.page.reload()
        for text in {MARCS_CARD, SOPHIES_CARD, KARIMS_CARD} - {own}:
            who.reads_nothing_of(text)


def reveals_the_cards(claire: Visitor) -> None:
    claire.follow("Quitter")
    claire.follow("Dévoiler les cartes")
    claire.press("Dévoiler les cartes")
    claire.sees("Les cartes sont dévoilées.")


def finds_all_cards(who: Visitor) -> None:
    """The open page tells that there is something new, and leaves it to the reader to look."""
    who.follow("Voir les cartes")
    for text in (MARCS_CARD, SOPHIES_CARD, KARIMS_CARD):
        who.reads(text)


# After


def keeps_two_cards(helene: Visitor) -> None:
    helene.open("/")
    helene.go("Suites")
    helene.follow(COMPANY)
    helene.follow("Choisir les idées")
    for text in (MARCS_CARD, SOPHIES_CARD):
        card = helene.page.get_by_role("listitem").filter(has_text=text)
        helene.press("Garder", card)
    helene.sees("Gardées (%(n)s)", n=2)
    helene.follow("Les suites")


def writes_the_synthesis(helene: Visitor) -> None:
    helene.follow("Écrire la synthèse")
    helene.write("Votre synthèse", SYNTHESIS)
    helene.tick("Tout le club")
    helene.press("Enregistrer")
    helene.reads(SYNTHESIS)


def promises_something(who: Visitor, text: str, for_whom: str = "") -> None:
    if for_whom:
        who.choose("Qui ?", for_whom)
    who.write("Quoi ?", text)
    who.write("Premier pas, dans les trois jours", "Un appel demain matin")
    who.press("Noter cet engagement")
    who.reads(text)


def goes_to_the_outcome(marc: Visitor) -> None:
    marc.follow("Quitter")
    marc.follow("Prenez un engagement")


def closes_the_meeting(helene: Visitor) -> None:
    helene.follow("Clore la rencontre")
    helene.press("Clore la rencontre")
    helene.sees("La rencontre est close. Les suites sont partagées.")


def reads_the_outcome(who: Visitor) -> None:
    who.follow("Quitter")
    who.follow("Lisez les suites")
    for text in (SYNTHESIS, PROMISE, MARCS_PROMISE, MARCS_CARD, SOPHIES_CARD):
        who.reads(text)
