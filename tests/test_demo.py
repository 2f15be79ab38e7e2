"""The fictional cluster, as `bourse demo` tells it."""

import shutil
from datetime import date, timedelta

import pytest

from bourse.app import create_app
from bourse.board.models import Idea
from bourse.clock import club_time, now
from bourse.clubs.models import Club, Organisation
from bourse.db import db
from bourse.demo.reckon import season_name, working_day
from bourse.mailroom.models import Letter
from bourse.meetings.due import messages_due
from bourse.meetings.models import Answer, CalendarCopy, Invitation, Meeting, MeetingState, Presence, Via
from bourse.outcomes.models import Commitment
from bourse.people.models import Person
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState
from tests.conftest import settings_for

ZONE = "Europe/Paris"


@pytest.fixture(scope="module")
def house(migrated_sqlite, tmp_path_factory):
    """A house into whose empty database the demo was loaded, once for all tests that only look."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app(settings_for(f"sqlite:///{shutil.copy(migrated_sqlite, folder)}", folder))
    app.test_cli_runner().invoke(args=["demo"], catch_exceptions=False)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def told(house):
    """The context of that house."""
    with house.app_context():
        yield


def meetings_of(slug):
    return db.session.scalars(db.select(Meeting).join(Club).filter(Club.slug == slug).order_by(Meeting.starts_at)).all()


def next_meeting():
    return next(meeting for meeting in meetings_of("club-bourse") if not meeting.is_over(now()))


def rows_in_each_table():
    return {
        table.name: db.session.scalar(db.select(db.func.count()).select_from(table))
        for table in db.metadata.sorted_tables
    }


def test_the_next_meeting_is_in_ten_days_at_hugos(told):
    meeting = next_meeting()
    starts, ends = (club_time(at, ZONE) for at in (meeting.starts_at, meeting.ends_at))
    assert starts.date() == club_time(now(), ZONE).date() + timedelta(days=10)
    assert (starts.hour, ends.hour) == (14, 18)
    assert meeting.host.person.email == "hugo@bourse.example"
    assert (meeting.number, meeting.state) == (6, MeetingState.invited)


def test_the_go_is_given_and_no_letter_has_been_written(told):
    assert next_meeting().is_released
    assert db.session.scalars(db.select(Letter)).all() == []
    assert db.session.scalars(db.select(CalendarCopy)).all() == []


def test_each_person_invited_is_due_one_message_and_nobody_else_any(told):
    due = {meeting.id: messages_due(meeting, now()) for meeting in db.session.scalars(db.select(Meeting))}
    meeting = next_meeting()
    assert [message.address for message in due.pop(meeting.id)] == [each.person.email for each in meeting.invitations]
    assert not any(due.values())


def test_the_answers_were_taken_by_telephone_and_one_member_is_silent(told):
    invitations = next_meeting().invitations
    given = [each for each in invitations if each.answer is not Answer.none]
    assert [each.person.given_name for each in invitations if each not in given] == ["Olivier"]
    assert {(each.via, each.answered_by.email) for each in given} == {(Via.phone, "claire@bourse.example")}
    assert next_meeting().counts() == {
        Answer.accepted: 9, Answer.tentative: 1, Answer.declined: 1, Answer.none: 1, Answer.waiting: 0
    }  # fmt: skip


def test_hugos_problem_is_late(told):
    problems = [problem for problem in db.session.scalars(db.select(Problem)) if problem.state is ProblemState.draft]
    late = [problem.meeting.host.person.given_name for problem in problems if problem.dates.due_on < now().date()]
    assert late == ["Hugo"]


def test_no_title_tells_what_is_still_a_draft(told):
    assert next_meeting().title == ""
    for problem in db.session.scalars(db.select(Problem)):
        is_told = problem.state is ProblemState.approved and problem.title_in_letters
        assert problem.meeting.title == (problem.question if is_told else "")


def test_the_past_of_this_season_is_known(told):
    held = [meeting for meeting in meetings_of("club-bourse") if meeting.is_over(now())]
    came = [[each.presence for each in meeting.invitations].count(Presence.present) for meeting in held]
    assert [meeting.number for meeting in held] == [*range(1, 10), *range(1, 6)]
    assert came[9:] == [11, 10, 12, 8, 11]
    assert all(meeting.outcome.closed_at for meeting in held)


def test_what_is_to_come_is_planned_and_marc_hosts_the_seventh(told):
    coming = meetings_of("club-bourse")[-3:]
    assert [meeting.number for meeting in coming] == [7, 8, 9]
    assert {(meeting.state, meeting.is_released) for meeting in coming} == {(MeetingState.planned, False)}
    assert coming[0].host.person.email == "marc@bourse.example"


def test_one_promise_is_late(told):
    assert [each.person.given_name for each in db.session.scalars(db.select(Commitment)) if each.is_late] == ["Nadia"]


@pytest.mark.parametrize("kind", [Idea, Commitment])
def test_who_wrote_a_card_or_made_a_promise_was_there(told, kind):
    for row in db.session.scalars(db.select(kind)):
        person = row.author if kind is Idea else row.person
        assert row.meeting.invitation_of(person).presence is Presence.present


def test_nothing_has_happened_in_the_future(told):
    for column in (
        Invitation.answered_at,
        Problem.saved_at,
        Commitment.settled_at,
        Idea.written_at,
        Meeting.released_at,
    ):
        assert all(at <= now() for at in db.session.scalars(db.select(column).filter(column.is_not(None))))


def test_both_languages_show(told):
    assert {person.language for person in db.session.scalars(db.select(Person))} == {"fr", "en"}


def test_everybody_has_accepted_the_charter(told):
    clubs = db.session.scalars(db.select(Club)).all()
    assert [club.slug for club in clubs] == ["club-bourse", "club-hydrogene"]
    assert all(membership.has_signed and membership.belongs for club in clubs for membership in club.memberships)


def test_a_second_time_changes_nothing(app, runner):
    first = runner.invoke(args=["demo"])
    before = rows_in_each_table()
    second = runner.invoke(args=["demo"])
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "nothing has changed" in second.output
    assert rows_in_each_table() == before


def a_cluster():
    return Organisation(name="Pôle des Écrins")


def a_person():
    return Person(given_name="Paul", family_name="Martinet", email="paul@ailleurs.example")


@pytest.mark.parametrize("something", [a_cluster, a_person])
def test_a_database_that_holds_anything_else_is_refused(app, runner, something):
    db.session.add(something())
    before = rows_in_each_table()
    refused = runner.invoke(args=["demo"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1
    assert rows_in_each_table() == before


def test_the_other_meetings_avoid_weekends():
    saturday = date(2026, 3, 14)
    assert [working_day(saturday, count) for count in (-7, -6, 1, 2)] == [
        date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 16)
    ]  # fmt: skip


def test_a_season_is_named_after_its_years():
    assert season_name(date(2025, 9, 18), date(2026, 6, 18)) == "Saison 2025–2026"
    assert season_name(date(2026, 1, 9), date(2026, 11, 2)) == "Saison 2026"
