"""What the planner proposes for a season, how it was adjusted, and what the members say of it."""

import json
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import Club, Membership
from bourse.db import Line, Short, db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.freeze import Away, Draft, drafted, written
from bourse.planning.rotate import Status
from bourse.planning.states import How, ProposalState

LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(minutes=5)  # far beyond any that is asked for
A_MOMENT = timedelta(seconds=1)
MOST_TRIES = 3
BUSY = (ProposalState.waiting, ProposalState.running)


class Proposal(db.Model):
    """A plan asked of the planner: what it is made from, frozen when it was asked for, and the best one so far.

    `draft` is the number of the version that is shown: 0 is the planner's own plan, others were adjusted by hand.
    """

    __table_args__ = (UniqueConstraint("season_id", "number"),)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    number: Mapped[int]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.waiting, index=True)
    instance: Mapped[str] = mapped_column(Text)  # bourse-instance/1, and what was settled by hand
    meetings: Mapped[str] = mapped_column(Text, default="[]")  # date, host and facilitator of each
    objective: Mapped[int | None]
    bound: Mapped[int | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    status: Mapped[Status | None]
    reasons: Mapped[str] = mapped_column(Text, default="{}")  # why there is no plan, or what each meeting is worth
    stop_asked_at: Mapped[datetime | None]
    lease_token: Mapped[Short | None]
    lease_until: Mapped[datetime | None]  # the process that solves it lives at least until then
    tries: Mapped[int] = mapped_column(default=0)
    draft: Mapped[int] = mapped_column(default=0)
    shared_draft: Mapped[int | None]  # the version that the members were asked about …
    shared_at: Mapped[datetime | None]  # … and when
    opinion_by: Mapped[date | None]  # the last day on which their opinions are expected
    published_at: Mapped[datetime | None]
    season: Mapped[Season] = relationship(backref=db.backref("proposals", order_by="Proposal.number"))
    asked_by: Mapped[Person] = relationship()
    adjustments: Mapped[list["Adjustment"]] = relationship(
        back_populates="proposal", order_by="Adjustment.number", cascade="all, delete-orphan"
    )

    @property
    def club(self) -> Club:
        return self.season.club

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def has_plan(self) -> bool:
        return self.meetings != "[]"

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.instance)
        return document

    @property
    def told(self) -> dict[str, Any]:
        """The core, the relaxations and the worth of each meeting, as far as they are known."""
        reasons: dict[str, Any] = json.loads(self.reasons)
        return reasons

    @property
    def fallen(self) -> set[int]:
        """The meetings whose date cannot be kept; once published they have another."""
        standing = {} if self.published_at else self.document["standing"]
        return {int(meeting) for meeting, slot in standing.items() if slot is None}

    @property
    def away(self) -> list[Away]:
        """The absences that it takes into account."""
        told = ((who, *map(date.fromisoformat, days)) for who, *days in self.document.get("away", ()))
        return [Away(*each) for each in told]

    def version(self, number: int) -> Draft:
        """The plan as it stood at that version."""
        if number:
            return drafted(next(each.content for each in self.adjustments if each.number == number))
        document = self.document
        return drafted(json.dumps({"meetings": json.loads(self.meetings), **document["by_hand"]}))

    @property
    def shown(self) -> Draft:
        return self.version(self.draft)

    @property
    def last(self) -> "Adjustment | None":
        """What the version shown was made by."""
        return next((each for each in self.adjustments if each.number == self.draft), None)

    def adjust(self, draft: Draft, by: Person, at: datetime) -> None:
        """Shows another version; the one before stays and can be gone back to."""
        number = 1 + max((each.number for each in self.adjustments), default=0)
        self.adjustments.append(
            Adjustment(number=number, after=self.draft, content=written(draft), made_by_id=by.id, made_at=at)
        )
        self.draft = number

    def step_back(self) -> None:
        self.draft = self.last.after if self.last else 0

    def remember(self, **more: object) -> None:
        """Keeps beside what it is made from what going back to the proposal before will have to know."""
        self.instance = json.dumps(self.document | more)

    def undo(self) -> None:
        """It counts no more, and the one before does; a process that solves it ends."""
        self.state, self.lease_token = ProposalState.undone, None


class Adjustment(db.Model):
    """A version of a plan that somebody made by hand out of the one before."""

    __table_args__ = (UniqueConstraint("proposal_id", "number"),)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]  # from 1
    after: Mapped[int]  # the version that it was made from
    content: Mapped[str] = mapped_column(Text)  # see freeze.py
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    proposal: Mapped[Proposal] = relationship(back_populates="adjustments")
    made_by: Mapped[Person] = relationship()


