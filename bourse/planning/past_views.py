"""What was expected and who came; who received when, and what each member had of it: for who facilitates."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from bourse.clock import now
from bourse.clubs.models import Club, Company, Membership
from bourse.clubs.roles import is_facilitator
from bourse.clubs.tidy import fold
from bourse.db import db
from bourse.doors import door
from bourse.meetings.facts import members_of
from bourse.planning import reason
from bourse.planning.facts import by_name
from bourse.planning.models import is_member
from bourse.planning.past_facts import held_by
from bourse.planning.recall import Held, Score, Share, habits, retold, shares
from bourse.planning.sheet import Presence
from bourse.planning.turn_facts import hostings_of, seasons_of
from bourse.planning.turns import Hosted, Turn, by_turn, turn_of, waited
from bourse.planning.views import bp, today_of
from bourse.planning.weigh import Site, kilometres

MOST_TURNS = 5  # on one page, the latest


@bp.get("/clubs/<club>/past")
@door(is_facilitator)
def past(club: Club) -> ResponseReturnValue:
    """Each meeting of the past, what was expected of it and who came; what is learnt of each member."""
    held = held_by(club, now())
    told = retold(held)
    members = _members(club)
    return render_template(
        "planning/past.html",
        club=club,
        told=told[::-1],
        score=Score(told),
        people=lambda each: reason.people(Presence(each.mean, each.low, each.high)),
        hosts=_companies({each.company for each in held}),
        members={each.id: each for each in members},
        habits=habits(held, [each.id for each in members]),
    )


@bp.get("/clubs/<club>/fairness")
@door(is_facilitator)
def fairness(club: Club) -> ResponseReturnValue:
    """Who received in which season, how long the others have waited, who missed how much and drove how far."""
    members, hosted, seasons = _members(club), hostings_of(club), seasons_of(club)
    anchor = _school_year(today_of(club))
    turns = by_turn(hosted, seasons, anchor)
    companies = _companies({each.company for each in hosted} | {each.company_id for each in members if each.company_id})
    held = held_by(club, now())
    return render_template(
        "planning/fairness.html",
        club=club,
        turns=list(turns.items())[:MOST_TURNS],
        companies=companies,
        ours={each.company_id for each in members},
        waited=waited(turns),
        members={each.id: each for each in members},
        shares=_shares(held, members, companies, {each.id: _turn(each, seasons, anchor) for each in held}),
        today=today_of(club),
        held=held,
    )


def _school_year(today: date) -> date:
    return date(today.year, 9, 1)


def _turn(held: Held, seasons: Sequence[Turn], anchor: date) -> Turn:
    return turn_of(Hosted(held.company, held.season, held.on), seasons, anchor)


def _members(club: Club) -> list[Membership]:
    return by_name(each for each in members_of(club) if is_member(each))


def _companies(ids: Iterable[int]) -> dict[int, Company]:
    """By id, in order of names."""
    rows = db.session.scalars(db.select(Company).where(Company.id.in_(set(ids))))
    return {each.id: each for each in sorted(rows, key=lambda each: fold(each.name))}


def _shares(
    held: Sequence[Held], members: Sequence[Membership], companies: dict[int, Company], turn_at: dict[int, Turn]
) -> list[Share]:
    sites = kilometres([Site(each.latitude, each.longitude) for each in companies.values()])
    ways = {here: dict(zip(companies, row, strict=True)) for here, row in zip(companies, sites, strict=True)}
    return shares(held, turn_at, {each.id: each.company_id for each in members if each.company_id}, ways)
