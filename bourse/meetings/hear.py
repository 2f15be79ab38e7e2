"""Hears what a mail says: an answer from somebody's calendar, a report on a letter, words, or nothing.

Calendars answer as RFC 5546 §3.2.3 and RFC 6047 have it, and as the programs really do: the method outside, inside
or nowhere, the same answer twice in one mail, no ORGANIZER, no SEQUENCE, another character set.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from bourse.mailroom.bounce import Bounce, read_bounce
from bourse.mailroom.unpack import Mail, Part, one_line, unpack
from bourse.meetings.invite import PARIS
from bourse.meetings.sieve import sieve

MOST_CALENDAR, MOST_TEXT = 2**18, 2**16  # bytes
MOST_WORDS = 2000  # characters
MOST_SEQUENCE = 2**31 - 1
HOME = ZoneInfo(PARIS)
YEARS = range(2000, 2100)
NEEDED = {"UID", "ATTENDEE", "DTSTAMP"}  # what must be written well
QUOTE = re.compile(r"^(>|-{3,}|_{5,}|De ?:|From:|(Le|On) .{5,120}(écrit|wrote) ?:)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer. Addresses in small letters; `partstat` in capitals, empty when there is none; times are aware."""

    uid: str
    attendees: tuple[str, ...]
    partstat: str
    sequence: int
    stamp: datetime | None
    comment: str = ""
    sent_by: str = ""
    delegated_to: str = ""
    is_alone: bool = True  # the mail says nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Reply):
    """An answer that proposes another time."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh(Reply):
    """A calendar that asks to be told again."""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote by hand, without what he quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing that the house acts upon."""

    reason: str  # automatic, not_an_answer, unreadable, empty


Said = Reply | Bounce | Words | Nothing


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in: who sends it, and what it says. `fingerprint` is the same each time it is delivered."""

    message_id: str
    fingerprint: str
    sender: str
    sent_at: datetime | None
    results: tuple[str, ...]  # every Authentication-Results, the last server's first
    references: tuple[str, ...]
    says: Said


METHODS: dict[str, type[Reply]] = {"REPLY": Reply, "COUNTER": Counter, "REFRESH": Refresh}


def hear(raw: bytes, key: str) -> Incoming:
    """Return what the mail says; never raises. `key` knows the reports on the house's own letters."""
    mail = unpack(raw)
    headers = mail.headers
    return Incoming(
        message_id=one_line(headers.first("Message-ID")),
        fingerprint=_fingerprint(mail),
        sender=mail.sender,
        sent_at=mail.sent_at,
        results=tuple(headers.all("Authentication-Results")),
        references=tuple(re.findall(r"<[^<>\s]+>", f"{headers.first('In-Reply-To')} {headers.first('References')}")),
        says=_said(mail, key),
    )


def _fingerprint(mail: Mail) -> str:
    """Not of the bytes as they came: servers on the way add headers of their own."""
    whole = sha256("\n".join(map(mail.headers.first, ("Message-ID", "From", "Date", "Subject"))).encode())
    for part in mail.parts:
        whole.update(sha256(part.body).digest())
    return whole.hexdigest()


def _said(mail: Mail, key: str) -> Said:
    """An answer is one even when a program marks its mail as written by itself, as calendars do."""
    heard = list(_calendars(mail))
    answers = list(dict.fromkeys(each for each in heard if isinstance(each, Reply)))
    if answers:
        return _alone(answers)
    if bounce := read_bounce(mail, key):
        return bounce
    if heard:
        return Nothing("unreadable" if "unreadable" in heard else "not_an_answer")
    return Nothing("automatic") if mail.is_automatic else _words(mail)


def _alone(answers: list[Reply]) -> Reply:
    """The first answer; several in one mail are no answer that could be acted upon without a look."""
    return answers[0] if len(answers) == 1 else replace(answers[0], is_alone=False)


def _calendars(mail: Mail) -> Iterator[Reply | str]:
    """Every answer in every calendar of the mail; of others the METHOD, or "unreadable"."""
    for part in mail.parts:
        if not _is_calendar(part):
            continue
        lines = sieve(part.text(MOST_CALENDAR) or "")
        yield from _read(lines) if lines else ["unreadable"]


def _is_calendar(part: Part) -> bool:
    return part.headers.kind in ("text/calendar", "application/ics") or part.is_file(".ics")


def _read(lines: Iterable[str]) -> Iterator[Reply | str]:
    try:
        # In bytes: the library takes a text on one line for the name of a file.
        calendar = Calendar.from_ical("\r\n".join([*lines, ""]).encode())
        method = str(calendar.get("method", "")).strip().upper()
        known = METHODS.get(method)
        yield from (_reply(event, known) for event in calendar.events) if known else [method]
    except Exception:  # the library promises no kind of error for text that is no calendar
        yield "unreadable"


def _reply(event: Event, kind: type[Reply]) -> Reply | str:
    if any(name and name.upper() in NEEDED for name, _ in event.errors) or "uid" not in event:
        return "unreadable"
    attendees = _list(event.get("attendee"))
    first = attendees[0].params if attendees else {}
    times: dict[str, Any] = {}
    if kind is Counter:
        times = {"starts_at": _time(event, "dtstart"), "ends_at": _time(event, "dtend")}
    return kind(
        uid=one_line(str(event["uid"])),
        attendees=tuple(_address(each) for each in attendees[:10]),
        partstat=one_line(str(first.get("partstat", "")), 40).upper(),
        sequence=_number(event.get("sequence")) or _number(event.get("x-microsoft-cdo-appt-sequence")),
        stamp=_time(event, "dtstamp", UTC),
        comment=_comment(event),
        sent_by=_address(first.get("sent-by", "")),
        delegated_to=_address(next(iter(_list(first.get("delegated-to"))), "")),
        **times,
    )


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _address(value: object) -> str:
    return one_line(re.sub(r"^\s*mailto:", "", str(value), flags=re.IGNORECASE)).lower()


def _number(value: object) -> int:
    """A SEQUENCE; 0 when there is none or it is no number."""
    text = str(value).strip()
    return min(int(text), MOST_SEQUENCE) if re.fullmatch(r"[0-9]{1,12}", text) else 0


def _comment(event: Event) -> str:
    said = [*_list(event.get("comment")), *_list(event.get("x-response-comment"))]
    return next((text for each in said if (text := one_line(str(each)))), "")


def _time(event: Event, name: str, zone: tzinfo = HOME) -> datetime | None:
    """An instant; a time without zone is one of `zone`. None for a day, and for a year that nobody means."""
    value = getattr(next(iter(_list(event.get(name))), None), "dt", None)
    if not isinstance(value, datetime) or value.year not in YEARS:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _words(mail: Mail) -> Said:
    texts = (part.text(MOST_TEXT) for part in mail.parts if part.headers.kind == "text/plain" and not part.is_enclosed)
    text = next((text for text in texts if text), "").replace("\r\n", "\n")
    quoted = QUOTE.search(text)
    lines = (text[: quoted.start()] if quoted else text)[: 2 * MOST_WORDS].split("\n")
    own = re.sub(r"\n{3,}", "\n\n", "\n".join(one_line(line, MOST_WORDS) for line in lines)).strip()
    return Words(own[:MOST_WORDS]) if own else Nothing("empty")
