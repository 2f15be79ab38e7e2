"""A meeting that has to move: a few days, the answers, and the day picked."""

import re
from datetime import timedelta

import pytest

from bourse.clock import now
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import Answer, Meeting
from bourse.planning import ask_link
from bourse.planning.ask_link import AskLink
from bourse.planning.models import Availability, DateOption
from bourse.planning.states import Can, How
from tests.cast import a_company, a_member, a_person, in_days, invitation_of
from tests.planning.season import a_poll, says

KEY = "for the tests, always the same"


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(client, club, visit):
    return visit(client, "claire")


def the_meeting(club):
    return db.session.get_one(Meeting, club.meeting)


def member(club, name):
    return db.session.scalars(db.select(Membership).filter_by(person_id=getattr(club, name))).one()


def asked(*days, **changes):
    offered = {f"day_{n}": in_days(day).date().isoformat() for n, day in enumerate(days)}
    by = (now().date() + timedelta(5)).isoformat()
    return offered | {"starts": "14:00", "ends": "18:00", "answer_by": by} | changes


def letters():
    return db.session.scalars(db.select(Letter).filter_by(kind="days").order_by(Letter.id)).all()


def link(club, name):
    return f"/planning/answers/{ask_link.sign(AskLink('meeting', club.meeting, member(club, name).id), KEY)}"


def test_three_days_are_asked_of_every_member_by_letter(claire, club):
    for _ in range(2):  # a second click asks nothing again
        assert claire.post(f"/planning/meetings/{club.meeting}/ask", data=asked(25, 20, 30)).status_code == 302
    meeting = the_meeting(club)
    assert [each.day for each in meeting.options] == [in_days(day).date() for day in (20, 25, 30)]
    assert sorted(each.to_address for each in letters()) == [f"{n}@bourse.example" for n in ("hugo", "marc", "nadia")]
    assert meeting.sequence == 0  # nothing has moved


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (asked(20, 25), "Proposez trois jours au moins."),
        (asked(20, 25, 25), "Ce jour est déjà proposé"),
        (asked(20, 25, -3), "Choisissez un jour à venir."),
        (asked(20, 25, 30, ends="13:00"), "indiquez une heure plus tardive"),
        (asked(20, 25, 30, starts=""), "Indiquez une heure"),
        (asked(20, 25, 30, answer_by=in_days(22).date().isoformat()), "Choisissez un jour plus proche"),
        (asked(20, 25, 30, day_4="demain"), "Indiquez une date"),
    ],
)
def test_what_is_wrong_with_the_days_is_said(claire, club, data, sentence):
    answer = claire.post(f"/planning/meetings/{club.meeting}/ask", data=data)
    assert answer.status_code == 200
    assert sentence in answer.text
    assert data["day_0"] in answer.text
    assert letters() == []


def test_whom_the_host_keeps_out_is_not_asked_nor_counted(claire, club, app, visit):
    ours = db.session.get_one(Club, club.club)
    xavier = a_member(ours, a_person("xavier"), a_company(ours.organisation, "Un concurrent"))
    db.session.flush()
    the_meeting(club).exclude(xavier.company_id, by=the_meeting(club).host.person, at=now())
    db.session.commit()
    token = ask_link.sign(AskLink("meeting", club.meeting, xavier.id), KEY)
    claire.post(f"/planning/meetings/{club.meeting}/ask", data=asked(20, 25, 30))
    assert "xavier@bourse.example" not in {each.to_address for each in letters()}
    assert claire.get(f"/planning/meetings/{club.meeting}/members/{xavier.id}").status_code == 404
    assert app.test_client().get(f"/planning/answers/{token}").status_code == 404
    assert "Quel jour" not in visit(app.test_client(), "xavier").get("/").text
    assert "0 sur 3" in claire.get(f"/planning/meetings/{club.meeting}").text


def test_a_member_answers_and_sees_counts_but_no_names(club, app):
    first, second, third = a_poll(the_meeting(club))
    says(member(club, "hugo"), first, Can.yes)
    db.session.commit()
    visitor = app.test_client()
    page = visitor.get(link(club, "marc")).text.replace("\xa0", " ")
    assert "Quel jour pour la rencontre 6" in page
    assert "1 oui" in page
    assert "Hugo" not in page
    answer = visitor.post(link(club, "marc"), data={f"date_{first.id}": "maybe", f"date_{third.id}": "no"})
    page = answer.text.replace("\xa0", " ")
    assert "Vos réponses sont enregistrées" in page
    assert "1 oui, 1 s’il le faut" in page
    assert "Dates remplies : 2 sur 3" in page
    rows = db.session.scalars(db.select(Availability).filter_by(membership_id=member(club, "marc").id)).all()
    assert {(row.option_id, row.answer, row.via) for row in rows} == {
        (first.id, Can.maybe, How.link), (third.id, Can.no, How.link)
    }  # fmt: skip
    assert second.id not in {row.option_id for row in rows}  # unknown, and not no


def test_the_home_of_who_has_not_said_leads_there(club, app, visit):
    first, *_others = a_poll(the_meeting(club))
    says(member(club, "marc"), first, Can.yes)
    db.session.commit()
    address = f"/planning/meetings/{club.meeting}/days"
    assert address in visit(app.test_client(), "nadia").get("/").text
    assert address not in visit(app.test_client(), "marc").get("/").text
    assert address in visit(app.test_client(), "marc").get(f"/meetings/{club.meeting}").text


