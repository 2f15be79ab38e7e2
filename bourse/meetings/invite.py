"""Writes a meeting as calendar text: one person's invitation or its cancellation, in bytes.

Follows RFC 5545 (the text) and RFC 5546 (the methods REQUEST and CANCEL). The same values always give
the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, Event, Timezone, vCalAddress, vText, vUri

PRODID = "-//Club Bourse//bourse//FR"
PARIS = "Europe/Paris"
PARTSTATS = frozenset({"NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED"})

# Two rules say it for all years. The lists of dates that the library would write are read one hour
# late in summer by ical.js (Thunderbird, Nextcloud) and by vobject.
VTIMEZONE_PARIS = b"""BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True, slots=True)
class Organizer:
    """Who invites: the one mailbox that the house reads, the very address of the letter's From."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """The one reader of a calendar message; `partstat` is his known answer (RFC 5545 §3.2.12)."""

    name: str
    address: str
    partstat: str = "NEEDS-ACTION"
    chairs: bool = False


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A meeting as it should stand in a calendar.

    All times are aware. `stamp` is the instant of this very message, `changed` that of the last edit.
    In the zone Europe/Paris the times are written as local time; any other zone is written in UTC.
    Empty texts are left out. `geo` is latitude and longitude in degrees. A feed needs no `organizer`.
    """

    uid: str
    sequence: int
    stamp: datetime
    created: datetime
    changed: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: Organizer | None = None
    description: str = ""
    location: str = ""
    url: str = ""
    geo: tuple[float, float] | None = None
    zone: str = PARIS

    def __post_init__(self) -> None:
        moments = (self.stamp, self.created, self.changed, self.starts_at, self.ends_at)
        if any(moment.utcoffset() is None for moment in moments):
            raise ValueError("a calendar entry needs aware times")
        if self.ends_at <= self.starts_at:
            raise ValueError("a meeting ends after it starts")


class _Text(vText):
    r"""TEXT as RFC 5545 §3.3.11 escapes it; the library takes the ``\N`` of ``C:\Notes`` for a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", "\\n").encode()


def request(entry: CalendarEntry, attendee: Attendee) -> bytes:
    """Return the REQUEST that puts the meeting in this attendee's calendar, or brings it up to date.

    ValueError for an address or PARTSTAT that cannot stand, and for inviting the organizer's own address
    (programs then show "you are the organizer" and no buttons).
    """
    event = _event(entry, attendee, status="CONFIRMED")
    # RSVP stays TRUE after an answer: Outlook shows no buttons without it.
    event["attendee"].params["RSVP"] = "TRUE"
    event.add("transp", "OPAQUE")
    add_details(event, entry)
    return _bytes("REQUEST", entry.zone, event)


def cancel(entry: CalendarEntry, attendee: Attendee) -> bytes:
    """Return the CANCEL that takes the meeting out of this attendee's calendar.

    It keeps what identifies the meeting (UID, times, summary, organizer) and tells nothing that its
    reader, perhaps no longer of the club, did not have. STATUS is CANCELLED also for someone removed: RFC
    5546 §3.2.5 would leave it out, but for him it is cancelled, and a reader that sees only the
    attached file knows it by STATUS alone. Same errors as `request`.
    """
    return _bytes("CANCEL", entry.zone, _event(entry, attendee, status="CANCELLED"))


def plain(text: str) -> str:
    """Return the text without control characters, each kind of line end as one ``\\n``, trimmed."""
    lines = text.replace("\r\n", "\n").replace("\t", " ")
    lines = re.sub("[\r\x0b\x0c\x85\u2028\u2029]", "\n", lines)
    return re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", "", lines).strip()


def one_line(text: str) -> str:
    """Return the text on one line, runs of blanks as one."""
    return " ".join(plain(text).split())


def one_line_place(text: str) -> str:
    """Return a postal address on one line, its lines parted by commas: Outlook shows the first line only."""
    lines = (one_line(line).strip(" ,") for line in plain(text).split("\n"))
    return ", ".join(line for line in lines if line)


def common_name(text: str) -> str:
    """Return a name that can stand in CN: on one line, without the characters that only RFC 6868 can write."""
    return one_line(re.sub(r'["^\\]', " ", text))


def _event(entry: CalendarEntry, attendee: Attendee, status: str) -> Event:
    event = bare_event(entry, status)
    event.add("attendee", _attendee(attendee, add_organizer(event, entry)))
    return event


def bare_event(entry: CalendarEntry, status: str) -> Event:
    """Return what identifies the meeting: UID, times, summary; nobody in it yet."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("created", entry.created.astimezone(UTC))
    event.add("last-modified", entry.changed.astimezone(UTC))
    zone = ZoneInfo(PARIS) if entry.zone == PARIS else UTC
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("status", status)
    add_text(event, "summary", one_line(entry.summary))
    return event


