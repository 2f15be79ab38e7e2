"""Asks the planner for a season."""

import json
from datetime import datetime

from bourse.clock import club_time
from bourse.db import db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.facts import season_facts
from bourse.planning.freeze import NOTHING_TURNED_OUT, Draft, Turn, freeze
from bourse.planning.proposal_models import Proposal, latest, next_number
from bourse.planning.standing import past_of

NOTHING_BY_HAND = Draft(())


def propose(
    season: Season, by: Person, at: datetime, hand: Draft = NOTHING_BY_HAND, turn: Turn | None = None
) -> Proposal:
    """A proposal that waits to be solved, from the season as it stands; `hand` is what somebody settled by hand.

    Without a `turn`, what the last plan took into account and has not passed counts again.
    """
    turn = turn_of(season, at) if turn is None else turn
    document = freeze(season_facts(season, at), past_of(season, at, turn.fallen), hand, turn.away)
    proposal = Proposal(season=season, number=next_number(season), asked_by=by, asked_at=at)
    proposal.instance = json.dumps(document)
    db.session.add(proposal)
    return proposal


def turn_of(season: Season, at: datetime) -> Turn:
    """A date falls until its meeting has moved; an absence counts until its last day."""
    last = latest(season)
    if last is None:
        return NOTHING_TURNED_OUT
    told, today = Turn.told(last.document), club_time(at, season.club.timezone).date()
    away = tuple(each for each in told.away if each.last >= today)
    return Turn(frozenset() if last.published_at else told.fallen, away)
