"""Asks whether a letter that asks a member for his wishes, his opinion or his days is still true, before it leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bourse.clock import club_time
from bourse.clubs.models import Membership
from bourse.db import db
from bourse.mailroom.models import Letter
from bourse.meetings.facts import members_of
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.meetings.recheck import Refusal, amiss, drop_untrue
from bourse.planning.facts import by_name, poll_of_meeting, poll_of_season
from bourse.planning.letters import DAYS, KINDS, OPINION, WISHES, link_of
from bourse.planning.models import is_asking, is_member
from bourse.planning.opine import Round
from bourse.planning.proposal_models import Proposal, shared


@dataclass(frozen=True)
class Asking:
    """A question to the members of a club: since when it is asked, its last day, whom, and who has not answered."""

    since: datetime
    until: date
    members: Sequence[Membership]
    silent: Sequence[Membership]


def drop_untrue_asks(now: datetime) -> None:
    """Letters that wait and ask for what nobody wants to know any more do not leave; the worker commits."""
    drop_untrue(KINDS, lambda letter: recheck(letter, _place_of(letter), now), now)


def _place_of(letter: Letter) -> Season | Meeting:
    table, _, number = (letter.about or "").partition(":")
    if table == Season.__tablename__:
        return db.session.get_one(Season, int(number))
    return db.session.get_one(Meeting, int(number))


def recheck(letter: Letter, place: Season | Meeting, now: datetime) -> Refusal | None:
    """Why the letter does not leave; None while its question is asked and its reader has not answered."""
    asking = ASKINGS[letter.kind](place, now)
    if asking is None:
        return Refusal.over
    if refusal := amiss(letter, now):
        return refusal
    if asking.until < club_time(now, place.club.timezone).date():
        return Refusal.expired
    reader = next((each for each in asking.members if each.person.email == letter.to_address.lower()), None)
    if reader is None or reader.person.is_closed:
        return Refusal.uninvited
    is_true = letter.written_at >= asking.since and link_of(place, reader) in letter.text and reader in asking.silent
    return None if is_true else Refusal.superseded


def _wishes(season: Season, _now: datetime) -> Asking | None:
    rules = season.rules
    if not is_asking(season) or not rules.asked_at or not rules.answer_by:
        return None
    poll = poll_of_season(season)
    return Asking(rules.asked_at, rules.answer_by, poll.members, poll.silent)


def _opinion(season: Season, _now: datetime) -> Asking | None:
    proposal = shared(season) if season.state is SeasonState.proposed else None
    if proposal is None or not proposal.shared_at or not proposal.opinion_by:
        return None
    found = round_of(proposal)
    return Asking(proposal.shared_at, proposal.opinion_by, found.members, found.silent)


def round_of(proposal: Proposal) -> Round:
    """What the members said of the plan that was sent to them."""
    return Round.of(by_name(each for each in members_of(proposal.club) if is_member(each)), proposal.opinions)


def _days(meeting: Meeting, now: datetime) -> Asking | None:
    question = meeting.poll
    stands = meeting.is_released and not meeting.is_cancelled and not meeting.has_begun(now)
    if question is None or not question.is_open or not stands:
        return None
    poll = poll_of_meeting(meeting)
    return Asking(question.asked_at, question.answer_by, poll.members, poll.silent)


ASKINGS: dict[str, Callable[[Any, datetime], Asking | None]] = {WISHES: _wishes, OPINION: _opinion, DAYS: _days}
