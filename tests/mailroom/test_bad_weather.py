"""Mail servers that go away, hang, drop and defer: no letter is lost, and none arrives as another."""

from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from bourse.clock import now
from bourse.db import db
from bourse.mailroom import send
from bourse.mailroom import worker as carrying
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import BATCH, ENOUGH, LEASE, Worker, claim
from tests.mailroom.test_worker import SENDER, a_letter, state_of
from tests.test_queries import counted

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture
def clock():
    with time_machine.travel(now()) as clock:
        yield clock


@pytest.fixture
def worker(app, smtp, clock):
    return Worker(SENDER, lambda: smtp.url, write_due=())


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(send, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(send, "ANSWER_SECONDS", 0.1)


def write_letters(count, name="member"):
    return [a_letter(f"{name}{number}") for number in range(count)]


def outbox():
    """How many letters stand where, after how many tries."""
    db.session.rollback()
    return Counter((letter.state.value, letter.attempts) for letter in db.session.scalars(db.select(Letter)))


def message_ids(smtp):
    return Counter(mail.message["Message-ID"] for mail in smtp.received)


def written_ids():
    return set(db.session.scalars(db.select(Letter.message_id)))


def work_for(worker, clock, time, step=MINUTE):
    for _ in range(time // step):
        worker.run(once=True)
        clock.shift(step)


def test_a_server_that_takes_letters_and_drops_the_line_gets_few_of_them_twice_and_the_same(worker, smtp, clock):
    write_letters(200)
    smtp.drops = 10
    work_for(worker, clock, 10 * MINUTE)
    seen = message_ids(smtp)
    assert {state for state, _ in outbox()} == {"sent"}
    assert set(seen) == written_ids()
    assert len({mail.content for mail in smtp.received}) == 200
    assert seen.total() - 200 <= 200 * 0.12


def test_who_is_put_off_comes_back_within_minutes_and_holds_nobody_else_up(worker, smtp, clock):
    smtp.greylists = True
    write_letters(10)
    start = now()
    worker.run(once=True)
    assert outbox() == {("planned", 1): 10}
    assert all(MINUTE <= due - start <= 2 * MINUTE for due in db.session.scalars(db.select(Letter.due_at)))
    clock.shift(2 * MINUTE)
    worker.run(once=True)
    assert outbox() == {("sent", 2): 10}

    newcomer = a_letter("newcomer")
    known = [a_letter(f"member{number}", key=f"next:{number}") for number in range(10)]
    worker.run(once=True)
    assert state_of(newcomer) == (LetterState.planned, 1)
    assert {state_of(letter) for letter in known} == {(LetterState.sent, 1)}


def test_whoever_is_put_off_for_a_day_is_given_up_and_that_is_written_down(worker, smtp, clock):
    letter = a_letter()
    smtp.greylists = True
    for _ in range(27):
        smtp.known_addresses.clear()
        worker.run(once=True)
        clock.shift(timedelta(minutes=67))
    assert state_of(letter)[0] is LetterState.failed
    assert "451" in str(db.session.get_one(Letter, letter).reason)
    assert smtp.received == []


def test_after_half_an_hour_without_server_everything_leaves_once_but_what_has_expired(worker, smtp, clock):
    way_in = a_letter("late", not_after=now() + 15 * MINUTE, is_secret=True)
    write_letters(60)
    smtp.down()
    work_for(worker, clock, 30 * MINUTE)
    assert {attempts for _, attempts in outbox()} == {0}
    smtp.up()
    work_for(worker, clock, 2 * MINUTE)
    assert outbox() == {("sent", 1): 60, ("skipped", 0): 1}
    assert state_of(way_in)[0] is LetterState.skipped
    assert db.session.get_one(Letter, way_in).text == ""
    assert max(message_ids(smtp).values()) == 1


def test_a_server_that_hangs_is_rung_once_a_minute_and_costs_no_try(worker, smtp, clock, impatient):
    write_letters(2 * BATCH)
    smtp.hangs = True
    for _ in range(5):
        worker.run(once=True)
        clock.shift(timedelta(seconds=1))
    assert smtp.calls == 1
    work_for(worker, clock, 5 * MINUTE)
    assert smtp.calls == 5
    assert outbox() == {("planned", 0): 2 * BATCH}
    smtp.hangs = False
    work_for(worker, clock, 2 * MINUTE)
    assert outbox() == {("sent", 1): 2 * BATCH}


def test_a_server_that_falls_silent_over_a_message_is_left_alone_after_a_few(worker, smtp, clock, impatient):
    write_letters(30)
    smtp.seconds = 3600
    worker.run(once=True)
    assert smtp.calls == ENOUGH
    assert outbox() == {("planned", 1): ENOUGH, ("planned", 0): 30 - ENOUGH}
    smtp.down()
    smtp.up()
    smtp.seconds = 0
    work_for(worker, clock, 10 * MINUTE)
    assert {state for state, _ in outbox()} == {"sent"}
    assert message_ids(smtp).total() == 30


def test_a_server_that_takes_few_letters_over_one_line_is_rung_again_at_once(worker, smtp):
    write_letters(30)
    smtp.most_a_line = 7
    worker.run(once=True)
    assert outbox() == {("sent", 1): 30}
    assert smtp.calls == 5


def test_a_server_that_refuses_the_house_itself_fails_no_letter(worker, smtp, clock):
    write_letters(3)
    smtp.known_senders.add("another@bourse.example")
    worker.run(once=True)
    assert outbox() == {("planned", 0): 3}
    assert all("553" in str(reason) for reason in db.session.scalars(db.select(Letter.reason)))
    smtp.known_senders.clear()
    clock.shift(MINUTE)
    worker.run(once=True)
    assert outbox() == {("sent", 1): 3}


def test_nothing_is_begun_so_late_that_another_worker_could_begin_it_too(worker, smtp, monkeypatch):
    monkeypatch.setattr(carrying, "now", lambda: now() + timedelta(seconds=len(smtp.received)))
    monkeypatch.setattr(carrying, "TO_SPARE", LEASE - timedelta(seconds=6))
    write_letters(30)
    worker.run(once=True)
    assert outbox() == {("sent", 1): 30}
    assert max(message_ids(smtp).values()) == 1


def test_a_worker_told_to_stop_ends_its_letter_and_gives_the_others_back_at_once(worker, smtp):
    write_letters(5)

    def find_url():
        worker.stopped.set()
        return smtp.url

    worker.find_url = find_url
    worker.run(once=True)
    assert outbox() == {("sent", 1): 1, ("planned", 0): 4}
    Worker(SENDER, lambda: smtp.url, write_due=()).run(once=True)
    assert outbox() == {("sent", 1): 5}


def test_a_way_in_leaves_before_a_crowd_of_invitations(worker, smtp):
    write_letters(30)
    a_letter("marc", not_after=now() + 15 * MINUTE)
    worker.run(once=True)
    assert smtp.received[0].recipients == ["marc@bourse.example"]


def test_many_that_have_expired_keep_nothing_else_waiting(worker, smtp):
    for number in range(BATCH + 1):
        a_letter(f"late{number}", not_after=now() - MINUTE)
    letter = a_letter()
    worker.run(once=True)
    assert state_of(letter)[0] is LetterState.sent
    assert len(smtp.received) == 1


def test_years_of_letters_that_have_left_are_not_looked_through_for_those_that_are_due(app):
    with counted() as sent:
        claim("a worker", now())
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sent[0]}", ("",) * sent[0].count("?"))
    assert "ix_letter_state_due_at (state=? AND due_at<?)" in str(plan.all())
