"""A meeting with fewer places than people who would come: who gets one, who waits, who is told."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Company, Membership
from bourse.db import db
from bourse.mailroom.collect import Collector
from bourse.mailroom.models import Letter
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Meeting, Via
from bourse.people.models import AuditEvent, Language, Person
from tests.cast import HOSTS_COMPANY, a_company, a_member, a_person, in_days, invitation_of
from tests.mailbox import Mailbox
from tests.meetings.post import MORNING, NOON, mail, send_invitations
from tests.meetings.test_views import the_form

SITE = "http://localhost"


def the_meeting(club) -> Meeting:
    return db.session.get_one(Meeting, club.meeting)


def path_of(invitation) -> str:
    return answer_url(invitation).removeprefix(SITE)


def standing(club, name: str) -> tuple[Answer, Via | None]:
    db.session.expire_all()
    invitation = invitation_of(club.meeting, getattr(club, name))
    return invitation.current_answer, invitation.via


def letters_to(name: str) -> list[str]:
    letters = db.session.scalars(db.select(Letter).filter_by(to_address=f"{name}@bourse.example").order_by(Letter.id))
    return [letter.kind for letter in letters]


@pytest.fixture
def full(club):
    """One place, which is marc's."""
    the_meeting(club).places = 1
    db.session.commit()
    return club


@pytest.fixture
def claire(app, visit):
    return visit(app.test_client(), "claire")


@pytest.fixture
def marc(app, visit):
    return visit(app.test_client(), "marc")


@pytest.fixture
def nadia(app, visit):
    return visit(app.test_client(), "nadia")


