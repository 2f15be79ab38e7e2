"""Lives of letters: what is held, put off, overtaken or kept back while the meeting goes on."""

from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import MembershipState
from bourse.db import db
from bourse.home.due import write_reminders
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import claim
from bourse.meetings.answer import answer, send_instead
from bourse.meetings.due import keep_quiet, mark_of, send_again, shows, write_calendar_letters
from bourse.meetings.facts import with_calendars
from bourse.meetings.models import Answer, Meeting, Via
from bourse.meetings.take import tell_if_waiting
from bourse.people.models import Person
from tests.cast import a_person, invitation_of
from tests.home.test_due import at


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def clock():
    with time_machine.travel(at(-60), tick=False) as clock:
        yield clock


@pytest.fixture
def fresh_meeting(clock, club):
    """The "go" is given, and no letter is written yet."""
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.starts_at, meeting.ends_at = at(0, "14:00"), at(0, "18:00")
    db.session.commit()
    return meeting


@pytest.fixture
def meeting(fresh_meeting):
    """Everybody has the invitation. Marc comes, nadia is silent."""
    carry()
    return fresh_meeting


def move(meeting, days):
    meeting.move(at(days, "14:00"), at(days, "18:00"))
    db.session.commit()


def write_down():
    for write in (write_calendar_letters, write_reminders):
        write(now())
        db.session.commit()


def in_state(state):
    return db.session.scalars(db.select(Letter).filter_by(state=state).order_by(Letter.due_at, Letter.id)).all()


def leave():
    """What is due leaves."""
    letters = [letter for letter in in_state(LetterState.planned) if letter.due_at <= now()]
    for letter in letters:
        letter.attempts += 1
        letter.settle(LetterState.sent, now())
    db.session.commit()
    return letters


def carry():
    write_down()
    return leave()


def hold_all():
    write_down()
    for letter in in_state(LetterState.planned):
        letter.hold()
    db.session.commit()


def let_all_go():
    for letter in in_state(LetterState.held):
        letter.let_go()
    db.session.commit()


def put_off(letter, minutes):
    """The mail server said: not now."""
    letter.attempts += 1
    letter.put_off(now() + timedelta(minutes=minutes), "451 later")
    db.session.commit()


def to(name, letters):
    return [letter for letter in letters if letter.to_address.startswith(f"{name}@")]


def by_rule(letters):
    return {(letter.to_address, letter.kind) for letter in letters if letter.method is None}


def says(invitation, said, via=Via.web):
    answer(invitation, said, now=now(), via=via, by=invitation.person)
    db.session.commit()


def nadia(club):
    return invitation_of(club.meeting, club.nadia)


@pytest.mark.parametrize("waiting", ["nothing", "planned", "held"])
def test_whoever_leaves_while_a_new_date_waits_gives_back_the_old_one(clock, club, meeting, waiting):
    clock.move_to(at(-50))
    if waiting != "nothing":
        move(meeting, 1)
        write_down() if waiting == "planned" else hold_all()
    clock.move_to(at(-49))
    db.session.get_one(Person, club.nadia).memberships[0].state = MembershipState.left
    db.session.commit()
    assert [letter.method for letter in to("nadia", carry())] == ["CANCEL"]


def test_an_answer_by_mail_stands_in_the_update_that_waited(clock, club, meeting):
    clock.move_to(at(-50))
    meeting.practical = "Salle B"
    hold_all()
    clock.move_to(at(-49))
    says(nadia(club), Answer.accepted, via=Via.calendar)
    shows(nadia(club))
    db.session.commit()
    clock.move_to(at(-48))
    write_down()
    let_all_go()
    last = to("nadia", leave())[-1]
    assert b"PARTSTAT=ACCEPTED" in last.calendar.replace(b"\r\n ", b"")


def test_a_quiet_change_stands_in_the_invitation_that_waited(clock, club, fresh_meeting):
    fresh_meeting.practical = "SALLE A"
    hold_all()
    clock.move_to(at(-59))
    before = mark_of(fresh_meeting)
    fresh_meeting.practical = "SALLE B"
    db.session.flush()
    keep_quiet(with_calendars(fresh_meeting), before)
    db.session.commit()
    write_down()
    let_all_go()
    (invitation,) = to("nadia", leave())
    assert "SALLE B" in invitation.text


@pytest.mark.parametrize("what", ["first invitation", "new date"])
def test_what_is_held_is_not_told_by_a_reminder(clock, club, fresh_meeting, what):
    if what == "new date":
        carry()
        clock.move_to(at(-40))
        move(fresh_meeting, -10)
    hold_all()
    letters = []
    for days in range(-39, -28):
        clock.move_to(at(days))
        letters += carry()
    assert not {name for name, _kind in by_rule(letters)} & {"nadia@bourse.example", "marc@bourse.example"}


def test_what_is_put_off_by_day_does_not_leave_at_night(clock, club, meeting):
    clock.move_to(at(-1, "18:00"))
    write_down()
    (come,) = to("marc", in_state(LetterState.planned))
    put_off(come, 60)
    clock.move_to(at(0, "02:00"))
    assert carry() == []


def test_a_cancelled_meeting_is_not_announced_afterwards(clock, club, meeting):
    clock.move_to(at(-1))
    write_down()
    (come,) = to("marc", in_state(LetterState.planned))
    put_off(come, 5)
    meeting.cancel()
    db.session.commit()
    assert [letter.method for letter in to("marc", carry())] == ["CANCEL"]
    clock.shift(timedelta(minutes=10))
    assert carry() == []


