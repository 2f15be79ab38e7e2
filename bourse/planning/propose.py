"""Asks the planner for a season, or for those of several clubs at once."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bourse.clock import club_time
from bourse.clubs.models import Organisation
from bourse.db import db
from bourse.meetings.models import Season
from bourse.people.models import Person
from bourse.planning.count import count
from bourse.planning.draft import Draft, by_hand, carried
from bourse.planning.engage import Engagement
from bourse.planning.engaged_facts import engaged_elsewhere
from bourse.planning.freeze import Upset, freeze, thaw
from bourse.planning.instance import Instance, Placed
from bourse.planning.join import engaged_by, join, part
from bourse.planning.models import lock_season
from bourse.planning.proposal_models import Proposal, latest, latest_of, next_number
from bourse.planning.search_models import JointPlan
from bourse.planning.season_facts import season_facts
from bourse.planning.solve import listed, placed_in
from bourse.planning.standing_facts import past_of
from bourse.planning.states import ProposalState

NOTHING_BY_HAND = Draft(())


def propose(
    season: Season, by: Person, at: datetime, hand: Draft = NOTHING_BY_HAND, upset: Upset | None = None
) -> Proposal:
    """A proposal that waits to be solved, from the season as it stands.

    `hand` is what somebody settled by hand in the latest one; `upset` is what does not hold any more, as for the latest
    one if it is not said.
    """
    engaged = engaged_elsewhere([season.club_id], [season.id], at)
    document = _document(season, at, engaged, latest(season), hand, upset)
    return _next(season, asked_by=by, asked_at=at, instance=json.dumps(document))


def _document(
    season: Season,
    at: datetime,
    engaged: Collection[Engagement],
    last: Proposal | None,
    hand: Draft,
    upset: Upset | None = None,
) -> dict[str, Any]:
    """The season frozen as it stands, with what was settled by hand in its latest proposal."""
    upset = upset_of(last, at) if upset is None else upset
    past = past_of(season, at, upset.fallen)
    document = freeze(season_facts(season, at, engaged), past, upset.away)
    if last:
        kept = carried(hand, last.document, document)
        document["by_hand"] = by_hand(kept.locked, kept.forbidden)
    return document


def upset_of(last: Proposal | None, at: datetime) -> Upset:
    """What the latest proposal took into account: a date falls until its meeting has moved, an absence has an end."""
    if last is None:
        return Upset()
    today = club_time(at, last.club.timezone).date()
    return Upset(frozenset(last.fallen), tuple(each for each in last.away if each.last >= today))


def _next(season: Season, **facts: Any) -> Proposal:
    proposal = Proposal(season=season, number=next_number(season), **facts)
    db.session.add(proposal)
    return proposal


# Several clubs


def propose_together(
    organisation: Organisation, seasons: Sequence[Season], by: Person, at: datetime, most_per_week: int | None
) -> JointPlan:
    """A joint plan that waits to be solved; what facilitators settled by hand in their clubs' plans is kept."""
    together = [each.id for each in seasons]
    engaged = engaged_elsewhere([each.club_id for each in seasons], together, at)
    proposals = latest_of(together)
    upsets = {each: upset_of(proposals.get(each), at) for each in together}
    away = tuple(sorted({each for upset in upsets.values() for each in upset.away}))  # noted in one club, so in all

    def frozen(season: Season) -> dict[str, Any]:
        last, upset = proposals.get(season.id), replace(upsets[season.id], away=away)
        return _document(season, at, engaged, last, _hand(last), upset)

    asked = [{"season": each.id, "zone": each.club.timezone, "document": frozen(each)} for each in seasons]
    plan = JointPlan(organisation=organisation, asked_by=by, asked_at=at)
    plan.instance = json.dumps({"seasons": asked, "most_per_week": most_per_week})
    db.session.add(plan)
    return plan


def _hand(proposal: Proposal | None) -> Draft:
    if proposal is None or proposal.published_at or not proposal.has_plan:
        return NOTHING_BY_HAND
    return proposal.shown.by_hand


def joined(document: dict[str, Any]) -> Instance:
    """What a joint plan is searched in."""
    seasons = [(thaw(each["document"]), each["zone"]) for each in document["seasons"]]
    return join(seasons, document["most_per_week"])


def fall_apart(plan: JointPlan) -> None:
    """Each club gets its own part of a plan that was found, once: a proposal like any other.

    There, whoever facilitates elsewhere in this plan is not to be had on those dates.
    """
    if plan.is_busy or not plan.has_plan or plan.parts:
        return
    document, meetings = plan.document, placed_in(plan.meetings)
    joint = joined(document)
    seasons = {each.id: each for each in db.session.scalars(db.select(Season).where(Season.id.in_(plan.seasons)))}
    for each in sorted(document["seasons"], key=lambda each: int(each["season"])):
        lock_season(seasons[each["season"]])
        _take_part(plan, seasons[each["season"]], each["document"], joint, meetings)


def _take_part(
    plan: JointPlan, season: Season, document: dict[str, Any], joint: Instance, meetings: Sequence[Placed]
) -> None:
    alone = thaw(document)
    elsewhere = engaged_by(meetings, joint, alone)
    facilitators = [
        each | {"unavailable": sorted({*each["unavailable"], *elsewhere[each["id"]]})}
        for each in document["facilitators"]
    ]
    own = document | {"facilitators": facilitators}
    mine = part(meetings, alone)
    facts = {"asked_by": plan.asked_by, "asked_at": plan.asked_at, "instance": json.dumps(own)}
    proposal = _next(season, joint=plan, **facts)
    proposal.state, proposal.status, proposal.seconds = ProposalState.done, plan.status, plan.seconds
    proposal.meetings, proposal.objective = listed(mine), count(thaw(own), mine).objective


def parts_to_weigh(plan: JointPlan) -> Iterator[tuple[Proposal, Instance, tuple[Placed, ...]]]:
    """The parts of a plan that fell apart, and what the meetings of each are weighed in."""
    for proposal in plan.parts:
        yield proposal, thaw(proposal.document), placed_in(proposal.meetings)
