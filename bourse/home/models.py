"""Feed: the address at which a calendar reads a person's meetings, and what it finds there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Row, Select, bindparam
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import BELONGING, Club, Company, Membership, Role
from bourse.db import Line, Short, db
from bourse.meetings.models import CalendarCopy, Exclusion, Invitation, Meeting, MeetingState
from bourse.people.models import Person

BACK, AHEAD = timedelta(days=183), timedelta(days=549)
CANCELLED_STAYS = timedelta(days=30)
AN_HOUR = timedelta(hours=1)
READS_AN_HOUR = 60


class FeedMode(StrEnum):
    all = "all"
    unaccepted = "unaccepted"  # without those that stand in the calendar already: accepted by mail


class Feed(db.Model):
    """A person's secret address, of which only the SHA-256 is kept; a new one takes the former's place."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    token_hash: Mapped[Line] = mapped_column(unique=True)
    mode: Mapped[FeedMode] = mapped_column(default=FeedMode.all)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]  # to the hour
    reads: Mapped[int] = mapped_column(default=0)  # whole answers since `read_at`
    etag: Mapped[Short] = mapped_column(default="")  # of the text last told …
    changed_at: Mapped[datetime] = mapped_column(default=now)  # … which is what it has been since
    person: Mapped[Person] = relationship()

    def draw(self, token_hash: str, at: datetime) -> None:
        """Another address; the former one is dead at once."""
        self.token_hash, self.opened_at = token_hash, at
        self.read_at, self.reads = None, 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed as a calendar finds it: its row, one row for each club of today, one for each meeting."""

    feed: Row[Any]
    clubs: Sequence[Row[Any]]
    meetings: tuple[Row[Any], ...]

    def is_exhausted(self, at: datetime) -> bool:
        """Whether it was read so often this hour that something is wrong."""
        return self.feed.reads >= READS_AN_HOUR and not self.begins_an_hour(at)

    def begins_an_hour(self, at: datetime) -> bool:
        return self.feed.read_at is None or at - self.feed.read_at >= AN_HOUR


def read_feed(token_hash: str, at: datetime) -> Reading | None:
    """What the feed of that address tells at `at`; None when it has none, or its person is of no club today.

    Rows and no objects, since calendars ask often and mostly for what they know.
    """
    with db.engine.connect() as connection:
        clubs = connection.execute(_feed(), {"token_hash": token_hash}).all()
        if not clubs:
            return None
        moments = {"since": at - BACK, "until": at + AHEAD, "cancelled_since": at - CANCELLED_STAYS}
        meetings = connection.execute(_told(), {"reader": clubs[0].person_id} | moments).all()
    return Reading(clubs[0], clubs, tuple(meetings))


@cache
def _feed() -> Select[Any]:
    own = (Feed.id, Feed.person_id, Feed.mode, Feed.read_at, Feed.reads, Feed.etag, Feed.changed_at)
    query = db.select(*own, Person.language, Club.name, Club.timezone).join(Feed.person)
    query = query.join(Membership, Membership.person_id == Person.id).join(Membership.club)
    query = query.where(Feed.token_hash == bindparam("token_hash"), Person.is_closed.is_(False))
    return query.where(Membership.state.in_(BELONGING)).order_by(Club.name)


@cache
def _told() -> Select[Any]:
    mine, host, host_person = aliased(Membership), aliased(Membership), aliased(Person)
    columns = (
        Meeting.id,
        Meeting.uid,
        Meeting.sequence,
        Meeting.moved_sequence,
        Meeting.created_at,
        Meeting.changed_at,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.title,
        Meeting.practical,
        Meeting.state,
        Club.name.label("club"),
        Club.timezone,
        mine.role,
        host_person.id.label("host_id"),
        host_person.given_name,
        host_person.family_name,
        Company.name.label("place"),
        Company.street,
        Company.postcode,
        Company.commune,
        Company.latitude,
        Company.longitude,
        Company.parking,
        Company.reception,
        Company.protective_equipment,
        Company.photo_rule,
        Invitation.answer,
        Invitation.answered_sequence,
        db.func.coalesce(Invitation.seated_at, Invitation.answered_at).label("answered_at"),
        Invitation.via,
        Invitation.presence,
        _seen_sequence().label("seen_sequence"),
        _is_kept_out(mine, host).label("is_full"),
    )
    own = db.and_(
        Invitation.meeting_id == Meeting.id,
        Invitation.person_id == bindparam("reader"),
        Invitation.withdrawn_at.is_(None),
    )
    query = db.select(*columns).select_from(mine).join(Club, Club.id == mine.club_id)
    query = query.join(Meeting, Meeting.club_id == Club.id).join(host, host.id == Meeting.host_id)
    query = query.join(host_person, host_person.id == host.person_id).join(Company, Company.id == host.company_id)
    query = query.outerjoin(Invitation, own)
    belongs = mine.state.in_(BELONGING)
    stands = db.or_(Meeting.state != MeetingState.cancelled, Meeting.changed_at > bindparam("cancelled_since"))
    around = db.and_(Meeting.ends_at > bindparam("since"), Meeting.starts_at < bindparam("until"))
    query = query.where(mine.person_id == bindparam("reader"), belongs, stands, around)
    return query.where(Meeting.released_at.is_not(None)).order_by(Meeting.starts_at, Meeting.id)


def _seen_sequence() -> ColumnElement[int]:
    """The highest SEQUENCE that the person's calendars were sent for the meeting."""
    sent = db.select(db.func.max(CalendarCopy.sequence)).where(CalendarCopy.invitation_id == Invitation.id)
    return sent.correlate(Invitation).scalar_subquery()


def _is_kept_out(mine: Any, host: Any) -> ColumnElement[bool]:
    """Whether the host keeps the person's company out (`Meeting.keeps_out`): all he may know is « complet »."""
    is_his = db.and_(Exclusion.meeting_id == Meeting.id, Exclusion.host_id == host.id)
    is_mine = db.and_(Exclusion.company_id == mine.company_id, Exclusion.company_id != host.company_id)
    return db.and_(mine.role == Role.member, db.exists().where(is_his, is_mine))
