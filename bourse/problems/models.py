"""Problem: the host's eight answers, who may read them and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, WriteOnlyMapped, backref, foreign, mapped_column, relationship

from bourse.clock import now
from bourse.clubs.models import Club
from bourse.clubs.roles import is_facilitator
from bourse.db import Short, db
from bourse.meetings.models import Meeting
from bourse.meetings.roles import belongs_to, is_attending, is_guest_in_the_room, is_host, is_shown_problem
from bourse.people.models import Person
from bourse.problems.frame import ANSWERS, NO_DRAFT, Draft
from bourse.problems.keep import REVIEWED, Why, before_writing
from bourse.problems.read import TOLD, Dates, Level, ProblemState, Readers, Relation, level, state_at
from bourse.problems.version_models import Answers, ReviewNote, Version

BLANK: dict[str, Any] = {
    **dict.fromkeys(ANSWERS, ""),
    "readers": Readers.attending,
    "title_in_letters": False,
    "state": ProblemState.to_write,
    "draft_key": "",
    "draft_turn": 0,
}


def present_host(context: Any) -> int:
    """The id of who hosts the problem's meeting as the problem is first saved."""
    meeting_id = context.get_current_parameters()["meeting_id"]
    return context.connection.scalar(db.select(Meeting.host_id).filter_by(id=meeting_id))


class Problem(Answers, db.Model):
    """The problem that one host puts to one meeting; `meeting.problem` is that of its present host, and no other's.

    `version` rises with each change, so that two writers notice each other; `draft_key` and `draft_turn` name the draft
    on somebody's phone that wrote last, so that it does not take itself for another writer.
    """

    __table_args__ = (UniqueConstraint("meeting_id", "host_id"),)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    host_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), default=present_host)
    readers: Mapped[Readers] = mapped_column(default=Readers.attending)
    title_in_letters: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ProblemState] = mapped_column(default=ProblemState.to_write)
    version: Mapped[int] = mapped_column()
    draft_key: Mapped[Short] = mapped_column(default="")
    draft_turn: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    meeting: Mapped[Meeting] = relationship(
        backref=backref(
            "problem",
            primaryjoin=lambda: db.and_(Meeting.id == Problem.meeting_id, Meeting.host_id == foreign(Problem.host_id)),
            uselist=False,
            viewonly=True,
        )
    )
    saved_by: Mapped[Person | None] = relationship()
    versions: WriteOnlyMapped[Version] = relationship(order_by=Version.id.desc(), backref="problem")

    __mapper_args__: dict[str, Any] = {"version_id_col": version}

    def __init__(self, **values: Any):
        super().__init__(**(BLANK | values))

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def dates(self) -> Dates:
        return dates_of(self.meeting)

    def state_at(self, now: datetime) -> ProblemState:
        return state_at(self.state, self.dates, now)

    def relation_of(self, person: Person) -> Relation:
        return relation(person, self.meeting)

    def level_for(self, person: Person, now: datetime) -> Level:
        """How much of it the person may read now."""
        return level(self.state, self.readers, self.relation_of(person), self.dates, now)

    def told_to(self, person: Person, now: datetime) -> dict[str, str]:
        """The answers that the person may read now, in the order of the questions; open ones are left out."""
        told = TOLD[self.level_for(person, now)]
        return {name: text for name, text in self.answers.items() if text and name in told}

    def is_newer_than(self, version: int, draft: Draft = NO_DRAFT) -> bool:
        """Whether it changed since somebody read that version; a blank page is nobody's, one's own draft is no news."""
        is_own = bool(draft.key) and draft.key == self.draft_key
        return self.state is not ProblemState.to_write and self.version != version and not is_own

    def save(self, answers: Mapping[str, str], by: Person, at: datetime, draft: Draft = NO_DRAFT) -> bool:
        """Takes what was typed and says whether it is new. Once approved, what the host changes is reviewed again."""
        if not self.differs_from(answers) or draft.is_echo_of(self.draft_key, self.draft_turn):
            return False
        self._keep_what_stands(before_writing(self.saved_by_id, self.saved_at, by.id, at))
        for name, text in answers.items():
            setattr(self, name, text)
        self.saved_by_id, self.saved_at = by.id, at
        self.draft_key, self.draft_turn = draft
        if self.state is ProblemState.to_write:
            self.state = ProblemState.draft
        elif self.state is ProblemState.approved and is_host(by, self):
            self.submit(by, at)
        self._name_meeting(at)
        return True

    def take_up(self, version: Version, by: Person, at: datetime) -> bool:
        """Puts an earlier version back as a change like any other; what stood until now is kept."""
        if self.differs_from(version.answers):
            self._keep_what_stands(Why.replaced)
        return self.save(version.answers, by, at)

    def share_with(self, readers: Readers, title_in_letters: bool, at: datetime) -> None:
        """The host's choice: who reads the summary, and whether letters and calendars name the question."""
        self.readers, self.title_in_letters = readers, title_in_letters
        self._name_meeting(at)

    def submit(self, by: Person, at: datetime) -> None:
        """Hands it to the facilitator."""
        self.state, self.submitted_at, self.approved_at = ProblemState.submitted, at, None
        self._keep(Why.handed_in, by.id, at)
        self._name_meeting(at)

    def approve(self, by: Person, at: datetime) -> None:
        """The facilitator's yes: from now on its readers follow from the calendar."""
        self.state, self.approved_at = ProblemState.approved, at
        self.draft_key = ""  # who goes on typing changes an approved text: he is to know it
        self._keep(Why.approved, by.id, at)
        self._name_meeting(at)

    def send_back(self, asked: Mapping[str, str], by: Person, at: datetime) -> None:
        """The facilitator asks the host to complete it: a word by question, "" for the whole."""
        self.state, self.approved_at = ProblemState.to_complete, None
        version = self._keep(Why.sent_back, by.id, at)
        version.notes = [ReviewNote(question=question, text=text) for question, text in asked.items()]
        self._name_meeting(at)

    @property
    def last_review(self) -> Version | None:
        """The version that the facilitator last approved or sent back."""
        return db.session.scalar(self.versions.select().where(Version.why.in_(REVIEWED)).limit(1))

    @property
    def asked(self) -> dict[str, str]:
        """What the facilitator asked to complete, while the host has it back."""
        review = self.last_review if self.state is ProblemState.to_complete else None
        return review.asked if review else {}

    @property
    def standing(self) -> Version:
        """The text as it stands, in the form of a version; it is not stored."""
        return Version(why=Why.standing, by=self.saved_by, at=self.saved_at, **self.answers)

    def _keep_what_stands(self, why: Why | None) -> None:
        """Unless the last version says the same."""
        last = why and db.session.scalar(self.versions.select().limit(1))
        if why and not (last and last.answers == self.answers):
            self._keep(why, self.saved_by_id, self.saved_at)

    def _keep(self, why: Why, by_id: int | None, at: datetime) -> Version:
        version = Version(why=why, by_id=by_id, at=at, **self.answers)
        self.versions.add(version)
        return version

    def _name_meeting(self, at: datetime) -> None:
        """Keeps the title that calendars show: the question once approved, if the host lets it be told there."""
        is_told = self.title_in_letters and self.state is ProblemState.approved
        title = self.question if is_told else ""
        if self.meeting.title != title:
            self.meeting.title, self.meeting.changed_at = title, at


