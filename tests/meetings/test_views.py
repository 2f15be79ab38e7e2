"""Planning a meeting, the "go", and the three ways to answer."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta

import click
import pytest
import time_machine

from bourse.clock import club_time, now
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.mailroom.worker import Worker
from bourse.meetings.due import let_go, write_calendar_letters
from bourse.meetings.facts import with_calendars
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, CalendarCopy, Meeting, MeetingState, Via
from bourse.people.models import Language, Person
from tests.cast import ZONE, a_meeting, invitation_of


def the_form(meeting, **changes):
    start, end = (club_time(at, ZONE) for at in (meeting.starts_at, meeting.ends_at))
    form = {
        "host": meeting.host_id,
        "day": start.date().isoformat(),
        "starts": start.strftime("%H:%M"),
        "ends": end.strftime("%H:%M"),
        "agenda": "bourse",
        "practical": "",
        "invited": [invitation.person_id for invitation in meeting.invited],
    }
    return form | changes


def meeting_form(app, club, **changes):
    with app.app_context():
        return the_form(db.session.get_one(Meeting, club.meeting), **changes)


def answer_of(app, club, name):
    with app.app_context():
        invitation = invitation_of(club.meeting, getattr(club, name))
        return invitation.current_answer, invitation.via


def carry(app, smtp):
    """What the worker does; returns the new mails."""
    before = len(smtp.received)
    with app.app_context():
        Worker(app.config["SETTINGS"].mail_from, lambda: smtp.url, (write_calendar_letters,)).run(once=True)
    return [mail.message for mail in smtp.received[before:]]


def calendar_of(mail):
    return next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/calendar")


def test_the_facilitator_plans_a_meeting_and_sees_who_will_get_what(app, club, client, visit):
    day = (now() + timedelta(days=40)).date().isoformat()
    answer = visit(client, "claire").post(f"/meetings/clubs/{club.slug}/plan", data=meeting_form(app, club, day=day))
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "marc<wbr>@bourse.example" in page
    with app.app_context():
        planned = db.session.scalars(db.select(Meeting).order_by(Meeting.id.desc()).limit(1)).one()
        assert (planned.number, planned.is_released, len(planned.invited)) == (7, False, 3)


def test_a_double_click_plans_one_meeting(app, club, client, visit):
    form = meeting_form(app, club, day=(now() + timedelta(days=40)).date().isoformat())
    for _ in range(2):
        visit(client, "claire").post(f"/meetings/clubs/{club.slug}/plan", data=form)
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(Meeting.id))) == 2


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("host", "0", "Choisissez qui reçoit."),
        ("day", "31/02/2027", "Indiquez une date"),
        ("day", "2020-01-01", "Choisissez un jour à venir"),
        ("ends", "13:00", "indiquez une heure plus tardive"),
        ("starts", "midi", "Indiquez une heure"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_and_keeps_what_was_typed(app, club, client, visit, field, typed, sentence):
    form = meeting_form(app, club, practical="Covoiturage à la gare", **{field: typed})
    page = visit(client, "claire").post(f"/meetings/clubs/{club.slug}/plan", data=form).text
    assert sentence in page
    assert "Covoiturage à la gare" in page
    assert "<title>Erreur" in page


def test_nothing_leaves_before_the_go(app, club, client, visit, smtp):
    with app.app_context():
        db.session.get_one(Meeting, club.meeting).released_at = None
        db.session.commit()
    assert carry(app, smtp) == []
    visit(client, "claire").post(f"/meetings/{club.meeting}/release")
    assert {mail["To"].addresses[0].addr_spec for mail in carry(app, smtp)} == {
        f"{name}@bourse.example" for name in ("hugo", "marc", "nadia")
    }
    assert carry(app, smtp) == []


def test_an_invitation_names_its_reader_and_nobody_else(app, club, smtp):
    mails = {mail["To"].addresses[0].username: mail for mail in carry(app, smtp)}
    text = calendar_of(mails["nadia"])
    assert sorted(re.findall(r"mailto:([^\r\n:;]+)", re.sub(r"\r?\n ", "", text))) == [
        "club@bourse.example",
        "nadia@bourse.example",
    ]
    assert "marc@bourse.example" not in mails["nadia"].as_string()


def test_a_member_answers_on_the_page(app, club, client, visit):
    visit(client, "nadia").post(f"/meetings/{club.meeting}/answer", data={"answer": "tentative"})
    assert answer_of(app, club, "nadia") == (Answer.tentative, Via.web)


def test_the_facilitator_notes_an_answer_heard_on_the_telephone(app, club, client, visit):
    with app.app_context():
        nadia = invitation_of(club.meeting, club.nadia).id
    visit(client, "claire").post(f"/meetings/invitations/{nadia}/note", data={"answer": "declined"})
    assert answer_of(app, club, "nadia") == (Answer.declined, Via.phone)


def test_nobody_answers_for_another(app, club, client, visit):
    with app.app_context():
        nadia = invitation_of(club.meeting, club.nadia).id
    assert (
        visit(client, "marc").post(f"/meetings/invitations/{nadia}/note", data={"answer": "declined"}).status_code
        == 404
    )
    assert answer_of(app, club, "nadia")[0] is Answer.none


def link_of(app, club, name):
    with app.app_context():
        return answer_url(invitation_of(club.meeting, getattr(club, name))).removeprefix(
            app.config["SETTINGS"].base_url
        )


def test_opening_the_link_of_a_letter_changes_nothing(app, club, client):
    link = link_of(app, club, "nadia")
    page = client.get(f"{link}?answer=accepted")
    client.head(f"{link}?answer=declined")
    assert re.search(r'value="accepted"\s+checked', page.text)
    assert answer_of(app, club, "nadia")[0] is Answer.none
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_confirming_the_link_answers_without_signing_in(app, club, client):
    page = client.post(link_of(app, club, "nadia"), data={"answer": "accepted", "comment": "J'arrive à 14 h 15"})
    assert "Noté" in page.text
    assert answer_of(app, club, "nadia") == (Answer.accepted, Via.web)


def test_a_link_opens_nothing_but_its_answer(app, club, client):
    client.post(link_of(app, club, "nadia"), data={"answer": "accepted"})
    assert client.get(f"/meetings/{club.meeting}").location == "/people/sign-in"


def test_the_link_of_somebody_no_longer_invited_is_dead(app, club, client):
    link = link_of(app, club, "nadia")
    with app.app_context():
        invitation_of(club.meeting, club.nadia).withdraw(now())
        db.session.commit()
    assert client.post(link, data={"answer": "accepted"}).status_code == 404


def test_after_the_meeting_no_answer_counts(app, club, client):
    link = link_of(app, club, "nadia")
    with time_machine.travel(now() + timedelta(days=12)):
        client.post(link, data={"answer": "accepted"})
    assert answer_of(app, club, "nadia")[0] is Answer.none


def test_a_moved_meeting_reaches_everybody_and_asks_again(app, club, client, visit, smtp):
    carry(app, smtp)
    day = (now() + timedelta(days=17)).date().isoformat()
    visit(client, "claire").post(f"/meetings/{club.meeting}/change", data=meeting_form(app, club, day=day))
    mails = carry(app, smtp)
    assert len(mails) == 3
    assert all("SEQUENCE:1" in calendar_of(mail) and mail["Subject"].startswith("Modifié") for mail in mails)
    assert answer_of(app, club, "marc")[0] is Answer.none
    assert "confirmez" in visit(app.test_client(), "marc").get(f"/meetings/{club.meeting}").text


def test_a_changed_guest_list_reaches_only_those_it_touches(app, club, client, visit, smtp):
    carry(app, smtp)
    form = meeting_form(app, club, invited=[club.hugo, club.marc, club.claire])
    visit(client, "claire").post(f"/meetings/{club.meeting}/change", data=form)
    kinds = {mail["To"].addresses[0].username: mail["Subject"].partition("\xa0:")[0] for mail in carry(app, smtp)}
    assert kinds == {"nadia": "Invitation retirée", "claire": "Invitation"}


def test_a_cancelled_meeting_leaves_every_calendar_and_may_come_back(app, club, client, visit, smtp):
    carry(app, smtp)
    for _ in range(2):  # a double click cancels once
        visit(client, "claire").post(f"/meetings/{club.meeting}/cancel", data={"act": "cancel"})
    assert all("METHOD:CANCEL" in calendar_of(mail) for mail in carry(app, smtp))
    visit(client, "claire").post(f"/meetings/{club.meeting}/cancel", data={"act": "restore"})
    back = carry(app, smtp)
    assert len(back) == 3
    assert all("METHOD:REQUEST" in calendar_of(mail) and "SEQUENCE:2" in calendar_of(mail) for mail in back)
    with app.app_context():
        assert db.session.get_one(Meeting, club.meeting).state is MeetingState.invited


def test_a_member_who_left_is_told_and_sees_nothing_more(app, club, client, visit, smtp):
    carry(app, smtp)
    with app.app_context():
        (membership,) = db.session.get_one(Person, club.nadia).memberships
        membership.leave()
        db.session.commit()
    (told,) = carry(app, smtp)
    assert told["To"].addresses[0].username == "nadia"
    assert visit(client, "nadia").get(f"/meetings/{club.meeting}").status_code == 404


def test_a_new_address_gets_the_meeting_and_the_old_one_loses_it(app, club, smtp):
    carry(app, smtp)
    with app.app_context():
        db.session.get_one(Person, club.marc).email = "marc@ailleurs.example"
        db.session.commit()
    sent = {mail["To"].addresses[0].addr_spec: "CANCEL" in calendar_of(mail) for mail in carry(app, smtp)}
    assert sent == {"marc@bourse.example": True, "marc@ailleurs.example": False}


def test_an_answer_alone_writes_to_nobody_but_its_giver_s_calendar(app, club, client, visit, smtp):
    carry(app, smtp)
    visit(client, "nadia").post(f"/meetings/{club.meeting}/answer", data={"answer": "accepted"})
    assert carry(app, smtp) == []
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert [mail["To"].addresses[0].username for mail in carry(app, smtp)] == ["nadia"]


def test_two_workers_that_see_the_same_facts_write_one_letter_each(app, club):
    with app.app_context():
        for _ in range(2):
            write_calendar_letters(now())
            db.session.commit()
        assert db.session.scalar(db.select(db.func.count(Letter.id))) == 3
        assert db.session.scalar(db.select(db.func.count(CalendarCopy.id))) == 3


def test_the_english_reader_gets_english(app, club, smtp):
    with app.app_context():
        db.session.get_one(Person, club.nadia).language = Language.en
        db.session.commit()
    mails = {mail["To"].addresses[0].username: mail for mail in carry(app, smtp)}
    assert mails["nadia"]["Subject"].startswith("Invitation: ")
    assert mails["marc"]["Subject"].startswith("Invitation\u00a0: ")


def test_somebody_whom_no_calendar_can_invite_holds_nobody_up(app, club, smtp):
    with app.app_context():
        db.session.get_one(Person, club.nadia).email = "club@bourse.example"  # the organizer's own mailbox
        db.session.commit()
    assert len(carry(app, smtp)) == 2
    assert carry(app, smtp) == []
    with app.app_context():
        (failed,) = db.session.scalars(db.select(Letter).filter_by(state="failed"))
        assert failed.to_address == "club@bourse.example"


def test_a_company_with_a_very_long_name_is_invited_to_all_the_same(app, club, smtp):
    with app.app_context():
        db.session.get_one(Meeting, club.meeting).company.name = "Établissements " + "É" * 180
        db.session.commit()
    assert len(carry(app, smtp)) == 3


def test_the_host_is_told_who_comes_and_not_asked(club, client, visit):
    page = visit(client, "hugo").get(f"/meetings/{club.meeting}").text
    assert "Vous recevez le club" in page
    assert "1\xa0vient, 1\xa0sans réponse" in page
    assert "Serez-vous avec nous" not in page


def test_a_cancelled_meeting_cannot_be_released(app, club, client, visit):
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.released_at = None
        meeting.cancel()
        db.session.commit()
    assert visit(client, "claire").post(f"/meetings/{club.meeting}/release").status_code == 404


def test_before_the_go_nobody_answers_and_nobody_enters(app, club, client, visit):
    with app.app_context():
        db.session.get_one(Meeting, club.meeting).released_at = None
        db.session.commit()
    visit(client, "marc")
    assert client.post(f"/meetings/{club.meeting}/answer", data={"answer": "accepted"}).status_code == 404
    assert client.get(f"/board/{club.meeting}").status_code == 404
    assert client.get(f"/outcomes/{club.meeting}").status_code == 404


def test_who_left_is_no_longer_counted_and_is_asked_anew_when_back(app, club, smtp):
    carry(app, smtp)
    with app.app_context():
        (membership,) = db.session.get_one(Person, club.marc).memberships
        membership.leave()
        db.session.commit()
    carry(app, smtp)
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        assert meeting.invitation_of(db.session.get_one(Person, club.marc)) is None
        meeting.invite(db.session.get_one(Person, club.marc))
        assert invitation_of(club.meeting, club.marc).current_answer is Answer.none


def test_a_new_address_of_the_site_asks_everybody_again(app, club, smtp):
    carry(app, smtp)
    with app.app_context():
        db.session.get_one(Meeting, club.meeting).company.street = "1 quai de l'Arve"
        db.session.commit()
    assert len(carry(app, smtp)) == 3
    assert carry(app, smtp) == []
    assert answer_of(app, club, "marc")[0] is Answer.none


def test_a_new_host_does_not_inherit_the_title(app, club):
    with app.app_context():
        meeting = db.session.get_one(Meeting, club.meeting)
        meeting.title = "La question de Hugo"
        (marc,) = db.session.get_one(Person, club.marc).memberships
        meeting.change_host(marc)
        assert meeting.title == ""


def test_one_broken_meeting_holds_no_other_letter(app, club, smtp):
    with app.app_context():
        whole = db.session.get_one(Meeting, club.meeting)
        broken = a_meeting(whole.club, whole.host, [whole.invitations[1].person], days=20)
        broken.host = next(each for each in whole.club.memberships if each.company is None)
        db.session.commit()
    assert len(carry(app, smtp)) == 3


def keep_marc_out(club):
    """What the host's page writes, not committed yet."""
    meeting = with_calendars(db.session.get_one(Meeting, club.meeting), lock=True)
    (marc,) = db.session.get_one(Person, club.marc).memberships
    meeting.exclude(marc.company_id, by=meeting.host.person, at=now())
    let_go(meeting, now())
    db.session.flush()


