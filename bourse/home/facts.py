"""Reads what the home pages tell, in a number of queries that does not depend on how many people a club has."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import joinedload

from bourse.board.gather import IdeaState
from bourse.board.models import Board, Idea
from bourse.clubs.models import Club, Membership
from bourse.db import db
from bourse.home.dial import Turnout
from bourse.mailroom.models import Letter, LetterState
from bourse.meetings.models import Answer, Invitation, Meeting, MeetingState, Presence, Season
from bourse.outcomes.follow import SETTLED
from bourse.outcomes.models import Commitment, Outcome
from bourse.people.models import Person

A_TURN = timedelta(days=366)
NOT_SHOWN = (MeetingState.idea, MeetingState.postponed, MeetingState.cancelled)


def seasons_of(clubs: Collection[int]) -> Sequence[Season]:
    query = db.select(Season).where(Season.club_id.in_(clubs))
    return db.session.scalars(query.order_by(Season.starts_on)).all()


def meetings_of(clubs: Collection[int], now: datetime) -> Sequence[Meeting]:
    """Those of a year back and all to come, in order, with what hangs on them."""
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    hung_on = (joinedload(getattr(Meeting, name)) for name in ("problem", "board", "outcome"))
    query = db.select(Meeting).where(
        Meeting.club_id.in_(clubs), Meeting.starts_at > now - A_TURN, Meeting.state.not_in(NOT_SHOWN)
    )
    query = query.options(host, joinedload(Meeting.club), joinedload(Meeting.season), *hung_on)
    return db.session.scalars(query.order_by(Meeting.starts_at)).all()


def invitations_of(person: Person, meetings: Iterable[Meeting]) -> dict[int, Invitation]:
    """The person's standing invitations, by meeting."""
    ids = [meeting.id for meeting in meetings]
    query = db.select(Invitation).where(
        Invitation.person_id == person.id, Invitation.meeting_id.in_(ids), Invitation.withdrawn_at.is_(None)
    )
    return {invitation.meeting_id: invitation for invitation in db.session.scalars(query)}


def turnouts(meetings: Iterable[Meeting]) -> dict[int, Turnout]:
    """The numbers of each meeting; an answer about a date that has moved since does not count."""
    ids = [meeting.id for meeting in meetings]
    is_current = Invitation.answered_sequence >= Meeting.moved_sequence
    columns = (
        _count(Invitation.id.is_not(None)),
        _count(is_current, Invitation.answer == Answer.accepted),
        _count(is_current, Invitation.answer == Answer.tentative),
        _count(Invitation.presence == Presence.present),
    )
    query = db.select(Invitation.meeting_id, *columns).join(Invitation.meeting)
    query = query.where(Invitation.meeting_id.in_(ids), Invitation.withdrawn_at.is_(None))
    return {row[0]: Turnout(*row[1:]) for row in db.session.execute(query.group_by(Invitation.meeting_id))}


def _count(*conditions: Any) -> Any:
    return db.func.sum(db.case((db.and_(*conditions), 1), else_=0))


def silent_in(meeting: Meeting) -> list[Invitation]:
    """Who has not answered, or answered before the date moved; by family name."""
    query = db.select(Invitation).where(
        Invitation.meeting_id == meeting.id,
        Invitation.withdrawn_at.is_(None),
        Invitation.person_id != meeting.host.person_id,
        db.or_(
            Invitation.answer == Answer.none,
            Invitation.answered_sequence.is_(None),
            Invitation.answered_sequence < meeting.moved_sequence,
        ),
    )
    invitations = db.session.scalars(query.options(joinedload(Invitation.person)))
    return sorted(invitations, key=lambda each: (each.person.family_name, each.person.given_name))


def promises_of(person: Person) -> Sequence[Commitment]:
    """The person's commitments that are not settled, with the company that they help."""
    company = joinedload(Outcome.meeting).joinedload(Meeting.host).joinedload(Membership.company)
    query = db.select(Commitment).where(Commitment.person_id == person.id, Commitment.state.not_in(SETTLED))
    query = query.options(joinedload(Commitment.outcome).options(company))
    return db.session.scalars(query.order_by(Commitment.due_on)).all()


def ideas_of(person: Person, meetings: Iterable[Meeting]) -> tuple[int, int]:
    """How many cards the person left at others' meetings, and how many of them were kept."""
    elsewhere = [meeting.id for meeting in meetings if meeting.host.person_id != person.id]
    kept = Idea.state.in_((IdeaState.kept, IdeaState.starred))
    query = db.select(db.func.count(), _count(kept)).select_from(Idea).join(Idea.board)
    query = query.where(Idea.author_id == person.id, Board.meeting_id.in_(elsewhere), Idea.state != IdeaState.private)
    left, were_kept = db.session.execute(query).one()
    return left, were_kept or 0


def letter_counts() -> dict[LetterState, int]:
    rows = db.session.execute(db.select(Letter.state, db.func.count()).group_by(Letter.state))
    return {row[0]: row[1] for row in rows}


def clubs_of_office(person: Person) -> Sequence[Club]:
    """The clubs of the clusters whose office the person works in."""
    clusters = [role.organisation_id for role in person.office_roles]
    return db.session.scalars(db.select(Club).where(Club.organisation_id.in_(clusters)).order_by(Club.name)).all()
