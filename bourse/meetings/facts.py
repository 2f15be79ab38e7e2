"""Reads what the pages about meetings tell: who is invited, comes or came, and who is kept out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import contains_eager, joinedload, selectinload

from bourse.clubs.models import Club, Membership
from bourse.clubs.tidy import fold
from bourse.db import db
from bourse.meetings.guest_models import STAYS
from bourse.meetings.models import Answer, Invitation, Meeting, Presence
from bourse.people.models import Person


class Turnout(NamedTuple):
    """How many are invited to a meeting, say yes, say « if need be », were there, and wait for a place.

    `visitors` and `perhaps` are the yes and the « if need be » of those besides the host.
    """

    invited: int = 0
    yes: int = 0
    maybe: int = 0
    present: int = 0
    visitors: int = 0
    perhaps: int = 0
    waiting: int = 0


def turnouts(meetings: Iterable[Meeting]) -> dict[int, Turnout]:
    """The numbers of each meeting that anybody is invited to; an answer about a date that has moved does not count."""
    is_current = Invitation.answered_sequence >= Meeting.moved_sequence
    visits = Invitation.person_id != Membership.person_id
    numbers = (
        _count(Invitation.id.is_not(None)),
        _count(is_current, Invitation.answer == Answer.accepted),
        _count(is_current, Invitation.answer == Answer.tentative),
        _count(Invitation.presence == Presence.present),
        _count(is_current, visits, Invitation.answer == Answer.accepted),
        _count(is_current, visits, Invitation.answer == Answer.tentative),
        _count(is_current, Invitation.answer == Answer.waiting),
    )
    query = db.select(Invitation.meeting_id, *numbers).join(Invitation.meeting).join(Meeting.host)
    query = query.group_by(Invitation.meeting_id)
    ids = [meeting.id for meeting in meetings]
    rows = db.session.execute(query.where(Invitation.meeting_id.in_(ids), Invitation.withdrawn_at.is_(None)))
    return {row[0]: Turnout(*row[1:]) for row in rows}


def with_calendars(meeting: Meeting, lock: bool = False) -> Meeting:
    """The same as it is now, with what was sent to everybody and the clubs that they belong to; `lock`: until the
    commit nobody else changes it.
    """
    roles_of = joinedload(Invitation.person).selectinload(Person.memberships)
    sent = selectinload(Meeting.invitations).options(selectinload(Invitation.copies), roles_of)
    query = db.select(Meeting).where(Meeting.id == meeting.id).options(sent)
    query = query.with_for_update() if lock else query
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def open_to_guest(person: Person, now: datetime) -> list[Meeting]:
    """The meetings of clubs that are not his to which somebody is invited as a guest, until the day after each."""
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    loaded = contains_eager(Invitation.meeting).options(host, joinedload(Meeting.club), joinedload(Meeting.season))
    query = db.select(Invitation).join(Invitation.meeting).options(loaded, joinedload(Invitation.person))
    query = query.where(Invitation.person_id == person.id, Invitation.withdrawn_at.is_(None), Invitation.guest.has())
    query = query.where(Meeting.released_at.is_not(None), Meeting.ends_at > now - STAYS)
    invitations = db.session.scalars(query.order_by(Meeting.starts_at.desc()))
    return [each.meeting for each in invitations if not each.memberships and each.is_open(now)]


def kept_out_of(meeting: Meeting) -> list[Membership]:
    """The members whom its host keeps out, by company and name."""
    return [each for each in members_of(meeting.club) if meeting.keeps_out(each)] if meeting.exclusions else []


def members_of(club: Club) -> list[Membership]:
    """Everybody who belongs to the club today, with his company, by company and name."""
    people = (joinedload(Membership.person), joinedload(Membership.company))
    memberships = db.session.scalars(db.select(Membership).filter_by(club_id=club.id).options(*people))
    return sorted((each for each in memberships if each.belongs), key=_by_company)


def _by_company(membership: Membership) -> tuple[str, str, str]:
    person = membership.person
    return (
        fold(membership.company.name) if membership.company else "",
        fold(person.family_name),
        fold(person.given_name),
    )


def _count(*conditions: Any) -> Any:
    return db.func.sum(db.case((db.and_(*conditions), 1), else_=0))
