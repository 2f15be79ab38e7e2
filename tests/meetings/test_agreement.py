"""What somebody answers here stands in his calendar too, quietly, and what he answers there is said back to nobody."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer
from bourse.meetings.take import take
from bourse.people.models import Language, Person
from tests.cast import invitation_of
from tests.meetings.parsers import READERS, by_icalendar
from tests.meetings.post import MINUTE, MORNING, NOON, mail, send_invitations

TEN = timedelta(minutes=10)


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture(autouse=True)
def the_day():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def nadia(app, club, the_day):
    """Nadia's invitation, sent this morning; it is noon."""
    send_invitations(club)
    the_day.move_to(NOON)
    return invitation_of(club.meeting, club.nadia)


def on_the_page(club, client, visit, answer="accepted"):
    visit(client, "nadia").post(f"/meetings/{club.meeting}/answer", data={"answer": answer})


def by_link(club, client, visit, answer="accepted"):
    link = answer_url(invitation_of(club.meeting, club.nadia)).removeprefix("http://localhost")
    client.post(link, data={"answer": answer})


def on_the_telephone(club, client, visit, answer="accepted"):
    id = invitation_of(club.meeting, club.nadia).id
    visit(client, "claire").post(f"/meetings/invitations/{id}/note", data={"answer": answer})


def a_minute_later(the_day):
    """The letters that the worker then writes."""
    last = db.session.scalar(db.select(db.func.max(Letter.id)))
    the_day.shift(MINUTE)
    write_calendar_letters(now())
    db.session.commit()
    return db.session.scalars(db.select(Letter).where(Letter.id > last).order_by(Letter.id)).all()


def text_of(letter):
    return letter.calendar.decode().replace("\r\n ", "")


def value(name, letter):
    (found,) = re.findall(rf"^{name}[^:]*:(.*)\r$", text_of(letter), re.MULTILINE)
    return found


@pytest.mark.parametrize("door", [on_the_page, by_link, on_the_telephone])
def test_an_answer_given_here_reaches_that_calendar_alone(club, client, visit, nadia, the_day, door):
    first = db.session.scalars(db.select(Letter).filter_by(to_address="nadia@bourse.example")).one()
    door(club, client, visit)
    (letter,) = a_minute_later(the_day)
    assert (letter.to_address, letter.method, letter.references) == (first.to_address, "REQUEST", first.message_id)
    assert [value(name, letter) for name in ("UID", "SEQUENCE")] == [value(name, first) for name in ("UID", "SEQUENCE")]
    assert value("DTSTAMP", letter) > value("DTSTAMP", first)
    assert "PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:nadia@bourse.example" in text_of(letter)
    assert a_minute_later(the_day) == []


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_sees_the_same_meeting_as_before(club, client, visit, nadia, the_day, reader):
    first = db.session.scalars(db.select(Letter).filter_by(to_address="nadia@bourse.example")).one()
    on_the_page(club, client, visit)
    (letter,) = a_minute_later(the_day)
    assert READERS[reader](letter.calendar) == by_icalendar(first.calendar)


@pytest.mark.parametrize(
    ("answer", "language", "subject", "partstat"),
    [
        ("accepted", Language.fr, "Votre réponse\xa0: oui\xa0– ", "ACCEPTED"),
        ("tentative", Language.fr, "Votre réponse\xa0: s’il le faut\xa0– ", "TENTATIVE"),
        ("declined", Language.fr, "Votre réponse\xa0: non\xa0– ", "DECLINED"),
        ("declined", Language.en, "Your answer: no – ", "DECLINED"),
    ],
)
def test_its_subject_is_the_answer_and_asks_for_nothing(
    club, client, visit, nadia, the_day, answer, language, subject, partstat
):
    nadia.person.language = language
    db.session.commit()
    on_the_page(club, client, visit, answer)
    (letter,) = a_minute_later(the_day)
    assert letter.subject.startswith(subject)
    assert f"PARTSTAT={partstat}" in text_of(letter)
    assert "serez-vous avec nous" not in letter.text.lower() + letter.html.lower()
    assert "?answer=" not in letter.html


