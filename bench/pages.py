"""How many times as long as a bare page of its size each page takes; run `python -m bench.pages`."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from operator import truediv
from statistics import median, quantiles

from flask import Flask

from bench.bare import create_bare
from bench.club import Grown, grow
from bourse.app import create_app
from bourse.db import db
from bourse.people.enter import fingerprint
from bourse.people.models import Person, SignIn
from bourse.settings import Settings

AIM = 4
SIZES = (12, 100)  # members
PAGES = {"home": "/", "meeting": "/meetings/{next}", "members": "/clubs/{slug}"}
READER = "marc"

WARM_UP, INSIDE, OUTSIDE = 10, 290, 90  # rounds: no page is asked for more than 300 times
NEARLY = 0.1  # a bare page of the same size is so near
START_SECONDS = 30
GUNICORN = ("gunicorn", "--worker-class=gthread", "--threads=8", "--keep-alive=60", "--no-control-socket")

Ask = Callable[[str, str], bytes]  # address and cookie -> page
Watch = Callable[[], float]  # seconds


@dataclass(frozen=True)
class Page:
    """A page as its reader asks for it, and the address of the bare page of its size."""

    name: str
    address: str
    cookie: str
    bare: str


@dataclass(frozen=True)
class Ratio:
    """The page's median time over its bare page's; the quartiles are those of single rounds."""

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, ours: list[float], theirs: list[float]) -> "Ratio":
        lower, _, upper = quantiles(map(truediv, ours, theirs))
        return cls(median(ours) / median(theirs), lower, upper)


def main() -> None:
    """Prints both tables and the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"BOURSE_DATA_DIR": folder})
        house, bare = create_app(settings), create_bare(settings.database_url)
        pages = [page for club in _fill(house) for page in _pages(club, house, bare)]
        inside = _compare(pages, _client(house), _client(bare), time.process_time, INSIDE)
        _tell("In one process, through the test client (processor time)", inside)
        bare_app = f"bench.bare:create_bare({settings.database_url!r})"
        with _served("bourse.app:create_app()", folder) as ours, _served(bare_app, folder) as theirs:
            outside = _compare(pages, ours, theirs, time.perf_counter, OUTSIDE)
        _tell("Through gunicorn, over loopback (time on the clock)", outside)
    beyond = {name for table in (inside, outside) for name, ratio in table.items() if ratio.median > AIM}
    print(f"Beyond {AIM}: {'; '.join(sorted(beyond))}." if beyond else f"Every page is within {AIM}.")


# The pages


def _fill(house: Flask) -> list[Grown]:
    """A club of each size, with its reader signed in."""
    with house.app_context():
        db.create_all()
        clubs = [grow(members) for members in SIZES]
        for club in clubs:
            reader = db.session.scalars(db.select(Person).filter_by(email=_key(club))).one()
            sign_in = SignIn(person=reader, key_hash=fingerprint(_key(club)), device="", is_kept=True)
            db.session.add(sign_in)
        db.session.commit()
    return clubs


def _key(club: Grown) -> str:
    return f"{club.person(READER)}@bourse.example"


def _pages(club: Grown, house: Flask, bare: Flask) -> Iterator[Page]:
    cookie = _cookie(club, house)
    for name, pattern in PAGES.items():
        address = pattern.format_map(vars(club))
        size = len(_client(house)(address, cookie))
        yield Page(f"{name}, {club.members}", address, cookie, _bare_of(club, size, _client(bare)))


def _cookie(club: Grown, house: Flask) -> str:
    """What the reader's browser holds after a first page."""
    client, name = house.test_client(), house.config["SESSION_COOKIE_NAME"]
    with client.session_transaction() as session:
        session["key"] = _key(club)
    client.get("/people/me")
    held = client.get_cookie(name, house.config["SETTINGS"].host)
    assert held is not None
    return f"{name}={held.value}"


def _bare_of(club: Grown, size: int, ask: Ask) -> str:
    """The address of a bare page of about `size` bytes."""
    empty, full = (len(ask(f"/{club.slug}/{count}", "")) for count in (0, 100))
    address = f"/{club.slug}/{round((size - empty) / (full - empty) * 100)}"
    assert abs(len(ask(address, "")) - size) < NEARLY * size
    return address


# Ways to ask


def _client(app: Flask) -> Ask:
    client = app.test_client(use_cookies=False)

    def ask(address: str, cookie: str) -> bytes:
        answer = client.get(address, headers={"Cookie": cookie})
        assert answer.status_code == 200, address
        return answer.data

    return ask


@contextmanager
def _served(app: str, data_dir: str) -> Iterator[Ask]:
    """Runs a gunicorn of one process meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", *GUNICORN, f"--bind=127.0.0.1:{port}", "--log-level=error", app]
    server = subprocess.Popen(command, env=os.environ | {"BOURSE_DATA_DIR": data_dir})
    try:
        yield _visitor(port)
    finally:
        server.terminate()
        server.wait()


def _visitor(port: int) -> Ask:
    line = _connected(port)

    def ask(address: str, cookie: str) -> bytes:
        line.request("GET", address, headers={"Cookie": cookie})
        answer = line.getresponse()
        assert answer.status == 200, address
        return answer.read()

    return ask


def _connected(port: int) -> HTTPConnection:
    line, late = HTTPConnection("127.0.0.1", port), time.monotonic() + START_SECONDS
    while True:
        try:
            line.connect()
            return line
        except ConnectionRefusedError:
            if time.monotonic() > late:
                raise
            time.sleep(0.1)


# Comparing


def _compare(pages: list[Page], ours: Ask, theirs: Ask, watch: Watch, rounds: int) -> dict[str, Ratio]:
    """Asks for each page and its bare one in turn, so that a busy moment of the machine weighs on both."""
    table = {}
    for page in pages:
        times = [
            (_timed(ours, page.address, page.cookie, watch), _timed(theirs, page.bare, page.cookie, watch))
            for _ in range(WARM_UP + rounds)
        ]
        table[page.name] = Ratio.of(*map(list, zip(*times[WARM_UP:], strict=True)))
    return table


def _timed(ask: Ask, address: str, cookie: str, watch: Watch) -> float:
    start = watch()
    ask(address, cookie)
    return watch() - start


def _tell(title: str, table: dict[str, Ratio]) -> None:
    print(title)
    for name, ratio in table.items():
        print(f"  {name:14}{ratio.median:5.1f}   (half of the rounds: {ratio.lower:.1f} to {ratio.upper:.1f})")
    print(flush=True)


if __name__ == "__main__":
    main()
