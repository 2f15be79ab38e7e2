"""Long work in a process of its own: the house stays light, a stop is at once, a dying solver takes nobody along."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

import bourse
from bourse.planning.instance import Placed

LOOK = 0.05  # seconds between two looks whether to stop
WORKSHOP = "bourse.planning.work"


class Died(Exception):
    """The process ended before its work did."""


@dataclass(frozen=True, slots=True)
class News:
    """What the workshop tells while it plans: a better plan, or what no plan can be cheaper than.

    `clubs`: those of which it knows that there is no plan, if it was not all of them that it looked at.
    """

    plan: tuple[Placed, ...] | None = None
    bound: int | None = None
    is_infeasible: bool = False
    clubs: tuple[str, ...] = ()


class Apart:
    """A process that starts at once, so that it is ready when it is given work; leaving the block ends it."""

    def __init__(self, workshop: str = WORKSHOP) -> None:
        self.workshop = workshop

    def __enter__(self) -> Apart:
        self.line, theirs = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.workshop, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # HiGHS announces itself
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us to hear
            env=os.environ | {"PYTHONPATH": str(Path(bourse.__file__).parent.parent)},
        )
        theirs.close()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        self.line.close()

    def work(
        self, job: str, *args: Any, until: float, should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[Any]:
        """What the job yields; ends early at the moment `until` or when told to stop; raises Died."""
        try:
            self.line.send((job, args))
            while monotonic() < until and not should_stop():
                if self.line.poll(LOOK):
                    message = self.line.recv()
                    if message is None:
                        return
                    yield message
        except (EOFError, OSError) as end:
            raise Died(f"the process of {job} ended") from end
