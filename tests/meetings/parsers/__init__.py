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


def by_icalendar(data: bytes) -> Reading:
    event = icalendar.Calendar.from_ical(data).events[0]
    assert not event.errors
    return _reading(
        uid=event["uid"],
        starts_at=event.start,
        ends_at=event.end,
        summary=event.get("summary"),
        description=event.get("description"),
        location=event.get("location"),
        organizer=event["organizer"],
        attendees=[event["attendee"]],
    )


def by_vobject(data: bytes) -> Reading:
    event = vobject.readOne(data.decode()).vevent
    text = {name: getattr(event, name).value for name in ("summary", "description", "location") if hasattr(event, name)}
    return _reading(
        uid=event.uid.value,
        starts_at=event.dtstart.value,
        ends_at=event.dtend.value,
        summary=text.get("summary"),
        description=text.get("description"),
        location=text.get("location"),
        organizer=event.organizer.value,
        attendees=[line.value for line in event.attendee_list],
    )


def by_ics(data: bytes) -> Reading:
    event = next(iter(ics.Calendar(data.decode()).events))
    return _reading(
        uid=event.uid,
        starts_at=event.begin.datetime,
        ends_at=event.end.datetime,
        summary=event.name,
        description=event.description,
        location=event.location,
        organizer=event.organizer.email,
        attendees=[who.email for who in event.attendees],
    )


def by_ical(data: bytes) -> Reading:
    event = IcsCalendarStream.calendar_from_ics(data.decode()).events[0]
    return _reading(
        uid=event.uid,
        starts_at=event.dtstart,
        ends_at=event.dtend,
        summary=event.summary,
        description=event.description,
        location=event.location,
        organizer=event.organizer.uri if event.organizer else "",
        attendees=[who.uri for who in event.attendees],
    )


def by_ical_js(messages: list[bytes]) -> list[Reading]:
    """The reader of Thunderbird and Nextcloud; one Node.js process for all."""
    done = subprocess.run(
        [node.NODE, HERE / "ical_js.cjs", node.package("ical.js") / "dist" / "ical.es5.cjs"],
        input=json.dumps([message.decode() for message in messages]),
        check=True,
        capture_output=True,
        text=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for one in found:
        one["starts_at"], one["ends_at"] = (datetime.fromtimestamp(one[end], UTC) for end in ("starts_at", "ends_at"))
    return [_reading(**one) for one in found]


READERS: dict[str, Callable[[bytes], Reading]] = {
    "icalendar": by_icalendar,
    "vobject": by_vobject,
    "ics": by_ics,
    "ical": by_ical,
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
        str(organizer).removeprefix("mailto:"),
        tuple(str(address).removeprefix("mailto:") for address in attendees),
    )
