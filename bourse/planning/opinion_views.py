"""A plan is sent to the members for their opinion before it is published: on the page, by link, on the telephone."""

import json
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator, membership_in
from bourse.db import db
from bourse.doors import door
from bourse.meetings.facts import members_of
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import note
from bourse.planning import letters, roles
from bourse.planning.facts import by_name
from bourse.planning.forms import DeadlineForm
from bourse.planning.letters import OPINION
from bourse.planning.models import is_member, lock_season
from bourse.planning.opine import Round
from bourse.planning.plan_forms import OpinionForm, PlanForm
from bourse.planning.plan_views import editable, has_wishes, sheet_at, too_late
from bourse.planning.prepare import usual_opinion_deadline
from bourse.planning.proposal_models import Opinion, Proposal, shared
from bourse.planning.recheck import drop_untrue_asks, round_of
from bourse.planning.sheet import Sheet
from bourse.planning.states import How
from bourse.planning.take import Said, is_overtaken, mark_of
from bourse.planning.views import bp, today_of
from bourse.words import _, _n, day, keep_time_of


@bp.post("/seasons/<int:season>/plan/share")
@door(is_facilitator, has_wishes)
def share(season: Season) -> ResponseReturnValue:
    """Sends the version on the page to every member: a letter leaves at once, with a personal link."""
    form, proposal = PlanForm(), editable(season)
    is_late = proposal is None or not form.saw(proposal) or season.state is SeasonState.published
    if proposal is None or is_late or not form.validate_on_submit():
        return too_late(season)
    proposal.shared_draft, proposal.shared_at = proposal.draft, now()
    proposal.opinion_by = usual_opinion_deadline(today_of(season.club), _first_day(proposal))
    season.state = SeasonState.proposed
    drop_untrue_asks(now())  # a letter about another version that has not left makes room for this one's
    sent = _send(proposal, [each for each in members_of(season.club) if is_member(each)])
    note("share", by=current_user, about=proposal)
    db.session.commit()
    flash(_n("%(num)s lettre part.", "%(num)s lettres partent.", sent))
    return redirect(url_for(".plan", season=season.id))


def _first_day(proposal: Proposal) -> date:
    """The first day of the version that was sent."""
    return min(row.on for row in sheet_at(proposal, proposal.shared_draft).rows)


def _send(proposal: Proposal, members: list[Membership], is_reminder: bool = False) -> int:
    """A letter to each of these members who got none today; how many."""
    season, today, until = proposal.season, today_of(proposal.club), proposal.opinion_by
    asked = letters.without_letter_today(OPINION, season, members, today, until)
    if until:
        parts = {each: letters.opinion(proposal, each, is_reminder) for each in asked}
        letters.send(OPINION, season, parts, today, until)
    return len(asked)


@bp.app_template_global("opinions_on")
def opinions_on(proposal: Proposal, members: dict[int, Membership]) -> dict[str, Any] | None:
    """What the page of a plan tells of opinions, if any were asked for: who has said what, who has not, and what can be
    done about it. While they are asked for they are of the plan that was sent, whichever is on the page.
    """
    is_open = proposal.season.state is SeasonState.proposed
    sent = shared(proposal.season) if is_open else proposal
    if sent is None or not sent.shared_at:
        return None
    found = Round.of(by_name(each for each in members.values() if is_member(each)), sent.opinions)
    today = today_of(sent.club)
    return {
        "round": found,
        "sent": sent,
        "is_open": is_open,
        "to_remind": letters.without_letter_today(OPINION, sent.season, found.silent, today, sent.opinion_by)
        if is_open
        else [],
        "today": today,
        "form": DeadlineForm(formdata=None, answer_by=sent.opinion_by),
    }


def is_asking_opinions(_person: Any, season: Season) -> bool:
    """Whether a plan was sent and is not published yet."""
    return season.state is SeasonState.proposed


@bp.post("/seasons/<int:season>/opinions/remind")
@door(is_facilitator, is_asking_opinions)
def remind_opinions(season: Season) -> ResponseReturnValue:
    """One letter to those who have not said what they think, at most one a day."""
    if ConfirmForm().validate_on_submit() and (proposal := shared(season)):
        lock_season(season)
        sent = _send(proposal, round_of(proposal).silent, is_reminder=True)
        note("remind_opinions", by=current_user, about=proposal)
        db.session.commit()
        flash(_n("%(num)s rappel part.", "%(num)s rappels partent.", sent))
    return redirect(url_for(".plan", season=season.id, _anchor="opinions"))


