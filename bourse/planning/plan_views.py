"""The plan of a season that explains itself: asked for, shown, adjusted, compared."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import selectinload

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.forms import number
from bourse.meetings.facts import members_of
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import note
from bourse.planning import reason, tell
from bourse.planning.almanac import is_school_holiday
from bourse.planning.dial import ring
from bourse.planning.effect import Effect, effect
from bourse.planning.facts import News, news_since, poll_of_season, typed_periods
from bourse.planning.freeze import thaw
from bourse.planning.models import PLANNABLE, is_member, lock_season
from bourse.planning.opine import against_of
from bourse.planning.plan_forms import AdjustForm, PlanForm
from bourse.planning.proposal_models import Proposal, latest, proposals_of
from bourse.planning.propose import NOTHING_BY_HAND, propose
from bourse.planning.republish import Change, Kind, changes, is_outdated
from bourse.planning.sheet import Row, Sheet, sheet_of
from bourse.planning.standing_facts import meetings_of
from bourse.planning.views import bp, today_of
from bourse.words import _, day, keep_time_of


def has_wishes(_person: Any, season: Season) -> bool:
    """Whether the members were asked, so that there is something to plan from."""
    return season.state in PLANNABLE


def had_wishes(_person: Any, season: Season) -> bool:
    """The same, or they were asked once: what was planned of a season that is over can still be read."""
    return season.state in (*PLANNABLE, SeasonState.closed)


@bp.get("/seasons/<int:season>/plan")
@door(is_facilitator, had_wishes)
def plan(season: Season) -> ResponseReturnValue:
    """The latest proposal, or an earlier one: what it would be like, and why."""
    return plan_page(season, proposal_at(season, number(request.args.get("number"))))


def proposal_at(season: Season, number: int = 0) -> Proposal | None:
    """The proposal of that number with its versions; without one, the latest."""
    query = proposals_of(season).where(Proposal.number == number) if number else proposals_of(season)
    with_versions = query.options(selectinload(Proposal.adjustments), selectinload(Proposal.opinions))
    return db.session.scalar(with_versions.limit(1))


def plan_page(season: Season, proposal: Proposal | None, typed: AdjustForm | None = None) -> ResponseReturnValue:
    """The page; `typed` came too late, and is shown beside what somebody else did meanwhile."""
    is_closed = season.state is SeasonState.closed
    if proposal is None and is_closed:
        abort(404)
    if proposal is None:
        return render_template("planning/plan_none.html", season=season, poll=poll_of_season(season))
    sheet = sheet_at(proposal)
    members = {each.id: each for each in members_of(season.club)}
    plans = _plans(season)
    is_latest = proposal.number == plans[0][0]
    is_open = is_latest and not proposal.published_at and not is_closed
    may_edit = is_open and is_editable(proposal)
    shows_moves = season.state is SeasonState.published and not proposal.published_at and sheet.rows
    moves = [each for each in changes_of(season, sheet) if each.kind is not Kind.kept] if shows_moves else []
    page = render_template(
        "planning/plan.html",
        season=season,
        proposal=proposal,
        sheet=sheet,
        ring=ring(season, sheet, today_of(season.club)),
        members=members,
        asked=sum(is_member(each) for each in members.values()),
        who=lambda host: members.get(sheet.membership_of(host) or 0),
        reason=reason,
        reasons=partial(reason.reasons, school_days=school_days_of(season)),
        opened=request.args.get("adjust", ""),
        may_edit=may_edit,
        is_latest=is_latest,
        former=0 if is_closed else _former(proposal, [each for each, _has_plan in plans]),
        last_change=_last_change(proposal, sheet) if may_edit else None,
        against=against_of(proposal, sheet, members),
        moves=moves,
        who_cannot=unable(sheet, members),
        typed=typed,
        tell=tell,
        people={str(each.person_id): each.person.name for each in members.values()},
        turned_out=_turned_out(season, proposal, members) if may_edit or proposal.is_busy else [],
        spare=[sheet.instance.companies[host].name for host in sheet.spare],
        forecast=reason.forecast(sheet.instance.p),
        has_others=sum(has_plan for _number, has_plan in plans) > 1,
        news=news_since(season, proposal.asked_at) if is_open else News(),
    )
    return (page, 409) if typed else page


def _last_change(proposal: Proposal, sheet: Sheet) -> Effect | None:
    return effect(sheet.at(proposal.version(proposal.last.after)), sheet) if proposal.last else None


def _former(proposal: Proposal, numbers: Sequence[int]) -> int:
    """The proposal that one may go back to; 0 once the members know of the latest one."""
    is_known = proposal.shared_at or proposal.published_at
    return 0 if is_known or proposal.number != numbers[0] else next(iter(numbers[1:]), 0)


def _turned_out(season: Season, proposal: Proposal, members: Mapping[int, Membership]) -> list[str]:
    """What the plan takes into account that has changed since the one before, in words."""
    told, away = proposal.document.get("changed", {}), proposal.away
    names = {each.person_id: each.person.name for each in members.values()}
    gone = [members[id].person.name for id, _hosting in told.get("hosting", ()) if id in members]
    fallen = [each for each in meetings_of(season) if each.id in proposal.fallen] if proposal.fallen else []
    return [
        *reason.given(told.get("rules", {})),
        *(_("%(name)s ne reçoit plus.", name=name) for name in gone),
        *(_("Le %(day)s tombe.", day=day(each.starts_at, year=False)) for each in fallen),
        *(reason.away(names[each.person], each) for each in away if each.person in names),
    ]


def _plans(season: Season) -> list[tuple[int, bool]]:
    """The number of each proposal that stands, and whether it has a plan; the latest first."""
    columns = Proposal.number, Proposal.meetings != "[]"
    rows = db.session.execute(proposals_of(season).with_only_columns(*columns))
    return [(number, has_plan) for number, has_plan in rows]


def sheet_at(proposal: Proposal, number: int | None = None) -> Sheet:
    """The proposal as a sheet; without a number, the version that is shown."""
    document = proposal.document
    draft = proposal.version(proposal.draft if number is None else number)
    return sheet_of(document, thaw(document), draft, proposal.told.get("worth") or {})


def school_days_of(season: Season) -> Any:
    return partial(is_school_holiday, zone=season.rules.zone, typed=typed_periods(season))


def unable(sheet: Sheet, members: Mapping[int, Membership]) -> Callable[[Change], list[str]]:
    """Of a change, the names of those who said no to its new day."""

    def names(change: Change) -> list[str]:
        if change.row is None or change.kind not in (Kind.moved, Kind.both, Kind.added):
            return []
        return [members[each].person.name for each in sheet.who_cannot(change.row) if each in members]

    return names


def changes_of(season: Season, sheet: Sheet) -> list[Change]:
    """What publishing the plan would change of the meetings that stand."""
    keep_time_of(season.club.timezone)
    return changes(meetings_of(season), sheet, season.club.timezone, now())


def is_outdated_now(season: Season, sheet: Sheet) -> bool:
    """Whether the meetings that stand are others than when the plan was asked for, or one of its days has passed."""
    return is_outdated(meetings_of(season), sheet, season.club.timezone, now())


@bp.post("/seasons/<int:season>/plan/propose")
@door(is_facilitator, has_wishes)
def ask_plan(season: Season) -> ResponseReturnValue:
    """Asks for a plan; with what was settled by hand in the version on the page, if asked to keep it."""
    form = PlanForm()
    if form.validate_on_submit():
        lock_season(season)
        last = latest(season)
        if last and not form.is_about(last):
            return too_late(season)
        if last is None or not last.is_busy:
            keeps = last is not None and request.form.get("keep") and last.has_plan
            hand = last.shown.by_hand if last and keeps else NOTHING_BY_HAND
            db.session.add(proposal := propose(season, current_user, now(), hand))
            db.session.flush()
            note("propose", by=current_user, about=proposal)
            db.session.commit()
    return redirect(url_for(".plan", season=season.id))


@bp.post("/seasons/<int:season>/plan/stop")
@door(is_facilitator, has_wishes)
def stop(season: Season) -> ResponseReturnValue:
    """The planner stops, and the best plan so far stays."""
    proposal = latest(season)
    if ConfirmForm().validate_on_submit() and proposal and proposal.is_busy:
        proposal.stop_asked_at = now()
        note("stop", by=current_user, about=proposal)
        db.session.commit()
        flash(_("La recherche s'arrête : le meilleur plan trouvé reste."))
    return redirect(url_for(".plan", season=season.id))


# By hand


def is_editable(proposal: Proposal | None) -> bool:
    """Whether there is a plan that nobody searches or published meanwhile."""
    return bool(proposal and proposal.has_plan and not proposal.is_busy and not proposal.published_at)


def editable(season: Season) -> Proposal | None:
    """The latest proposal, locked until the commit; None when it is not to be changed."""
    lock_season(season)
    proposal = latest(season)
    return proposal if is_editable(proposal) else None


def too_late(season: Season) -> ResponseReturnValue:
    """Says that somebody else was quicker; the page shows what he did."""
    flash(_("Ce plan a changé entre-temps : le voici tel qu'il est. Rien n'est perdu."), "maybe")
    return redirect(url_for(".plan", season=season.id, _anchor="main"))


# Several


@bp.get("/seasons/<int:season>/plan/compare")
@door(is_facilitator, had_wishes)
def compare(season: Season) -> ResponseReturnValue:
    """Two proposals side by side: the latest, and the one before or another."""
    proposals = [each for each in reversed(db.session.scalars(proposals_of(season)).all()) if each.has_plan]
    if len(proposals) < 2:
        abort(404)
    wanted = number(request.args.get("number"))
    other = next((each for each in proposals[:-1] if each.number == wanted), proposals[-2])
    sheets = [sheet_at(each) for each in (other, proposals[-1])]
    return render_template(
        "planning/compare.html",
        season=season,
        proposals=proposals,
        pair=list(zip((other, proposals[-1]), sheets, strict=True)),
        lines=_side_by_side(*sheets),
        reason=reason,
        cost=_cost(*sheets),
    )


def _side_by_side(one: Sheet, other: Sheet) -> list[tuple[Row | None, Row | None]]:
    """The meetings of both by date; those of one day stand in one line."""
    first, second = ({row.starts: row for row in sheet.rows} for sheet in (one, other))
    return [(first.get(at), second.get(at)) for at in sorted({*first, *second})]


def _cost(one: Sheet, other: Sheet) -> dict[str, int]:
    """What the second costs more than the first, each counted by its own rules, before weights.

    Presences are compared as they are: the club may have more members in the one than in the other.
    """
    costs = {score: other.counted.scores[score] - points for score, points in one.counted.scores.items()}
    come, would_come = (sum(row.presence.mean for row in sheet.rows) for sheet in (one, other))
    return costs | {"attendance": round(100 * (come - would_come))}