class Opinion(db.Model):
    """What a member says of the plan that was sent: what does not suit him, and a sentence."""

    __table_args__ = (UniqueConstraint("proposal_id", "membership_id"),)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    against: Mapped[str] = mapped_column(Text, default="[]")  # the dates that do not suit
    sentence: Mapped[Line] = mapped_column(default="")
    via: Mapped[How]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    proposal: Mapped[Proposal] = relationship(backref="opinions")
    membership: Mapped[Membership] = relationship()
    by: Mapped[Person] = relationship()

    @property
    def slots(self) -> set[str]:
        return set(json.loads(self.against))

    @property
    def is_about_plan_sent(self) -> bool:
        """Whether it was said of the version that was sent last, not of one before."""
        return bool(self.proposal.shared_at and self.proposal.shared_at <= self.given_at)


def latest(season: Season) -> Proposal | None:
    """The proposal that was asked for last, and not taken back."""
    return db.session.scalar(standing(season).limit(1))


def standing(season: Season) -> Select[Proposal]:
    """The proposals that were not taken back, the latest first."""
    query = db.select(Proposal).where(Proposal.season_id == season.id, Proposal.state != ProposalState.undone)
    return query.order_by(Proposal.number.desc())


def next_number(season: Season) -> int:
    """One that no proposal of the season ever had, taken back or not: pages that are open name theirs."""
    query = db.select(db.func.max(Proposal.number)).where(Proposal.season_id == season.id)
    return 1 + (db.session.scalar(query) or 0)


def shared(season: Season) -> Proposal | None:
    """The proposal that the members were last asked about."""
    query = db.select(Proposal).where(Proposal.season_id == season.id, Proposal.shared_at.is_not(None))
    return db.session.scalar(query.order_by(Proposal.number.desc()).limit(1))


# The process that solves it


class Taken(NamedTuple):
    """A proposal that a process took on: what it is made from, and the best plan that a former one left."""

    id: int
    token: str
    document: dict[str, Any]
    objective: int | None


def waiting(at: datetime) -> int | None:
    """The first proposal that nobody solves: new, or left behind by a process that ended."""
    query = db.select(Proposal.id).where(Proposal.state.in_(BUSY), _is_unheld(at))
    return db.session.scalar(query.order_by(Proposal.asked_at, Proposal.id).limit(1))


def _is_unheld(at: datetime) -> Any:
    """Whether no process lives on it; one that would live longer than any was written by a clock since set back."""
    until = Proposal.lease_until
    return db.or_(until.is_(None), until < at, until > at + LONGEST_LEASE)


def take(id: int, token: str, at: datetime) -> Taken | None:
    """Takes a proposal on; one that ended three processes is given up, and so is one that is to stop."""
    query = db.select(Proposal).where(Proposal.id == id, Proposal.state.in_(BUSY), _is_unheld(at))
    proposal = db.session.scalar(query.with_for_update(skip_locked=True))
    if proposal is None:
        return None
    if proposal.tries >= MOST_TRIES or proposal.stop_asked_at:
        proposal.state = ProposalState.stopped if proposal.stop_asked_at else ProposalState.failed
        proposal.status = proposal.status or Status.feasible if proposal.has_plan else Status.unknown
        return None
    proposal.state, proposal.tries = ProposalState.running, proposal.tries + 1
    proposal.lease_token, proposal.lease_until = token, at + LEASE
    return Taken(proposal.id, token, proposal.document, proposal.objective)


def beat(taken: Taken, until: datetime, **found: object) -> bool:
    """Says that the process lives, and what it found; False when it should stop: asked to, or it was given up on."""
    mine = (Proposal.id == taken.id, Proposal.lease_token == taken.token)
    db.session.execute(db.update(Proposal).where(*mine).values(lease_until=until, **found))
    row = db.session.execute(db.select(Proposal.stop_asked_at).where(*mine)).first()
    return row is not None and row[0] is None


def hand_on(id: int, token: str) -> None:
    """The process was ended by its worker: another may go on at once, and this was no try."""
    held = db.update(Proposal).where(Proposal.id == id, Proposal.state.in_(BUSY), Proposal.lease_token == token)
    db.session.execute(held.values(lease_until=None, lease_token=None, tries=Proposal.tries - 1))


def let_go(id: int, token: str, at: datetime) -> None:
    """The process has ended by itself; if its work was not done, another one goes on after a moment.

    One that did not even begin counts as a try, unless another process has begun meanwhile: that one is left alone.
    """
    unheld = db.and_(Proposal.state == ProposalState.waiting, Proposal.lease_token.is_(None))
    left = db.update(Proposal).where(Proposal.id == id, Proposal.state.in_(BUSY))
    left = left.where(db.or_(Proposal.lease_token == token, unheld))
    unstarted = db.case((Proposal.state == ProposalState.waiting, 1), else_=0)
    db.session.execute(left.values(lease_until=at + A_MOMENT, lease_token=None, tries=Proposal.tries + unstarted))
