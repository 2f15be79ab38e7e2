"""Board and Idea: private until revealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship, selectinload

from bourse.board.gather import (
    IN_THE_MINUTES,
    UNSEEN,
    IdeaKind,
    IdeaState,
    Phase,
    Reader,
    Tally,
    count,
    gather,
    may_see_choices,
    takes_cards,
)
from bourse.clock import now
from bourse.clubs.models import Club
from bourse.db import Line, Prose, Short, db
from bourse.meetings.models import Meeting
from bourse.people.models import Person


class Board(db.Model):
    """The cards of one meeting. Every change that the room may see takes the next `revision`, under the row's lock."""

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    phase: Mapped[Phase] = mapped_column(default=Phase.waiting)
    revision: Mapped[int] = mapped_column(default=0)
    revealed_at: Mapped[datetime | None]
    all_stay: Mapped[bool] = mapped_column(default=False)  # those who came keep seeing every card after the close
    minutes_open: Mapped[bool] = mapped_column(default=True)  # and read what was kept
    meeting: Mapped[Meeting] = relationship(backref=backref("board", uselist=False))
    ideas: Mapped[list["Idea"]] = relationship(back_populates="board", order_by="Idea.id")

    @property
    def takes_cards(self) -> bool:
        return takes_cards(self.phase)

    @property
    def tally(self) -> Tally:
        return count(self.ideas)

    @property
    def kept(self) -> list["Idea"]:
        """The cards of the minutes, in the host's order."""
        kept = [idea for idea in self.ideas if idea.state in IN_THE_MINUTES]
        return sorted(kept, key=lambda idea: (idea.rank or 0, idea.id))

    def seen_by(self, reader: Reader, since: int = 0) -> tuple[list["Idea"], list["Idea"]]:
        """The cards that the reader may see and that changed after the revision `since`; apart, those withdrawn."""
        stays = {"all_stay": self.all_stay, "minutes_open": self.minutes_open}
        return gather(self.ideas, reader, self.phase, **stays, since=since)

    def shows_choices_to(self, reader: Reader) -> bool:
        """Whether the reader knows what was kept and set aside."""
        return may_see_choices(reader, self.phase, minutes_open=self.minutes_open)

    def advance(self) -> int:
        """The next revision."""
        self.revision += 1
        return self.revision

    def open_writing(self) -> None:
        """People may write; cards that were shown stay shown."""
        if self.phase in (Phase.waiting, Phase.revealed):
            self.phase = Phase.writing
            self.advance()

    def reveal(self, at: datetime) -> None:
        """Everybody in the room sees every card, under one revision. It cannot be undone."""
        if self.phase in (Phase.waiting, Phase.closed):
            return
        self.phase, self.revealed_at = Phase.revealed, at
        revision = self.advance()
        for idea in self.ideas:
            if idea.state is IdeaState.private:
                idea.state, idea.revision = IdeaState.revealed, revision

    def close(self) -> None:
        """The meeting is over: each keeps his own cards and those in the minutes, or all if `all_stay`."""
        if self.phase is not Phase.closed:
            self.phase = Phase.closed
            self.advance()

    def jot(
        self, author: Person, text: str, kind: IdeaKind, client_key: str, *, typed_by: Person | None = None
    ) -> "Idea":
        """Takes a card. The same key from the same author is the same card, whose words may change while private."""
        same_key = db.select(Idea).filter_by(board_id=self.id, author_id=author.id, client_key=client_key)
        idea = db.session.scalar(same_key)
        if idea is None:
            idea = Idea(board=self, author=author, typed_by=typed_by, client_key=client_key, state=IdeaState.private)
            db.session.add(idea)
        idea.rewrite(text, kind)
        return idea


class Idea(db.Model):
    """A card (« carte »): one idea, by one person, perhaps typed in by the facilitator for somebody without a phone."""

    __table_args__ = (UniqueConstraint("board_id", "author_id", "client_key"),)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    client_key: Mapped[Short]  # made on the phone: the same card sent twice is one card
    kind: Mapped[IdeaKind] = mapped_column(default=IdeaKind.idea)
    text: Mapped[Prose]
    state: Mapped[IdeaState] = mapped_column(default=IdeaState.private)
    rank: Mapped[int | None]  # the host's order among the kept ones
    note: Mapped[Line] = mapped_column(default="")
    revision: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(default=now)
    board: Mapped[Board] = relationship(back_populates="ideas")
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])
    typed_by: Mapped[Person | None] = relationship(foreign_keys=[typed_by_id])

    @property
    def meeting(self) -> Meeting:
        return self.board.meeting

    @property
    def club(self) -> Club:
        return self.meeting.club

    @property
    def is_unseen(self) -> bool:
        """Whether nobody but its author knows its words."""
        return self.state in UNSEEN

    def rewrite(self, text: str, kind: IdeaKind) -> None:
        """Other words, while nobody has seen the card; afterwards it stays as shown."""
        if self.is_unseen and (self.text, self.kind) != (text, kind):
            self.text, self.kind, self.revision = text, kind, self.board.advance()

    def withdraw(self) -> None:
        self._pass(IdeaState.private, IdeaState.withdrawn)

    def put_back(self) -> None:
        self._pass(IdeaState.withdrawn, IdeaState.private)

    def _pass(self, before: IdeaState, after: IdeaState) -> None:
        if self.state is before and self.board.takes_cards:
            self.state, self.revision = after, self.board.advance()


def board_of(meeting: Meeting) -> Board | None:
    """The meeting's board, with its cards and their authors."""
    boards = db.select(Board).filter_by(meeting_id=meeting.id)
    return db.session.scalar(boards.options(selectinload(Board.ideas).joinedload(Idea.author)))


def lock_board(meeting: Meeting) -> Board | None:
    """The meeting's board as it is now, kept from other writers until the commit."""
    boards = db.select(Board).filter_by(meeting_id=meeting.id).with_for_update()
    return db.session.scalar(boards.execution_options(populate_existing=True))


def set_up_board(meeting: Meeting) -> Board:
    """The same, made at first need: of two facilitators, the second waits at the meeting's row and finds it."""
    db.session.execute(db.select(Meeting.id).filter_by(id=meeting.id).with_for_update())
    board = lock_board(meeting)
    if board is None:
        board = Board(meeting=meeting, phase=Phase.waiting, revision=0)
        db.session.add(board)
        db.session.flush()
    return board
