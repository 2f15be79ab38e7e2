"""Letters by rule: a meeting's life, day by day, and who is written to."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine

from bourse.clock import club_time, instant, now
from bourse.clubs.models import Club, Membership, MembershipState, Role
from bourse.db import db
from bourse.home.due import foreseen, write_reminders
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting, Via
from tests.cast import ZONE, a_company, a_meeting, a_person, in_days

D = date(2027, 3, 18)  # a Thursday, and the Thursdays before it: no holiday among them


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


def at(days, hour="09:00", of=D):
    """So many days from the meeting."""
    return instant(of + timedelta(days=days), time.fromisoformat(hour), ZONE)


@pytest.fixture
def calendar():
    with time_machine.travel(at(-60)) as traveller:
        yield traveller


@pytest.fixture
def season(calendar, club):
    """The go was given sixty days before; everybody has the invitation. Marc comes, nadia is silent."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.starts_at, meeting.ends_at = at(0, "14:00"), at(0, "18:00")
    db.session.commit()
    carry()
    return meeting


def carry():
    """What the worker does; returns the letters that left, by person: what each is about."""
    written = []
    for write in (write_calendar_letters, write_reminders):
        write(now())
        db.session.commit()
    for letter in db.session.scalars(db.select(Letter).filter_by(state=LetterState.planned).order_by(Letter.id)):
        letter.attempts = 1
        letter.settle(LetterState.sent, now())
        written.append(letter)
    db.session.commit()
    return written


def told(letters):
    return {letter.to_address.split("@")[0]: letter.kind for letter in letters if letter.method is None}


def test_smoke(calendar, season, club):
    for days in range(-50, 100):
        calendar.move_to(at(days))
        for letter in carry():
            print(days, letter.kind, letter.to_address, "|", letter.subject, letter.not_after)
    assert 0
