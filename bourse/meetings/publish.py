"""Writes meetings for calendars that nobody invites: a feed to subscribe to, and one meeting to take away, in bytes.

A feed has no METHOD, so that it needs no ORGANIZER (RFC 5546 §3.2.1), to whom some programs would write. The same
values always give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from icalendar import Event

from bourse.meetings.invite import (
    PARIS,
    CalendarEntry,
    add_details,
    add_organizer,
    add_text,
    add_zone,
    bare_calendar,
    bare_event,
    octets,
    one_line,
)

REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Published:
    """A meeting as it stands for the one who reads the feed: its STATUS, and whether it takes up his time."""

    entry: CalendarEntry
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"
    is_busy: bool = True


def feed(name: str, zone: str, meetings: Sequence[Published]) -> bytes:
    """Return the calendar to subscribe to: its name, the zone it is shown in, the meetings in order."""
    calendar = bare_calendar()
    for label in ("name", "x-wr-calname"):
        add_text(calendar, label, one_line(name))
    add_text(calendar, "x-wr-timezone", zone)
    # Nextcloud's own default is a week.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    add_text(calendar, "x-published-ttl", "PT6H")
    # A calendar holds one component at least (RFC 5545 §3.6).
    if not meetings or any(each.entry.zone == PARIS for each in meetings):
        add_zone(calendar)
    for meeting in meetings:
        calendar.add_component(_event(meeting))
    return octets(calendar)


def single(meeting: Published) -> bytes:
    """Return one meeting as a file to take away: PUBLISH, which names the ORGANIZER and no ATTENDEE."""
    calendar = bare_calendar()
    calendar.add("method", "PUBLISH")
    if meeting.entry.zone == PARIS:
        add_zone(calendar)
    event = _event(meeting)
    add_organizer(event, meeting.entry)
    calendar.add_component(event)
    return octets(calendar)


def _event(meeting: Published) -> Event:
    event = bare_event(meeting.entry, meeting.status)
    event.add("transp", "OPAQUE" if meeting.is_busy else "TRANSPARENT")
    add_details(event, meeting.entry)
    return event
