"""A hand: a process of its own that does tasks for a crew, and ends when nobody is at the other end of the line."""

import os
import sys
import threading
from multiprocessing.connection import Connection
from queue import SimpleQueue

from bourse.planning.errand import Hand, Task


def listen(line: Connection, tasks: SimpleQueue[Task]) -> None:
    """Take in tasks while they are worked on; when the line is cut, end in the middle of whatever it is."""
    try:
        while True:
            tasks.put(line.recv())
    finally:
        os._exit(0)


def main(line: Connection) -> None:
    """Learn of the season, then do one task after the other."""
    hand, tasks = Hand(line.recv()), SimpleQueue[Task]()
    threading.Thread(target=listen, args=(line, tasks), daemon=True).start()
    while True:
        line.send(hand.do(tasks.get()))


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])))
