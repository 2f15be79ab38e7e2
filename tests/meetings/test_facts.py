"""What a meeting counts."""

from datetime import timedelta

from bourse.clock import now
from bourse.db import db
from bourse.meetings.facts import Turnout, turnouts
from bourse.meetings.models import Answer, Meeting, Presence, Via
from tests.cast import invitation_of


def answer(club, name, given):
    invitation = invitation_of(club.meeting, getattr(club, name))
    invitation.give(given, at=now(), via=Via.web, by=invitation.person)
    return invitation


def counted(club):
    db.session.flush()
    return turnouts([db.session.get_one(Meeting, club.meeting)])[club.meeting]


def test_a_turnout_tells_who_is_invited_comes_comes_if_need_be_and_came(app, club):
    answer(club, "nadia", Answer.tentative)
    answer(club, "marc", Answer.declined).presence = Presence.present
    assert counted(club) == Turnout(invited=3, yes=1, maybe=1, present=1, perhaps=1)


def test_an_answer_about_a_day_that_has_moved_does_not_count(app, club):
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.move(meeting.starts_at + timedelta(7), meeting.ends_at + timedelta(7))
    answer(club, "nadia", Answer.accepted)
    assert counted(club) == Turnout(invited=3, yes=1, visitors=1)


def test_whose_invitation_was_withdrawn_is_not_counted(app, club):
    invitation_of(club.meeting, club.marc).withdraw(now())
    assert counted(club) == Turnout(invited=2, yes=1)


def test_a_meeting_without_guests_has_no_turnout(app, club):
    meeting = db.session.get_one(Meeting, club.meeting)
    for invitation in meeting.invitations:
        invitation.withdraw(now())
    db.session.flush()
    assert turnouts([meeting]) == {}
