"""The outbox: every letter of one's clubs, where it stands and why; held, let go, sent once more."""

import re
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Membership, Role
from bourse.db import db
from bourse.home.outbox import acts, entry_in, page_within, place_of, why
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import SUSPENDED, Letter, LetterState, write
from bourse.mailroom.worker import Worker, claim
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.models import CalendarCopy, Meeting
from bourse.meetings.take import ask
from bourse.people.bounces import undeliverable
from bourse.people.models import AuditEvent, Language, Person
from tests.cast import a_club, a_member, a_person, in_days, invitation_of
from tests.test_queries import counted


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def claire(app, club, client, visit):
    """Claire at her desk, once the invitations are written and none has left."""
    write_calendar_letters(now())
    db.session.commit()
    return visit(client, "claire")


def words(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))
    return text.replace("\u2060", "").replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")


def letter_to(name, kind="invitation"):
    query = db.select(Letter).filter_by(to_address=f"{name}@bourse.example", kind=kind)
    return db.session.scalars(query.order_by(Letter.id.desc())).first()


def all_settle(state, reason=None):
    for letter in db.session.scalars(db.select(Letter).filter_by(state=LetterState.planned)):
        letter.attempts += 1
        letter.settle(state, now(), reason)
    db.session.commit()


def reconcile():
    """What the worker does before it carries anything."""
    write_calendar_letters(now())
    db.session.commit()


def post(client, path):
    answer = client.post(path)
    assert answer.status_code == 302, path
    return words(client.get(answer.location))


# The list


def test_the_list_says_where_every_letter_stands_and_why(club, claire):
    for name, (state, reason) in {
        "hugo": (LetterState.failed, "550 5.1.1 No such mailbox"),
        "marc": (LetterState.skipped, "superseded"),
    }.items():
        letter_to(name).settle(state, now(), reason)
    letter_to("nadia").settle(LetterState.sent, now())
    letter_to("nadia").bounce(now(), "452 4.2.2 Mailbox full")
    db.session.commit()
    page = words(claire.get("/outbox/"))
    for told in (
        "3 lettres",
        "refusée",
        "Cette adresse n'existe pas",
        "revenue",
        "La boîte est pleine",
        "Elle ne disait",
    ):
        assert told in page
    assert page.index("hugo@bourse.example") < page.index("marc@bourse.example")  # what wants a look comes first
    english = db.session.get_one(Person, club.claire)
    english.language = Language.en
    db.session.commit()
    assert "The mailbox is full." in words(claire.get("/outbox/"))


def test_the_list_is_filtered_by_state_meeting_and_person(club, claire):
    letter_to("nadia").hold()
    db.session.commit()
    rows = {
        "state=held": {"nadia"},
        "state=planned": {"hugo", "marc"},
        "state=look": set(),
        f"person={club.marc}": {"marc"},
        f"meeting={club.meeting}": {"hugo", "marc", "nadia"},
        f"meeting={club.meeting}&person={club.nadia}&state=planned": set(),
        f"club={club.slug}": {"hugo", "marc", "nadia"},
        "state=nonsense&meeting=x&person=999999&page=-7&club=%00": {"hugo", "marc", "nadia"},
    }
    for query, readers in rows.items():
        table = claire.get(f"/outbox/?{query}").text.split('id="rows"')[1]
        assert {name for name in ("hugo", "marc", "nadia") if f"{name}<wbr>@" in table} == readers, query


def test_an_empty_outbox_says_when_it_fills(club, client, visit):
    assert "Pas encore de lettre" in words(visit(client, "claire").get("/outbox/"))
    assert "Aucune lettre ne correspond" in words(client.get("/outbox/?state=failed"))


def test_a_long_list_has_pages_and_asks_no_more_questions(app, club, claire):
    def questions():
        with counted() as sent:
            assert claire.get(f"/outbox/?meeting={club.meeting}").status_code == 200
        return len(sent)

    few = questions()
    for number in range(57):
        a_letter(club, f"long:{number}")
    db.session.commit()
    assert questions() == few <= 12
    page = claire.get("/outbox/")
    assert page.text.count('data-th="Quand"') == 50
    assert claire.get("/outbox/?page=2").text.count('data-th="Quand"') == 10


