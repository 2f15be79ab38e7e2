"""Says what a letter of the outbox is about, why it stands where it stands, and what one may do with it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from icalendar import Calendar

from bourse.mailroom.bounce import Severity, severity_of

Why = Literal[
    "expired",
    "superseded",
    "uninvited",
    "suspended",
    "no_address",
    "full",
    "refused",
    "given_up",
    "unwritten",
    "lost",
    "put_off",
    "waits_for_server",
    "held",
    "",
]
Act = Literal["hold", "release", "now", "again"]

A_PAGE = 50  # letters
SKIPPED: dict[str, Why] = {
    "expired": "expired",
    "superseded": "superseded",
    "no longer invited": "uninvited",
    "address suspended": "suspended",
}
_REPLY = re.compile(r"([245])\d\d[ -]")  # a mail server's words (RFC 5321 §4.2)
_ON_THE_LINE = re.compile(r"\w+: ")  # what went wrong on the way to it: "TimeoutError: …"
_FULL = re.compile(r"\b[45]\.2\.2\b")


def why(state: str, reason: str, attempts: int) -> Why:
    """Why a letter stands where it stands, as far as its reason tells; nothing for one that goes its way."""
    if state == "skipped":
        return SKIPPED.get(reason, "superseded")
    if state == "held":
        return "held"
    if state == "planned" and reason:
        return "put_off" if attempts else "waits_for_server"
    if state in ("failed", "bounced"):
        return _why_lost(reason, is_back=state == "bounced")
    return ""


def _why_lost(reason: str, is_back: bool) -> Why:
    if severity_of(reason) is Severity.hard:
        return "no_address"
    if _FULL.search(reason):
        return "full"
    if is_back:
        return "lost"
    reply = _REPLY.match(reason)
    if reply is None:
        return "given_up" if _ON_THE_LINE.match(reason) else "unwritten"
    return "given_up" if reply[1] == "4" else "refused"


def is_of_server(why: Why) -> bool:
    """Whether the reason is another machine's own words, to be shown as they are."""
    return why in ("no_address", "full", "refused", "given_up", "unwritten", "lost", "put_off", "waits_for_server")


def acts(state: str, is_leaving: bool, is_due: bool, is_kept_back: bool) -> tuple[Act, ...]:
    """What one may do with a letter about a meeting to come; `is_due`: it leaves as soon as it may."""
    if is_leaving:
        return ()
    if state == "planned":
        return ("hold",) if is_due else ("hold", "now")
    if state == "held":
        return ("release",) if is_due else ("release", "now")
    return ("again",) if state in ("failed", "bounced") or is_kept_back else ()


def place_of(about: str | None) -> tuple[str, int] | None:
    """The table and the id of the meeting or season that "meeting:12" names."""
    found = re.fullmatch(r"(meeting|season):([0-9]{1,9})", about or "")
    return (found[1], int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar message puts into a calendar, changes there or takes out of it."""

    deed: Literal["put", "change", "take_out"]
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str


def entry_in(calendar: bytes) -> Entry | None:
    """What the calendar part of a letter says; None when it says nothing that one can read."""
    try:
        told = Calendar.from_ical(calendar)
        event: Any = told.walk("VEVENT")[0]
        sequence = int(event.get("SEQUENCE", 0))
        deed: Literal["put", "change", "take_out"] = "change" if sequence else "put"
        if str(told.get("METHOD")) == "CANCEL":
            deed = "take_out"
        return Entry(deed, str(event.get("SUMMARY", "")), event.start, event.end, str(event.get("LOCATION", "")))
    except (ValueError, IndexError, AttributeError):
        return None


def without_secrets(text: str, ways: Collection[str]) -> str:
    """The text of a letter with « … » for what follows these beginnings of a path: it would act for its reader."""
    return re.sub(rf"({'|'.join(map(re.escape, ways))})[\w.-]*[\w-]", r"\1…", text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is asked for; 0 and "" ask for everything."""

    state: str = ""
    about: str = ""
    person: int = 0
    club: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """As many of the letters as a page shows; `number` counts from 1."""

    lines: Sequence[Any]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * A_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def page_within(wanted: int, total: int) -> int:
    """The number of a page that there is."""
    return min(max(wanted, 1), max(1, -(-total // A_PAGE)))
