"""The mailbox: each mail is heard once and put away, whatever the mail, the server or the worker do."""

import socket
import sqlite3
import threading
import time
from contextlib import closing

import pytest
import time_machine
from structlog.testing import capture_logs

from bourse.db import db
from bourse.mailroom import collect
from bourse.mailroom import mailbox as line
from bourse.mailroom.collect import Collector
from bourse.mailroom.models import Collected
from bourse.mailroom.worker import Worker
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Answer
from tests.bad_mailbox import BadMailbox
from tests.cast import invitation_of
from tests.meetings.post import MORNING, NOON, mail, send_invitations


@pytest.fixture
def database_url(fresh_sqlite):
    return fresh_sqlite


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(collect, "PAUSE_SECONDS", 0.1)


@pytest.fixture
def the_day():
    with time_machine.travel(MORNING) as clock:
        yield clock


@pytest.fixture
def logs(app):
    with capture_logs() as entries:
        yield entries


class Ear:
    """Stands for the house: remembers what it heard, chokes on some."""

    def __init__(self, chokes_on=b"nothing of this"):
        self.heard = []
        self.chokes_on = chokes_on

    def __call__(self, raw, at):
        self.heard.append(raw)
        if self.chokes_on in raw:
            raise RuntimeError("a fault")
        return b"stranger" not in raw


def a_mail(text):
    return b"Subject: " + text + b"\r\n\r\n" + text + b"\r\n"


def collector(mailbox, ear):
    return Collector(mailbox.url, ear, threading.Event())


def test_each_mail_is_heard_once_and_put_away_unread(app, mailbox):
    mailbox.put(a_mail(b"one"), a_mail(b"two"), a_mail(b"a stranger"))
    ear = Ear()
    for _ in range(2):
        collector(mailbox, ear).run(once=True)
    assert len(ear.heard) == 3
    assert mailbox.counts() == {"INBOX": 0, "Bourse/traites": 2, "Bourse/a-lire": 1}
    assert db.session.scalars(db.select(Collected)).all() == []


def test_a_mail_that_cannot_be_heard_is_set_aside_after_three_tries_and_stops_nobody(app, mailbox):
    mailbox.put(a_mail(b"poison"), a_mail(b"well"))
    ear = Ear(chokes_on=b"poison")
    for _ in range(2):
        collector(mailbox, ear).run(once=True)
    assert mailbox.counts() == {"INBOX": 1, "Bourse/traites": 1}
    for _ in range(3):
        collector(mailbox, ear).run(once=True)
    assert mailbox.counts() == {"INBOX": 0, "Bourse/traites": 1, "Bourse/illisibles": 1}
    assert sum(b"poison" in raw for raw in ear.heard) == 3


def test_a_worker_that_died_before_it_put_a_mail_away_does_not_hear_it_again(app, mailbox, monkeypatch):
    mailbox.put(a_mail(b"one"))
    ear = Ear()
    with monkeypatch.context() as dying:
        dying.setattr(line.Mailbox, "put_away", lambda *_: (_ for _ in ()).throw(line.MailboxAway("died")))
        collector(mailbox, ear).run(once=True)
    assert mailbox.counts()["INBOX"] == 1
    collector(mailbox, ear).run(once=True)
    assert len(ear.heard) == 1
    assert mailbox.counts() == {"INBOX": 0, "Bourse/traites": 1}


def test_a_mailbox_full_of_old_mail_is_read_a_batch_at_a_time(app, mailbox, monkeypatch):
    monkeypatch.setattr(collect, "BATCH", 10)
    mailbox.put(*(a_mail(b"%d" % number) for number in range(25)))
    ear = Ear()
    assert collector(mailbox, ear)._round()
    assert len(ear.heard) == 10
    collector(mailbox, ear).run(once=True)
    assert len(ear.heard) == 25


def test_of_a_huge_mail_only_the_beginning_is_fetched(app, mailbox, monkeypatch):
    monkeypatch.setattr(line, "MOST_BYTES", 1000)
    mailbox.put(a_mail(b"x" * 100_000))
    ear = Ear()
    collector(mailbox, ear).run(once=True)
    assert [len(raw) for raw in ear.heard] == [1000]