def a_letter(club, key="a", **facts):
    usual = {"about": f"meeting:{club.meeting}", "kind": "test", "to": ("Marc Exemple", "marc@bourse.example")}
    return write(Parts("Objet", "Texte", "<p>Texte</p>"), key=key, language="fr", **usual | facts)


# Who sees what


def test_nobody_sees_a_letter_of_a_club_that_he_does_not_facilitate(app, club, claire, visit):
    a_member(a_club("autre-club"), a_person("carole"), None, Role.facilitator)
    db.session.commit()
    letter = letter_to("marc").id
    carole = visit(app.test_client(), "carole")
    assert "marc" not in carole.get("/outbox/").text
    assert "marc" not in carole.get(f"/outbox/?person={club.marc}&meeting={club.meeting}").text
    for name in ("marc", "hugo", "odile"):
        assert visit(app.test_client(), name).get("/outbox/").status_code == 404
    for name in ("marc", "hugo", "odile", "carole"):
        other = visit(app.test_client(), name)
        assert other.get(f"/outbox/{letter}").status_code == 404
        assert other.get(f"/outbox/{letter}/html").status_code == 404
        assert other.post(f"/outbox/{letter}/hold").status_code == 404


def test_letters_about_signing_in_stand_in_a_persons_history_alone_and_have_no_page(club, claire):
    way_in = a_letter(club, "way", about=None, kind="way_in", is_secret=True)
    way_in.subject = "Entrez"
    db.session.commit()
    assert "Entrez" not in claire.get("/outbox/").text
    history = claire.get(f"/outbox/?person={club.marc}").text
    assert "Entrez" in history
    assert f"/outbox/{way_in.id}" not in history
    assert claire.get(f"/outbox/{way_in.id}").status_code == 404
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one()
    membership.leave()
    db.session.commit()
    assert "Entrez" not in claire.get(f"/outbox/?person={club.marc}").text
    assert f"/outbox/?person={club.marc}" in claire.get(f"/clubs/members/{membership.id}").text


def test_a_letter_about_several_clubs_is_a_row_without_a_page_or_its_words(app, club, claire, visit):
    shared = a_letter(club, "shared", about=f"person:{club.marc}")
    shared.subject = "Ce que dit l'autre club"
    a_member(a_club("autre-club"), a_person("carole"), None, Role.facilitator)
    db.session.commit()
    for query in ("", f"?person={club.marc}"):
        page = claire.get(f"/outbox/{query}")
        assert "Lettre commune à plusieurs clubs : son texte ne se montre pas ici." in words(page), query
        assert "Ce que dit" not in page.text
        assert f"/outbox/{shared.id}" not in page.text
    assert "Lettre commune" not in claire.get(f"/outbox/?meeting={club.meeting}").text
    assert claire.get(f"/outbox/{shared.id}").status_code == 404
    assert "Lettre commune" not in visit(app.test_client(), "carole").get("/outbox/").text


def test_the_list_is_filtered_by_a_guest(club, claire):
    eva = a_person("eva", "Éclair")
    db.session.flush()
    db.session.get_one(Meeting, club.meeting).invite_guest(eva, by=eva)
    db.session.commit()
    reconcile()
    way_in = a_letter(club, "way", about=None, kind="way_in", to=("Eva", "eva@bourse.example"))
    way_in.subject = "Entrez"
    db.session.commit()
    page = claire.get(f"/outbox/?person={eva.id}").text
    assert page.index("Eva Éclair") < page.index("Hugo Exemple")
    assert "eva<wbr>@bourse.example" in page.split('id="rows"')[1]
    assert "marc<wbr>@" not in page.split('id="rows"')[1]
    assert "Entrez" not in page


