"""What the planner proposes for a season, how it was adjusted, and what the members say of it."""

import json
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from bourse.clock import now
from bourse.clubs.models import Club, Membership
from bourse.db import Line, db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.draft import Draft, drafted, written
from bourse.planning.freeze import Away
from bourse.planning.search_models import JointPlan, Search
from bourse.planning.states import How, ProposalState


class Proposal(Search):
    """A plan for one season. `joint`: it was found together with those of other clubs.

    `draft` is the number of the version that is shown: 0 is the planner's own plan, others were adjusted by hand.
    """

    __table_args__ = (UniqueConstraint("season_id", "number"),)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    number: Mapped[int]
    joint_id: Mapped[int | None] = mapped_column(ForeignKey("joint_plan.id"))
    draft: Mapped[int] = mapped_column(default=0)
    shared_draft: Mapped[int | None]  # the version that the members were asked about …
    shared_at: Mapped[datetime | None]  # … and when
    opinion_by: Mapped[date | None]  # the last day on which their opinions are expected
    published_at: Mapped[datetime | None]
    season: Mapped[Season] = relationship(backref=db.backref("proposals", order_by="Proposal.number"))
    joint: Mapped[JointPlan | None] = relationship(backref=db.backref("parts", order_by="Proposal.id"))
    adjustments: Mapped[list["Adjustment"]] = relationship(
        back_populates="proposal", order_by="Adjustment.number", cascade="all, delete-orphan"
    )

    @property
    def club(self) -> Club:
        return self.season.club

    @property
    def search(self) -> Search:
        """What it was found by, and how far that is proven."""
        return self.joint or self

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
            return drafted(json.loads(next(each.content for each in self.adjustments if each.number == number)))
        return drafted({"meetings": json.loads(self.meetings), **self.document["by_hand"]})

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
    return db.session.scalar(proposals_of(season).limit(1))


def proposals_of(season: Season) -> Select[Proposal]:
    """The proposals that were not taken back, the latest first."""
    query = db.select(Proposal).where(Proposal.season_id == season.id, Proposal.state != ProposalState.undone)
    return query.order_by(Proposal.number.desc())


def next_number(season: Season) -> int:
    """One that no proposal of the season ever had, taken back or not: pages that are open name theirs."""
    query = db.select(db.func.max(Proposal.number)).where(Proposal.season_id == season.id)
    return 1 + (db.session.scalar(query) or 0)


def latest_of(seasons: Collection[int]) -> dict[int, Proposal]:
    """The proposal that was asked for last and not taken back, by season, with its versions and its club."""
    numbers = db.select(Proposal.season_id, db.func.max(Proposal.number).label("number"))
    stand = numbers.where(Proposal.season_id.in_(seasons), Proposal.state != ProposalState.undone)
    last = stand.group_by(Proposal.season_id).subquery()
    is_last = db.and_(Proposal.season_id == last.c.season_id, Proposal.number == last.c.number)
    club = joinedload(Proposal.season).joinedload(Season.club)
    query = db.select(Proposal).join(last, is_last).options(selectinload(Proposal.adjustments), club)
    return {each.season_id: each for each in db.session.scalars(query)}


def shared(season: Season) -> Proposal | None:
    """The proposal that the members were last asked about."""
    query = db.select(Proposal).where(Proposal.season_id == season.id, Proposal.shared_at.is_not(None))
    return db.session.scalar(query.order_by(Proposal.number.desc()).limit(1))
