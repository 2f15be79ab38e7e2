"""The plan changed by hand: another host or day, a lock, a refusal, and what was done last taken back."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Season
from bourse.people.models import note
from bourse.planning import reason
from bourse.planning.draft import Draft
from bourse.planning.effect import effect
from bourse.planning.facts import allowed_dates
from bourse.planning.instance import Placed
from bourse.planning.models import lay_out, lock_season
from bourse.planning.plan_forms import AdjustForm, PlanForm
from bourse.planning.plan_views import has_wishes, is_editable, plan_page, sheet_at, too_late
from bourse.planning.proposal_models import Proposal, latest, proposals_of
from bourse.planning.sheet import Row, Sheet, changed, ruled_out
from bourse.planning.states import Hosting, SchoolRule
from bourse.planning.views import bp, today_of
from bourse.words import _


@bp.get("/seasons/<int:season>/plan/effect")
@door(is_facilitator, has_wishes)
def weigh_change(season: Season) -> ResponseReturnValue:
    """What a change would do, before anybody makes it."""
    form, proposal = AdjustForm(request.args, meta={"csrf": False}), latest(season)
    if proposal is None or not is_editable(proposal) or not form.saw(proposal):
        return render_template("planning/_effect.html", done=None), 409
    sheet = sheet_at(proposal)
    row = sheet.row_at(form.slot.data or "")
    draft = _after(form, sheet, row) if row else None
    if draft is None:
        abort(404)
    return render_template("planning/_effect.html", done=effect(sheet, sheet.at(draft)), sheet=sheet, reason=reason)


@bp.post("/seasons/<int:season>/plan/adjust")
@door(is_facilitator, has_wishes)
def adjust(season: Season) -> ResponseReturnValue:
    """Another host or day, a lock, a refusal: a new version, unless somebody made one meanwhile."""
    lock_season(season)
    form, proposal = AdjustForm(), latest(season)
    if proposal is None:
        abort(404)
    sheet = sheet_at(proposal)
    row = sheet.row_at(form.slot.data or "")
    is_late = not is_editable(proposal) or not form.saw(proposal) or row is None or row.host != form.host.data
    if is_late or row is None or not form.validate_on_submit():
        return plan_page(season, proposal, typed=form)
    draft = _after(form, sheet, row)
    if draft is None:
        abort(400)
    if draft != sheet.draft:
        proposal.adjust(draft, current_user, now())
        note("adjust", by=current_user, about=proposal)
        db.session.commit()
        flash(_("C'est noté."))
    return redirect(url_for(".plan", season=season.id, _anchor=_place_of(form, sheet.at(draft), row)))


def _place_of(form: AdjustForm, sheet: Sheet, row: Row) -> str:
    """Where on the page the meeting stands that was changed."""
    there = sheet.row_at(row.slot if form.act.data == "rule_out" else form.wanted[0])
    return f"m{there.number if there else row.number}"


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


# Taken back


@bp.post("/seasons/<int:season>/plan/back")
@door(is_facilitator, has_wishes)
def step_back(season: Season) -> ResponseReturnValue:
    """The version before, or the proposal before the first one; a second click of the same page goes back once."""
    lock_season(season)
    form, proposal = PlanForm(), latest(season)
    if proposal is None or proposal.published_at:
        abort(404)
    if not form.validate_on_submit() or not form.saw(proposal):
        return too_late(season)
    if proposal.draft and not proposal.is_busy:
        proposal.step_back()
        note("step_back", by=current_user, about=proposal)
        db.session.commit()
        flash(_("La dernière modification est annulée."))
    elif not proposal.draft and not proposal.shared_at and _has_one_before(season):
        _undo(season, proposal)
        note("undo", by=current_user, about=proposal)
        db.session.commit()
        flash(_("La proposition %(number)s est annulée.", number=proposal.number))
    return redirect(url_for(".plan", season=season.id))


def _has_one_before(season: Season) -> bool:
    return len(db.session.scalars(proposals_of(season).with_only_columns(Proposal.id).limit(2)).all()) > 1


def _undo(season: Season, proposal: Proposal) -> None:
    """The proposal before counts again, with the rules and the hosts that it was made from."""
    proposal.undo()
    changed_then = proposal.document.get("changed", {})
    rules = changed_then.get("rules", {})
    for name, (before, after) in rules.items():
        season.rules.note_change()
        _put_back(season if name == "length" else season.rules, name, before, after)
    if "school_rule" in rules:
        lay_out(season, allowed_dates(season, today_of(season.club)), now())
    wishes = {each.membership_id: each for each in season.wishes}
    for membership, before in changed_then.get("hosting", ()):
        if (wish := wishes.get(membership)) and wish.hosting is Hosting.not_this_year:
            wish.hosting = Hosting(before) if before else None


def _put_back(place: Any, name: str, before: Any, after: Any) -> None:
    """The former value, unless somebody chose another one since."""
    if getattr(place, name) == after:
        setattr(place, name, SchoolRule(before) if name == "school_rule" else before)
