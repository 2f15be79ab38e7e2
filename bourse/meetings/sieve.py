"""Sieves a calendar that came by mail: lets through the few lines that an answer is made of.

Time zones, alarms and recurrences never reach the calendar library: it would spend minutes on hostile ones, and
remember a false "Europe/Paris" for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_EVENTS = 10
MOST_LINES, LINE_END = 40, 4000  # of one event; characters of one line
WANTED = frozenset(
    {
        "UID",
        "ATTENDEE",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "COMMENT",
        "X-RESPONSE-COMMENT",
        "X-MICROSOFT-CDO-APPT-SEQUENCE",
    }
)


def sieve(text: str) -> list[str]:
    """Return the METHOD and the events as lines of a small calendar (RFC 5545 §3.1), or nothing."""
    lines = _lines(text)
    method = next((line for path, line in lines if path == ("VCALENDAR",) and _name(line) == "METHOD"), "")
    return ["BEGIN:VCALENDAR", "VERSION:2.0", method, *_events(text), "END:VCALENDAR"] if method else []


def _events(text: str) -> Iterator[str]:
    events = kept = 0
    for path, line in _lines(text):
        if path != ("VCALENDAR", "VEVENT"):
            continue
        name = _name(line)
        if name in ("BEGIN", "END"):
            events, kept = events + (name == "BEGIN"), 0
            if events > MOST_EVENTS:
                return
            yield line.upper()
        elif name in WANTED and (kept := kept + 1) <= MOST_LINES:
            yield line


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each line, unfolded, with the components that it stands in; BEGIN and END belong to their own."""
    path: tuple[str, ...] = ()
    for whole in re.split(r"\r?\n|\r", re.sub(r"(?:\r?\n|\r)[ \t]", "", text)):
        line = whole[:LINE_END].strip()
        word, _, component = line.upper().partition(":")
        if word == "BEGIN":
            path = (*path, component.strip())[:5]
        yield path, line
        if word == "END":
            path = path[:-1]


def _name(line: str) -> str:
    return re.split("[:;]", line, maxsplit=1)[0].strip().upper()
