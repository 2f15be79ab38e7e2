"""Runs the whole house on one machine: a demo database, the mail catcher, the web app and the worker."""

import contextlib
import fcntl
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import click

from bourse.app import cli
from bourse.settings import Settings, UnsafeSettings

PEOPLE = {"claire": "facilitator", "hugo": "host", "marc": "member"}
BOURSE = str(Path(sys.executable).with_name("bourse"))
START_SECONDS = 20
STOP_SECONDS = 2
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Trouble(Exception):
    """The house cannot run; the text is one sentence that says why."""


class Household:
    """The programs that run side by side: when one ends, all end."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        # A group of its own: Ctrl-C reaches this program only, which then ends the others in order.
        self._running[name] = subprocess.Popen(command, start_new_session=True)

    def check(self) -> None:
        """Raises Trouble when a program has ended."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise Trouble(f"The {name} has ended (exit code {process.returncode}), so everything stops.")

    def wait_until(self, ready: Callable[[], bool], what: str) -> None:
        """Returns once `ready`; raises Trouble when that takes too long or a program ends meanwhile."""
        late = time.monotonic() + START_SECONDS
        while not ready():
            self.check()
            if time.monotonic() > late:
                raise Trouble(f"The {what} does not answer after {START_SECONDS} seconds.")
            time.sleep(0.05)

    def stop(self) -> None:
        """Asks every program to end; whatever is left a moment later is killed."""
        late = time.monotonic() + STOP_SECONDS
        self._tell(signal.SIGTERM)
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0, late - time.monotonic()))
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)


def main() -> None:
    """Runs until Ctrl-C, SIGTERM or the end of one of the programs."""
    for number in ENDINGS:
        signal.signal(number, _leave)
    household = Household()
    try:
        _run(household)
    except (Trouble, UnsafeSettings, click.ClickException) as trouble:
        sys.exit(str(trouble))
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        household.stop()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _run(household: Household) -> None:
    port = _free_port()
    os.environ.setdefault("BOURSE_BASE_URL", f"http://127.0.0.1:{port}")
    settings = Settings.from_environment(os.environ)
    with _alone_in(settings.data_dir):
        _open(household, settings.data_dir, port)
        _greet(settings.base_url)
        while True:
            household.check()
            time.sleep(0.2)


def _free_port() -> int:
    """The port that PORT names, 8000 by default; raises Trouble when it is taken."""
    port = int(os.environ.get("PORT", "8000"))
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        raise Trouble(f"Port {port} is taken: choose another with PORT={port + 1} make run.") from None
    return port


@contextlib.contextmanager
def _alone_in(data_dir: Path) -> Iterator[None]:
    """Keeps a second house out of the data directory; raises Trouble when we are the second."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "develop.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"Another copy runs in {data_dir}: choose another folder with BOURSE_DATA_DIR.") from None
        yield


def _open(household: Household, data_dir: Path, port: int) -> None:
    """Starts every program, in the order in which they need each other."""
    catcher_port = data_dir / "catcher.port"
    catcher_port.unlink(missing_ok=True)  # left by a catcher that was killed
    household.start("mail catcher", sys.executable, "-m", "bourse.mailroom.catcher", str(data_dir))
    _command("init")
    _command("demo")  # before the web app, which would invite to found the empty house
    household.start("web app", BOURSE, "serve", "--port", str(port))
    household.wait_until(catcher_port.exists, "mail catcher")
    household.wait_until(lambda: _answers(port), "web app")
    household.start("worker", BOURSE, "worker")


def _command(*arguments: str) -> str:
    """What a `bourse` command prints; what it says beside that is for somebody who typed it."""
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()):
        cli.main(arguments, standalone_mode=False)
    return printed.getvalue().strip()


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        line.request("HEAD", "/")
        line.getresponse()
    except OSError:
        return False
    finally:
        line.close()
    return True


def _greet(address: str) -> None:
    print(f"\nThe club is open at {address} (Ctrl-C closes it).\nWho you can be, until midnight:")
    for name, part in PEOPLE.items():
        print(f"  {name:8}{part:14}{_command('link', f'{name}@bourse.example')}")
    print(f"Letters stay here: {address}/catcher/\n", flush=True)


if __name__ == "__main__":
    main()
