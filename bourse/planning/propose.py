"""Asks the planner for a season."""

import json
from collections.abc import Collection
from datetime import datetime

from bourse.db import db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.facts import season_facts
from bourse.planning.freeze import Draft, by_hand, carried, freeze
from bourse.planning.proposal_models import Proposal, latest
from bourse.planning.standing import past_of

NOTHING_BY_HAND = Draft(())


def propose(
    season: Season, by: Person, at: datetime, hand: Draft = NOTHING_BY_HAND, fallen: Collection[int] | None = None
) -> Proposal:
    """A proposal that waits to be solved, from the season as it stands.

    `hand` is what somebody settled by hand in the latest one; `fallen` are meetings whose date cannot be kept, as for
    the latest one if it is not said.
    """
    last = latest(season)
    if fallen is None:
        fallen = last.fallen if last else ()
    document = freeze(season_facts(season, at), past_of(season, at, fallen), NOTHING_BY_HAND)
    if last:
        kept = carried(hand, last.document, document)
        document["by_hand"] = by_hand(kept.locked, kept.forbidden)
    proposal = Proposal(season=season, number=last.number + 1 if last else 1, asked_by=by, asked_at=at)
    proposal.instance = json.dumps(document)
    db.session.add(proposal)
    return proposal
