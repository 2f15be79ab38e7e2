"""Hands that work at the same time, each a process of its own; all end with the crew, whatever happens.

A hand that dies is replaced, and its task done again once. Without hands, everything is done here, in turn.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from multiprocessing.connection import wait
from typing import Any

from bourse.planning.apart import LOOK, Apart
from bourse.planning.errand import Hand, Task
from bourse.planning.instance import Instance

WORKSHOP = "bourse.planning.hand"


class Over(Exception):
    """No time is left, or somebody asked to stop."""


class Hired:
    """A hand apart, and the task it is at."""

    def __init__(self, instance: Instance) -> None:
        self.apart = Apart(WORKSHOP)
        self.apart.__enter__()
        self.task: Task | None = None
        self._send(instance)

    def give(self, task: Task) -> None:
        self.task = task
        self._send(task)

    def _send(self, what: object) -> None:
        try:
            self.apart.line.send(what)
        except OSError:  # it is dead, which `take` will say
            pass

    def take(self) -> tuple[Task | None, Any]:
        """The task and its answer, None when the hand died over it."""
        task, self.task = self.task, None
        try:
            return task, self.apart.line.recv()
        except (EOFError, OSError):
            return task, None

    def dismiss(self) -> None:
        self.apart.__exit__(None, None, None)


class Crew(AbstractContextManager["Crew"]):
    """Does tasks; raises Over once `is_over` says so, and leaves no process behind when it is left."""

    def __init__(self, instance: Instance, hands: int, is_over: Callable[[], bool]) -> None:
        self.instance, self.is_over = instance, is_over
        self.alone = Hand(instance)
        self.hands = [Hired(instance) for _ in range(hands)]

    def __exit__(self, *_: object) -> None:
        for hand in self.hands:
            hand.dismiss()

    def each(self, tasks: Iterable[Task]) -> Iterator[Any]:
        """What comes of every task, in the order in which they are done; asks for the next when a hand is free."""
        if self.hands:
            yield from self._together(iter(tasks))
        else:
            yield from (self.alone.do(task) for task in tasks if self._goes_on())

    def _goes_on(self) -> bool:
        if self.is_over():
            raise Over
        return True

    def _together(self, tasks: Iterator[Task]) -> Iterator[Any]:
        retried: list[Task] = []
        while self._goes_on():
            for hand in self.hands:
                if hand.task is None and (task := next(tasks, None)):
                    hand.give(task)
            busy: dict[Any, Hired] = {hand.apart.line: hand for hand in self.hands if hand.task}
            if not busy:
                return
            for line in wait(list(busy), LOOK):
                task, answer = busy[line].take()
                if answer is not None:
                    yield answer
                elif task is not None:
                    self._replace(busy[line], None if task in retried else task)
                    retried.append(task)

    def _replace(self, dead: Hired, task: Task | None) -> None:
        dead.dismiss()
        self.hands[self.hands.index(dead)] = hand = Hired(self.instance)
        if task is not None:
            hand.give(task)
