"""What every calendar tells of a meeting, invited or subscribed, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bourse.meetings.invite import CalendarEntry, Organizer
from bourse.words import _, capital, when


@dataclass(frozen=True, slots=True)
class Told:
    """A meeting as plain values. `host` is a name, `place` the company's, `url` leads to the page of the meeting."""

    uid: str
    created_at: datetime
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    club: str
    zone: str
    title: str
    practical: str
    host: str
    place: str
    address: str
    latitude: float | None
    longitude: float | None
    parking: str
    reception: str
    protective_equipment: str
    photo_rule: str
    url: str


def entry(told: Told, *, sequence: int, stamp: datetime, organizer: Organizer | None = None) -> CalendarEntry:
    """The meeting as a calendar entry."""
    return CalendarEntry(
        uid=told.uid,
        sequence=sequence,
        stamp=stamp,
        created=told.created_at,
        changed=told.changed_at,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        zone=told.zone,
        summary=summary(told),
        description=description(told),
        location=", ".join(part for part in (told.place, told.address) if part),
        organizer=organizer,
        url=told.url,
        geo=_geo(told),
    )


def summary(told: Told) -> str:
    return _("%(club)s : %(title)s", club=told.club, title=told.title or _("Rencontre du club"))


def description(told: Told) -> str:
    """All that a calendar shows: the day, the practical information, where to read more and how to answer."""
    lines = [
        capital(when(told.starts_at, told.ends_at, ZoneInfo(told.zone))),
        _("Chez %(company)s : %(host)s vous reçoit.", company=told.place, host=told.host),
        told.parking and _("Stationnement : %(text)s", text=told.parking),
        told.reception and _("Sur place : %(text)s", text=told.reception),
        told.protective_equipment and _("Équipement : %(text)s", text=told.protective_equipment),
        told.photo_rule and _("Photos : %(text)s", text=told.photo_rule),
        told.practical,
        _("La page de la rencontre : %(url)s", url=told.url),
    ]
    return "\n".join(line for line in lines if line)


def _geo(told: Told) -> tuple[float, float] | None:
    if told.latitude is None or told.longitude is None:
        return None
    return told.latitude, told.longitude