class TestOnOneDatabase:
    @pytest.fixture
    def database_url(self, fresh_sqlite):
        return fresh_sqlite

    def test_the_host_takes_none_of_the_places(self, club):
        meeting = the_meeting(club)
        meeting.company.visitors = 3
        assert (meeting.capacity, meeting.taken_seats, meeting.free_seats) == (3, 1, 2)
        meeting.club.capacity = 2
        assert meeting.capacity == 2
        meeting.places = 5
        assert meeting.capacity == 5

    @pytest.mark.parametrize("said", ["accepted", "tentative"])
    def test_who_comes_too_late_waits_and_reads_where(self, full, nadia, said):
        page = nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": said}, follow_redirects=True).text
        assert "vous êtes en tête de la liste d’attente" in page
        assert standing(full, "nadia") == (Answer.waiting, Via.web)
        assert "liste d’attente" in nadia.get("/").text

    def test_the_same_answer_again_keeps_the_turn(self, full, nadia):
        since = []
        for _ in range(2):
            nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
            db.session.expire_all()
            since.append(invitation_of(full.meeting, full.nadia).waiting_since)
        assert since[0] is not None
        assert since[0] == since[1]

    def test_who_comes_may_say_if_need_be_and_keeps_the_place(self, full, marc):
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "tentative"})
        assert standing(full, "marc")[0] is Answer.tentative

    def test_a_place_given_back_is_the_first_one_s_and_one_letter_and_calendar_say_so(self, full, marc, nadia):
        write_calendar_letters(now())
        db.session.execute(db.update(Letter).values(state="sent"))
        db.session.commit()
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "declined"})
        assert standing(full, "nadia")[0] is Answer.accepted
        for _ in range(2):
            write_calendar_letters(now())
            db.session.commit()
        assert letters_to("nadia") == ["invitation", "promoted"]
        assert letters_to("marc") == ["invitation"]
        letter = db.session.scalars(db.select(Letter).filter_by(kind="promoted")).one()
        text = re.sub(r"\r?\n ", "", (letter.calendar or b"").decode())
        assert "METHOD:REQUEST" in text
        assert "PARTSTAT=ACCEPTED" in text
        assert "SEQUENCE:0" in text
        assert "Une place est à vous" in letter.subject
        assert "liste d’attente" in letter.text
        assert "?answer=" not in letter.html
        assert [each.act for each in db.session.scalars(db.select(AuditEvent))].count("promote") == 1

    def test_whoever_is_seated_and_declines_before_the_letter_leaves_gets_none(self, full, marc, nadia):
        write_calendar_letters(now())
        db.session.execute(db.update(Letter).values(state="sent"))
        db.session.commit()
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "declined"})
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "declined"})
        write_calendar_letters(now())
        assert letters_to("nadia") == ["invitation"]

    @pytest.mark.parametrize("room", ["club", "site"])
    def test_more_room_seats_who_waits_at_the_worker_s_next_round(self, full, nadia, room):
        meeting = the_meeting(full)
        meeting.places, meeting.club.capacity = None, 1 if room == "club" else 20
        meeting.company.visitors = 1 if room == "site" else None
        db.session.commit()
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        assert standing(full, "nadia")[0] is Answer.waiting
        if room == "club":
            the_meeting(full).club.capacity = 2
        else:
            db.session.scalars(db.select(Company).filter_by(name=HOSTS_COMPANY)).one().visitors = 2
        db.session.commit()
        write_calendar_letters(now())
        db.session.commit()
        assert standing(full, "nadia")[0] is Answer.accepted

    def test_who_leaves_the_club_gives_the_place_back(self, full, nadia):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        db.session.scalars(db.select(Membership).filter_by(person_id=full.marc)).one().leave()
        db.session.commit()
        write_calendar_letters(now())
        db.session.commit()
        assert standing(full, "nadia")[0] is Answer.accepted

    def test_who_waits_and_has_left_is_passed_over(self, full, marc, nadia):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        db.session.scalars(db.select(Membership).filter_by(person_id=full.nadia)).one().leave()
        db.session.commit()
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "declined"})
        assert standing(full, "nadia")[0] is Answer.waiting

    def test_more_places_on_the_form_seat_who_waits_and_the_preview_says_so(self, full, claire, nadia):
        write_calendar_letters(now())
        db.session.execute(db.update(Letter).values(state="sent"))
        db.session.commit()
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        url, form = f"/meetings/{full.meeting}/change", the_form(the_meeting(full), places="2")
        assert "Une place" in claire.post(url, data=form | {"step": "look"}).text
        assert standing(full, "nadia")[0] is Answer.waiting
        claire.post(url, data=form)
        assert standing(full, "nadia")[0] is Answer.accepted

    @pytest.mark.parametrize("typed", ["0", "1000", "beaucoup"])
    def test_places_are_a_number(self, club, claire, typed):
        form = the_form(the_meeting(club), places=typed)
        page = claire.post(f"/meetings/{club.meeting}/change", data=form).text
        assert "Indiquez un nombre entre 1 et 500." in page.replace("\xa0", " ")
        assert f'value="{typed}"' in page

    def test_fewer_places_take_nobody_s_away_and_seat_nobody(self, full, claire, marc):
        the_meeting(full).places = None
        invitation_of(full.meeting, full.nadia).give(Answer.accepted, at=now(), via=Via.web, by=None)
        db.session.commit()
        claire.post(f"/meetings/{full.meeting}/change", data=the_form(the_meeting(full), places="1"))
        assert (standing(full, "marc")[0], standing(full, "nadia")[0]) == (Answer.accepted, Answer.accepted)
        assert "2 places de visiteur prises sur 1." in claire.get(f"/meetings/{full.meeting}").text.replace("\xa0", " ")
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "tentative"})
        assert standing(full, "marc")[0] is Answer.tentative

    def test_the_facilitator_gives_a_place_by_hand_and_it_is_recorded(self, full, claire, nadia):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        invitation = invitation_of(full.meeting, full.nadia).id
        page = claire.get(f"/meetings/{full.meeting}").text
        assert "Liste d’attente" in page
        assert f"/meetings/invitations/{invitation}/promote" in page
        for _ in range(2):
            claire.post(f"/meetings/invitations/{invitation}/promote")
        assert standing(full, "nadia")[0] is Answer.accepted
        acts = db.session.scalars(db.select(AuditEvent).filter_by(act="promote")).all()
        assert [(each.person_id, each.about) for each in acts] == [(full.claire, f"invitation:{invitation}")]

    def test_the_list_is_for_host_and_facilitator(self, app, full, nadia, marc, visit):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        assert "Liste d’attente" in visit(app.test_client(), "hugo").get(f"/meetings/{full.meeting}").text
        page = marc.get(f"/meetings/{full.meeting}").text
        assert "attente" not in page
        assert "Nadia" not in page.partition('id="guests"')[2].partition("</ul>")[0]

    def test_an_answer_heard_on_the_telephone_waits_too_and_the_facilitator_says_so(self, full, claire):
        invitation = invitation_of(full.meeting, full.nadia).id
        note = {"answer": "accepted"}
        page = claire.post(f"/meetings/invitations/{invitation}/note", data=note, follow_redirects=True).text
        assert "Nadia Exemple est sur la liste d’attente, au rang 1." in page
        assert standing(full, "nadia") == (Answer.waiting, Via.phone)

    def test_a_new_date_asks_everybody_anew_and_who_waited_keeps_the_turn(self, app, full, marc, nadia, visit):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        the_meeting(full).move(in_days(20), in_days(20, 18))
        db.session.commit()
        assert the_meeting(full).taken_seats == 0
        since = invitation_of(full.meeting, full.nadia).waiting_since
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        db.session.expire_all()
        assert (standing(full, "marc")[0], standing(full, "nadia")[0]) == (Answer.accepted, Answer.waiting)
        assert invitation_of(full.meeting, full.nadia).waiting_since == since

    def test_who_waits_is_neither_silent_nor_absent(self, app, full, claire, nadia):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        assert "silent" not in claire.get("/").text
        assert claire.get(f"/overview/{full.slug}").status_code == 200

    def test_nobody_is_seated_once_it_has_begun(self, full, marc, nadia):
        nadia.post(f"/meetings/{full.meeting}/answer", data={"answer": "accepted"})
        meeting = the_meeting(full)
        meeting.starts_at, meeting.ends_at = now() - timedelta(hours=1), now() + timedelta(hours=3)
        meeting.moved_sequence = 0
        db.session.commit()
        marc.post(f"/meetings/{full.meeting}/answer", data={"answer": "declined"})
        assert standing(full, "nadia")[0] is Answer.waiting


