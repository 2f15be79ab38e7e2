"""How long the worker takes to carry a meeting's invitations; run `python -m bench.drain`."""

import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from pathlib import Path
from statistics import median
from unittest.mock import patch

import click
import structlog

from bench.club import grow
from bench.pages import Ratio
from bourse.app import create_app
from bourse.clock import now
from bourse.db import db
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.worker import Parcel, Worker
from bourse.settings import Settings
from tests.ladders import postgresql

FEW, LETTERS = 50, 500
TURNS = 7
AIMS = {"SQLite": 2.0, "PostgreSQL": 4.0}
SAFE = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")  # as where letters matter
WORKER = (
    "import resource; from bourse.app import cli; cli.main(['worker', '--once'], standalone_mode=False);"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def main() -> None:
    """Prints each database's ratio to smtplib alone and the worker's memory, then the verdict."""
    ratios = {}
    with tempfile.TemporaryDirectory() as folder, _mail_server(folder) as smtp_url:
        surroundings = {"BOURSE_DATA_DIR": folder, "BOURSE_SMTP_URL": smtp_url, "BOURSE_SECRET_KEY": "a key"}
        ratios["SQLite"] = _measure("SQLite", surroundings)
        with _postgresql() as url:
            ratios["PostgreSQL"] = _measure("PostgreSQL", surroundings | {"BOURSE_DATABASE_URL": url})
    beyond = [name for name, ratio in ratios.items() if ratio.median > AIMS[name]]
    print(f"Beyond the aim: {', '.join(beyond)}." if beyond else "Both are within their aims.")


@contextmanager
def _mail_server(folder: str) -> Iterator[str]:
    """The development catcher, in a process of its own."""
    process = subprocess.Popen([sys.executable, "-m", "bourse.mailroom.catcher", folder])
    port = Path(folder, "catcher.port")
    while not port.exists():
        time.sleep(0.05)
    yield f"smtp://127.0.0.1:{port.read_text()}"
    process.terminate()
    process.wait()


@contextmanager
def _postgresql() -> Iterator[str]:
    with patch.dict(postgresql.SETTINGS, SAFE), postgresql.server() as server, server.database("bench") as url:
        yield url


def _measure(name: str, surroundings: dict[str, str]) -> Ratio:
    settings = Settings.from_environment(surroundings)
    house = create_app(settings)
    # As a command, for only commands write on SQLite.
    with house.app_context(), click.Context(click.Command("worker")), Path(os.devnull).open("w") as log:
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
        worker = Worker(settings.mail_from, lambda: settings.smtp_url, house.config["WRITE_DUE"], key="a key")
        parcels = _write_letters(worker)
        ours, bare = zip(*[(_drain(worker), _send_bare(parcels, settings)) for _ in range(TURNS + 1)], strict=True)
        few, many = (_most_memory(count, surroundings) for count in (FEW, LETTERS))
        db.session.remove()
        db.engine.dispose()
    ratio = Ratio.of(list(ours[1:]), list(bare[1:]))  # the first turn warms up
    print(f"{name}: {LETTERS} invitations, {median(bare[1:]):.2f} s by smtplib alone, {median(ours[1:]):.2f} s by us")
    print(f"  ratio {ratio.median:.1f} (half of the turns: {ratio.lower:.1f} to {ratio.upper:.1f})")
    print(f"  most memory of a worker: {few:.0f} MB after {FEW}, {many:.0f} MB after {LETTERS}")
    return ratio


def _write_letters(worker: Worker) -> list[Parcel]:
    """A big club's invitations to its next meeting, written by the house, and the bytes that will leave."""
    db.create_all()
    grow(LETTERS + 1)  # its host invites himself
    worker._write()
    letters = db.session.scalars(db.select(Letter)).all()
    assert len(letters) == LETTERS
    return [parcel for letter in letters if (parcel := worker._pack(letter))]


def _drain(worker: Worker) -> float:
    """Seconds from the worker's first look until the last letter is marked as sent."""
    _wait_again(LETTERS)
    start = now()
    worker.run(once=True)
    assert _sent() == LETTERS
    end = db.session.scalar(db.select(db.func.max(Letter.sent_at)))
    return (end - start).total_seconds()


def _send_bare(parcels: list[Parcel], settings: Settings) -> float:
    """Seconds that a plain loop takes for the same bytes to the same mail server, which keeps no mark."""
    sender, url = parseaddr(settings.mail_from)[1], settings.smtp_url
    start = time.perf_counter()
    with smtplib.SMTP(*url.removeprefix("smtp://").split(":")) as server:  # type: ignore[arg-type]
        for parcel in parcels:
            server.sendmail(sender, [parcel.address], parcel.mail)
    return time.perf_counter() - start


def _most_memory(count: int, surroundings: dict[str, str]) -> float:
    """Megabytes that a worker process has held at most when it has carried so many letters."""
    _wait_again(count)
    command = [sys.executable, "-c", WORKER]
    told = subprocess.run(command, env=os.environ | surroundings, check=True, capture_output=True, text=True).stdout
    assert _sent() == count
    return int(told) / 1024


def _wait_again(count: int) -> None:
    """So many of the letters are to leave once more, all others have left never to count."""
    db.session.execute(db.update(Letter).values(state=LetterState.skipped))
    first = db.update(Letter).where(Letter.id <= count)
    db.session.execute(first.values(state=LetterState.planned, due_at=now(), attempts=0))
    db.session.commit()


def _sent() -> int:
    count = db.session.scalar(db.select(db.func.count(Letter.id)).where(Letter.state == LetterState.sent))
    db.session.commit()
    return count or 0


if __name__ == "__main__":
    main()
