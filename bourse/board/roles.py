"""Who somebody is to a card or a board."""

from typing import Any

from bourse.board.gather import Phase, Reader
from bourse.board.models import Idea
from bourse.meetings.models import Meeting
from bourse.meetings.roles import hosts_or_facilitates, is_in_the_room, is_shown_cards
from bourse.people.models import Person


def is_author(person: Person, place: Any) -> bool:
    """Whether the card at that place is the person's own."""
    return isinstance(place, Idea) and place.author_id == person.id


def reader_of(person: Person, meeting: Meeting) -> Reader:
    """The person as the rules of `gather` see him."""
    return Reader(person.id, hosts_or_facilitates(person, meeting), may_look(person, meeting))


def may_look(person: Person, place: Any) -> bool:
    """Who is in the room; from the reveal on, a guest to whom the cards are shown."""
    board = place.meeting.board
    is_revealed = board is not None and board.phase in (Phase.revealed, Phase.closed)
    return is_in_the_room(person, place) or (is_revealed and is_shown_cards(person, place))
