"""The answers that the facilitator looks at: read in plain words, settled with one tap."""

import re

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Answer, Meeting, Via
from bourse.meetings.take import take
from bourse.people.models import AuditEvent, Person
from tests.cast import invitation_of
from tests.meetings.post import MORNING, NOON, letter_to, mail, send_invitations
from tests.test_queries import counted


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def the_day():
    with time_machine.travel(MORNING) as clock:
        yield clock


@pytest.fixture
def come_in(the_day, app, club):
    """Lets a mail come in at noon; returns what was heard."""
    send_invitations(club)
    the_day.move_to(NOON)

    def take_in(name, *swap):
        raw = mail(name, letter_to("nadia@bourse.example"), app.config["SETTINGS"].secret_key)
        heard = take(raw.replace(*swap) if swap else raw, now())
        db.session.commit()
        return heard

    return take_in


def words(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("other_sender", "Envoyée par nadia.perso@courrier.example, qui n’est pas son adresse."),
        ("assistant", "assistante@edelweiss.example répond à sa place."),
        ("other_address", "Répond sous une autre adresse : n.exemple@edelweiss.example."),
        ("forwarded_crasher", "collegue@ailleurs.example n’est pas parmi les invités"),
        ("delegated", "Propose d’envoyer adjoint@edelweiss.example à sa place."),
        ("counter_google", "Propose une autre date : vendredi 19 mars 2027, 14 h – 18 h."),
        ("in_words", "OK je viens, avec mon directeur"),
    ],
)
def test_the_page_says_in_plain_words_what_is_in_doubt(come_in, client, visit, name, told):
    come_in(name)
    page = visit(client, "claire").get("/replies/")
    assert told in words(page)
    assert "Vérifier 1 réponse" in words(client.get("/"))


def test_one_tap_notes_the_answer_and_it_can_still_be_changed(come_in, club, client, visit):
    heard = come_in("other_sender")
    for _ in range(2):
        answer = visit(client, "claire").post(f"/replies/{heard.id}/note", data={"answer": "accepted"})
        assert answer.status_code == 302
    nadia = invitation_of(club.meeting, club.nadia)
    assert (nadia.current_answer, nadia.via, nadia.answered_by_id) == (Answer.accepted, Via.calendar, club.claire)
    assert "Rien à vérifier" in words(client.get("/replies/"))
    assert db.session.scalar(db.select(db.func.count(AuditEvent.id)).filter_by(act="note_reply")) == 1
    client.post(f"/meetings/invitations/{nadia.id}/note", data={"answer": "declined"})
    assert invitation_of(club.meeting, club.nadia).current_answer is Answer.declined


def test_an_answer_in_words_is_noted_as_the_facilitator_reads_it(come_in, club, client, visit):
    heard = come_in("in_words")
    visit(client, "claire").post(f"/replies/{heard.id}/note", data={"answer": "tentative"})
    nadia = invitation_of(club.meeting, club.nadia)
    assert (nadia.current_answer, nadia.comment) == (Answer.tentative, "")


def test_what_is_ignored_changes_nothing(come_in, club, client, visit):
    heard = come_in("other_sender")
    visit(client, "claire").post(f"/replies/{heard.id}/ignore")
    db.session.refresh(heard)
    assert (heard.settled_by_id, heard.raw) == (club.claire, None)
    assert invitation_of(club.meeting, club.nadia).answer is Answer.none


def test_a_date_that_is_kept_is_told_to_whoever_proposed_another(come_in, club, client, visit):
    heard = come_in("counter_google")
    assert f"/meetings/{club.meeting}/change" in visit(client, "claire").get("/replies/").text
    for _ in range(2):
        client.post(f"/replies/{heard.id}/ignore")
    (letter,) = db.session.scalars(db.select(Letter).filter_by(kind="kept_date"))
    assert letter.to_address == "nadia@bourse.example"


def test_nothing_is_noted_for_a_cancelled_meeting_or_for_nobody(come_in, club, client, visit):
    heard, crasher = come_in("other_sender"), come_in("forwarded_crasher")
    db.session.get_one(Meeting, club.meeting).cancel()
    db.session.commit()
    page = visit(client, "claire").post(f"/replies/{heard.id}/note", data={"answer": "accepted"}, follow_redirects=True)
    assert "n’attend plus de réponse" in words(page)
    assert client.post(f"/replies/{crasher.id}/note", data={"answer": "accepted"}).status_code == 400
    assert client.post(f"/replies/{heard.id}/note", data={"answer": "waiting"}).status_code == 400
    assert invitation_of(club.meeting, club.nadia).answer is Answer.none


def test_only_the_facilitator_of_the_club_sees_and_settles(come_in, app, visit):
    heard = come_in("other_sender")
    for name in ("marc", "hugo", "odile", "stranger"):
        client = visit(app.test_client(), name)
        assert client.get("/replies/").status_code == 404
        assert client.post(f"/replies/{heard.id}/note", data={"answer": "accepted"}).status_code == 404
    stranger = come_in("stranger")
    assert visit(app.test_client(), "claire").post(f"/replies/{stranger.id}/ignore").status_code == 404


def test_many_doubts_take_no_more_queries(come_in, client, visit):
    def asked():
        with counted() as sent:
            visit(client, "claire").get("/replies/")
        return len(sent)

    come_in("other_sender")
    asked()  # the first page of a browser notes that it was seen
    few = asked()
    for number in range(10):
        come_in("in_words", b"OK je viens", b"OK je viens %d" % number)
    assert asked() == few
    assert db.session.scalar(db.select(db.func.count(Heard.id))) == 11


def test_an_address_that_fails_is_told_where_one_calls_and_on_the_member_s_page(come_in, club, client, visit):
    come_in("bounce_postfix")
    desk = words(visit(client, "claire").get("/"))
    assert "Nadia Exemple : l’adresse ne fonctionne plus" in desk
    assert "son adresse e-mail ne fonctionne plus" in desk
    membership = db.session.get_one(Person, club.nadia).memberships[0]
    assert "ne fonctionne plus" in words(client.get(f"/clubs/members/{membership.id}"))