def test_who_has_answered_is_not_asked_by_a_letter_that_was_held(app, clock, club, meeting, visit):
    clock.move_to(at(-30))
    write_down()
    (ask,) = to("nadia", in_state(LetterState.planned))
    claire = visit(app.test_client(), "claire")
    claire.post(f"/outbox/{ask.id}/hold")
    says(nadia(club), Answer.accepted)
    claire.post(f"/outbox/meetings/{club.meeting}/release")
    db.session.expire_all()
    assert ask.state is LetterState.skipped


def test_nothing_about_a_meeting_leaves_after_its_end(clock, club, meeting):
    clock.move_to(at(0, "13:00"))
    meeting.practical = "Salle B"
    db.session.commit()
    write_down()
    clock.move_to(at(1))
    assert [letter for letter in claim("a worker", now()) if letter.method] == []


def test_a_calendar_that_asks_again_does_not_get_what_is_held(clock, club, meeting):
    clock.move_to(at(-50))
    move(meeting, 1)
    hold_all()
    clock.move_to(at(-49))
    send_again(nadia(club), now())
    db.session.commit()
    assert to("nadia", carry()) == []


def test_who_takes_back_the_seat_that_he_gave_away_keeps_it_though_there_are_fewer(clock, club, meeting):
    marc = invitation_of(club.meeting, club.marc)
    send_instead(marc, a_person("paul"), now=now(), via=Via.web, by=marc.person)
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    says(nadia(club), Answer.accepted)
    meeting.places = 1
    db.session.commit()
    clock.shift(timedelta(minutes=5))
    says(marc, Answer.accepted)
    assert marc.answer is Answer.accepted


def test_a_letter_that_was_put_off_does_not_leave_after_a_newer_one(clock, club, meeting):
    clock.move_to(at(-50))
    move(meeting, 1)
    write_down()
    (older,) = to("nadia", claim("one worker", now()))
    db.session.commit()
    clock.shift(timedelta(seconds=30))
    move(meeting, 2)
    write_down()
    assert to("nadia", claim("another", now()))
    put_off(older, 1)
    clock.shift(timedelta(minutes=3))
    write_down()
    assert older not in claim("one worker", now())
    assert older.state is LetterState.skipped


def test_an_address_that_is_trusted_again_gets_the_invitation_that_it_missed(app, clock, club, meeting, visit):
    person = nadia(club).person
    (first,) = to("nadia", in_state(LetterState.sent))
    first.bounce(now(), "550 5.1.1")
    for _time in range(2):
        person.distrust_address(now(), "550 5.1.1")
    for day, where in ((-50, 1), (-49, 0)):  # there and back
        clock.move_to(at(day))
        move(meeting, where)
        write_down()
        for letter in to("nadia", in_state(LetterState.planned)):
            letter.attempts += 1
            letter.keep_back(now())
        leave()
    clock.move_to(at(-48))
    visit(app.test_client(), "claire").post(f"/outbox/members/{person.memberships[0].id}/trust")
    db.session.expire_all()
    assert to("nadia", carry())


def test_a_new_date_asks_anew_also_whoever_was_invited_twice(clock, club, meeting):
    clock.move_to(at(-55))
    nadia(club).withdraw(now())
    db.session.commit()
    carry()
    clock.move_to(at(-54))
    meeting.invite(db.session.get_one(Person, club.nadia))
    db.session.commit()
    carry()
    clock.move_to(at(-41))
    move(meeting, -25)
    letters = carry()
    clock.shift(timedelta(minutes=2))
    assert "nadia@bourse.example" not in {name for name, _kind in by_rule(letters + carry())}


@pytest.fixture
def ask(app, clock, club, meeting):
    """What asks nadia by rule whether she comes; it has not left."""
    clock.move_to(at(-30))
    write_down()
    (letter,) = to("nadia", in_state(LetterState.planned))
    return letter


@pytest.fixture
def claire(app, ask, visit):
    db.session.commit()  # ends the reading, since she writes that she was here
    return visit(app.test_client(), "claire")


def presses(claire, letter, act):
    """Presses a button on the letter's page; returns what it says then."""
    db.session.commit()
    page = claire.post(f"/outbox/{letter.id}/{act}", follow_redirects=True).text
    db.session.expire_all()
    return page.replace("\u2019", "'")


def test_a_letter_by_rule_does_not_go_again_to_an_address_that_is_no_longer_its_readers(club, ask, claire):
    ask.settle(LetterState.failed, now(), "550 5.1.1")
    nadia(club).person.email = "nadia.kerbrant@bourse.example"
    presses(claire, ask, "again")
    assert ask.state is not LetterState.planned


def test_a_letter_by_rule_does_not_go_again_where_nothing_arrives(club, ask, claire):
    ask.settle(LetterState.failed, now(), "550 5.1.1")
    nadia(club).person.address_failures = 2
    assert "Rien n'arrive à cette adresse" in presses(claire, ask, "again")
    assert ask.state is LetterState.failed


def test_a_letter_by_rule_that_was_let_go_and_failed_can_go_again(ask, claire):
    presses(claire, ask, "hold")
    presses(claire, ask, "release")
    ask.settle(LetterState.failed, now(), "554 refused")
    presses(claire, ask, "again")
    assert ask.state is LetterState.planned


def test_who_has_a_place_does_not_hear_that_he_waits(app, clock, club, meeting, visit):
    meeting.places = 1  # marc has it
    says(nadia(club), Answer.accepted, via=Via.calendar)
    tell_if_waiting(nadia(club))
    db.session.commit()
    (waiting,) = to("nadia", in_state(LetterState.planned))
    waiting.hold()
    meeting.places = 2
    db.session.commit()
    write_down()
    assert nadia(club).answer is Answer.accepted
    presses(visit(app.test_client(), "claire"), waiting, "release")
    assert waiting.state is LetterState.skipped
