"""The first quarter of an hour: from nothing but a link on a terminal to invitations in two mailboxes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from playwright.sync_api import Browser

from bourse.clock import club_time, now
from tests.browser.coming_in import carry_letters
from tests.browser.test_crawl import faults_of
from tests.browser.visitor import LAPTOP, Glass, Visitor
from tests.cast import ZONE
from tests.mail_server import MailServer

MEMBERS = """Entreprise;Nom;Prénom;Adresse e-mail
Génépi Usinage;Montvernois;Luc;luc@genepi.example
Ateliers Arolle;Bérangier;Sophie;sophie@arolle.example
"""
STILL = Glass("laptop-still-en", "en", LAPTOP.context | {"reduced_motion": "reduce"})  # colours do not fade: axe looks
TO_FOUND, TO_INVITE = 7, 15  # acts of the hand: fields filled, buttons pressed, links followed


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Not even a table."""
    return f"sqlite:///{tmp_path / 'nothing.sqlite3'}"


@pytest.fixture
def members(tmp_path: Path) -> Path:
    file = tmp_path / "membres.csv"
    file.write_text(MEMBERS, encoding="utf-8")
    return file


def test_a_facilitator_begins_with_a_link_and_ends_with_invitations(
    app: Flask, runner: FlaskCliRunner, browser: Browser, live: str, smtp: MailServer, members: Path
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    printed = runner.invoke(args=["init"], catch_exceptions=False).stderr
    (link,) = re.findall(r"http://\S+", printed)
    with Visitor.at(browser, live, "agnes", STILL) as agnes:
        faults = list(faults_of(agnes.page, link))
        with agnes.within(TO_FOUND):
            founds_the_club(agnes, link)
        faults += faults_of(agnes.page, "/")
        with agnes.within(TO_INVITE):
            adopts_the_charter(agnes)
            brings_the_members(agnes, members)
            plans_the_first_meeting(agnes)
            sends_the_invitations(agnes)
        agnes.go("Accueil")
        agnes.reads_nothing_of(agnes.say("Pour commencer"))
    arrived = carry_letters(app, smtp)
    assert {mail["To"].addresses[0].addr_spec for mail in arrived} == {"luc@genepi.example", "sophie@arolle.example"}
    assert not faults, "\n".join(faults)


def founds_the_club(agnes: Visitor, link: str) -> None:
    agnes.open(link)
    agnes.write("Votre prénom", "Agnès")
    agnes.write("Votre nom", "Modèle")
    agnes.write("Votre adresse e-mail", "agnes@pole.example")
    agnes.write("Nom du pôle", "Pôle des Aravis")
    agnes.write("Nom du club", "Club Énergie")
    agnes.press("Fonder le club")
    agnes.sees("Pour commencer")


def adopts_the_charter(agnes: Visitor) -> None:
    agnes.follow("Lire la charte proposée")
    agnes.press("Adopter cette charte")
    agnes.sees("La charte est adoptée")


def brings_the_members(agnes: Visitor, members: Path) -> None:
    agnes.follow("Importer la liste")
    agnes.acts += 1  # chooses the file
    agnes.labelled("La liste, au format .xlsx ou .csv").set_input_files(members)
    agnes.press("Voir ce qui change")
    agnes.press("Écrire la liste")


def plans_the_first_meeting(agnes: Visitor) -> None:
    agnes.go("Accueil")
    agnes.reads(agnes.say_count("%(num)s membre dans la liste", "%(num)s membres dans la liste", 2))
    agnes.follow("Planifier une rencontre")
    agnes.choose("Qui reçoit ?", "Sophie Bérangier, Ateliers Arolle")
    agnes.write("Quel jour ?", (club_time(now(), ZONE).date() + timedelta(days=30)).isoformat())
    agnes.write("De", "14:00")
    agnes.write("À", "18:00")
    agnes.press("Continuer")


def sends_the_invitations(agnes: Visitor) -> None:
    agnes.press(agnes.say_count("Envoyer %(num)s message", "Envoyer %(num)s messages", 2))
    agnes.sees("Les invitations partent.")
