"""Hands that work at the same time: processes of their own, which end with the one that called them, whatever happens.

A hand that dies is replaced, and its task done again once. Without hands, everything is done here, in turn.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, BinaryIO

from bourse.planning.errand import Hand, Task
from bourse.planning.instance import Instance

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 0.05  # seconds between two looks whether it is over


class Over(Exception):
    """No time is left, or somebody asked to stop."""


class Crew(AbstractContextManager["Crew"]):
    """Does tasks; raises Over once `is_over` says so, and leaves no process behind when it is left."""

    def __init__(self, instance: Instance, hands: int, is_over: Callable[[], bool]) -> None:
        self.instance, self.is_over = instance, is_over
        self.alone = Hand(instance)
        self.hands = [_Process(instance) for _ in range(hands)]

    def __exit__(self, *_: object) -> None:
        for hand in self.hands:
            hand.kill()

    def each(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """Every task and what came of it, in the order in which they are done; asks for the next when a hand is free."""
        if self.hands:
            yield from self._together(iter(tasks))
        else:
            for task in tasks:
                self._look()
                yield task, self.alone.run(task)

    def _look(self) -> None:
        if self.is_over():
            raise Over

    def _together(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Any]]:
        retried: list[Task] = []
        while True:
            self._look()
            for number, hand in enumerate(self.hands):
                if hand.task is None and (task := next(tasks, None)) is not None:
                    self._give(number, task)
            busy = {hand.answers: number for number, hand in enumerate(self.hands) if hand.task is not None}
            if not busy:
                return
            for ready in wait(list(busy), PATIENCE):
                number = busy[ready]
                task, answer = self.hands[number].take()
                if answer is not None:
                    yield task, answer
                    continue
                self.hands[number] = _Process(self.instance)
                if not any(task is one for one in retried):
                    retried.append(task)
                    self._give(number, task)

    def _give(self, number: int, task: Task) -> None:
        try:
            self.hands[number].give(task)
        except OSError:  # it died while it had nothing to do
            self.hands[number] = _Process(self.instance)
            self.hands[number].give(task)


class _Process:
    """A hand in a process of its own, and what it is doing."""

    def __init__(self, instance: Instance) -> None:
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bourse.planning.crew"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        )
        self.task: Task | None = None
        assert self.process.stdin and self.process.stdout
        self.tasks, self.answers = self.process.stdin, self.process.stdout
        self._send(instance)

    def give(self, task: Task) -> None:
        self.task = task
        self._send(task)

    def take(self) -> tuple[Task, Any]:
        """The task and its answer; no answer when the hand died over it."""
        task, self.task = self.task, None
        assert task is not None
        try:
            return task, pickle.load(self.answers)
        except (EOFError, OSError, pickle.UnpicklingError):
            self.kill()
            return task, None

    def _send(self, what: object) -> None:
        pickle.dump(what, self.tasks)
        self.tasks.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.answers.close()
        try:
            self.tasks.close()
        except OSError:  # what it had not read
            pass


def work(tasks: BinaryIO, answers: BinaryIO) -> None:
    """A hand's life: tasks come in, answers go out; when nobody is at the other end any more, it ends at once."""
    hand = Hand(pickle.load(tasks))
    waiting: list[Task] = []
    there = threading.Semaphore(0)

    def listen() -> None:
        try:
            while True:
                waiting.append(pickle.load(tasks))
                there.release()
        finally:
            os._exit(0)  # in the middle of whatever it was doing

    threading.Thread(target=listen, daemon=True).start()
    while True:
        there.acquire()
        pickle.dump(hand.run(waiting.pop()), answers)
        answers.flush()


if __name__ == "__main__":
    # Answers go where standard output went; what libraries print goes with the errors.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work(sys.stdin.buffer, pipe)