def test_whom_the_host_keeps_out_while_the_worker_writes_gets_no_letter(app, club):
    """The worker waits for the host's choice, or the choice recalls what the worker wrote."""
    keep_marc_out(club)
    with ThreadPoolExecutor() as other:
        writing = other.submit(elsewhere_write, app)
        time.sleep(0.3)
        db.session.commit()
        writing.result()
    assert {each.to_address for each in db.session.scalars(db.select(Letter))} == {
        "hugo@bourse.example",
        "nadia@bourse.example",
    }


def elsewhere_write(app):
    """The worker's own turn, as at a terminal."""
    with app.app_context(), click.Context(click.Command("worker")):
        write_calendar_letters(now())
        db.session.commit()
        db.session.remove()


def test_a_host_keeps_a_company_out_and_lets_it_in_again(app, club, client, visit, smtp):
    carry(app, smtp)
    url, meeting = f"/meetings/{club.meeting}/keep-out", db.session.get_one(Meeting, club.meeting)
    (marc,) = db.session.get_one(Person, club.marc).memberships
    form = {"companies": [marc.company_id], "host": meeting.host_id}
    visit(client, "hugo").post(url, data=form)
    assert carry(app, smtp) == []  # marc has it in his calendar: the page asks first
    client.post(url, data=form | {"is_sure": "y"})
    (told,) = carry(app, smtp)
    assert (told["To"].addresses[0].username, told["Subject"].partition("\xa0:")[0]) == ("marc", "Invitation retirée")
    client.post(url, data={"shown": form["companies"], "host": form["host"]})
    (told,) = carry(app, smtp)
    assert (told["To"].addresses[0].username, told["Subject"].split()[0]) == ("marc", "Invitation")


@pytest.mark.parametrize(("starts", "ends"), [("00:00", "00:01"), ("02:00", "02:30")])
def test_hours_that_are_past_or_do_not_exist_get_a_sentence(app, club, client, visit, starts, ends):
    day = "2027-03-28" if ends == "02:30" else club_time(now(), ZONE).date().isoformat()
    form = meeting_form(app, club, day=day, starts=starts, ends=ends)
    with time_machine.travel("2026-11-22T12:00+01:00") if ends == "02:30" else nullcontext():
        answer = visit(client, "claire").post(f"/meetings/clubs/{club.slug}/plan", data=form)
    assert answer.status_code == 200
    assert "<title>Erreur" in answer.text
