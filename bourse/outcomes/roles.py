"""Who somebody is to an outcome or a commitment."""

from typing import Any

from bourse.meetings.models import Meeting
from bourse.meetings.roles import belongs_to, hosts_or_facilitates, is_attending, reads_as_office
from bourse.outcomes.models import Commitment, Outcome
from bourse.outcomes.read import Reader, Readers, may_read
from bourse.people.models import Person


def reader_of(person: Person, meeting: Meeting) -> Reader:
    """The person as the rules of `read` see him."""
    return Reader(
        leads=hosts_or_facilitates(person, meeting),
        attends=is_attending(person, meeting),
        is_of_club=belongs_to(person, meeting),
        is_office=reads_as_office(person, meeting),
    )


def reads(person: Person, meeting: Meeting, outcome: Outcome | None) -> bool:
    """Whether the person reads what came out of the meeting; `outcome` is none while nothing was written."""
    readers, is_closed = (outcome.readers, outcome.is_closed) if outcome else (Readers.attending, False)
    return may_read(reader_of(person, meeting), readers, is_closed=is_closed)


def takes_part(person: Person, place: Any) -> bool:
    """Whether the person reads the outcome or may take a commitment."""
    return may_promise(person, place) or reads(person, place.meeting, place.meeting.outcome)


def may_promise(person: Person, place: Any) -> bool:
    return reader_of(person, place.meeting).may_promise


def is_promiser(person: Person, place: Any) -> bool:
    """Whether the commitment at that place is the person's own, and its meeting still his business."""
    return isinstance(place, Commitment) and place.person_id == person.id and belongs_to(person, place)
