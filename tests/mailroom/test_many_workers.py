"""Workers as processes that are killed, crowd and meet a mail server that hangs. The slow tests of the mailroom."""

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from statistics import quantiles

import pytest

from bench.club import grow
from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import BATCH, LEASE
from bourse.meetings.due import write_calendar_letters
from tests.mail_server import MailServer
from tests.mailroom.office import Office

SEED = 2027
CROWD, KILLS = 500, 3
SECONDS_A_MAIL = 0.02
MOST_SECONDS = 120
REQUESTS = 60
P95_SECONDS = 0.3
UID = re.compile(rb"^UID:(\S+)", re.MULTILINE)


@pytest.fixture
def office(app, smtp, settings):
    office = Office(settings)
    yield office
    for worker in list(office.workers):
        office.lose(worker)


def invite(count: int) -> None:
    """A big club's invitations to its next meeting are written, and wait."""
    grow(count + 1)
    write_calendar_letters(now())
    db.session.commit()


def wait_until(done: Callable[[], bool], seconds: float = MOST_SECONDS) -> None:
    late = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < late
        time.sleep(0.05)


def wait_for(smtp: MailServer, count: int) -> None:
    wait_until(lambda: len(smtp.received) >= count)


def is_free() -> bool:
    """No letter is left but those that the dead hold."""
    db.session.rollback()
    return not db.session.scalar(
        db.select(Letter.id).where(Letter.state == LetterState.planned, Letter.lease_until.is_(None)).limit(1)
    )


def test_whoever_dies_while_a_crowd_is_invited_loses_nothing_and_repeats_one_letter_at_most(office, smtp):
    chance = random.Random(SEED)
    invite(CROWD)
    smtp.seconds = SECONDS_A_MAIL
    start = time.monotonic()
    for _ in range(2):
        office.hire()
    for count in sorted(chance.sample(range(CROWD // 10, CROWD * 8 // 10), KILLS)):
        wait_for(smtp, count)
        time.sleep(chance.random() * 2 * SECONDS_A_MAIL)
        office.lose(chance.choice(office.workers))
        office.hire()
    wait_for(smtp, CROWD - BATCH * KILLS)
    wait_until(is_free)
    office.close()
    office.finish(now() + LEASE + timedelta(minutes=1))
    assert time.monotonic() - start < MOST_SECONDS
    each_left_once_or_as_the_same(smtp, CROWD, repeats=KILLS)


def test_four_workers_who_begin_at_once_write_and_carry_each_letter_once(office, smtp):
    grow(61)
    db.session.commit()
    smtp.seconds = 0.002
    for _ in range(4):
        office.hire()
    wait_for(smtp, 60)
    wait_until(is_free)
    office.close()
    each_left_once_or_as_the_same(smtp, 60, repeats=0)


def test_nobody_waits_for_a_page_because_the_mail_server_hangs(office, smtp, client):
    grow(REQUESTS)
    db.session.commit()
    smtp.hangs = True
    office.hire()
    wait_until(lambda: smtp.calls > 0)
    times = [seconds_to_ask_for_a_way_in(client, number) for number in range(2, REQUESTS)]
    assert quantiles(times, n=20)[-1] < P95_SECONDS
    assert smtp.received == []


def seconds_to_ask_for_a_way_in(client, number: int) -> float:
    """The page and the form by which somebody asks, each from elsewhere."""
    form = {"email": f"member-{number}-{REQUESTS}@bourse.example"}
    from_elsewhere = {"REMOTE_ADDR": f"192.0.2.{number}"}
    start = time.perf_counter()
    client.get("/people/sign-in", environ_overrides=from_elsewhere)
    answer = client.post("/people/sign-in", data=form, environ_overrides=from_elsewhere)
    assert answer.status_code == 302
    return time.perf_counter() - start


def each_left_once_or_as_the_same(smtp: MailServer, count: int, repeats: int) -> None:
    """None is lost, none has another Message-ID or another byte, few are repeated."""
    db.session.rollback()
    written = {letter.message_id: letter.state for letter in db.session.scalars(db.select(Letter))}
    received = defaultdict(list)
    for mail in smtp.received:
        received[message_from_bytes(mail.content)["Message-ID"]].append(mail.content)
    assert len(written) == count
    assert set(written.values()) == {LetterState.sent}
    assert received.keys() == written.keys()
    assert all(len(set(mails)) == 1 for mails in received.values())
    assert len(smtp.received) - count <= repeats
    assert len({uid_of(mails[0]) for mails in received.values()}) == 1


def uid_of(content: bytes) -> bytes:
    *_, calendar = message_from_bytes(content).walk()
    text = calendar.get_payload(decode=True)
    assert isinstance(text, bytes)
    return UID.findall(text)[0]