def test_a_secret_letter_about_a_meeting_shows_no_body(club, claire):
    secret = a_letter(club, "secret", is_secret=True)
    secret.text = secret.html = "canari-secret"
    db.session.commit()
    page = claire.get(f"/outbox/{secret.id}")
    assert "canari-secret" not in page.text
    assert claire.get(f"/outbox/{secret.id}/html").status_code == 404


# One letter


def test_a_letter_is_shown_as_it_leaves_in_a_sandbox_of_its_own(club, claire):
    letter = letter_to("marc")
    page = claire.get(f"/outbox/{letter.id}")
    told = words(page)
    for words_of in (letter.subject, "Pour Marc Exemple : met la rencontre dans l'agenda.", "14 h – 18 h", "aucun"):
        assert words_of.replace("\xa0", " ").replace("’", "'") in told
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = claire.get(f"/outbox/{letter.id}/html")
    assert "Marc" in frame.text
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "frame-src" not in claire.get("/outbox/").headers["Content-Security-Policy"]


def test_neither_preview_holds_a_link_that_answers_for_its_reader(app, club, claire):
    letter = letter_to("marc")
    key = letter.text.partition("/meetings/answers/")[2].partition("?")[0]
    assert key
    assert key in letter.html
    for path in ("", "/html"):
        page = claire.get(f"/outbox/{letter.id}{path}").text
        assert key not in page
        assert "/meetings/answers/…" in page
    assert "liens personnels" in words(claire.get(f"/outbox/{letter.id}"))
    assert key in letter.text  # it leaves as it was written


def test_every_way_in_by_a_secret_is_hidden_and_no_other_link(app, club, claire):
    ways = [rule.rule.partition("<token>") for rule in app.url_map.iter_rules() if "<token>" in rule.rule]
    links = [f"http://localhost{way}Ab-3._x.Yz{end}." for way, _, end in ways]
    plain = "http://localhost/meetings/12?answer=accepted."
    letter = a_letter(club)
    letter.text = letter.html = "\n".join([*links, plain])
    db.session.commit()
    page = claire.get(f"/outbox/{letter.id}/html").text
    assert "Ab-3" not in page
    assert all(f"http://localhost{way}…" in page for way, _, _ in ways)
    assert plain in page


