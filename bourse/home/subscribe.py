"""How each meeting stands in the calendar of somebody who subscribed to his clubs' meetings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bourse.meetings.invite import CalendarEntry
from bourse.meetings.publish import Published
from bourse.meetings.tell import Told, entry
from bourse.words import _

COMES = ("accepted", "tentative")


class Seen(NamedTuple):
    """A meeting as it stands for one person. `answer` is the one that holds, "" when he is not invited."""

    told: Told
    sequence: int  # the highest that his calendars have seen
    answer: str
    presence: str = ""
    answered_at: datetime | None = None
    is_by_mail: bool = False  # accepted there, so that it stands in his calendar already
    runs_it: bool = False  # receives the club or facilitates it
    is_cancelled: bool = False
    is_full: bool = False  # to him, who may know no more of it

    @property
    def stamp(self) -> datetime:
        """When what is told was last revised (RFC 5545 §3.8.7.2, of a calendar without METHOD)."""
        return max(self.told.changed_at, self.answered_at or self.told.changed_at)


def published(meetings: Iterable[Seen], without_accepted: bool = False) -> list[Published]:
    """What the feed shows, in order; `without_accepted` leaves out what accepted mail has put there already."""
    shown = (each for each in meetings if _is_shown(each) and not (without_accepted and _stands_already(each)))
    return [_published(each) for each in sorted(shown, key=_in_order)]


class Option(NamedTuple):
    """A day that is asked about, with what the reader said to it; `number` is that of a meeting that has to move."""

    uid: str
    asked_at: datetime
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    answer: str | None
    club: str
    zone: str
    number: int
    url: str


def held(options: Iterable[Option]) -> list[Published]:
    """The days that may become a meeting, in order; not those to which he said no. They leave his time free."""
    shown = sorted((each for each in options if each.answer != "no"), key=lambda each: (each.starts_at, each.uid))
    return [Published(_held(each), "TENTATIVE", is_busy=False) for each in shown]


def _held(option: Option) -> CalendarEntry:
    what = _("rencontre %(number)s", number=option.number) if option.number else _("rencontre possible")
    return CalendarEntry(
        uid=option.uid,
        sequence=0,
        stamp=option.changed_at,
        created=option.asked_at,
        changed=option.changed_at,
        starts_at=option.starts_at,
        ends_at=option.ends_at,
        zone=option.zone,
        summary=_("(option) %(club)s : %(what)s", club=option.club, what=what),
        description=_("Rien n'est décidé. Dites si ce jour vous convient : %(url)s", url=option.url),
        url=option.url,
    )


def _in_order(seen: Seen) -> tuple[datetime, str]:
    return seen.told.starts_at, seen.told.uid


def _is_shown(seen: Seen) -> bool:
    """Not what he declined or missed."""
    if seen.runs_it or seen.is_full:
        return True
    return seen.answer != "declined" and seen.presence in ("", "present")


def _stands_already(seen: Seen) -> bool:
    return seen.is_by_mail and seen.answer in COMES and not seen.is_full


def _published(seen: Seen) -> Published:
    if seen.is_full:
        return Published(_full(seen), is_busy=False)
    told = entry(seen.told, sequence=seen.sequence, stamp=seen.stamp)
    if seen.is_cancelled:
        return Published(replace(told, summary=_("Annulé : %(what)s", what=told.summary)), "CANCELLED", is_busy=False)
    if seen.runs_it or seen.answer == "accepted" or seen.presence == "present":
        return Published(told)
    if not seen.answer:
        return Published(told, is_busy=False)  # of the club, but not invited this time
    return Published(replace(told, summary=_open_summary(seen, told.summary)), "TENTATIVE")


def _open_summary(seen: Seen, summary: str) -> str:
    if seen.answer == "tentative":
        return _("%(what)s (s'il le faut)", what=summary)
    if seen.answer == "waiting":
        return _("%(what)s (liste d'attente)", what=summary)
    return _("%(what)s (à confirmer)", what=summary)


def _full(seen: Seen) -> CalendarEntry:
    """The date, the company and « complet »: nothing else."""
    told = entry(seen.told, sequence=seen.sequence, stamp=seen.told.changed_at)
    summary = _("%(club)s : complet", club=seen.told.club)
    return replace(told, summary=summary, description="", location=seen.told.place, url="", geo=None)
