"""Reads what letters by rule are about: the meetings near enough, who is invited, who leads, what is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy.orm import aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bourse.clock import club_time
from bourse.clubs.models import Club, Membership, Role
from bourse.db import db
from bourse.home.facts import NOT_SHOWN
from bourse.mailroom.models import Letter, LetterState
from bourse.mailroom.rules import Look
from bourse.meetings.due import mark_of
from bourse.meetings.models import Answer, CalendarCopy, Invitation, Meeting, Presence
from bourse.meetings.reconcile import REQUEST, is_same_terms
from bourse.meetings.remind import Guest, Occasion
from bourse.meetings.roles import belongs_to
from bourse.outcomes.follow import SETTLED
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Reader, may_read
from bourse.outcomes.remind import Aftermath, Promise
from bourse.outcomes.roles import is_promiser
from bourse.people.models import Person
from bourse.problems.models import Problem, dates_of
from bourse.problems.read import Level, ProblemState
from bourse.problems.remind import Task

# Days after a meeting between which some rule may have something to say, with a few to spare for holidays.
SPANS = ((-48, 20), (28, 44), (88, 104))


@dataclass(frozen=True)
class Almanac:
    """The meetings, in order, that some rule may be about; when each invitation to the present date left, by its id."""

    meetings: Sequence[Meeting] = ()
    asked: dict[int, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, clubs: Iterable[Club], since: datetime, until: datetime) -> "Almanac":
        meetings = _meetings_of([club.id for club in clubs], since, until)
        return cls(meetings, _asked([each for each in meetings if not each.has_begun(since)]))

    def before(self, meeting: Meeting, now: datetime) -> Meeting | None:
        """The club's last meeting held before that one."""
        held = (each for each in self.meetings if each.club_id == meeting.club_id and each.is_over(now))
        return max(held, key=lambda each: each.starts_at, default=None)


def _meetings_of(clubs: Sequence[int], since: datetime, until: datetime) -> Sequence[Meeting]:
    other = aliased(Meeting)
    stands = (Meeting.released_at.is_not(None), Meeting.state.not_in(NOT_SHOWN))
    held = (other.released_at.is_not(None), other.state.not_in(NOT_SHOWN), other.starts_at < since)
    last = db.select(db.func.max(other.starts_at)).where(other.club_id == Meeting.club_id, *held).scalar_subquery()
    near = [Meeting.starts_at.between(since - timedelta(b), until - timedelta(a)) for a, b in SPANS]
    query = db.select(Meeting).where(Meeting.club_id.in_(clubs), *stands, db.or_(*near, Meeting.starts_at == last))
    return db.session.scalars(query.order_by(Meeting.starts_at, Meeting.id).options(*_hung_on())).all()


@cache
def _hung_on() -> list[ORMOption]:
    """Host and promisers are invited as well, and so their memberships are at hand."""
    members = joinedload(Meeting.club).selectinload(Club.memberships).joinedload(Membership.person)
    host = joinedload(Meeting.host).options(joinedload(Membership.person), joinedload(Membership.company))
    guests = selectinload(Meeting.invitations).joinedload(Invitation.person).selectinload(Person.memberships)
    problem, outcome = (joinedload(getattr(Meeting, name)) for name in ("problem", "outcome"))
    promises = outcome.selectinload(Outcome.commitments).joinedload(Commitment.person)
    return [members, host, guests, problem, promises]


def _asked(meetings: Sequence[Meeting]) -> dict[int, datetime]:
    """When the first calendar message left that told each invitation of the present date and place."""
    marks = {meeting.id: mark_of(meeting) for meeting in meetings}
    sent = db.select(Invitation.meeting_id, Invitation.id, CalendarCopy.fingerprint, CalendarCopy.stamp)
    sent = sent.join(CalendarCopy.invitation).join(CalendarCopy.letter).where(Invitation.meeting_id.in_(marks))
    sent = sent.where(CalendarCopy.method == REQUEST, Letter.state == LetterState.sent).order_by(CalendarCopy.stamp)
    asked: dict[int, datetime] = {}
    for meeting, invitation, mark, stamp in db.session.execute(sent) if marks else ():
        if is_same_terms(mark, marks[meeting]):
            asked.setdefault(invitation, stamp)
    return asked


def day_of(meeting: Meeting, at: datetime | None = None) -> date:
    """The day of the meeting, or of another instant, where the club lives."""
    return club_time(at or meeting.starts_at, meeting.club.timezone).date()


