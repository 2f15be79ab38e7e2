"""The worker and a mail server that has its days."""

from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom.bounce import letter_of
from bourse.mailroom.compose import Parts
from bourse.mailroom.models import Letter, LetterState, write
from bourse.mailroom.worker import Worker, claim
from bourse.people.bounces import note_refusal
from bourse.people.models import Person

PARTS = Parts("Objet", "Texte", "<p>Texte</p>")
SENDER = "Club Bourse <club@bourse.example>"


@pytest.fixture
def worker(app, smtp):
    with app.app_context():
        yield Worker(SENDER, lambda: smtp.url, write_due=())


def a_letter(name="marc", **facts):
    usual = {"key": f"test:{name}", "kind": "test", "to": (name.capitalize(), f"{name}@bourse.example")}
    letter = write(PARTS, language="fr", **usual | facts)
    db.session.commit()
    return letter.id


def state_of(letter_id):
    letter = db.session.get_one(Letter, letter_id)
    return letter.state, letter.attempts


def test_a_letter_arrives_and_is_marked_sent(worker, smtp):
    sent = a_letter()
    worker.run(once=True)
    (mail,) = smtp.received
    assert mail.recipients == ["marc@bourse.example"]
    assert mail.message["Subject"] == "Objet"
    assert state_of(sent) == (LetterState.sent, 1)


def test_a_letter_is_carried_once_however_often_the_worker_runs(worker, smtp):
    a_letter()
    for _ in range(3):
        worker.run(once=True)
    assert len(smtp.received) == 1


def test_a_mail_server_that_is_down_loses_no_letter_and_costs_no_try(worker, smtp):
    waiting = a_letter()
    smtp.down()
    worker.run(once=True)
    assert state_of(waiting) == (LetterState.planned, 0)
    smtp.up()
    with time_machine.travel(now() + timedelta(minutes=2)):
        worker.run(once=True)
    assert state_of(waiting) == (LetterState.sent, 1)


def test_a_refused_address_fails_at_once_and_holds_nobody_up(worker, smtp):
    gone, well = a_letter("gone"), a_letter("marc")
    smtp.refused.add("gone@bourse.example")
    worker.run(once=True)
    assert state_of(gone) == (LetterState.failed, 1)
    assert state_of(well) == (LetterState.sent, 1)
    assert "550" in str(db.session.get_one(Letter, gone).reason)


def test_a_greylisted_letter_is_tried_again_under_the_same_message_id(worker, smtp):
    letter = a_letter()
    smtp.greylists = True
    worker.run(once=True)
    assert state_of(letter) == (LetterState.planned, 1)
    with time_machine.travel(now() + timedelta(minutes=2)):
        worker.run(once=True)
    assert state_of(letter) == (LetterState.sent, 2)
    assert smtp.received[0].message["Message-ID"] == db.session.get_one(Letter, letter).message_id


def test_a_line_dropped_after_the_letter_repeats_the_same_letter(worker, smtp):
    letter = a_letter()
    smtp.drops = 1
    worker.run(once=True)
    smtp.drops = 0
    with time_machine.travel(now() + timedelta(minutes=2)):
        worker.run(once=True)
    assert state_of(letter)[0] is LetterState.sent
    assert len({mail.message["Message-ID"] for mail in smtp.received}) == 1
    assert len({mail.content for mail in smtp.received}) == 1


def test_an_expired_letter_is_skipped_and_never_sent(worker, smtp):
    late = a_letter(not_after=now() - timedelta(seconds=1))
    worker.run(once=True)
    assert state_of(late)[0] is LetterState.skipped
    assert smtp.received == []


def test_a_held_letter_stays(worker, smtp):
    held = a_letter()
    db.session.get_one(Letter, held).state = LetterState.held
    db.session.commit()
    worker.run(once=True)
    assert smtp.received == []


def test_two_workers_never_take_the_same_letter(worker):
    for number in range(30):
        a_letter(f"marc{number}")
    first = {letter.id for letter in claim("first", now())}
    second = {letter.id for letter in claim("second", now())}
    assert (len(first), len(second)) == (20, 10)
    assert not first & second


def test_a_letter_whose_carrier_died_is_free_again_after_the_lease(worker):
    a_letter()
    assert len(claim("dead", now())) == 1
    db.session.commit()
    assert claim("next", now()) == []
    assert len(claim("next", now() + timedelta(minutes=6))) == 1


def test_the_same_key_makes_one_letter(worker, smtp):
    def twice(at):
        write(PARTS, key="once", kind="test", to=("Marc", "marc@bourse.example"), language="fr")

    worker.write_due = (twice, twice)
    worker.run(once=True)
    assert len(smtp.received) == 1


def test_a_letter_that_no_mail_can_carry_fails_alone(worker, smtp):
    broken, well = a_letter("nobody", to=("Nobody", "no address")), a_letter("marc")
    worker.run(once=True)
    assert state_of(broken)[0] is LetterState.failed
    assert state_of(well)[0] is LetterState.sent


def test_a_fault_of_ours_ends_a_round_and_never_the_worker(worker, smtp):
    def fault(at):
        worker.stopped.set()
        raise RuntimeError("a fault")

    worker.write_due = (fault,)
    worker.run()
    assert worker.stopped.is_set()


def test_a_day_without_server_does_not_count_against_a_letter(worker, smtp):
    letter = a_letter()
    smtp.greylists = True
    with time_machine.travel(now() + timedelta(hours=30)):
        worker.run(once=True)
        assert state_of(letter)[0] is LetterState.planned


def test_what_cannot_be_written_keeps_nothing_else_from_leaving(worker, smtp):
    def fault(at):
        raise RuntimeError("a fault")

    worker.write_due = (fault,)
    letter = a_letter()
    worker.run(once=True)
    assert state_of(letter)[0] is LetterState.sent


def test_reports_on_a_letter_come_back_to_an_address_of_its_own(worker, smtp):
    worker.key = "a key"
    letter = a_letter()
    worker.run(once=True)
    (mail,) = smtp.received
    assert letter_of([mail.sender], "a key") == letter
    assert letter_of([mail.sender], "another key") is None
    assert mail.message["From"] == SENDER


def test_a_mail_server_that_knows_one_sender_only_gets_that_one(worker, smtp):
    worker.key = "a key"
    smtp.known_senders.add("club@bourse.example")
    letters = [a_letter("marc"), a_letter("nadia")]
    worker.run(once=True)
    assert {state_of(letter) for letter in letters} == {(LetterState.sent, 1)}
    assert {mail.sender for mail in smtp.received} == {"club@bourse.example"}


def test_an_address_that_a_mail_server_does_not_know_is_marked(worker, club, smtp):
    worker.when_refused = (note_refusal,)
    smtp.refused.add("marc@bourse.example")
    a_letter("marc")
    worker.run(once=True)
    assert "5.1.1" in str(db.session.get_one(Person, club.marc).address_failure)
