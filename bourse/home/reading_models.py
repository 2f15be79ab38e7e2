"""What a calendar finds at a feed's address.

Calendars ask often, and mostly for what they know: so the rows are read as the database gives them, and understood
only when they are new.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Dialect, Engine, Enum, Select, bindparam
from sqlalchemy.orm import aliased

from bourse.clubs.models import BELONGING, Club, Company, Membership, Role
from bourse.db import UTCDateTime, db
from bourse.home.models import Feed
from bourse.meetings.models import CalendarCopy, Exclusion, Invitation, Meeting, MeetingState, Season
from bourse.meetings.states import SeasonState
from bourse.people.models import Person
from bourse.planning.models import Availability, DateOption, DatePoll, HostWish, SeasonRules

BACK, AHEAD = timedelta(days=183), timedelta(days=549)
CANCELLED_STAYS = timedelta(days=30)
AN_HOUR = timedelta(hours=1)
READS_AN_HOUR = 60

Raw = tuple[Any, ...]  # a row as the driver gives it
Execute = Callable[[str, Any], Sequence[Raw]]


class Question:
    """A query in the words of one database, put together once."""

    def __init__(self, query: Select[Any] | CompoundSelect[Any], dialect: Dialect):
        self._compiled, self._dialect = query.compile(dialect=dialect), dialect
        self._at: datetime | None = None
        self._columns = list(query.selected_columns)
        self._row: Any = namedtuple("Row", [column.key for column in self._columns])  # type: ignore[misc]

    @property
    def width(self) -> int:
        return len(self._columns)

    def ask(self, execute: Execute, at: datetime, **who: Any) -> Sequence[Raw]:
        """The rows of somebody, at a moment."""
        given = self._given_at(at) | who
        names = self._compiled.positiontup
        return execute(self._compiled.string, [given[name] for name in names] if names else given)

    def understand(self, row: Raw) -> Any:
        """The row as the models mean it."""
        return self._row(*(mean(value) for mean, value in zip(self._meant, row, strict=True)))

    def _given_at(self, at: datetime) -> dict[str, Any]:
        """What the query is given besides, in the driver's own terms; many calendars ask in one minute."""
        if at != self._at:
            said = self._compiled.construct_params(_moments(at), _check=False)
            self._given = {name: self._in_driver_s_terms(name, value) for name, value in said.items()}
            self._at = at
        return self._given

    def _in_driver_s_terms(self, name: str, value: Any) -> Any:
        kind = self._compiled.binds[name].type.dialect_impl(self._dialect)
        return (kind.bind_processor(self._dialect) or _as_it_is)(value)

    @cached_property
    def _meant(self) -> list[Callable[[Any], Any]]:
        return [self._meaning_of(column.type) for column in self._columns]

    def _meaning_of(self, kind: Any) -> Callable[[Any], Any]:
        """Numbers and texts are what they are; moments and states were written in the database's own way."""
        if not isinstance(kind, UTCDateTime | Enum):
            return _as_it_is
        return kind.dialect_impl(self._dialect).result_processor(self._dialect, None) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _moments(at: datetime) -> dict[str, datetime]:
    return {
        "at": at,
        "an_hour_ago": at - AN_HOUR,
        "since": at - BACK,
        "until": at + AHEAD,
        "cancelled_since": at - CANCELLED_STAYS,
    }


@dataclass(frozen=True, slots=True)
class Reading:
    """A feed as a calendar finds it: what it says, as rows of its clubs, meetings and options, and its own row."""

    clubs: tuple[Raw, ...]
    meetings: tuple[Raw, ...]
    options: tuple[Raw, ...]
    own: Raw  # of the feed's row what changes by being read; last, whether it was read within the hour

    @property
    def said(self) -> tuple[object, ...]:
        """All that its text is made of: as long as that is the same, so is the text."""
        return self.clubs, self.meetings, self.options

    @property
    def is_read_lately(self) -> bool:
        return bool(self.own[-1])


SAID = 6  # the columns of `_feed` that the text is made of; the last says whether options are wished for


def read_feed(execute: Execute, dialect: Dialect, token_hash: str, at: datetime) -> Reading | None:
    """What the feed of that address tells at `at`; None when it has none, or its person is of no club today."""
    (feed, told, possible), minute = questions(dialect), at.replace(second=0, microsecond=0)
    rows = feed.ask(execute, minute, token_hash=token_hash)
    if not rows:
        return None
    meetings = told.ask(execute, minute, reader=rows[0][0])
    options = possible.ask(execute, minute, reader=rows[0][0]) if rows[0][SAID - 1] else ()
    return Reading(tuple(row[:SAID] for row in rows), tuple(meetings), tuple(options), rows[0][SAID:])


def glance(engine: Engine, token_hash: str, at: datetime) -> Reading | None:
    """The same at the lowest price: by the driver alone, on a line from the pool."""
    line = engine.raw_connection()
    try:
        cursor = line.cursor()

        def execute(query: str, values: Any) -> Sequence[Raw]:
            cursor.execute(query, values)
            return cursor.fetchall()

        return read_feed(execute, engine.dialect, token_hash, at)
    finally:
        line.close()


