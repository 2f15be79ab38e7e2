"""What publishing a plan changes of the meetings that stand: what is kept, moves, changes hands, goes or comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bourse.clock import club_time, instant
from bourse.planning.freeze import stood
from bourse.planning.sheet import Row, Sheet


class Kind(StrEnum):
    """What happens to a meeting."""

    kept = "kept"
    moved = "moved"
    handed = "handed"  # another host, on the same day
    both = "both"  # another host on another day
    added = "added"
    cancelled = "cancelled"


@dataclass(frozen=True)
class Change:
    """A meeting of today and what the plan makes of it; without a meeting it is new, without a row it goes."""

    kind: Kind
    meeting: Any
    row: Row | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def changes(meetings: Sequence[Any], sheet: Sheet, zone: str, now: datetime) -> list[Change]:
    """The changes in order of their dates: what is the same first, then the same host, the same day, and the rest.

    A host keeps his meeting when only its day changes: what he wrote for it goes with it.
    """
    rows = [row for row in sheet.rows if not row.is_fixed]
    left = [each for each in meetings if not each.has_begun(now)]
    pairs: list[tuple[Any, Row | None]] = []
    for is_same in (_same, _same_host, _same_day, _any):
        for row in list(rows):
            meeting = next((each for each in left if is_same(each, row, zone)), None)
            if meeting is not None:
                pairs.append((meeting, row))
                left.remove(meeting)
                rows.remove(row)
    pairs += [(None, row) for row in rows] + [(meeting, None) for meeting in left]
    found = [_change(meeting, row, zone, sheet) for meeting, row in pairs]
    return sorted(found, key=lambda each: each.starts_at or each.meeting.starts_at)


def is_outdated(meetings: Sequence[Any], sheet: Sheet, zone: str, now: datetime) -> bool:
    """Whether the plan speaks of what is no more: a meeting came, went, moved or began since, or a day has passed."""
    stand = {
        str(each.id): stood(club_time(each.starts_at, zone), each.company.id, each.has_begun(now)) for each in meetings
    }
    is_late = any(starts_of(row, zone) <= now for row in sheet.rows if not row.is_fixed)
    return is_late or stand != sheet.document["stood"]


def starts_of(row: Row, zone: str) -> datetime:
    return instant(row.starts.date(), row.starts.time(), zone)


def _same_host(meeting: Any, row: Row, _zone: str) -> bool:
    return str(meeting.company.id) == row.host


def _same_day(meeting: Any, row: Row, zone: str) -> bool:
    return bool(meeting.starts_at == starts_of(row, zone))


def _same(meeting: Any, row: Row, zone: str) -> bool:
    return _same_host(meeting, row, zone) and _same_day(meeting, row, zone)


def _any(_meeting: Any, _row: Row, _zone: str) -> bool:
    return True


def _change(meeting: Any, row: Row | None, zone: str, sheet: Sheet) -> Change:
    if row is None:
        return Change(Kind.cancelled, meeting, None)
    starts_at, ends_at = starts_of(row, zone), instant(row.ends.date(), row.ends.time(), zone)
    if meeting is None:
        return Change(Kind.added, None, row, starts_at, ends_at)
    has_moved = not _same_day(meeting, row, zone)
    is_handed = sheet.membership_of(row.host) not in (meeting.host_id, None)  # a colleague is another host as well
    kinds = {(True, True): Kind.both, (True, False): Kind.moved, (False, True): Kind.handed}
    return Change(kinds.get((has_moved, is_handed), Kind.kept), meeting, row, starts_at, ends_at)