def test_what_a_calendar_part_does_is_read_from_its_bytes():
    assert entry_in(b"") is None
    assert entry_in(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") is None


# Held and let go


def test_a_held_letter_stays_until_it_is_let_go(club, claire):
    letter = letter_to("marc")
    assert "La lettre est retenue" in post(claire, f"/outbox/{letter.id}/hold")
    post(claire, f"/outbox/{letter.id}/hold")  # a second click
    assert letter not in claim("w", now())
    db.session.rollback()
    assert "La lettre part" in post(claire, f"/outbox/{letter.id}/release")
    assert letter in claim("w", now())
    done = db.session.scalars(db.select(AuditEvent.act).where(AuditEvent.about == f"letter:{letter.id}")).all()
    assert done == ["hold_letter", "release_letter"]


def test_what_is_being_handed_over_is_no_longer_held(club, claire):
    letter = letter_to("marc")
    claim("w", now())
    db.session.commit()
    assert "déjà en train de partir" in post(claire, f"/outbox/{letter.id}/hold")
    assert "déjà en train de partir" in post(claire, f"/outbox/{letter.id}/now")
    assert (letter.state, letter.lease_token) == (LetterState.planned, "w")
    assert "/hold" not in claire.get(f"/outbox/{letter.id}").text


def test_a_letter_due_later_leaves_now_when_asked(club, claire):
    letter = a_letter(club)
    letter.due_at = now() + timedelta(days=3)
    letter.hold()
    db.session.commit()
    assert "Envoyer maintenant" in words(claire.get(f"/outbox/{letter.id}"))
    assert "partira à sa date" in post(claire, f"/outbox/{letter.id}/release")
    assert letter.due_at > now()
    assert "La lettre part." in post(claire, f"/outbox/{letter.id}/now")
    assert letter.due_at <= now()


def test_all_the_letters_of_a_meeting_are_held_and_let_go_in_one_act(club, claire):
    letter_to("hugo").lease_until = now() + timedelta(minutes=5)
    db.session.commit()
    page = post(claire, f"/outbox/meetings/{club.meeting}/hold")
    assert "2 lettres sont retenues" in page
    assert "1 lettre est déjà en train de partir" in page
    assert "2 lettres partent" in post(claire, f"/outbox/meetings/{club.meeting}/release")
    assert {letter_to(name).state for name in ("hugo", "marc", "nadia")} == {LetterState.planned}


def test_what_replaces_a_held_letter_is_held_too(club, claire):
    post(claire, f"/outbox/{letter_to('nadia').id}/hold")
    db.session.get_one(Meeting, club.meeting).move(in_days(20), in_days(20, 18))
    reconcile()
    states = {name: letter_to(name).state for name in ("marc", "nadia")}
    assert states == {"marc": LetterState.planned, "nadia": LetterState.held}
    assert db.session.scalar(db.select(db.func.count()).select_from(CalendarCopy)) == 3


def test_a_held_cancellation_is_taken_back_when_its_reader_is_invited_again(club, claire):
    all_settle(LetterState.sent)
    nadia = invitation_of(club.meeting, club.nadia)
    nadia.withdraw(now())
    reconcile()
    cancelled = letter_to("nadia", "cancelled")
    post(claire, f"/outbox/{cancelled.id}/hold")
    reconcile()
    assert cancelled.state is LetterState.held  # nothing about leaving takes it back
    nadia.renew()
    reconcile()
    assert (cancelled.state, cancelled.reason) == (LetterState.skipped, "superseded")
    assert [copy.method for copy in nadia.copies] == ["REQUEST"]
    assert letter_to("nadia").state is LetterState.sent  # her calendar never lost it


def test_a_held_invitation_of_somebody_who_leaves_never_leaves(club, claire):
    post(claire, f"/outbox/{letter_to('nadia').id}/hold")
    db.session.scalars(db.select(Membership).filter_by(person_id=club.nadia)).one().leave()
    reconcile()
    assert (letter_to("nadia").state, letter_to("nadia", "cancelled")) == (LetterState.skipped, None)
    assert "Aucune" not in post(claire, f"/outbox/meetings/{club.meeting}/release")


# Once more


def test_a_lost_letter_leaves_again_the_same(app, club, claire, smtp):
    worker = Worker("Club Bourse <club@bourse.example>", lambda: smtp.url, write_due=())
    smtp.refused.add("marc@bourse.example")
    worker.run(once=True)
    letter = letter_to("marc")
    assert (letter.state, letter.attempts) == (LetterState.failed, 1)
    assert "1 lettre n'est pas arrivée" in words(claire.get("/"))
    smtp.refused.clear()
    assert "La lettre repart" in post(claire, f"/outbox/{letter.id}/again")
    worker.run(once=True)
    letter = letter_to("marc")
    assert (letter.state, letter.attempts) == (LetterState.sent, 2)
    assert smtp.received[-1].message["Message-ID"] == letter.message_id
    assert "n'est pas arrivée" not in words(claire.get("/"))


def test_a_calendar_letter_that_no_longer_says_the_truth_is_written_anew(club, claire):
    all_settle(LetterState.failed, "554 5.7.1 Refused")
    letter = letter_to("marc")
    db.session.get_one(Meeting, club.meeting).move(in_days(20), in_days(20, 18))
    db.session.commit()
    assert "ne dit plus vrai" in post(claire, f"/outbox/{letter.id}/again")
    assert (letter.state, letter.reason) == (LetterState.skipped, "superseded")
    assert invitation_of(club.meeting, club.marc).copies == []
    reconcile()
    newest = letter_to("marc")
    assert newest.id != letter.id
    assert (newest.kind, newest.state) == ("invitation", LetterState.planned)  # he never had the former one


def test_an_older_letter_does_not_come_after_a_newer_one(club, claire):
    all_settle(LetterState.failed, "554 5.7.1 Refused")
    first = letter_to("marc")
    db.session.get_one(Meeting, club.meeting).move(in_days(20), in_days(20, 18))
    reconcile()
    assert "state=look" not in words(claire.get("/outbox/?state=look"))
    assert first.id not in {letter.id for letter in lost_now(claire)}
    assert "ne dit plus vrai" in post(claire, f"/outbox/{first.id}/again")
    assert [copy.letter_id for copy in invitation_of(club.meeting, club.marc).copies] == [
        letter_to("marc", "new_date").id
    ]


def lost_now(client):
    ids = re.findall(r'href="/outbox/(\d+)"', client.get("/outbox/?state=look").text)
    return [db.session.get_one(Letter, int(id)) for id in ids]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda club, letter, meeting: meeting.move(in_days(-3), in_days(-3, 18)), "La rencontre est passée"),
        (lambda club, letter, meeting: setattr(letter, "not_after", now() - timedelta(hours=1)), "Sa date limite"),
        (lambda club, letter, meeting: meeting.cancel(), "ne dit plus vrai"),
        (lambda club, letter, meeting: setattr(letter, "text", ""), "n'a pas de texte"),
        (lambda club, letter, meeting: invitation_of(club.meeting, club.marc).withdraw(now()), "n'est plus invitée"),
        (lambda club, letter, meeting: setattr(marc(club), "is_closed", True), "n'est plus invitée"),
        (lambda club, letter, meeting: setattr(marc(club), "address_failures", 2), "Rien n'arrive à cette adresse"),
    ],
)
def test_a_question_is_asked_again_only_while_it_is_one(club, claire, change, told):
    ask("did_you_answer", invitation_of(club.meeting, club.marc))
    all_settle(LetterState.failed, "554 Refused")
    letter = letter_to("marc", "did_you_answer")
    change(club, letter, db.session.get_one(Meeting, club.meeting))
    db.session.commit()
    assert told in post(claire, f"/outbox/{letter.id}/again")
    assert letter.state is not LetterState.planned


