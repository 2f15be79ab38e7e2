"""Who may say his wishes and his days: the predicates that doors ask."""

from typing import Any

from bourse.clubs.models import Membership
from bourse.clubs.roles import is_of_club, membership_in
from bourse.meetings.models import Meeting, SeasonState
from bourse.people.models import Person
from bourse.planning.models import is_asking, is_member


def can_change(_person: Person, place: Any) -> bool:
    """Whether the season is not closed: what is in it is history by then."""
    return place.state is not SeasonState.closed


def is_asked_wishes(person: Person, place: Any) -> bool:
    """Whether the club of the season is being asked, and the person is of it; facilitators say their days too."""
    return is_asking(place) and is_of_club(person, place)


def is_asked_opinion(person: Person, place: Any) -> bool:
    """Whether a plan of the season was sent to the members and the person is one."""
    membership = membership_in(person, place.club)
    return place.state is SeasonState.proposed and membership is not None and is_member(membership)


def is_asked_days(person: Person, place: Any) -> bool:
    """Whether the meeting has to move and the person is asked when."""
    membership = membership_in(person, place.club)
    return membership is not None and is_asked(membership, place.meeting)


def is_asked(membership: Membership, meeting: Meeting) -> bool:
    """Whether the meeting has to move and the member is asked when: not whom its host keeps out."""
    is_ours = membership.club_id == meeting.club_id and is_member(membership)
    is_open = meeting.poll is not None and meeting.poll.is_open and meeting.is_released and not meeting.is_cancelled
    return is_ours and is_open and not meeting.keeps_out(membership)
