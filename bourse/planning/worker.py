"""Has one search at a time done, in a process of its own that ends with the worker."""

import os
import secrets
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from flask import current_app

import bourse
from bourse import clock
from bourse.db import db
from bourse.planning.search_models import Asked, JointPlan, hand_on, let_go, waiting

PATIENCE = 5  # seconds for a process that is asked to end
SOLVE = "from bourse.app import cli; cli()"

log = structlog.get_logger()


class Foreman:
    """Looks whether a search waits, and puts a process on it; never more than one."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.asked: Asked | None = None
        self.token = ""

    def look(self, now: datetime) -> bool:
        """One cheap look; whether there is work under way."""
        if self.process and self.process.poll() is None:
            return True
        if self.process:
            self._has_ended(now)
        asked = waiting(now)
        db.session.rollback()
        if asked is not None:
            self._start(asked)
        return asked is not None

    def end(self) -> None:
        """Ends the process; another worker may go on with its search at once."""
        if self.process is None or self.asked is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self.process.kill()
        self.process.wait()
        self.process = None
        hand_on(self.asked, self.token)
        db.session.commit()

    def _start(self, asked: Asked) -> None:
        self.asked, self.token = asked, secrets.token_hex(16)
        kind = ["--together"] if asked.kind is JointPlan else []
        command = [sys.executable, "-c", SOLVE, "solve", str(asked.id), self.token, *kind]
        self.process = subprocess.Popen(command, env=os.environ | _our_house(), stdin=subprocess.DEVNULL)

    def _has_ended(self, now: datetime) -> None:
        """A process that ended before its work did leaves the search to the next one."""
        assert self.process
        assert self.asked
        if self.process.returncode:
            log.warning("planner died", kind=self.asked.kind.__name__, id=self.asked.id, code=self.process.returncode)
        let_go(self.asked, self.token, now)
        db.session.commit()
        self.process = None


def _our_house() -> dict[str, str]:
    """What the process finds the same house by."""
    settings = current_app.config["SETTINGS"]
    found = {
        "PYTHONPATH": str(Path(bourse.__file__).parent.parent),
        "BOURSE_DATABASE_URL": settings.database_url,
        "BOURSE_DATA_DIR": str(settings.data_dir),
        "BOURSE_SECRET_KEY": settings.secret_key,
    }
    return found | ({"BOURSE_CLOCK": clock.now().isoformat()} if settings.clock else {})