def test_an_answer_from_the_calendar_itself_is_said_back_to_nobody(nadia, the_day):
    for name in ("google", "thunderbird", "counter_google", "proton"):
        take(mail(name), now())
        assert a_minute_later(the_day) == []
    assert nadia.current_answer is not Answer.none


def test_a_change_of_mind_in_a_minute_is_one_letter_and_none_when_it_was_taken_back(
    club, client, visit, nadia, the_day
):
    for answer in ("accepted", "declined", "tentative"):
        on_the_page(club, client, visit, answer)
        the_day.shift(timedelta(seconds=20))
    (letter,) = a_minute_later(the_day)
    assert "PARTSTAT=TENTATIVE" in text_of(letter)
    for answer in ("declined", "tentative"):
        on_the_page(club, client, visit, answer)
    assert a_minute_later(the_day) == []


def test_the_last_act_stands_in_the_calendar_whichever_door_it_came_by(club, client, visit, nadia, the_day):
    take(mail("google"), now())
    db.session.commit()
    on_the_page(club, client, visit, "declined")
    (letter,) = a_minute_later(the_day)
    assert "PARTSTAT=DECLINED" in text_of(letter)
    again = mail("apple").replace(b"20270302T091500Z", b"20270302T120000Z")
    the_day.shift(timedelta(hours=2))
    take(again, now())
    assert nadia.current_answer is Answer.accepted
    assert a_minute_later(the_day) == []


def test_who_does_not_want_it_gets_none_and_may_choose_so(club, client, visit, nadia, the_day):
    page = visit(client, "nadia").get("/feed/").text
    assert "Mettre mon agenda à jour quand je réponds ici" in page
    assert re.search(r'name="tells_calendar"[^>]* checked|checked[^>]* name="tells_calendar"', page)
    client.post("/feed/answers", data={})
    on_the_page(club, client, visit)
    assert a_minute_later(the_day) == []
    client.post("/feed/answers", data={"tells_calendar": "y"})
    assert db.session.get_one(Person, club.nadia, populate_existing=True).tells_calendar
    assert len(a_minute_later(the_day)) == 1


def test_who_answered_before_any_invitation_left_is_told_by_the_invitation(app, club, client, visit, the_day):
    on_the_page(club, client, visit)
    write_calendar_letters(now())
    db.session.commit()
    assert a_minute_later(the_day) == []
    (letter,) = db.session.scalars(db.select(Letter).filter_by(to_address="nadia@bourse.example"))
    assert (letter.kind, "PARTSTAT=ACCEPTED" in text_of(letter)) == ("invitation", True)


def test_a_new_date_asks_again_and_the_new_answer_reaches_the_calendar(club, client, visit, nadia, the_day):
    take(mail("google"), now())
    meeting = nadia.meeting
    meeting.move(meeting.starts_at + timedelta(days=7), meeting.ends_at + timedelta(days=7))
    db.session.commit()
    moved = next(each for each in a_minute_later(the_day) if each.to_address == "nadia@bourse.example")
    assert "PARTSTAT=NEEDS-ACTION" in text_of(moved)
    assert value("SEQUENCE", moved) == "1"
    on_the_page(club, client, visit)
    (told,) = a_minute_later(the_day)
    assert (value("SEQUENCE", told), "PARTSTAT=ACCEPTED" in text_of(told)) == ("1", True)


def test_nothing_of_it_stands_in_what_the_facilitator_is_about_to_send(club, client, visit, nadia, the_day):
    on_the_page(club, client, visit)
    the_day.shift(TEN)
    form = {"host": nadia.meeting.host_id, "day": "2027-03-12", "starts": "14:00", "ends": "18:00"}
    form |= {"agenda": "short", "practical": "", "invited": [club.hugo, club.marc, club.nadia], "step": "look"}
    assert visit(client, "claire").post(f"/meetings/{club.meeting}/change", data=form).status_code == 302


def test_after_the_meeting_no_answer_reaches_a_calendar(club, client, visit, nadia, the_day):
    the_day.move_to(nadia.meeting.ends_at - timedelta(seconds=30))
    on_the_page(club, client, visit)
    assert invitation_of(club.meeting, club.nadia).answer is Answer.accepted
    assert a_minute_later(the_day) == []
