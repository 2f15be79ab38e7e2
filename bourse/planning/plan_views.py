"""The plan of a season that explains itself: asked for, shown, adjusted, compared."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import selectinload

from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.forms import number
from bourse.meetings.facts import members_of
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import note
from bourse.planning import reason
from bourse.planning.almanac import is_school_holiday
from bourse.planning.dial import ring
from bourse.planning.facts import answered_since, poll_of_season, typed_periods, was_changed_since
from bourse.planning.freeze import Draft, thaw
from bourse.planning.instance import Placed
from bourse.planning.models import is_member, lock_season
from bourse.planning.opine import against_of
from bourse.planning.plan_forms import AdjustForm, PlanForm
from bourse.planning.proposal_models import Proposal, latest
from bourse.planning.propose import NOTHING_BY_HAND, propose
from bourse.planning.republish import Change, Kind, changes, is_outdated
from bourse.planning.sheet import Row, Sheet, changed, ruled_out, sheet_of
from bourse.planning.standing import meetings_of
from bourse.planning.views import bp, today_of
from bourse.words import _, keep_time_of

PLANNABLE = (SeasonState.polling, SeasonState.proposed, SeasonState.published)


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
    query = db.select(Proposal).filter_by(season_id=season.id).order_by(Proposal.number.desc()).limit(1)
    query = query.where(Proposal.number == number) if number else query
    return db.session.scalar(query.options(selectinload(Proposal.adjustments), selectinload(Proposal.opinions)))


def plan_page(season: Season, proposal: Proposal | None, typed: AdjustForm | None = None) -> ResponseReturnValue:
    """The page; `typed` came too late, and is shown beside what somebody else did meanwhile."""
    is_closed = season.state is SeasonState.closed
    if proposal is None and is_closed:
        abort(404)
    if proposal is None:
        return render_template("planning/plan_none.html", season=season, poll=poll_of_season(season))
    sheet = sheet_at(proposal)
    members = {each.id: each for each in members_of(season.club)}
    plans, last = _plans(season)
    is_latest = proposal.number == last
    is_open = is_latest and not proposal.published_at and not is_closed
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
        may_edit=is_open and not proposal.is_busy and proposal.has_plan,
        is_latest=is_latest,
        against=against_of(proposal, sheet, members),
        moves=moves,
        typed=typed,
        spare=[sheet.instance.companies[host].name for host in sheet.spare],
        forecast=reason.forecast(sheet.instance.p),
        has_others=plans > 1,
        newer=answered_since(season, proposal.asked_at) if is_open else 0,
        has_other_rules=is_open and was_changed_since(season, proposal.asked_at),
    )
    return (page, 409) if typed else page


def _plans(season: Season) -> tuple[int, int]:
    """How many proposals of the season have a plan, and the number of the latest."""
    has_plan = db.case((Proposal.meetings != "[]", 1), else_=0)
    query = db.select(db.func.sum(has_plan), db.func.max(Proposal.number)).where(Proposal.season_id == season.id)
    plans, last = db.session.execute(query).one()
    return plans or 0, last or 0


def sheet_at(proposal: Proposal, number: int | None = None) -> Sheet:
    """The proposal as a sheet; without a number, the version that is shown."""
    document = proposal.document
    draft = proposal.version(proposal.draft if number is None else number)
    return sheet_of(document, thaw(document), draft, proposal.told.get("worth") or {})


def school_days_of(season: Season) -> Any:
    return partial(is_school_holiday, zone=season.rules.zone, typed=typed_periods(season))


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
        if last is None or form.is_about(last) or not last.is_busy:
            keeps = last is not None and request.form.get("keep") and last.has_plan
            hand = by_hand(last.shown) if last and keeps else NOTHING_BY_HAND
            db.session.add(proposal := propose(season, current_user, now(), hand))
            db.session.flush()
            note("propose", by=current_user, about=proposal)
            db.session.commit()
    return redirect(url_for(".plan", season=season.id))


def by_hand(draft: Draft) -> Draft:
    return replace(draft, meetings=())


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


def editable(season: Season) -> Proposal:
    """The latest proposal, locked until the commit; 404 when it is not to be changed."""
    lock_season(season)
    proposal = latest(season)
    if proposal is None or proposal.is_busy or proposal.published_at or not proposal.has_plan:
        abort(404)
    return proposal


@bp.post("/seasons/<int:season>/plan/adjust")
@door(is_facilitator, has_wishes)
def adjust(season: Season) -> ResponseReturnValue:
    """Another host or day, a lock, a refusal: a new version, unless somebody made one meanwhile."""
    form, proposal = AdjustForm(), editable(season)
    sheet = sheet_at(proposal)
    row = sheet.row_at(form.slot.data or "")
    if not form.validate_on_submit() or row is None or row.host != form.host.data or not form.saw(proposal):
        return plan_page(season, proposal, typed=form)
    draft = _after(form, sheet, row)
    if draft is None:
        abort(400)
    if draft != sheet.draft:
        proposal.adjust(draft, current_user, now())
        note("adjust", by=current_user, about=proposal)
        db.session.commit()
        flash(_("C'est noté."))
    return redirect(url_for(".plan", season=season.id, _anchor=f"m{row.number}"))


def _after(form: AdjustForm, sheet: Sheet, row: Row) -> Draft | None:
    """The plan as the form wants it; None when it names what is not there."""
    if form.act.data == "rule_out":
        return ruled_out(sheet.draft, row.placed)
    slot, host = form.wanted
    hosts = {*sheet.instance.clubs[sheet.club].hosts} - sheet.done | {row.host}
    if slot not in sheet.instance.slots or host not in hosts:
        return None
    if any(each.slot == slot and each in sheet.instance.fixed for each in sheet.draft.meetings):
        return None
    new = Placed(row.placed.club, slot, host, _who_facilitates(sheet, slot, row.placed.facilitator))
    return changed(sheet.draft, row.placed, new, bool(form.locked.data or form.choice.data))


def _who_facilitates(sheet: Sheet, slot: str, usual: str) -> str:
    """The same as before if there that day, else whoever is."""
    known = sheet.instance.facilitators
    names = [usual, *sheet.instance.clubs[sheet.club].facilitators]
    return next((name for name in names if name in known and slot not in known[name].unavailable), usual)


@bp.post("/seasons/<int:season>/plan/back")
@door(is_facilitator, has_wishes)
def step_back(season: Season) -> ResponseReturnValue:
    """The version before; a second click of the same page goes back once."""
    form, proposal = PlanForm(), editable(season)
    if form.validate_on_submit() and form.saw(proposal) and proposal.draft:
        proposal.step_back()
        note("step_back", by=current_user, about=proposal)
        db.session.commit()
        flash(_("La dernière modification est annulée."))
    return redirect(url_for(".plan", season=season.id))


# Several


@bp.get("/seasons/<int:season>/plan/compare")
@door(is_facilitator, had_wishes)
def compare(season: Season) -> ResponseReturnValue:
    """Two proposals side by side: the latest, and the one before or another."""
    proposals = [each for each in season.proposals if each.has_plan]
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
    """What the second costs more than the first, each counted by its own rules, before weights."""
    return {score: other.counted.scores[score] - points for score, points in one.counted.scores.items()}