def test_a_mailbox_that_is_away_or_silent_is_left_alone_and_tells_no_password(app, logs, monkeypatch):
    monkeypatch.setattr(line, "SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        Collector(f"imap://club:secret-word@127.0.0.1:{port}/INBOX", Ear(), threading.Event()).run(once=True)
        assert time.monotonic() - begun < 5
    Collector("imap://club:secret-word@127.0.0.1:1/INBOX", Ear(), threading.Event()).run(once=True)
    assert [entry["error"] for entry in logs] == ["TimeoutError", "ConnectionRefusedError"]


def test_a_wrong_password_is_told_without_it(app, mailbox, logs):
    url = mailbox.url.replace("p%40ss%2Fword", "wrong-secret")
    Collector(url, Ear(), threading.Event()).run(once=True)
    (entry,) = logs
    assert entry["error"] == "MailboxLoginError"
    assert "wrong-secret" not in str(entry)


def test_a_mailbox_that_never_answers_holds_no_letter_up(app, club, smtp, runner, monkeypatch):
    """The collector has its own thread; the worker, here told to end when nothing is due, has carried all by then."""
    until_nothing_is_due = Worker.run
    monkeypatch.setattr(Worker, "run", lambda carrier, once: until_nothing_is_due(carrier, once=True))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"imap://club:x@127.0.0.1:{silent.getsockname()[1]}/INBOX"
        object.__setattr__(app.config["SETTINGS"], "imap_url", url)
        begun = time.monotonic()
        assert runner.invoke(args=["worker"]).exit_code == 0
        assert time.monotonic() - begun < 20
        assert len(smtp.received) == 3
        silent.accept()[0].close()


@pytest.mark.parametrize("how", ["half", "drips"])
def test_while_a_mail_comes_slowly_everybody_else_writes(app, club, smtp, runner, monkeypatch, how):
    """The mailbox stops in the middle of a mail, or gives it a byte at a time: the database is nobody's meanwhile."""
    until_nothing_is_due = Worker.run
    took: list[float] = []

    def carry_meanwhile(carrier, once):
        assert mailbox.is_giving.wait(5)
        begun = time.monotonic()
        until_nothing_is_due(carrier, once=True)
        took.append(time.monotonic() - begun)

    monkeypatch.setattr(Worker, "run", carry_meanwhile)
    with BadMailbox([a_mail(b"x" * 1000)], _1=how) as mailbox:
        object.__setattr__(app.config["SETTINGS"], "imap_url", mailbox.url)
        assert runner.invoke(args=["worker"]).exit_code == 0
        assert mailbox.mails  # it is still at it
    assert len(smtp.received) == 3
    assert took[0] < 5


def test_a_mail_that_never_ends_is_given_up(app, logs, monkeypatch):
    monkeypatch.setattr(line, "LONGEST", 0.5)
    with BadMailbox([a_mail(b"x" * 1000)], _1="drips") as mailbox:
        begun = time.monotonic()
        collector(mailbox, Ear()).run(once=True)
        assert time.monotonic() - begun < 3
    assert [entry["event"] for entry in logs] == ["no mail collected"]


@pytest.mark.parametrize("how", ["half", "hangs up", "refuses"])
def test_a_mail_that_the_mailbox_cannot_give_holds_no_other_up_and_is_not_lost(app, monkeypatch, how):
    if how == "half":
        monkeypatch.setattr(line, "SECONDS", 1)
    with BadMailbox([a_mail(b"%d" % number) for number in range(1, 5)], _1=how) as mailbox:
        ear = Ear()
        patient = collector(mailbox, ear)
        for _ in range(2):
            patient.run(once=True)
        assert mailbox.moved.keys() == {2, 3, 4}
        patient.run(once=True)
        assert 1 in mailbox.mails  # nobody has heard it: it waits until the mailbox gives it
        mailbox.gives.clear()
        patient.run(once=True)
    assert (mailbox.mails, mailbox.moved[1]) == ({}, "Bourse/traites")


def test_of_ten_thousand_old_mails_each_round_takes_fifty_and_asks_for_no_other(app):
    with BadMailbox(a_mail(b"%d" % number) for number in range(1, 10_001)) as mailbox:
        begun = time.monotonic()
        assert collector(mailbox, Ear())._round()
        assert time.monotonic() - begun < 30
        assert mailbox.fetched == list(range(1, 51))


def test_a_mail_of_twenty_megabytes_is_heard_like_any_other(the_day, app, club):
    """Its answer stands at the beginning; the rest is a photo that nobody asked for."""
    photo = b"\r\n".join([b"/9j4" * 19] * (20 * 2**20 // 78))
    head, _, tail = mail("nested").rpartition(b"\r\n--")
    boundary = tail.partition(b"--")[0]
    huge = head + b"\r\n--" + boundary + b"\r\nContent-Type: image/jpeg\r\n\r\n" + photo
    send_invitations(club)
    the_day.move_to(NOON)
    with BadMailbox([huge, a_mail(b"next")]) as mailbox:
        begun = time.monotonic()
        Collector(mailbox.url, app.config["HEAR"], threading.Event()).run(once=True)
        assert time.monotonic() - begun < 5
    assert mailbox.moved == {1: "Bourse/traites", 2: "Bourse/a-lire"}
    assert invitation_of(club.meeting, club.nadia).current_answer is Answer.accepted


def test_the_collector_waits_its_turn_to_write(app, club, settings, runner):
    """Somebody writes on the site without end: each mail is heard once all the same, and none has to be tried again."""
    is_done = threading.Event()

    def write_without_end():
        file = settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as busy:
            while not is_done.is_set():
                busy.execute("BEGIN IMMEDIATE")
                busy.execute("UPDATE person SET mobile = '1' WHERE id = 1")
                busy.execute("COMMIT")

    mails = [mail("in_words").replace(b"OK je viens", b"OK je viens %d" % number) for number in range(20)]
    with BadMailbox(mails) as mailbox, capture_logs() as logs:
        object.__setattr__(app.config["SETTINGS"], "imap_url", mailbox.url)
        writer = threading.Thread(target=write_without_end)
        writer.start()
        try:
            assert runner.invoke(args=["worker", "--once"]).exit_code == 0
        finally:
            is_done.set()
            writer.join()
    assert len(mailbox.moved) == 20
    assert len(db.session.scalars(db.select(Heard)).all()) == 20
    assert mailbox.fetched == list(range(1, 21))
    assert "no mail collected" not in [entry["event"] for entry in logs]


def test_the_worker_collects_an_answer_and_carries_its_letters(the_day, app, club, mailbox, smtp, runner):
    send_invitations(club)
    the_day.move_to(NOON)
    mailbox.put(mail("google"), mail("other_sender"), mail("stranger"), mail("google"))
    done = runner.invoke(args=["worker", "--once"])
    assert done.exit_code == 0, done.output
    nadia = invitation_of(club.meeting, club.nadia)
    assert nadia.current_answer is Answer.accepted
    assert [each.recipients for each in smtp.received] == [["nadia@bourse.example"]]  # « did you answer? »
    assert mailbox.counts() == {"INBOX": 0, "Bourse/traites": 3, "Bourse/a-lire": 1}
    assert len(db.session.scalars(db.select(Heard)).all()) == 3
