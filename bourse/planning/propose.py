"""Asks the planner for a season."""

import json
from datetime import datetime

from bourse.clock import club_time
from bourse.db import db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.facts import season_facts
from bourse.planning.freeze import Draft, Upset, by_hand, carried, freeze
from bourse.planning.proposal_models import Proposal, latest, next_number
from bourse.planning.standing import past_of

NOTHING_BY_HAND = Draft(())


def propose(
    season: Season, by: Person, at: datetime, hand: Draft = NOTHING_BY_HAND, upset: Upset | None = None
) -> Proposal:
    """A proposal that waits to be solved, from the season as it stands.

    `hand` is what somebody settled by hand in the latest one; `upset` is what does not hold any more, as for the latest
    one if it is not said.
    """
    last = latest(season)
    upset = upset_of(season, at) if upset is None else upset
    document = freeze(season_facts(season, at), past_of(season, at, upset.fallen), NOTHING_BY_HAND, upset.away)
    if last:
        kept = carried(hand, last.document, document)
        document["by_hand"] = by_hand(kept.locked, kept.forbidden)
    proposal = Proposal(season=season, number=next_number(season), asked_by=by, asked_at=at)
    proposal.instance = json.dumps(document)
    db.session.add(proposal)
    return proposal


def upset_of(season: Season, at: datetime) -> Upset:
    """A date falls until its meeting has moved; an absence counts until its last day."""
    last = latest(season)
    if last is None:
        return Upset()
    today = club_time(at, season.club.timezone).date()
    return Upset(frozenset(last.fallen), tuple(each for each in last.away if each.last >= today))
