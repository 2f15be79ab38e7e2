"""The first page, as each person finds it."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from bourse.clock import now
from bourse.clubs.models import Club, Membership, Role
from bourse.db import db
from bourse.meetings.models import Meeting, Presence
from bourse.people.models import Person
from bourse.problems.models import Problem
from bourse.problems.read import ProblemState
from tests.cast import Cast, Visit, a_club, a_meeting, a_member, a_person


@pytest.fixture
def database_url(either_database):
    return either_database


def home(visit: Visit, client: FlaskClient, name: str) -> str:
    answer = visit(client, name).get("/")
    assert answer.status_code == 200
    return answer.text


def test_nadia_is_asked_whether_she_comes(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "nadia")
    assert "Serez-vous avec nous" in page
    assert f"/meetings/{club.meeting}/answer" in page
    assert "Décolletage Bouquetin" in page


def test_her_answer_is_said_back_and_may_change(client: FlaskClient, club: Cast, visit: Visit) -> None:
    answer = visit(client, "nadia").post(
        f"/meetings/{club.meeting}/answer", data={"answer": "declined", "next": "/"}, follow_redirects=True
    )
    assert answer.request.path == "/"
    assert "Vous ne venez pas." in answer.text
    assert "Changer" in answer.text


def test_marc_reads_that_he_comes(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "marc")
    assert "Vous venez." in page
    assert "Serez-vous avec nous" not in page


def test_hugo_receives_the_club_and_is_asked_for_his_problem(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "hugo")
    assert "Vous recevez le club." in page
    assert "Pour l’instant, 1\xa0personne vient" in page
    assert f"/problems/{club.meeting}/write" in page


def test_claire_finds_whom_to_call(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.get_one(Person, club.nadia).mobile = "+33699000009"
    db.session.commit()
    page = home(visit, client, "claire")
    assert "tel:+33699000009" in page
    assert "1\xa0vient, et l’hôte, 3\xa0invités en tout" in page
    assert "Hugo Exemple\xa0: son problème est en retard" in page.replace("&#39;", "’")


def test_an_address_that_fails_is_told_once_though_its_person_is_in_both_clubs(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    marc, other = db.session.get_one(Person, club.marc), a_club("autre-club")
    a_member(other, marc, None)
    a_member(other, db.session.get_one(Person, club.claire), None, Role.facilitator)
    marc.distrust_address(now(), "550 5.1.1 No such mailbox")
    db.session.commit()
    assert home(visit, client, "claire").count("Marc Exemple\u00a0: l’adresse ne fonctionne plus") == 1


def test_claire_calls_people_in_the_order_of_their_names(client: FlaskClient, club: Cast, visit: Visit) -> None:
    meeting = db.session.get_one(Meeting, club.meeting)
    for name, family in (("luc", "Brémontier"), ("lea", "Bérangier"), ("eve", "Belhadri")):
        a_member(meeting.club, a_person(name, family), None)
        meeting.invite(meeting.club.memberships[-1].person)
    db.session.commit()
    names = ("Eve Belhadri", "Lea Bérangier", "Luc Brémontier", "Nadia Exemple")
    desk, page = home(visit, client, "claire"), client.get(f"/meetings/{club.meeting}").text
    for shown in (desk, page, client.get(f"/meetings/{club.meeting}/change").text):
        places = [shown.rindex(name) for name in names]
        assert places == sorted(places)


def test_once_the_meeting_runs_nobody_is_called_or_asked(client: FlaskClient, club: Cast, visit: Visit) -> None:
    with time_machine.travel(db.session.get_one(Meeting, club.meeting).starts_at + timedelta(hours=1)):
        assert "Sans réponse" not in home(visit, client, "claire")
        assert "Serez-vous avec nous" not in home(visit, client, "nadia")
        assert "Serez-vous avec nous" not in client.get(f"/meetings/{club.meeting}").text


def test_claire_notes_the_answer_and_nadia_is_silent_no_more(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "claire")
    url = page.partition("/meetings/invitations/")[2].partition('"')[0]
    answer = client.post(
        f"/meetings/invitations/{url}", data={"answer": "accepted", "next": "/"}, follow_redirects=True
    )
    assert "Sans réponse" not in answer.text


def test_claire_sees_a_problem_that_was_handed_in(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.add(Problem(meeting_id=club.meeting, question="Comment ?", state=ProblemState.submitted))
    db.session.commit()
    assert "Relire le problème posé par Hugo Exemple" in home(visit, client, "claire")


def test_the_question_is_told_to_who_accepted_the_charter(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.add(Problem(meeting_id=club.meeting, question="Comment durer ?", state=ProblemState.approved))
    db.session.commit()
    assert "Comment durer ?" in home(visit, client, "marc")
    assert "Comment durer ?" not in home(visit, client, "odile")
    db.session.get_one(Club, club.club).adopt("Une nouvelle charte.")
    db.session.commit()
    assert "Comment durer ?" not in home(visit, client, "marc")


def test_the_office_reads_attendance_and_nothing_else(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "odile")
    assert "Rencontres et présences" in page
    assert "Comment" not in page


def test_a_stranger_is_of_no_club(client: FlaskClient, club: Cast, visit: Visit) -> None:
    page = home(visit, client, "stranger")
    assert "aucun club" in page
    assert "Bouquetin" not in page


def test_who_is_not_signed_in_is_sent_to_the_door(client: FlaskClient, club: Cast) -> None:
    assert client.get("/").location.endswith("/people/sign-in")


def test_a_meeting_that_is_not_released_is_nobodys_news(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.get_one(Meeting, club.meeting).released_at = None
    db.session.commit()
    assert "Bouquetin" not in home(visit, client, "marc")
    assert "Envoyer les invitations" in home(visit, client, "claire")


def test_an_unsigned_charter_is_asked_for(client: FlaskClient, club: Cast, visit: Visit) -> None:
    db.session.get_one(Club, club.club).adopt("Une nouvelle charte.")
    db.session.commit()
    assert "Accepter la charte" in home(visit, client, "marc")
    assert "Accepter la charte" not in home(visit, client, "claire")


def test_past_meetings_count_who_was_there(client: FlaskClient, club: Cast, visit: Visit) -> None:
    nadia, marc = (_membership(each) for each in (club.nadia, club.marc))
    with db.session.no_autoflush:
        meeting = a_meeting(nadia.club, nadia, [nadia.person, marc.person], days=-20)
    for invitation in meeting.invitations:
        invitation.presence = Presence.present
    db.session.commit()
    assert "1\xa0demi-journée chez vos confrères" in home(visit, client, "marc")
    assert "1\xa0demi-journée reçue" in home(visit, client, "nadia")


def _membership(person: int) -> Membership:
    return db.session.scalars(db.select(Membership).filter_by(person_id=person)).one()


def test_a_club_without_a_meeting_says_who_acts_next(client: FlaskClient, club: Cast, visit: Visit) -> None:
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.cancel()
    db.session.commit()
    assert "Pas encore de rencontre" in home(visit, client, "marc")
    page = home(visit, client, "claire")
    assert page.count("Planifier une rencontre") == 1
    assert "Rien n’est en attente" not in page


def test_claire_sees_the_season_member_by_member(client: FlaskClient, club: Cast, visit: Visit) -> None:
    marc, nadia = _membership(club.marc), _membership(club.nadia)
    with db.session.no_autoflush:
        held = [a_meeting(marc.club, marc, [marc.person, nadia.person], days=day) for day in (-60, -40, -20)]
    db.session.flush()
    for meeting in held:
        for invitation in meeting.invitations:
            invitation.presence = Presence.present if invitation.person is marc.person else Presence.absent
    marc.person.mobile = nadia.person.mobile = "+33699000009"
    db.session.commit()
    page = visit(client, "claire").get(f"/overview/{club.slug}").text
    assert "Nadia Exemple, absent 3 fois sur 3" in page.replace("\xa0", " ")
    assert page.count("tel:+33699000009") == 1
    assert "0 sur 3" in page.replace("\xa0", " ")


def test_nobody_is_watched_by_another_member(client: FlaskClient, club: Cast, visit: Visit) -> None:
    for name, status in (("marc", 404), ("hugo", 404), ("stranger", 404), ("odile", 200), ("claire", 200)):
        assert visit(client, name).get(f"/overview/{club.slug}").status_code == status
        client = client.application.test_client()


def test_the_office_reads_presence_and_neither_advice_nor_give_and_take(
    client: FlaskClient, club: Cast, visit: Visit
) -> None:
    marc = _membership(club.marc)
    with db.session.no_autoflush:
        held = a_meeting(marc.club, marc, [marc.person], days=-20)
    held.invitations[0].presence = Presence.present
    db.session.commit()
    page = visit(client, "odile").get(f"/overview/{club.slug}").text
    assert "Présences" in page
    assert "À regarder" not in page
    assert "Donner, recevoir" not in page
    assert "Donner, recevoir" in visit(client.application.test_client(), "claire").get(f"/overview/{club.slug}").text