@dataclass(frozen=True, slots=True)
class Reading:
    """What one person may know of a meeting's problem now; `told` are the answers to show, and the only ones."""

    relation: Relation
    level: Level
    state: ProblemState
    told: dict[str, str]
    dates: Dates


def reading(person: Person, meeting: Meeting, now: datetime) -> Reading:
    """The problem as the person may read it, whether it is written or not."""
    problem, dates = meeting.problem, dates_of(meeting)
    if problem is None:
        return Reading(relation(person, meeting), Level.nothing, ProblemState.to_write, {}, dates)
    return Reading(
        problem.relation_of(person),
        problem.level_for(person, now),
        problem.state_at(now),
        problem.told_to(person, now),
        dates,
    )


def dates_of(meeting: Meeting) -> Dates:
    return Dates(meeting.starts_at, meeting.ends_at, meeting.club.timezone)


def relation(person: Person, meeting: Meeting) -> Relation:
    """What the person is to the meeting's problem. Before the "go" it is known only to those who prepare it."""
    if is_host(person, meeting):
        return Relation.host
    if is_facilitator(person, meeting):
        return Relation.facilitator
    if not meeting.is_released or meeting.is_cancelled:
        return Relation.outsider
    if is_shown_problem(person, meeting):
        return Relation.attending if is_guest_in_the_room(person, meeting) else Relation.guest
    if is_attending(person, meeting):
        return Relation.attending
    return Relation.member if belongs_to(person, meeting) else Relation.outsider
