"""What the planner searches for: a plan for one season, or for several clubs at once; and the process that does."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import Organisation
from bourse.db import Short, db
from bourse.people.models import Person
from bourse.planning.rotate import Status
from bourse.planning.states import ProposalState

LEASE = timedelta(seconds=20)
LONGEST_LEASE = timedelta(minutes=5)  # far beyond any that is asked for
A_MOMENT = timedelta(seconds=1)
MOST_TRIES = 3
BUSY = (ProposalState.waiting, ProposalState.running)


class Search(db.Model):
    """A plan asked of the planner: what it is made from, frozen when it was asked for, and the best one so far."""

    __abstract__ = True
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

    @declared_attr
    def asked_by(self) -> Mapped[Person]:
        return relationship(Person)

    @property
    def is_busy(self) -> bool:
        return self.state in BUSY

    @property
    def has_plan(self) -> bool:
        return self.meetings != "[]"

    @property
    def document(self) -> dict[str, Any]:
        """What it is made from, read once as long as it is the same: that of a cluster takes a while."""
        text, document = self.__dict__.get("_read", (None, {}))
        if text != self.instance:
            document = json.loads(self.instance)
            self.__dict__["_read"] = self.instance, document
        return document

    @property
    def told(self) -> dict[str, Any]:
        """The core, the relaxations and the worth of each meeting, as far as they are known."""
        reasons: dict[str, Any] = json.loads(self.reasons)
        return reasons


class JointPlan(Search):
    """A plan for several clubs of a cluster at once; found, it falls apart into a proposal for each season.

    `instance` holds the document of each season, and how many meetings a week a facilitator has at most.
    """

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation] = relationship()

    @property
    def seasons(self) -> Sequence[int]:
        """The seasons that were planned together."""
        return [each["season"] for each in self.document["seasons"]]

    @property
    def most_per_week(self) -> int | None:
        most: int | None = self.document["most_per_week"]
        return most


def joint_plans(organisation: Organisation, limit: int) -> Sequence[JointPlan]:
    """The last ones that were asked for, the newest first."""
    query = db.select(JointPlan).filter_by(organisation_id=organisation.id).order_by(JointPlan.id.desc())
    return db.session.scalars(query.limit(limit)).all()


# The process that solves it


class Asked(NamedTuple):
    """Something to search for: its table and its row."""

    kind: type[Search]
    id: int


class Taken(NamedTuple):
    """A search that a process took on: what it is made from, and the best plan that a former one left."""

    asked: Asked
    token: str
    document: dict[str, Any]
    meetings: str
    objective: int | None


def waiting(at: datetime) -> Asked | None:
    """The first search that nobody is at: new, or left behind by a process that ended."""
    first = None
    for kind in Search.__subclasses__():
        query = db.select(kind.asked_at, kind.id).where(kind.state.in_(BUSY), _is_unheld(kind, at))
        found = db.session.execute(query.order_by(kind.asked_at, kind.id).limit(1)).first()
        if found and (first is None or found.asked_at < first[0]):
            first = found.asked_at, Asked(kind, found.id)
    return first and first[1]


def _is_unheld(kind: type[Search], at: datetime) -> Any:
    """Whether no process lives on it; one that would live longer than any was written by a clock since set back."""
    until = kind.lease_until
    return db.or_(until.is_(None), until < at, until > at + LONGEST_LEASE)


def take(asked: Asked, token: str, at: datetime) -> Taken | None:
    """Takes a search on; one that ended three processes is given up, and so is one that is to stop."""
    kind = asked.kind
    query = db.select(kind).where(kind.id == asked.id, kind.state.in_(BUSY), _is_unheld(kind, at))
    search = db.session.scalar(query.with_for_update(skip_locked=True))
    if search is None:
        return None
    if search.tries >= MOST_TRIES or search.stop_asked_at:
        search.state = ProposalState.stopped if search.stop_asked_at else ProposalState.failed
        search.status = search.status or Status.feasible if search.has_plan else Status.unknown
        return None
    search.state, search.tries = ProposalState.running, search.tries + 1
    search.lease_token, search.lease_until = token, at + LEASE
    return Taken(asked, token, search.document, search.meetings, search.objective)


def beat(taken: Taken, until: datetime, **found: object) -> bool:
    """Says that the process lives, and what it found; False when it should stop: asked to, or it was given up on."""
    kind, id = taken.asked
    mine = (kind.id == id, kind.lease_token == taken.token)
    db.session.execute(db.update(kind).where(*mine).values(lease_until=until, **found))
    row = db.session.execute(db.select(kind.stop_asked_at).where(*mine)).first()
    return row is not None and row[0] is None


def hand_on(asked: Asked, token: str) -> None:
    """The process was ended by its worker: another may go on at once, and this was no try."""
    kind, id = asked
    held = db.update(kind).where(kind.id == id, kind.state.in_(BUSY), kind.lease_token == token)
    db.session.execute(held.values(lease_until=None, lease_token=None, tries=kind.tries - 1))


def let_go(asked: Asked, token: str, at: datetime) -> None:
    """The process has ended by itself; if its work was not done, another one goes on after a moment.

    One that did not even begin counts as a try, unless another process has begun meanwhile: that one is left alone.
    """
    kind, id = asked
    unheld = db.and_(kind.state == ProposalState.waiting, kind.lease_token.is_(None))
    left = db.update(kind).where(kind.id == id, kind.state.in_(BUSY))
    left = left.where(db.or_(kind.lease_token == token, unheld))
    unstarted = db.case((kind.state == ProposalState.waiting, 1), else_=0)
    db.session.execute(left.values(lease_until=at + A_MOMENT, lease_token=None, tries=kind.tries + unstarted))
