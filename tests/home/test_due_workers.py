"""Letters by rule and the worker: two at once write each letter once, and a round that finds nothing costs nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import click
import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.home.due import write_reminders
from bourse.home.told_models import Told
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import Worker
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Meeting
from tests.home.test_due import at, by_rule

SENDER = "Club Bourse <club@bourse.example>"


@pytest.fixture
def a_month_before(app, club):
    """Everybody has the invitation, and hugo, nadia and claire are about to be written to."""
    with time_machine.travel(at(-60)) as clock:
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.starts_at, meeting.ends_at = at(0, "14:00"), at(0, "18:00")
        write_calendar_letters(now())
        for letter in db.session.scalars(db.select(Letter)):
            letter.settle(LetterState.sent, now())
        db.session.commit()
        clock.move_to(at(-10))
        yield clock


def test_two_workers_at_once_write_each_letter_once(app, a_month_before, smtp):
    start = threading.Barrier(4)

    def work():
        with click.Context(click.Command("worker")).scope(), app.app_context():
            start.wait()
            Worker(SENDER, lambda: smtp.url, (), write_each_minute=(write_reminders,)).run(once=True)

    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(work) for _ in range(4)]:
            done.result()
    assert sorted(mail.recipients[0].split("@")[0] for mail in smtp.received) == ["claire", "hugo", "nadia"]
    assert {letter.state for letter in by_rule()} == {LetterState.sent}
    assert db.session.scalar(db.select(db.func.count(Told.id))) == 4  # claire's has two parts


def test_what_is_due_by_rule_is_looked_at_once_a_minute(app, a_month_before, smtp):
    looks: list[datetime] = []
    worker = Worker(SENDER, lambda: smtp.url, (), write_each_minute=(looks.append,))
    for seconds in (1, 1, 60, 1, -7200):
        worker.run(once=True)
        a_month_before.shift(timedelta(seconds=seconds))
    assert len(looks) == 2
    worker.run(once=True)  # the clock was set back
    assert len(looks) == 3
