"""The command that a mail server hands mails to, on either database: no mail is too long or too odd for it."""

import os
import random
import sys
from subprocess import PIPE, Popen

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Answer
from bourse.meetings.take import take
from tests.cast import invitation_of
from tests.meetings.post import MAILS, MORNING, NOON, letter_to, mail, send_invitations
from tests.meetings.test_hear import HEAD, mutations

LONG = b"x" * 1500
ODD = HEAD.replace(b"<h@", b"<" + LONG) + (
    b"Content-Type: text/calendar\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\nBEGIN:VEVENT\r\nUID:%b\0\r\nATTENDEE;PARTSTAT=%b:mailto:%b\r\n"
    b"SEQUENCE:999999999999\r\nDTSTAMP:00010101T000000Z\r\nDTSTART:99991231T235959Z\r\nCOMMENT:\xed\xa0\x80%b\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
) % (LONG, LONG, LONG, LONG)


@pytest.fixture
def the_day():
    with time_machine.travel(MORNING) as clock:
        yield clock


@pytest.fixture
def noon(the_day, app, club):
    """The invitations were sent this morning; it is noon."""
    send_invitations(club)
    the_day.move_to(NOON)


def sentences():
    return [
        (mail("google"), "Reply about meeting 1: taken (answered)."),
        (mail("other_sender"), "Reply about meeting 1: queued (other_sender)."),
        (mail("bounce_postfix", letter_to("nadia@bourse.example"), "another key"), "Bounce: ignored (unsigned)."),
        (mail("stranger"), "Words: ignored (stranger)."),
        (ODD, "Counter: ignored (unknown_meeting)."),
        (b"", "Nothing: ignored (empty)."),
        (b"\n" + b"\xff\x00" * 1000, "Words: ignored (stranger)."),
    ]


def test_the_command_takes_each_mail_and_says_so_in_one_sentence(noon, club, runner):
    for raw, sentence in sentences() * 2:
        done = runner.invoke(args=["hear"], input=raw)
        assert (done.exit_code, done.output) == (0, f"{sentence}\n")
    assert db.session.scalar(db.select(db.func.count(Heard.id))) == len(sentences())
    assert invitation_of(club.meeting, club.nadia).current_answer is Answer.accepted


def test_the_same_mail_by_two_doors_at_once_is_one(noon, club, settings):
    db.session.commit()
    house = {"BOURSE_DATABASE_URL": settings.database_url, "BOURSE_DATA_DIR": str(settings.data_dir)}
    command = [sys.executable, "-c", "from bourse.app import cli; cli()", "hear"]
    doors = [Popen(command, stdin=PIPE, stdout=PIPE, env=os.environ | house) for _ in range(2)]
    for door in doors:
        assert door.stdin
        door.stdin.write(mail("google"))
    for door in doors:
        door.communicate(timeout=60)
    assert [door.returncode for door in doors] == [0, 0]
    assert db.session.scalar(db.select(db.func.count(Heard.id))) == 1


def test_a_database_that_is_away_makes_the_mail_server_try_later(noon, runner):
    db.session.execute(db.text("DROP TABLE heard"))
    db.session.commit()
    assert runner.invoke(args=["hear"], input=mail("google")).exit_code == 75


def test_either_database_holds_whatever_a_broken_mail_says(noon):
    chance = random.Random(12)
    mails = [file.name.removesuffix(".eml") for file in sorted(MAILS.glob("*.eml"))]
    for _ in range(150):
        take(mutations(mail(chance.choice(mails)), chance), now())
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count(Heard.id))) > 100