def marc(club):
    return db.session.get_one(Person, club.marc)


def test_a_question_to_somebody_still_invited_is_asked_again(club, claire):
    ask("did_you_answer", invitation_of(club.meeting, club.marc))
    all_settle(LetterState.bounced, "5.0.0")
    assert "repart" in post(claire, f"/outbox/{letter_to('marc', 'did_you_answer').id}/again")


# An address that does not work


def suspend(club, name="marc"):
    person = db.session.get_one(Person, getattr(club, name))
    for _ in range(2):
        person.distrust_address(now(), "550 5.1.1 No such mailbox")
    db.session.commit()
    return person


def test_after_two_letters_that_came_back_none_is_tried_but_those_for_signing_in(app, club, claire, smtp):
    suspend(club)
    a_letter(club, "way", about=None, kind="way_in", is_secret=True)
    db.session.commit()
    worker = Worker("Club Bourse <c@bourse.example>", lambda: smtp.url, (), keep_back=undeliverable)
    worker.run(once=True)
    assert sorted(mail.recipients[0].partition("@")[0] for mail in smtp.received) == ["hugo", "marc", "nadia"]
    kept = letter_to("marc")
    assert (kept.state, kept.reason, kept.attempts) == (LetterState.skipped, SUSPENDED, 0)
    assert "elle n'a pas été essayée" in words(claire.get(f"/outbox/{kept.id}"))
    reconcile()
    assert letter_to("marc").id == kept.id  # and it is not written again and again
    assert "Rien n'arrive à cette adresse" in post(claire, f"/outbox/{kept.id}/again")


def test_one_letter_that_came_back_suspends_nothing(app, club, claire, smtp):
    marc(club).distrust_address(now(), "550 5.1.1 No such mailbox")
    db.session.commit()
    Worker("Club Bourse <c@bourse.example>", lambda: smtp.url, (), keep_back=undeliverable).run(once=True)
    assert letter_to("marc").state is LetterState.sent


