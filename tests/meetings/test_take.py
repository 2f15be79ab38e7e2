"""Mails that come in, and what they change: one person's answer to one meeting, or nothing."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.mailroom.collect import Collector
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, LetterState, write
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.heard_models import Heard, forget_old_mail
from bourse.meetings.judge import Verdict
from bourse.meetings.letters import answer_url
from bourse.meetings.models import Answer, Via
from bourse.meetings.take import take
from bourse.people.models import AuditEvent
from tests.cast import invitation_of
from tests.mailbox import Mailbox
from tests.meetings.post import MINUTE, MORNING, NOON, UID, letter_to, mail, row, send_invitations
from tests.meetings.test_hear import mutations

KEY = "for the tests, always the same"


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
    with app.app_context():
        send_invitations(club)
        the_day.move_to(NOON)
        yield invitation_of(club.meeting, club.nadia)


def come_in(raw: bytes) -> Heard:
    heard = take(raw, now())
    db.session.commit()
    return heard


def made_of(heard: Heard) -> tuple[str, str]:
    return heard.verdict.value, heard.reason


@pytest.mark.parametrize(
    ("name", "answer", "comment"),
    [
        ("exchange", Answer.accepted, "J'apporte le vidéoprojecteur"),
        ("google", Answer.accepted, ""),
        ("apple", Answer.accepted, ""),
        ("thunderbird", Answer.tentative, "Si la livraison est passée"),
        ("proton", Answer.declined, ""),
        ("windows_1252", Answer.declined, "Désolée, je suis à Besançon"),
        ("nested", Answer.accepted, ""),
    ],
)
def test_a_calendar_s_answer_is_her_answer(nadia, name, answer, comment):
    heard = come_in(mail(name))
    assert made_of(heard) == ("taken", "answered")
    assert (nadia.current_answer, nadia.comment, nadia.via) == (answer, comment, Via.calendar)
    assert nadia.answered_at == datetime(2027, 3, 2, 9, 15, tzinfo=UTC)
    assert db.session.scalars(db.select(AuditEvent).filter_by(act="hear")).one().person_id == nadia.person_id


def by_command(app, client, visit, nadia):
    app.test_cli_runner().invoke(args=["hear"], input=mail("google"))


def by_mailbox(app, client, visit, nadia):
    with Mailbox() as mailbox:
        mailbox.put(mail("google"))
        Collector(mailbox.url, app.config["HEAR"], threading.Event()).run(once=True)


def by_link(app, client, visit, nadia):
    client.post(answer_url(nadia).removeprefix("http://localhost"), data={"answer": "accepted", "comment": ""})


def on_the_page(app, client, visit, nadia):
    visit(client, "nadia").post(f"/meetings/{nadia.meeting_id}/answer", data={"answer": "accepted", "comment": ""})


@pytest.mark.parametrize("door", [by_command, by_mailbox, by_link, on_the_page])
def test_an_answer_makes_the_same_row_by_whichever_door(app, club, client, visit, nadia, door):
    door(app, client, visit, nadia)
    db.session.expire_all()
    assert row(invitation_of(club.meeting, club.nadia)) == (Answer.accepted, 0, club.nadia, "")


def test_the_same_mail_three_times_does_one_thing(nadia):
    first = [come_in(mail("google")).id for _ in range(3)]
    assert len(set(first)) == 1
    come_in(b"Received: by mx.example\r\n" + mail("google"))
    assert db.session.scalar(db.select(db.func.count(AuditEvent.id)).filter_by(act="hear")) == 1
    again = come_in(mail("google").replace(b"<google@", b"<google-again@"))
    assert made_of(again) == ("ignored", "repeated")


def test_no_mail_answers_an_answer(nadia):
    before = db.session.scalar(db.select(db.func.count(Letter.id)))
    for name in ("google", "forwarded_crasher", "in_words", "vacation", "stranger", "request", "unknown"):
        come_in(mail(name) if name != "unknown" else mail("apple").replace(UID.encode(), b"unknown@x.example"))
    write_calendar_letters(now())
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == before


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("other_sender", "other_sender"),
        ("assistant", "on_behalf"),
        ("other_address", "other_address"),
        ("forwarded_crasher", "not_invited"),
        ("delegated", "delegated"),
        ("counter_outlook", "other_time"),
    ],
)
def test_a_doubtful_answer_waits_and_changes_nothing(nadia, name, reason):
    heard = come_in(mail(name))
    assert made_of(heard) == ("queued", reason)
    assert heard.club is nadia.meeting.club
    assert heard.raw == mail(name)
    assert nadia.current_answer is Answer.none


def test_the_invited_person_herself_is_asked_and_once_only(nadia):
    for number in range(3):
        come_in(mail("other_sender").replace(b"<other-sender@", b"<other-sender-%d@" % number))
    (asked,) = db.session.scalars(db.select(Letter).filter_by(kind="did_you_answer"))
    assert asked.to_address == "nadia@bourse.example"
    assert "?answer=accepted" in asked.text
    assert "courrier.example" not in asked.text


def test_a_newer_claim_stands_for_the_older_one(nadia):
    for number in range(3):
        come_in(mail("other_sender").replace(b"<other-sender@", b"<other-sender-%d@" % number))
    waiting = db.session.scalars(db.select(Heard).where(Heard.settled_at.is_(None))).all()
    assert [heard.message_id for heard in waiting] == ["<other-sender-2@mail.example>"]


def test_a_flood_of_words_is_not_put_before_the_facilitator(nadia):
    for number in range(20):
        come_in(mail("in_words").replace(b"OK je viens", b"OK je viens %d" % number))
    assert db.session.scalar(db.select(db.func.count(Heard.id)).filter_by(verdict=Verdict.queued)) == 10


def test_marc_cannot_answer_for_nadia(nadia, club):
    heard = come_in(mail("google").replace(b"From: Nadia Exemple <nadia@", b"From: Marc <marc@"))
    assert made_of(heard) == ("queued", "other_sender")
    assert nadia.answer is Answer.none


def test_what_our_own_mail_server_doubts_is_looked_at(app, nadia):
    object.__setattr__(app.config["SETTINGS"], "authserv_id", "mx.bourse.example")
    forged = b"Authentication-Results: mx.bourse.example; dmarc=fail header.from=bourse.example\r\n" + mail("apple")
    assert made_of(come_in(forged)) == ("queued", "refused_sender")
    proven = b"Authentication-Results: mx.bourse.example; dmarc=pass header.from=bourse.example\r\n" + mail("google")
    heard = come_in(proven)
    assert (heard.verdict, heard.proof) == (Verdict.taken, "passed")


def test_who_was_removed_or_left_answers_no_more(nadia):
    nadia.withdraw(now())
    assert made_of(come_in(mail("google"))) == ("queued", "not_invited")
    nadia.renew()
    db.session.scalars(db.select(Membership).filter_by(person_id=nadia.person_id)).one().leave()
    assert made_of(come_in(mail("apple"))) == ("queued", "not_invited")
    assert nadia.answer is Answer.none


def test_an_answer_to_a_meeting_that_is_over_or_cancelled_changes_nothing(nadia, the_day):
    nadia.meeting.cancel()
    assert made_of(come_in(mail("google"))) == ("ignored", "closed")
    nadia.meeting.restore()
    the_day.move_to(nadia.meeting.ends_at)
    assert made_of(come_in(mail("apple"))) == ("ignored", "closed")


def test_a_yes_to_the_former_date_is_to_confirm_and_she_is_asked(nadia):
    meeting = nadia.meeting
    meeting.move(meeting.starts_at + timedelta(7), meeting.ends_at + timedelta(7))
    assert made_of(come_in(mail("apple"))) == ("taken", "former_date")  # before the worker has written
    assert db.session.scalars(db.select(Letter).filter_by(kind="former_date")).all() == []
    write_calendar_letters(now())
    later = mail("apple").replace(b"20270302T091500Z", b"20270302T104500Z").replace(b"<apple@", b"<apple-2@")
    assert made_of(come_in(later)) == ("taken", "former_date")
    assert (nadia.answer, nadia.current_answer, nadia.is_to_confirm) == (Answer.accepted, Answer.none, True)
    (asked,) = db.session.scalars(db.select(Letter).filter_by(kind="former_date"))
    assert asked.to_address == nadia.person.email


def test_an_old_yes_does_not_undo_the_answer_to_the_new_date(nadia):
    meeting = nadia.meeting
    meeting.move(meeting.starts_at + timedelta(7), meeting.ends_at + timedelta(7))
    write_calendar_letters(now())
    nadia.give(Answer.declined, at=now() - 170 * MINUTE, via=Via.web, by=nadia.person)
    assert made_of(come_in(mail("google"))) == ("ignored", "older")
    assert nadia.current_answer is Answer.declined


def test_another_time_counts_as_if_need_be_and_is_put_before_the_facilitator(nadia):
    heard = come_in(mail("counter_google"))
    assert made_of(heard) == ("queued", "other_time")
    assert heard.starts_at == datetime(2027, 3, 19, 13, tzinfo=UTC)
    assert nadia.current_answer is Answer.tentative


def test_a_calendar_that_asks_gets_the_same_invitation_again(nadia):
    def requests():
        return db.session.scalars(
            db.select(Letter).filter_by(to_address="nadia@bourse.example", method="REQUEST").order_by(Letter.id)
        ).all()

    first = requests()[0].calendar.split(b"SEQUENCE:")[1][:1]
    assert made_of(come_in(mail("refresh"))) == ("taken", "told_again")
    assert made_of(come_in(mail("refresh").replace(b"<refresh@", b"<refresh-2@"))) == ("ignored", "told_lately")
    assert len(requests()) == 2
    assert requests()[1].calendar.split(b"SEQUENCE:")[1][:1] == first
    write_calendar_letters(now())
    assert len(requests()) == 2


def test_an_answer_under_a_former_address_is_looked_at(nadia):
    nadia.person.email = "nadia@nouveau.example"
    write_calendar_letters(now())
    assert made_of(come_in(mail("google"))) == ("queued", "not_invited")


def test_an_answer_says_nothing_of_the_meeting_itself(nadia):
    """Only whose answer it is and what: another time, place or title in it is not looked at."""
    meeting = nadia.meeting
    before = (meeting.starts_at, meeting.ends_at, meeting.title, meeting.practical, meeting.sequence, meeting.uid)
    lines = b"DTSTART:20300101T100000Z\nDTEND:20300101T110000Z\nLOCATION:Mars\nSUMMARY:Autre\nSTATUS:CANCELLED"
    raw = mail("bare_lf").replace(b"STATUS:CONFIRMED", lines + b"\nORGANIZER:mailto:marc@bourse.example")
    assert made_of(come_in(raw)) == ("taken", "answered")
    assert before == (
        meeting.starts_at,
        meeting.ends_at,
        meeting.title,
        meeting.practical,
        meeting.sequence,
        meeting.uid,
    )
    assert not meeting.is_cancelled


def test_whoever_answers_a_forwarded_invitation_is_not_on_the_list(nadia):
    """Party crashers (RFC 5546 §3.2.3)."""
    before = [each.person_id for each in nadia.meeting.invitations]
    assert made_of(come_in(mail("forwarded_crasher"))) == ("queued", "not_invited")
    assert [each.person_id for each in nadia.meeting.invitations] == before


def test_who_is_delegated_is_invited_by_nobody(nadia):
    heard = come_in(mail("delegated"))
    assert heard.delegated_to == "adjoint@edelweiss.example"
    assert len(nadia.meeting.invitations) == 3
    assert db.session.scalars(db.select(Letter).filter_by(to_address=heard.delegated_to)).all() == []


def test_a_calendar_that_asks_again_is_told_at_the_address_that_is_known(nadia):
    """Not where the mail came from, nor where it asks to be answered."""
    come_in(b"Reply-To: other@ailleurs.example\r\n" + mail("refresh"))
    written = db.session.scalars(db.select(Letter).filter_by(kind="invitation").order_by(Letter.id.desc())).first()
    assert written is not None
    assert (written.to_address, written.reply_to) == ("nadia@bourse.example", None)


def test_each_mail_leaves_one_line_that_says_who_what_and_why(nadia):
    for name in ("google", "other_sender", "stranger", "vacation", "refresh"):
        come_in(mail(name))
    lines = db.session.scalars(db.select(AuditEvent).filter_by(act="hear").order_by(AuditEvent.id)).all()
    heard = db.session.scalars(db.select(Heard).order_by(Heard.id)).all()
    assert [line.about for line in lines] == [f"heard:{each.id}" for each in heard]
    assert len(heard) == 5
    assert all(each.sender and each.verdict and each.reason for each in heard)


# Reports on letters


def report(name: str) -> Heard:
    return come_in(mail(name, letter_to("nadia@bourse.example"), KEY))


@pytest.mark.parametrize("name", ["bounce_postfix", "bounce_exchange", "bounce_qmail"])
def test_a_letter_that_comes_back_marks_the_address(nadia, name):
    assert made_of(report(name)) == ("taken", "hard")
    letter = letter_to("nadia@bourse.example")
    assert letter.state is LetterState.bounced
    assert nadia.person.address_failed_at == now()
    assert "5.1.1" in str(nadia.person.address_failure)


@pytest.mark.parametrize("name", ["bounce_delayed", "bounce_delivered"])
def test_a_letter_that_is_late_or_arrived_has_not_come_back(nadia, name):
    assert report(name).verdict is Verdict.ignored
    assert letter_to("nadia@bourse.example").state is LetterState.sent


def test_a_full_mailbox_is_believed_after_three_letters_in_three_days(nadia, the_day):
    for number in range(3):
        assert nadia.person.address_failed_at is None
        letter = write(Parts("", "", ""), key=f"{number}", kind="test", to=nadia.person.recipient, language="fr")
        db.session.flush()
        assert made_of(come_in(mail("bounce_full", letter, KEY))) == ("taken", "soft")
        the_day.shift(timedelta(days=2))
    assert nadia.person.address_failed_at is not None


def test_a_forged_report_is_only_written_down(nadia):
    letter = letter_to("nadia@bourse.example")
    heard = come_in(mail("bounce_postfix", letter, "another key"))
    assert made_of(heard) == ("ignored", "unsigned")
    assert letter.state is LetterState.sent
    assert nadia.person.address_failed_at is None


def test_a_new_address_or_an_answer_is_trusted_again(nadia):
    report("bounce_postfix")
    nadia.person.email = "nadia@nouveau.example"
    assert nadia.person.address_failed_at is None
    nadia.person.email = "nadia@bourse.example"
    report("bounce_exchange")
    come_in(mail("google"))
    assert nadia.person.address_failed_at is None


# Words, and nothing


def test_what_a_member_writes_by_hand_is_put_before_the_facilitator(nadia):
    heard = come_in(mail("in_words", letter_to("nadia@bourse.example")))
    assert made_of(heard) == ("queued", "in_words")
    assert heard.invitation_id == nadia.id
    assert heard.said.startswith("OK je viens")
    assert nadia.answer is Answer.none


@pytest.mark.parametrize("name", ["request", "cancel"])
def test_an_invitation_from_outside_changes_no_meeting(nadia, name):
    before = (nadia.meeting.sequence, nadia.meeting.starts_at, nadia.meeting.state)
    assert come_in(mail(name)).verdict is Verdict.ignored
    assert (nadia.meeting.sequence, nadia.meeting.starts_at, nadia.meeting.state) == before


def test_strangers_mail_stays_for_a_person_to_read(nadia):
    assert not come_in(mail("stranger")).is_ours
    assert not come_in(mail("request")).is_ours
    assert come_in(mail("vacation")).is_ours
    assert come_in(mail("google")).is_ours


def test_a_queued_mail_s_own_bytes_are_kept_a_month(nadia, the_day):
    heard = come_in(mail("other_sender"))
    the_day.shift(timedelta(days=29))
    forget_old_mail(now())
    db.session.commit()
    assert heard.raw
    the_day.shift(timedelta(days=2))
    forget_old_mail(now())
    db.session.commit()
    assert heard.raw is None


# Broken mails


def test_a_thousand_broken_mails_leave_no_answer_that_was_not_given(nadia, club):
    """A broken yes is a yes or nothing, and it is Nadia's."""
    chance = random.Random(2027)
    others = [invitation_of(club.meeting, person) for person in (club.hugo, club.marc)]
    before = [row(each) for each in others]
    for _ in range(1000):
        raw = mail(chance.choice(["exchange", "google", "apple", "bom", "nested", "other_sender", "forwarded_crasher"]))
        take(mutations(raw, chance), now())
    assert nadia.answer in (Answer.none, Answer.accepted)
    assert [row(each) for each in others] == before
    assert (nadia.meeting.sequence, nadia.meeting.is_cancelled, len(nadia.meeting.invitations)) == (0, False, 3)
