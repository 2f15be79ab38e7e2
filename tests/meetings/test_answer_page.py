"""The page behind the link of a letter: it answers for one person, and opens nothing else."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.meetings.answer_link import AnswerLink, sign
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Meeting
from bourse.people.models import Language, Person
from tests.cast import invitation_of
from tests.meetings.parsers import all_by_icalendar


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def link(app, club):
    """Nadia's, as her letter has it."""
    return answer_url(invitation_of(club.meeting, club.nadia)).removeprefix("http://localhost")


def answer_of(club, person):
    return invitation_of(club.meeting, person).current_answer


def move(club):
    meeting = db.session.get_one(Meeting, club.meeting)
    meeting.move(meeting.starts_at + timedelta(days=7), meeting.ends_at + timedelta(days=7))
    db.session.commit()


def test_it_tells_what_the_letter_told_and_names_nobody_else(club, client, link):
    page = client.get(link).text
    assert "Décolletage Bouquetin" in page
    assert "Réponse au nom de Nadia E." in page
    assert not re.search("Marc|Hugo|Claire|Gentiane|@bourse|Portail", page)
    assert "Ce message ne vous était pas destiné" in page


def test_it_ends_when_the_address_that_it_went_to_is_corrected(app, club, client, link):
    invitation = invitation_of(club.meeting, club.nadia)
    without_mark = sign(AnswerLink(invitation.id, 0), app.config["SECRET_KEY"])
    db.session.get_one(Person, club.nadia).email = "nadia.corrige@bourse.example"
    db.session.commit()
    assert client.get(link).status_code == 404
    assert client.get(f"{link}/rencontre.ics").status_code == 404
    assert client.post(link, data={"answer": "declined"}).status_code == 404
    assert answer_of(club, club.nadia) is Answer.none
    assert client.get(f"/meetings/answers/{without_mark}").status_code == 200  # of a letter that left before
    assert client.get(answer_url(invitation).removeprefix("http://localhost")).status_code == 200


def test_the_host_says_whether_the_date_suits_him(app, club, client):
    page = client.get(answer_url(invitation_of(club.meeting, club.hugo)).removeprefix("http://localhost")).text
    assert "La date vous va-t-elle" in page
    assert "Oui, je reçois le club" in page
    assert "tentative" not in page


def test_nobody_keeps_its_address(client, link):
    answer = client.get(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert not re.search(r'(?:src|href)="https?://(?!localhost)', answer.text)


def test_it_answers_for_its_person_whoever_is_signed_in_on_that_browser(club, client, visit, link):
    visit(client, "marc").post(link, data={"answer": "declined"})
    assert (answer_of(club, club.nadia), answer_of(club, club.marc)) == (Answer.declined, Answer.accepted)
    assert client.get("/people/me").status_code == 200  # and marc is still marc


def test_no_cookie_is_asked_for_and_none_is_needed(app, club, link):
    bare = app.test_client(use_cookies=False)
    assert "Noté" in bare.post(link, data={"answer": "tentative", "comment": "Après 15 h"}).text
    assert invitation_of(club.meeting, club.nadia).comment == "Après 15 h"


def test_it_shows_the_present_answer_and_takes_another(club, client, link):
    client.post(link, data={"answer": "tentative"})
    page = client.get(link).text
    assert re.search(r'value="tentative"\s+checked', page)
    client.post(link, data={"answer": "declined"})
    assert answer_of(club, club.nadia) is Answer.declined


@pytest.mark.parametrize("typed", [{}, {"answer": "perhaps"}, {"answer": "waiting"}, {"answer": "none"}])
def test_what_is_no_answer_changes_nothing_and_gets_a_sentence(club, client, link, typed):
    page = client.post(link, data=typed)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert answer_of(club, club.nadia) is Answer.none


def test_a_link_from_before_a_move_says_that_the_date_has_changed(club, client, link):
    assert "La date a changé" not in client.get(link).text
    move(club)
    assert "La date a changé depuis ce message" in client.get(link).text
    client.post(link, data={"answer": "accepted"})
    assert answer_of(club, club.nadia) is Answer.accepted  # to the new date, which the page showed


def test_it_is_bound_to_one_meeting_and_one_person(app, club, client, link):
    token = link.rpartition("/")[2]
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.replace(".", "x."), "x", token + "x"):
        assert client.get(f"/meetings/answers/{forged}").status_code == 404
        assert client.post(f"/meetings/answers/{forged}", data={"answer": "declined"}).status_code == 404
    assert answer_of(club, club.nadia) is Answer.none


def test_who_comes_takes_the_meeting_along_with_nobody_in_it(club, client, link):
    page = client.post(link, data={"answer": "accepted"}).text
    (path,) = re.findall(r'href="(/meetings/answers/[^"]+/rencontre\.ics)"', page)
    answer = client.get(path)
    assert b"METHOD:PUBLISH" in answer.data
    (read,) = all_by_icalendar(answer.data)
    assert (read.uid, read.attendees) == (db.session.get_one(Meeting, club.meeting).uid, ())
    assert answer.headers["Cache-Control"] == "no-store"
    assert "rencontre.ics" not in client.post(link, data={"answer": "declined"}).text


def test_after_the_meeting_or_the_invitation_it_is_good_for_nothing(club, client, link):
    with time_machine.travel(now() + timedelta(days=12)):
        assert "n’attend plus de réponse" in client.post(link, data={"answer": "accepted"}).text
        assert 'name="answer"' not in client.get(link).text
        assert client.get(f"{link}/rencontre.ics").status_code == 404
    invitation_of(club.meeting, club.nadia).withdraw(now())
    db.session.commit()
    for path in (link, f"{link}/rencontre.ics"):
        assert client.get(path).status_code == 404
    assert answer_of(club, club.nadia) is Answer.none


def test_once_answered_it_no_longer_says_that_nothing_is_changed(client, link):
    page = client.post(link, data={"answer": "accepted"}).text
    assert "Ce message ne vous était pas destiné" not in page
    assert "Ajouter à mon agenda" in page


def test_it_says_when_a_yes_would_wait_and_offers_no_date_to_who_waits(club, client, link):
    db.session.get_one(Meeting, club.meeting).places = 1
    db.session.commit()
    assert "un oui vous met sur la liste d’attente" in client.get(link).text
    page = client.post(link, data={"answer": "accepted"}).text
    assert "en tête de la liste d’attente" in page
    assert "un oui vous met" not in page
    assert "Ajouter à mon agenda" not in page


def test_it_says_where_the_invitation_went_without_the_whole_name(club, client, visit, link):
    nadia = invitation_of(club.meeting, club.nadia)
    lea = {"given_name": "Léa", "family_name": "Vidal", "email": "lea@bourse.example", "language": "fr"}
    visit(client, "nadia").post(f"/meetings/invitations/{nadia.id}/substitute", data=lea, follow_redirects=True)
    page = client.get(link).text
    assert "L’invitation est allée à Léa V. Un oui reprend votre place." in page
    assert "Vidal" not in page
    home = client.get("/").text
    assert "L’invitation est allée à Léa Vidal. Un oui reprend votre place." in home


def test_it_speaks_its_reader_s_language_unless_another_was_chosen(club, client, link):
    db.session.get_one(Person, club.nadia).language = Language.en
    db.session.commit()
    assert 'lang="en"' in client.get(link, headers={"Accept-Language": "fr"}).text
    with client.session_transaction() as session:
        session["language"] = "fr"
    assert 'lang="fr"' in client.get(link).text