def test_when_the_facilitator_trusts_the_address_what_was_kept_back_is_written_anew(app, club, claire, smtp):
    letter_to("marc").settle(LetterState.skipped, now(), SUSPENDED)
    suspend(club)
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().id
    page = claire.get(f"/clubs/members/{membership}")
    assert "L'adresse est bonne, réessayer" in words(page)
    assert "Rien ne part plus à cette adresse" in words(page)
    assert "C'est noté" in post(claire, f"/outbox/members/{membership}/trust")
    with time_machine.travel(now() + timedelta(minutes=1)):
        reconcile()
    assert (letter_to("marc").state, letter_to("marc").kind) == (LetterState.planned, "invitation")
    assert len(invitation_of(club.meeting, club.marc).copies) == 2


def test_when_the_facilitator_trusts_the_address_what_was_lost_leaves_again(club, claire):
    all_settle(LetterState.bounced, "5.1.1")
    suspend(club)
    membership = db.session.scalars(db.select(Membership).filter_by(person_id=club.marc)).one().id
    assert "1 lettre repart" in post(claire, f"/outbox/members/{membership}/trust")
    assert (letter_to("marc").state, letter_to("nadia").state) == (LetterState.planned, LetterState.bounced)


def test_a_new_address_gets_the_invitation_and_the_dead_one_no_cancellation(club, claire):
    letter_to("marc").settle(LetterState.skipped, now(), SUSPENDED)
    suspend(club).email = "marc.exemple@bourse.example"
    db.session.commit()
    reconcile()
    assert letter_to("marc", "cancelled") is None
    assert letter_to("marc.exemple").state is LetterState.planned
    history = claire.get(f"/outbox/?person={club.marc}").text
    assert "marc<wbr>@" in history  # what went to the former address is still his
    assert "marc.exemple<wbr>@" in history


# Pure


@pytest.mark.parametrize(
    ("state", "reason", "attempts", "told"),
    [
        ("planned", "", 0, ""),
        ("planned", "ConnectionRefusedError: [Errno 111]", 0, "waits_for_server"),
        ("planned", "451 4.7.1 Greylisted", 1, "put_off"),
        ("held", "", 0, "held"),
        ("sent", "", 1, ""),
        ("skipped", "expired", 0, "expired"),
        ("skipped", "no longer invited", 0, "uninvited"),
        ("skipped", "anything", 0, "superseded"),
        ("failed", "550 5.1.1 No such mailbox", 1, "no_address"),
        ("failed", "554 5.7.1 Spam", 1, "refused"),
        ("failed", "451 4.7.1 Greylisted", 30, "given_up"),
        ("failed", "TimeoutError: timed out", 30, "given_up"),
        ("failed", "not an address: 'marc'", 1, "unwritten"),
        ("bounced", "5.2.2", 1, "full"),
        ("bounced", "5.0.0", 1, "lost"),
    ],
)
def test_a_reason_is_told_in_a_word_that_the_page_knows(state, reason, attempts, told):
    assert why(state, reason, attempts) == told


def test_what_one_may_do_follows_from_where_the_letter_stands():
    assert acts("planned", is_leaving=True, is_due=True, is_kept_back=False) == ()
    assert acts("planned", is_leaving=False, is_due=True, is_kept_back=False) == ("hold",)
    assert acts("planned", is_leaving=False, is_due=False, is_kept_back=False) == ("hold", "now")
    assert acts("held", is_leaving=False, is_due=False, is_kept_back=False) == ("release", "now")
    assert acts("bounced", is_leaving=False, is_due=True, is_kept_back=False) == ("again",)
    assert acts("skipped", is_leaving=False, is_due=True, is_kept_back=True) == ("again",)
    assert acts("skipped", is_leaving=False, is_due=True, is_kept_back=False) == ()


def test_a_letter_is_about_a_meeting_or_a_season_or_about_nothing():
    abouts = ("meeting:12", "meeting:x", "season:3", "person:3", None)
    assert [place_of(about) for about in abouts] == [("meeting", 12), None, ("season", 3), None, None]
    assert [page_within(wanted, 120) for wanted in (-1, 0, 2, 9)] == [1, 1, 2, 3]
