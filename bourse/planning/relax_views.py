"""A rule gives way so that there is a plan: the smallest change that does, made to the rules of the season."""

from collections.abc import Iterable
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.forms import number
from bourse.meetings.models import Season
from bourse.people.models import note
from bourse.planning.facts import allowed_dates
from bourse.planning.models import lay_out, lock_season
from bourse.planning.plan_forms import PlanForm
from bourse.planning.plan_views import has_wishes, too_late
from bourse.planning.proposal_models import latest
from bourse.planning.propose import NOTHING_BY_HAND, propose
from bourse.planning.reason import is_ours_to_change
from bourse.planning.states import SchoolRule
from bourse.planning.views import bp, today_of

Way = Iterable[tuple[str, int | None]]
COLUMNS = {"school": "school_rule", "meetings": "length", "gap": "min_gap", "quorum": "quorum"}


@bp.post("/seasons/<int:season>/plan/relax")
@door(is_facilitator, has_wishes)
def relax_rules(season: Season) -> ResponseReturnValue:
    """Changes the rules as one of the ways out says, and plans anew."""
    lock_season(season)
    form, proposal = PlanForm(), latest(season)
    ways = proposal.told.get("relaxations", []) if proposal else []
    chosen = number(request.form.get("way"))
    if not proposal or not form.validate_on_submit() or not form.saw(proposal) or chosen >= len(ways):
        return too_late(season)
    if not is_ours_to_change(ways[chosen]):
        abort(404)
    given = _give_way(season, ways[chosen])
    note("relax", by=current_user, about=season)
    keeps = not any(group.startswith("locked:") for group, _value in ways[chosen])
    hand = proposal.shown.by_hand if keeps else NOTHING_BY_HAND
    propose(season, current_user, now(), hand).remember(changed={"rules": given})
    db.session.commit()
    return redirect(url_for(".plan", season=season.id))


def _give_way(season: Season, way: Way) -> dict[str, tuple[Any, Any]]:
    """Changes the rules; what each was, and what it is now."""
    given: dict[str, tuple[Any, Any]] = {}
    season.rules.note_change()
    for group, value in way:
        rule = group.partition(":")[0]
        if rule in COLUMNS:
            place = season if rule == "meetings" else season.rules
            wanted = SchoolRule.avoid if rule == "school" else value or 0
            given[COLUMNS[rule]] = (getattr(place, COLUMNS[rule]), wanted)
            setattr(place, COLUMNS[rule], wanted)
    if "school_rule" in given:
        lay_out(season, allowed_dates(season, today_of(season.club)), now())
    return given
