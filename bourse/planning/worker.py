"""Has one proposal at a time solved, in a process of its own that ends with the worker."""

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
from bourse.planning.proposal_models import hand_on, let_go, waiting

PATIENCE = 5  # seconds for a process that is asked to end
SOLVE = "from bourse.app import cli; cli()"

log = structlog.get_logger()


class Foreman:
    """Looks whether a proposal waits, and puts a process on it; never more than one."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.id = 0
        self.token = ""

    def look(self, now: datetime) -> bool:
        """One cheap look; whether there is work under way."""
        if self.process and self.process.poll() is None:
            return True
        if self.process:
            self._has_ended(now)
        id = waiting(now)
        db.session.rollback()
        if id is not None:
            self._start(id)
        return id is not None

    def end(self) -> None:
        """Ends the process; another worker may go on with its proposal at once."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self.process.kill()
        self.process.wait()
        self.process = None
        hand_on(self.id, self.token)
        db.session.commit()

    def _start(self, id: int) -> None:
        self.id, self.token = id, secrets.token_hex(16)
        command = [sys.executable, "-c", SOLVE, "solve", str(id), self.token]
        self.process = subprocess.Popen(command, env=os.environ | _our_house(), stdin=subprocess.DEVNULL)

    def _has_ended(self, now: datetime) -> None:
        """A process that ended before its work did leaves the proposal to the next one."""
        assert self.process
        if self.process.returncode:
            log.warning("planner died", proposal=self.id, code=self.process.returncode)
        let_go(self.id, self.token, now)
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
