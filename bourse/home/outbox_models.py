"""Outgoing: a letter with what it is about; which letters a facilitator sees, and in what order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String
from sqlalchemy.orm import aliased, defer, joinedload

from bourse.clubs.models import BELONGING, Club, Membership, MembershipState, by_name
from bourse.db import db
from bourse.home.outbox import A_PAGE, place_of
from bourse.mailroom.models import LOST, UNSENT, Letter, LetterState
from bourse.meetings.guest_models import Guest
from bourse.meetings.models import CalendarCopy, Invitation, Meeting, Season, SeasonState
from bourse.people.models import Person
from bourse.planning.letters import OPINION, WISHES, went_to

TO_LOOK_AT = "look"  # beside the letters' own states: not arrived, and something can still be done
BODIES = (Letter.text, Letter.html, Letter.calendar)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter and the meeting or the season that it is about."""

    letter: Letter
    place: Meeting | Season

    @property
    def club(self) -> Club:
        return self.place.club

    @property
    def meeting(self) -> Meeting | None:
        return self.place if isinstance(self.place, Meeting) else None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets letters about the clubs: of one of them, or a guest of theirs, who has no membership."""

    person: Person
    membership: Membership | None = None

    @property
    def person_id(self) -> int:
        return self.person.id

    @property
    def is_ours(self) -> bool:
        """Whether he is of the clubs, and has not left."""
        return self.membership is not None and self.membership.state is not MembershipState.left


def is_over(place: Meeting | Season, at: datetime) -> bool:
    """Whether a meeting is past or a season closed: nothing more is written about it."""
    return place.is_over(at) if isinstance(place, Meeting) else place.state is SeasonState.closed


def find(id: int) -> Outgoing | None:
    """A letter about a meeting or a season: the others have no page."""
    letter = db.session.get(Letter, id)
    return _with_its_place(letter) if letter else None


def _with_its_place(letter: Letter) -> Outgoing | None:
    table, number = place_of(letter.about) or ("", 0)
    place: Meeting | Season | None = None
    if table == "meeting":
        place = db.session.get(Meeting, number, options=_with_place())
    elif table == "season":
        place = db.session.get(Season, number, options=[joinedload(Season.club)])
    return Outgoing(letter, place) if place else None


def _with_place() -> list[Any]:
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    return [joinedload(Meeting.club), host]


def meetings_of(clubs: Collection[int]) -> Sequence[Meeting]:
    """The clubs' meetings, latest first."""
    query = db.select(Meeting).where(Meeting.club_id.in_(clubs)).order_by(Meeting.starts_at.desc())
    return db.session.scalars(query.options(*_with_place())).all()


def seasons_of(clubs: Collection[int]) -> Sequence[Season]:
    """The clubs' seasons about which there are letters, latest first."""
    query = db.select(Season).where(Season.club_id.in_(clubs)).order_by(Season.starts_on.desc(), Season.id)
    query = query.where(db.exists().where(Letter.about == _key(Season)))
    return db.session.scalars(query.options(joinedload(Season.club))).all()


def people_of(clubs: Collection[int]) -> Sequence[Reader]:
    """Everybody who is or was of the clubs, or a guest of their meetings, once each, by family name."""
    query = db.select(Membership).where(Membership.club_id.in_(clubs)).options(joinedload(Membership.person))
    left_first = sorted(db.session.scalars(query), key=lambda each: each.state is not MembershipState.left)
    guests = {person.id: Reader(person) for person in _guests_of(clubs)}
    once = guests | {each.person_id: Reader(each.person, each) for each in left_first}
    return sorted(once.values(), key=lambda each: by_name(each.person))


def _guests_of(clubs: Collection[int]) -> Iterable[Person]:
    invited = db.select(Invitation.person_id).join(Invitation.guest).join(Invitation.meeting)
    return db.session.scalars(db.select(Person).where(Person.id.in_(invited.where(Meeting.club_id.in_(clubs)))))


def letters_of(clubs: Collection[int], about: str = "", reader: Reader | None = None) -> Select[Letter]:
    """The letters about the clubs' meetings and seasons, or one of them; of one `reader` those about signing in too."""
    is_of_clubs = db.or_(_is_of(clubs), _is_shared_with(clubs))
    query = db.select(Letter).where(is_of_clubs)
    if reader is not None:
        query = db.select(Letter).where(db.or_(is_of_clubs, _is_about_nothing(reader)), _is_to(reader.person))
    return query.where(Letter.about == about) if about else query


def reader_of(outgoing: Outgoing) -> Membership | None:
    """Who reads the letter's address, in the club that it is about."""
    query = db.select(Membership).join(Membership.person).where(Membership.club_id == outgoing.club.id)
    return db.session.scalar(query.where(Person.email == outgoing.letter.to_address))


def guest_of(outgoing: Outgoing) -> Guest | None:
    """The guest of the meeting who reads the letter's address; a season has none."""
    if outgoing.meeting is None:
        return None
    query = db.select(Guest).join(Guest.invitation).join(Invitation.person)
    query = query.where(Invitation.meeting_id == outgoing.meeting.id, Invitation.withdrawn_at.is_(None))
    return db.session.scalar(query.where(Person.email == outgoing.letter.to_address))