@cache
def questions(dialect: Dialect) -> tuple[Question, Question, Question]:
    """Whose feed it is, a row for each club of today; what it tells, a row for each meeting; the days that are only
    possible, a row each. In no order: that is for the text."""
    return Question(_feed(), dialect), Question(_told(), dialect), Question(_possible(), dialect)


def _feed() -> Select[Any]:
    said = (Feed.person_id, Feed.mode, Person.language, Club.name, Club.timezone, Feed.shows_options)
    is_read_lately = Feed.read_at > bindparam("an_hour_ago")
    own = (Feed.id, Feed.reads, Feed.etag, Feed.changed_at, is_read_lately.label("is_read_lately"))
    query = db.select(*said, *own).join(Feed.person)
    query = query.join(Membership, Membership.person_id == Person.id).join(Membership.club)
    query = query.where(Feed.token_hash == bindparam("token_hash"), Person.is_closed.is_(False))
    return query.where(_belongs(Membership))


def _belongs(membership: Any) -> ColumnElement[bool]:
    return db.or_(*(membership.state == state for state in BELONGING))


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
    belongs = _belongs(mine)
    stands = db.or_(Meeting.state != MeetingState.cancelled, Meeting.changed_at > bindparam("cancelled_since"))
    around = db.and_(Meeting.ends_at > bindparam("since"), Meeting.starts_at < bindparam("until"))
    query = query.where(mine.person_id == bindparam("reader"), belongs, stands, around)
    return query.where(Meeting.released_at.is_not(None))


def _seen_sequence() -> ColumnElement[int]:
    """The highest SEQUENCE that the person's calendars were sent for the meeting."""
    sent = db.select(db.func.max(CalendarCopy.sequence)).where(CalendarCopy.invitation_id == Invitation.id)
    return sent.correlate(Invitation).scalar_subquery()


def _possible() -> CompoundSelect[Any]:
    """The days to come that are asked about: of seasons until they are published, of meetings that have to move."""
    return db.union_all(_of_seasons(), _of_meetings())


def _of_seasons() -> Select[Any]:
    mine = aliased(Membership)
    columns = (*_of_option(mine), Season.id.label("season_id"), Season.state, db.literal_column("0").label("number"))
    wished = (SeasonRules.asked_at, HostWish.weekdays, HostWish.given_at.label("wished_at"))
    query = db.select(*columns, *wished).select_from(mine).join(Club, Club.id == mine.club_id)
    query = query.join(Season, Season.club_id == Club.id).join(SeasonRules, SeasonRules.season_id == Season.id)
    query = query.join(DateOption, DateOption.season_id == Season.id)
    own = db.and_(HostWish.season_id == Season.id, HostWish.membership_id == mine.id)
    is_asked = db.or_(Season.state == SeasonState.polling, Season.state == SeasonState.proposed)
    return _to_come(query.outerjoin(HostWish, own), mine).where(is_asked)


def _of_meetings() -> Select[Any]:
    mine, host = aliased(Membership), aliased(Membership)
    nothing = (db.literal_column("NULL").label(name) for name in ("weekdays", "wished_at"))
    columns = (*_of_option(mine), db.literal_column("0").label("season_id"), db.literal_column("NULL").label("state"))
    query = db.select(*columns, Meeting.number, DatePoll.asked_at, *nothing).select_from(mine)
    query = query.join(Club, Club.id == mine.club_id).join(Meeting, Meeting.club_id == Club.id)
    query = query.join(host, host.id == Meeting.host_id).join(DatePoll, DatePoll.meeting_id == Meeting.id)
    query = _to_come(query.join(DateOption, DateOption.meeting_id == Meeting.id), mine)
    stands = (Meeting.released_at.is_not(None), Meeting.state != MeetingState.cancelled, DatePoll.closed_at.is_(None))
    return query.where(*stands, mine.role == Role.member, ~_is_kept_out(mine, host))


def _of_option(mine: Any) -> tuple[Any, ...]:
    option = (DateOption.id, DateOption.meeting_id, DateOption.starts_at, DateOption.ends_at)
    said = (Availability.answer, Availability.given_at)
    return (*option, *said, Club.name.label("club"), Club.timezone, mine.role)


def _to_come(query: Select[Any], mine: Any) -> Select[Any]:
    """Those of the reader's clubs of today that are not struck, each with what he said to it."""
    own = db.and_(Availability.option_id == DateOption.id, Availability.membership_id == mine.id)
    query = query.outerjoin(Availability, own).where(mine.person_id == bindparam("reader"), _belongs(mine))
    return query.where(DateOption.struck_at.is_(None), DateOption.starts_at > bindparam("at"))


def _is_kept_out(mine: Any, host: Any) -> ColumnElement[bool]:
    """Whether the host keeps the person's company out (`Meeting.keeps_out`): all he may know is « complet »."""
    is_his = db.and_(Exclusion.meeting_id == Meeting.id, Exclusion.host_id == host.id)
    is_mine = db.and_(Exclusion.company_id == mine.company_id, Exclusion.company_id != host.company_id)
    return db.and_(mine.role == Role.member, db.exists().where(is_his, is_mine))
