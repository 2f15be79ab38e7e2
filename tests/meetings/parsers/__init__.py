"""Other people's readers of calendar text, so that our bytes are judged by those who did not write them."""

import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import ics
import vobject
from ical.calendar_stream import IcsCalendarStream

from tests.ladders import node

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a message with one meeting. Times are UTC, addresses are without `mailto:`."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    organizer: str
    attendees: tuple[str, ...]


def all_by_icalendar(data: bytes) -> list[Reading]:
    events = icalendar.Calendar.from_ical(data).events
    assert not any(event.errors for event in events)
    return [
        _reading(
            uid=event["uid"],
            starts_at=event.start,
            ends_at=event.end,
            summary=event.get("summary"),
            description=event.get("description"),
            location=event.get("location"),
            organizer=event.get("organizer"),
            attendees=[event["attendee"]] if "attendee" in event else [],
        )
        for event in events
    ]


def all_by_vobject(data: bytes) -> list[Reading]:
    return [_by_vobject(event) for event in vobject.readOne(data.decode()).vevent_list]


def _by_vobject(event: Any) -> Reading:
    names = ("summary", "description", "location", "organizer")
    text = {name: getattr(event, name).value for name in names if hasattr(event, name)}
    return _reading(
        uid=event.uid.value,
        starts_at=event.dtstart.value,
        ends_at=event.dtend.value,
        summary=text.get("summary"),
        description=text.get("description"),
        location=text.get("location"),
        organizer=text.get("organizer"),
        attendees=[line.value for line in getattr(event, "attendee_list", [])],
    )


def all_by_ics(data: bytes) -> list[Reading]:
    return [
        _reading(
            uid=event.uid,
            starts_at=event.begin.datetime,
            ends_at=event.end.datetime,
            summary=event.name,
            description=event.description,
            location=event.location,
            organizer=event.organizer.email if event.organizer else "",
            attendees=[who.email for who in event.attendees],
        )
        for event in sorted(ics.Calendar(data.decode()).events)
    ]


def all_by_ical(data: bytes) -> list[Reading]:
    return [
        _reading(
            uid=event.uid,
            starts_at=event.dtstart,
            ends_at=event.dtend,
            summary=event.summary,
            description=event.description,
            location=event.location,
            organizer=event.organizer.uri if event.organizer else "",
            attendees=[who.uri for who in event.attendees],
        )
        for event in IcsCalendarStream.calendar_from_ics(data.decode()).events
    ]


def by_icalendar(data: bytes) -> Reading:
    return all_by_icalendar(data)[0]


def by_vobject(data: bytes) -> Reading:
    return all_by_vobject(data)[0]


def all_by_ical_js(messages: list[bytes]) -> list[list[Reading]]:
    """The reader of Thunderbird and Nextcloud; one Node.js process for all."""
    done = subprocess.run(
        [node.NODE, HERE / "ical_js.cjs", node.package("ical.js") / "dist" / "ical.es5.cjs"],
        input=json.dumps([message.decode() for message in messages]),
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return [[_by_ical_js(event) for event in events] for events in found]


def _by_ical_js(event: dict[str, Any]) -> Reading:
    moments = {end: datetime.fromtimestamp(event[end], UTC) for end in ("starts_at", "ends_at")}
    return _reading(**event | moments)


def by_ical_js(messages: list[bytes]) -> list[Reading]:
    return [events[0] for events in all_by_ical_js(messages)]


ALL_READERS: dict[str, Callable[[bytes], list[Reading]]] = {
    "icalendar": all_by_icalendar,
    "vobject": all_by_vobject,
    "ics": all_by_ics,
    "ical": all_by_ical,
    "ical.js": lambda data: all_by_ical_js([data])[0],
}
READERS: dict[str, Callable[[bytes], Reading]] = {
    name: lambda data, read=read: read(data)[0]  # type: ignore[misc]
    for name, read in ALL_READERS.items()
    if name != "ical.js"  # a process for each message would take long
}


def _reading(
    *,
    uid: Any,
    starts_at: Any,
    ends_at: Any,
    summary: Any,
    description: Any,
    location: Any,
    organizer: Any,
    attendees: Iterable[Any],
) -> Reading:
    """Each library's own kinds of values, made alike."""
    return Reading(
        str(uid),
        starts_at.astimezone(UTC),
        ends_at.astimezone(UTC),
        str(summary or ""),
        str(description or ""),
        str(location or ""),
        str(organizer or "").removeprefix("mailto:"),
        tuple(str(address).removeprefix("mailto:") for address in attendees),
    )
