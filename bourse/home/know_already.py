"""Answers a calendar that knows all that its feed says, before the whole house is asked.

Most calendars ask every few minutes, and hardly ever is there news. What the house itself once answered them is
answered again, as long as the rows that its answer was made of are the same: they are read each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

ADDRESS = re.compile(r"/feed/([A-Za-z0-9_-]{1,100})\.ics")
READING = "bourse.reading"  # where the house finds what was read
MOST = 1000
PASSING = ("Set-Cookie", "Date")  # one browser's, and one moment's: the server tells its own

Asked = tuple[str | None, str]  # the host's name as it was asked for, so that the house refuses what is not ours; token
House = Callable[[dict[str, Any], Any], Iterable[bytes]]  # WSGI, PEP 3333


class Reading(Protocol):
    """What a feed says, in a form that can be compared; whether its reading is noted already."""

    @property
    def said(self) -> object: ...

    @property
    def is_read_lately(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What a calendar was answered that knew everything."""

    said: object
    etag: str
    headers: list[tuple[str, str]]


class KnowAlready:
    """Stands before the house. `read` gives what stands at an address; None, or any fault, leaves all to the house."""

    def __init__(self, house: House, read: Callable[[str], Reading | None]):
        self.house, self.read = house, read
        self.known: dict[Asked, Known] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        address = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if address is None or asked is None or environ["REQUEST_METHOD"] != "GET":
            return self.house(environ, start)
        place = environ.get("HTTP_HOST"), address[1]
        reading = self._read(address[1])
        if reading is None:
            return self.house(environ, start)
        known = self.known.get(place)
        if known and known.etag in asked and known.said == reading.said and reading.is_read_lately:
            start("304 NOT MODIFIED", list(known.headers))
            return []
        environ[READING] = reading
        return self.house(environ, self._remembering(place, reading, start))

    def _read(self, token: str) -> Reading | None:
        try:
            return self.read(token)
        except Exception:  # the house meets the same fault, and has a page for it
            return None

    def _remembering(self, place: Asked, reading: Reading, start: Any) -> Any:
        def remember(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            if status.startswith("304"):
                if len(self.known) >= MOST:
                    self.known.pop(next(iter(self.known)), None)
                told = [(name, value) for name, value in headers if name not in PASSING]
                self.known[place] = Known(reading.said, dict(told)["ETag"], told)
            return start(status, headers, *fault)

        return remember