@bp.post("/seasons/<int:season>/opinions/extend")
@door(is_facilitator, is_asking_opinions)
def extend_opinions(season: Season) -> ResponseReturnValue:
    """Another last day to say what one thinks."""
    form, proposal = DeadlineForm(), shared(season)
    assert proposal
    form.offer(today_of(season.club), _first_day(proposal))
    if form.validate_on_submit():
        proposal.opinion_by = form.answer_by.data
        note("extend_opinions", by=current_user, about=proposal)
        db.session.commit()
        flash(_("Noté : réponses attendues jusqu'au %(day)s.", day=day(proposal.opinion_by)))
    for sentence in form.answer_by.errors:
        flash(sentence, "no")
    return redirect(url_for(".plan", season=season.id, _anchor="opinions"))


@bp.route("/seasons/<int:season>/opinion", methods=["GET", "POST"])
@door(roles.is_asked_opinion)
def opinion(season: Season) -> ResponseReturnValue:
    """What I think of the season that is proposed."""
    membership, proposal = membership_in(current_user, season.club), shared(season)
    assert membership and proposal
    form = OpinionForm()
    if not _take(form, proposal, Said(membership, How.page, current_user, now())):
        return _page(form, proposal, membership)
    flash(_("Votre avis est enregistré. Vous pouvez le changer jusqu'à la publication."))
    return redirect(url_for(".opinion", season=season.id))


@bp.route("/seasons/<int:season>/opinions/<int:membership>", methods=["GET", "POST"])
@door(is_facilitator, is_asking_opinions)
def note_opinion(season: Season, membership: Membership) -> ResponseReturnValue:
    """What the facilitator heard on the telephone."""
    proposal = shared(season)
    if proposal is None or membership.club_id != season.club_id or not is_member(membership):
        abort(404)
    form = OpinionForm()
    if not _take(form, proposal, Said(membership, How.phone, current_user, now())):
        return _page(form, proposal, membership, is_phone=True)
    flash(_("Noté pour %(name)s.", name=membership.person.name))
    return redirect(url_for(".plan", season=season.id, _anchor="opinions"))


def opinion_by_link(season: Season, membership: Membership) -> ResponseReturnValue | None:
    """The page that a member's own link opens; none when it is good for nothing any more."""
    proposal = shared(season)
    if proposal is None or season.club_id != membership.club_id or not is_member(membership):
        return None
    keep_time_of(season.club.timezone)
    form = OpinionForm(meta={"csrf": False})
    is_done = _take(form, proposal, Said(membership, How.link, membership.person, now()))
    return _page(form, proposal, membership, is_done=is_done, by_link=True)


def _said_of(proposal: Proposal, membership: Membership) -> Opinion | None:
    """What the member said of the plan so far."""
    return db.session.scalar(db.select(Opinion).filter_by(proposal_id=proposal.id, membership_id=membership.id))


def _take(form: OpinionForm, proposal: Proposal, said: Said) -> bool:
    """Whether the form came, was right and is taken; else it shows what was said so far, or what was typed."""
    if not form.is_submitted():
        former = _said_of(proposal, said.membership)
        form.against.data = sorted(former.slots) if former else []
        form.sentence.data = former.sentence if former else ""
        form.seen.data = mark_of(former)
    if not form.validate_on_submit():
        return False
    lock_season(proposal.season)
    if proposal.season.state is not SeasonState.proposed:
        abort(404)  # published while this was under way
    row = _said_of(proposal, said.membership)
    if is_overtaken(form, row, said):
        return False
    row = row or Opinion(proposal=proposal, membership=said.membership)
    known = {each.slot for each in proposal.version(proposal.shared_draft or 0).meetings}
    row.against = json.dumps(sorted(known & set(form.against.data or ())))
    row.sentence, row.via, row.by, row.given_at = form.sentence.data or "", said.via, said.by, said.at
    db.session.add(row)
    db.session.flush()
    note("opinion", by=said.by, about=row)
    db.session.commit()
    form.seen.data = mark_of(row)
    return True


def _told(said: Opinion, sheet: Sheet) -> list[tuple[str, str]]:
    """What somebody else has answered, as label and value."""
    days_against = ", ".join(day(row.on) for row in sheet.rows if row.slot in said.slots)
    return [(_("Ce qui ne me convient pas"), days_against or "–"), (_("Un mot pour l'animation"), said.sentence or "–")]


def _page(form: OpinionForm, proposal: Proposal, membership: Membership, **more: object) -> ResponseReturnValue:
    sheet = sheet_at(proposal, proposal.shared_draft)
    members = {each.id: each for each in members_of(proposal.club)}
    page = render_template(
        "planning/opinion.html",
        form=form,
        season=proposal.season,
        proposal=proposal,
        sheet=sheet,
        membership=membership,
        former=_said_of(proposal, membership),
        theirs=_told(form.overtaken, sheet) if form.overtaken else [],
        who=lambda host: members.get(sheet.membership_of(host) or 0),
        **more,
    )
    return (page, 409) if form.overtaken else page