def add_organizer(event: Event, entry: CalendarEntry) -> Organizer:
    """Add and return who invites; ValueError when nobody does."""
    if entry.organizer is None:
        raise ValueError("nobody invites to it")
    event.add("organizer", _address(entry.organizer.name, entry.organizer.address))
    return entry.organizer


def add_details(event: Event, entry: CalendarEntry) -> None:
    """Add what its reader wants to know: the texts, the place, the page."""
    add_text(event, "description", plain(entry.description))
    add_text(event, "location", one_line_place(entry.location))
    if entry.url:
        event.add("url", vUri(entry.url))
    if entry.geo:
        # Not vGeo: it writes the Greenwich meridian's longitudes as 5e-05.
        event.add("geo", vUri(f"{entry.geo[0]:.6f};{entry.geo[1]:.6f}"))


def _attendee(attendee: Attendee, organizer: Organizer) -> vCalAddress:
    if attendee.address.casefold() == organizer.address.casefold():
        raise ValueError("the organizer's own address cannot be invited")
    if attendee.partstat not in PARTSTATS:
        raise ValueError(f"not an answer: {attendee.partstat!r}")
    who = _address(attendee.name, attendee.address)
    who.params["CUTYPE"] = "INDIVIDUAL"
    who.params["ROLE"] = "CHAIR" if attendee.chairs else "REQ-PARTICIPANT"
    who.params["PARTSTAT"] = attendee.partstat
    return who


def _address(name: str, address: str) -> vCalAddress:
    if not re.fullmatch(r'[^\s<>"@]+@[^\s<>"@]+', plain(address)) or plain(address) != address:
        raise ValueError(f"not an address: {address!r}")
    who = vCalAddress(f"mailto:{address}")
    if cn := common_name(name):
        who.params["CN"] = cn
    return who


def add_text(component: Component, name: str, text: str) -> None:
    """Add a TEXT property; an empty one is left out, for libical refuses it."""
    if text:
        component.add(name, _Text(text))


def bare_calendar() -> Calendar:
    """Return a calendar with nothing in it: no METHOD, and no UID of its own, which the library would draw."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    return calendar


def add_zone(calendar: Calendar) -> None:
    """Add the rules of Europe/Paris, the one zone that is ever written."""
    calendar.add_component(_paris())


@cache
def _paris() -> Component:
    return Timezone.from_ical(VTIMEZONE_PARIS)


def _bytes(method: str, zone: str, event: Event) -> bytes:
    calendar = bare_calendar()
    calendar.add("method", method)
    if zone == PARIS:
        add_zone(calendar)
    calendar.add_component(event)
    return octets(calendar)


def octets(calendar: Calendar) -> bytes:
    """Return the calendar as RFC 5545 §3.1 wants its octets."""
    return "".join(f"{fold(line)}\r\n" for line in calendar.content_lines() if line).encode()


def fold(line: str) -> str:
    r"""Return the content line in pieces of at most 75 octets (RFC 5545 §3.1).

    No character and no escape is cut; the library's own folding can part ``\\`` from ``\\``.
    """
    data, pieces = line.encode(), []
    while len(data) > 74:
        cut = _cut(data)
        pieces.append(data[:cut])
        data = data[cut:]
    return b"\r\n ".join([*pieces, data]).decode()


def _cut(data: bytes) -> int:
    """Return where to cut, at most after 74 octets: not before a character's later octets, nor after half an escape."""
    cut = 74
    while data[cut] & 0xC0 == 0x80:
        cut -= 1
    head = data[:cut]
    return cut - (len(head) - len(head.rstrip(b"\\"))) % 2
