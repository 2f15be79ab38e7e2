"""The page of the letters to come."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Meeting
from tests.home.test_due import at


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(app, club, client, visit):
    with time_machine.travel(at(-60)) as clock:
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.starts_at, meeting.ends_at = at(0, "14:00"), at(0, "18:00")
        write_calendar_letters(now())
        for letter in db.session.scalars(db.select(Letter)):
            letter.attempts = 1
            letter.settle(LetterState.sent, now())
        db.session.commit()
        clock.move_to(at(-22))
        yield visit(client, "claire")


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ").replace("\u202f", " ")


def test_claire_sees_what_will_leave_to_whom_and_why(claire, club):
    page = words(claire.get(f"/outbox/foreseen/{club.slug}").text)
    assert "6 envois prévus" in page  # seven lines
    assert "Répondez pour le jeudi 18 mars" in page
    assert "Nadia Exemple Une réponse manque Jeudi 25 février 2027 à 7 h 30" in page
    assert "Marc" not in page  # he has answered, and what is farther than two weeks is not shown
    assert f"/outbox/foreseen/{club.slug}" in claire.get("/outbox/").text


def test_when_nothing_is_to_come_the_page_says_when_it_will_fill(claire, club):
    db.session.get_one(Meeting, club.meeting).starts_at += timedelta(days=300)
    db.session.commit()
    assert "Rien de prévu" in claire.get(f"/outbox/foreseen/{club.slug}").text


def test_a_page_that_is_not_there_is_the_last_one(claire, club):
    for page in ("9999", "-1", "x"):
        assert claire.get(f"/outbox/foreseen/{club.slug}?page={page}").status_code == 200


def test_nobody_else_sees_it(claire, club, app, visit):
    for name in ("marc", "hugo", "odile", "stranger"):
        assert visit(app.test_client(), name).get(f"/outbox/foreseen/{club.slug}").status_code == 404