# Every door gives or refuses the same seat


@pytest.fixture
def invited(app, club):
    """Nadia's invitation to the meeting that the mails are about, sent in the morning; it is noon."""
    with time_machine.travel(MORNING, tick=False) as clock:
        meeting = the_meeting(club)
        meeting.starts_at, meeting.ends_at = in_days(10), in_days(10, 18)
        send_invitations(club)
        clock.move_to(NOON)
        yield invitation_of(club.meeting, club.nadia)


def by_command(app, client, visit, invitation):
    app.test_cli_runner().invoke(args=["hear"], input=mail("google"), catch_exceptions=False)


def by_mailbox(app, client, visit, invitation):
    with Mailbox() as mailbox:
        mailbox.put(mail("google"))
        Collector(mailbox.url, app.config["HEAR"], threading.Event()).run(once=True)


def by_link(app, client, visit, invitation):
    client.post(path_of(invitation), data={"answer": "accepted", "comment": ""})


def on_the_page(app, client, visit, invitation):
    visit(client, "nadia").post(f"/meetings/{invitation.meeting_id}/answer", data={"answer": "accepted", "comment": ""})


@pytest.mark.parametrize(("places", "becomes"), [(2, Answer.accepted), (1, Answer.waiting)])
@pytest.mark.parametrize("door", [by_command, by_mailbox, by_link, on_the_page])
def test_every_door_gives_or_refuses_the_same_seat(app, club, client, visit, invited, door, places, becomes):
    the_meeting(club).places = places
    db.session.commit()
    door(app, client, visit, invited)
    db.session.expire_all()
    row = invitation_of(club.meeting, club.nadia)
    assert (row.answer, row.answered_sequence, row.answered_by_id, row.comment) == (becomes, 0, club.nadia, "")
    assert (row.waiting_since is None) == (becomes is Answer.accepted)
    is_by_mail = row.via is Via.calendar
    assert letters_to("nadia") == ["invitation", *(["waiting"] if is_by_mail and becomes is Answer.waiting else [])]


@pytest.mark.parametrize("language", list(Language))
def test_the_letter_to_who_waits_tells_the_rank_and_leads_to_the_answer(app, club, invited, language):
    the_meeting(club).places = 1
    invited.person.language = language
    db.session.commit()
    by_command(app, None, None, invited)
    letter = db.session.scalars(db.select(Letter).filter_by(kind="waiting")).one()
    said = {"fr": "en tête de la liste d’attente", "en": "first on the waiting list"}[language.value]
    assert said in letter.text
    assert "/meetings/answers/" in letter.text
    assert letter.reply_to == "claire@bourse.example"


# Everybody at once

CROWD = 50


def test_fifty_answers_at_once_for_the_last_place_seat_one_and_queue_the_others(app, club):
    meeting = the_meeting(club)
    meeting.places = 2  # marc has one of them
    company = a_company(meeting.club.organisation, "Ateliers de la foule")
    people = [a_person(f"foule-{number}") for number in range(CROWD)]
    for person in people:
        a_member(meeting.club, person, company)
        meeting.invite(person)
    db.session.commit()
    paths = [path_of(invitation_of(club.meeting, person.id)) for person in people]
    db.session.commit()
    start = threading.Barrier(10)

    def press(mine):
        start.wait()
        return [say_yes(app, path) for path in mine]

    with ThreadPoolExecutor(10) as crowd:
        told = [page for pages in crowd.map(press, [paths[n::10] for n in range(10)]) for page in pages]
    db.session.expire_all()
    meeting = the_meeting(club)
    answers = [invitation_of(club.meeting, person.id).answer for person in db.session.scalars(people_of_the_crowd())]
    assert (answers.count(Answer.accepted), answers.count(Answer.waiting)) == (1, CROWD - 1)
    assert meeting.free_seats == 0
    assert sum("vous venez le" in page for page in told) == 1
    ranks = [re.search(r"vous êtes (\d+)e sur", page) for page in told]
    assert sorted(int(rank[1]) for rank in ranks if rank) == list(range(2, CROWD))
    assert sum("en tête de la liste" in page for page in told) == 1
    first = meeting.waiting_list[0].person.email
    app.test_client().post(path_of(invitation_of(club.meeting, club.marc)), data={"answer": "declined"})
    db.session.expire_all()
    seated = db.session.scalars(db.select(Person).filter_by(email=first)).one()
    assert invitation_of(club.meeting, seated.id).answer is Answer.accepted


def say_yes(app, path):
    """Presses until it is heard: a database under a crowd may ask to come back (503)."""
    for _try in range(5):
        page = app.test_client().post(path, data={"answer": "accepted"})
        if page.status_code != 503:
            return page.text
    raise AssertionError(page.status)


def people_of_the_crowd():
    return db.select(Person).where(Person.email.like("foule-%"))