def count_by_state(letters: Select[Letter], now: datetime) -> dict[str, int]:
    """How many are in each state; under `TO_LOOK_AT` those that did not arrive and still matter."""
    pressing = db.func.sum(db.case((_is_pressing(now), 1), else_=0))
    query = letters.with_only_columns(Letter.state, db.func.count(), pressing).group_by(Letter.state)
    rows = db.session.execute(query).all()
    return {row[0].value: row[1] for row in rows} | {TO_LOOK_AT: sum(row[2] for row in rows)}


def leaf_of(letters: Select[Letter], state: str, number: int, now: datetime) -> Sequence[Letter]:
    """A page of them: the most pressing first, then what is held or to leave, then the newest."""
    if state:
        letters = letters.where(_is_pressing(now) if state == TO_LOOK_AT else Letter.state == LetterState(state))
    query = letters.order_by(*_order(now)).limit(A_PAGE).offset((number - 1) * A_PAGE)
    return db.session.scalars(query.options(*map(defer, BODIES))).all()


def lost_to(person: Person, club: int, now: datetime) -> list[Outgoing]:
    """The club's letters to somebody that did not arrive and still matter; nobody else changes them now."""
    query = db.select(Letter).where(_is_of([club]), Letter.to_address == person.email, _is_pressing(now))
    letters = db.session.scalars(query.order_by(Letter.id).with_for_update()).all()
    return [found for letter in letters if (found := _with_its_place(letter))]


def of_place(place: Meeting | Season, state: LetterState) -> Sequence[Letter]:
    """The letters about a meeting or a season in one state; nobody else changes them now."""
    query = db.select(Letter).where(Letter.about == key_of(place), Letter.state == state)
    return db.session.scalars(query.order_by(Letter.id).with_for_update()).all()


def _order(now: datetime) -> Sequence[ColumnElement[Any]]:
    rank = db.case(
        (_is_pressing(now), 0), (Letter.state == LetterState.held, 1), (Letter.state == LetterState.planned, 2), else_=3
    )
    is_to_leave = Letter.state.in_(UNSENT)
    moment = db.func.coalesce(Letter.bounced_at, Letter.sent_at, Letter.due_at)
    return rank, db.case((is_to_leave, Letter.due_at)), moment.desc(), Letter.id.desc()


def _is_of(clubs: Collection[int]) -> ColumnElement[bool]:
    """Whether a letter is about a meeting or a season of these clubs."""
    ours = (db.select(_key(each)).where(each.club_id.in_(clubs)) for each in (Meeting, Season))
    return db.or_(*map(Letter.about.in_, ours))


def key_of(place: Meeting | Season) -> str:
    """Under what letters name it."""
    return f"{place.__tablename__}:{place.id}"


def _key(table: type[Meeting | Season]) -> ColumnElement[str]:
    """The same, in a query."""
    return db.literal(f"{table.__tablename__}:").concat(db.cast(table.id, String))


def _is_shared_with(clubs: Collection[int]) -> ColumnElement[bool]:
    """Whether a letter tells somebody of these clubs of several clubs at once; it then names its reader alone."""
    key = db.literal("person:").concat(db.cast(Membership.person_id, String))
    return Letter.about.in_(db.select(key).where(Membership.club_id.in_(clubs), Membership.state.in_(BELONGING)))


def _is_to(person: Person) -> ColumnElement[bool]:
    """Whether a letter went to somebody, at whatever address he had then."""
    his = db.select(CalendarCopy.letter_id).join(CalendarCopy.invitation)
    his = his.where(Invitation.person_id == person.id, CalendarCopy.letter_id.is_not(None))
    return db.or_(Letter.to_address == person.email, Letter.id.in_(his), went_to(person))


def _is_about_nothing(reader: Reader) -> ColumnElement[bool]:
    """Whether it is one of his own letters, as those about signing in: for the clubs that he has not left."""
    return db.and_(Letter.about.is_(None), Letter.to_address == reader.person.email, db.literal(reader.is_ours))


def _is_pressing(now: datetime) -> ColumnElement[bool]:
    """Whether it did not arrive, what it is about is to come, and no later letter told the same person."""
    copy, later = aliased(CalendarCopy), aliased(CalendarCopy)
    told = db.and_(later.stamp > copy.stamp, ~later.was_kept_back)
    follows = db.and_(later.invitation_id == copy.invitation_id, told)
    is_followed = db.select(later.id).join(copy, follows).where(copy.letter_id == Letter.id).exists()
    is_coming = Letter.about.in_(db.select(_key(Meeting)).where(Meeting.ends_at > now))
    return db.and_(Letter.state.in_(LOST), db.or_(db.and_(is_coming, ~is_followed), _is_asked_in_vain()))


def _is_asked_in_vain() -> ColumnElement[bool]:
    """Whether a season still asks what the letter asks, its address is somebody's, and no later letter went there."""
    asks = ((WISHES, SeasonState.polling), (OPINION, SeasonState.proposed))
    keys = {kind: db.select(_key(Season)).where(Season.state == state) for kind, state in asks}
    is_asked = db.or_(*(db.and_(Letter.kind == kind, Letter.about.in_(seasons)) for kind, seasons in keys.items()))
    later = aliased(Letter)
    same = [getattr(later, name) == getattr(Letter, name) for name in ("about", "kind", "to_address")]
    is_followed = db.exists().where(*same, later.id > Letter.id, later.state.not_in(LOST))
    is_somebodys = db.exists().where(Person.email == Letter.to_address)
    return db.and_(is_asked, is_somebodys, ~is_followed)