def is_told_of(meeting: Meeting, look: Look) -> bool:
    """Whether letters tell of it: from the day after the "go" on, for on that day the invitation itself leaves."""
    return meeting.released_at is not None and day_of(meeting, meeting.released_at) < look.today


def host_of(meeting: Meeting) -> Person | None:
    """Who receives, if he is of the club today."""
    host = meeting.host
    return host.person if host.belongs and not host.person.is_closed else None


def _facilitators_of(meeting: Meeting) -> tuple[Person, ...]:
    leading = (each for each in meeting.club.memberships if each.belongs and each.role is Role.facilitator)
    return tuple(each.person for each in leading if not each.person.is_closed)


def _guests_of(meeting: Meeting) -> list[Invitation]:
    return [each for each in meeting.invited if each.stands and not each.person.is_closed]


# What each room asks


def occasion_of(almanac: Almanac, meeting: Meeting) -> Occasion:
    """The meeting as it is to come."""
    guests = tuple(_guest(each, almanac.asked.get(each.id)) for each in _guests_of(meeting))
    host, facilitators = host_of(meeting), _facilitators_of(meeting)
    return Occasion(meeting, day_of(meeting), meeting.starts_at, host, facilitators, guests)


def _guest(invitation: Invitation, asked_at: datetime | None) -> Guest:
    return Guest(
        invitation.person,
        invitation,
        is_silent=invitation.current_answer is Answer.none,
        is_to_confirm=invitation.is_to_confirm,
        attends=invitation.is_attending,
        asked_on=day_of(invitation.meeting, asked_at) if asked_at else None,
    )


def task_of(meeting: Meeting, look: Look) -> Task:
    """Its problem, as far as it is written."""
    problem: Problem | None = meeting.problem
    return Task(
        meeting,
        day_of(meeting),
        meeting.starts_at,
        host_of(meeting),
        problem.state if problem else ProblemState.to_write,
        _facilitators_of(meeting),
        _readers_of(problem, look.now) if problem and dates_of(meeting).is_shared(look.now) else (),
    )


def _readers_of(problem: Problem, now: datetime) -> tuple[Person, ...]:
    """Those besides host and facilitators who may read the summary, and have not said that they stay away."""
    meeting = problem.meeting
    aside = {host_of(meeting), *_facilitators_of(meeting)}
    coming = (each.person for each in _guests_of(meeting) if each.current_answer is not Answer.declined)
    return tuple(each for each in coming if each not in aside and problem.level_for(each, now) >= Level.summary)


def aftermath_of(meeting: Meeting) -> Aftermath:
    """What came out of it."""
    outcome: Outcome | None = meeting.outcome
    return Aftermath(
        meeting,
        day_of(meeting),
        host_of(meeting),
        is_closed=outcome is not None and outcome.is_closed,
        readers=_readers_of_outcome(outcome) if outcome else (),
        promises=tuple(_promises_in(outcome)) if outcome else (),
    )


def _readers_of_outcome(outcome: Outcome) -> tuple[tuple[Person, bool], ...]:
    meeting = outcome.meeting
    others = (each for each in _guests_of(meeting) if not each.is_host and each.guest is None)
    return tuple((each.person, _came(each)) for each in others if _may_read(each, outcome))


def _may_read(guest: Invitation, outcome: Outcome) -> bool:
    reader = Reader(attends=guest.is_attending, is_of_club=belongs_to(guest.person, guest.meeting))
    return may_read(reader, outcome.readers, is_closed=outcome.is_closed)


def _came(guest: Invitation) -> bool:
    """As far as is known: nobody is thanked for coming who was noted as absent."""
    return guest.presence is Presence.present or (guest.presence is None and guest.is_attending)


def _promises_in(outcome: Outcome) -> Iterable[Promise]:
    for each in outcome.commitments:
        if each.state not in SETTLED and is_promiser(each.person, each) and not each.person.is_closed:
            yield Promise(each, each.person, day_of(outcome.meeting, each.taken_at), bool(each.first_step))


def tells_his_story(before: Meeting, coming: Meeting) -> bool:
    """Whether the host of the meeting before is expected at the one that comes."""
    host = host_of(before)
    own = (each for each in _guests_of(coming) if host is each.person)
    return any(each.current_answer is not Answer.declined for each in own)