def test_the_facilitator_sees_what_each_day_brings_and_notes_calls(claire, club):
    first, second, _third = a_poll(the_meeting(club))
    says(member(club, "hugo"), second, Can.no)
    db.session.commit()
    nadia = member(club, "nadia").id
    said = {f"date_{first.id}": "yes"}
    assert claire.post(f"/planning/meetings/{club.meeting}/members/{nadia}", data=said).status_code == 302
    row = db.session.scalars(db.select(Availability).filter_by(membership_id=nadia)).one()
    assert (row.answer, row.via, row.by_id) == (Can.yes, How.phone, club.claire)
    page = claire.get(f"/planning/meetings/{club.meeting}").text.replace("\xa0", " ")
    assert "Hugo Exemple, hôte : non" in page
    assert "2 sur 3 ont répondu" in page
    assert "Sous le quorum" in page


def test_the_silent_are_reminded_once_and_get_longer(claire, club):
    a_poll(the_meeting(club))
    db.session.commit()
    for _ in range(2):
        claire.post(f"/planning/meetings/{club.meeting}/remind")
    assert len(letters()) == 3
    later = in_days(15).date()
    claire.post(f"/planning/meetings/{club.meeting}/extend", data={"answer_by": later.isoformat()})
    assert the_meeting(club).poll.answer_by == later


def test_picking_a_day_moves_the_same_meeting_in_every_calendar(claire, club, app):
    first, second, _third = a_poll(the_meeting(club))
    write_calendar_letters(now())
    db.session.commit()
    uid = the_meeting(club).uid
    answer = claire.post(f"/planning/meetings/{club.meeting}/pick", data={"option": second.id})
    assert answer.location == f"/meetings/{club.meeting}"
    meeting = the_meeting(club)
    assert (meeting.starts_at, meeting.ends_at) == (second.starts_at, second.ends_at)
    assert (meeting.uid, meeting.sequence, meeting.poll.is_open) == (uid, 1, False)
    assert invitation_of(club.meeting, club.marc).current_answer is Answer.none  # to confirm
    write_calendar_letters(now())
    updates = [
        each for each in db.session.scalars(db.select(Letter)) if each.calendar and b"SEQUENCE:1" in each.calendar
    ]
    assert {uid.encode() in each.calendar for each in updates} == {True}
    claire.post(f"/planning/meetings/{club.meeting}/pick", data={"option": first.id})  # the question is closed
    assert the_meeting(club).sequence == 1
    stale = app.test_client().get(link(club, "marc"))
    assert (stale.status_code, "Le jour est choisi" in stale.text) == (410, True)
    assert "La question est close" in claire.get(f"/planning/meetings/{club.meeting}").text


@pytest.mark.parametrize("option", ["", "x", "99999", "-1"])
def test_what_is_no_day_of_the_meeting_is_not_picked(claire, club, option):
    a_poll(the_meeting(club))
    db.session.commit()
    claire.post(f"/planning/meetings/{club.meeting}/pick", data={"option": option})
    assert (the_meeting(club).sequence, the_meeting(club).poll.is_open) == (0, True)


def test_a_meeting_that_moves_twice_is_asked_about_anew(claire, club):
    claire.post(f"/planning/meetings/{club.meeting}/ask", data=asked(20, 25, 30))
    option = the_meeting(club).options[0]
    says(member(club, "marc"), option, Can.no)
    db.session.commit()
    claire.post(f"/planning/meetings/{club.meeting}/pick", data={"option": option.id})
    claire.post(f"/planning/meetings/{club.meeting}/ask", data=asked(25, 40, 45))
    standing = [each.day for each in the_meeting(club).options if not each.is_struck]
    assert standing == [in_days(day).date() for day in (25, 40, 45)]
    assert db.session.get_one(DateOption, option.id).is_struck
    assert the_meeting(club).poll.is_open


@pytest.mark.parametrize("state", ["cancelled", "not released", "over"])
def test_a_meeting_that_cannot_move_is_not_asked_about(claire, club, state):
    meeting = the_meeting(club)
    if state == "cancelled":
        meeting.cancel()
    elif state == "not released":
        meeting.released_at = None
    else:
        meeting.starts_at, meeting.ends_at = in_days(-2), in_days(-2, 18)
    db.session.commit()
    assert claire.get(f"/planning/meetings/{club.meeting}/ask").status_code == 404
    assert not re.search("Demander un autre jour", claire.get(f"/meetings/{club.meeting}").text)


def test_who_says_other_days_than_were_noted_meanwhile_is_shown_both(claire, club, client, app):
    first, second, _third = a_poll(the_meeting(club))
    db.session.commit()
    address, marc = link(club, "marc"), member(club, "marc").id
    assert app.test_client().get(address).status_code == 200
    claire.post(f"/planning/meetings/{club.meeting}/members/{marc}", data={f"date_{first.id}": "no"})
    late = app.test_client().post(address, data={"seen": "", f"date_{first.id}": "yes", f"date_{second.id}": "yes"})
    page = late.text.replace("\u00a0", " ")
    assert late.status_code == 409
    assert "Claire Exemple a répondu entre-temps" in page
    assert ": Non</li>" in page
    seen = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert seen
    said = {"seen": seen[1], f"date_{first.id}": "yes", f"date_{second.id}": "yes"}
    assert "Vos réponses sont enregistrées" in app.test_client().post(address, data=said).text
    db.session.rollback()
    rows = db.session.scalars(db.select(Availability).filter_by(membership_id=marc))
    assert {(row.option_id, row.answer, row.via) for row in rows} == {
        (first.id, Can.yes, How.link),
        (second.id, Can.yes, How.link),
    }
