"""A plan is sent to the members for their opinion before it is published."""

import json

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership
from bourse.clubs.roles import is_facilitator, membership_in
from bourse.db import db
from bourse.doors import door
from bourse.meetings.facts import members_of
from bourse.meetings.models import Season, SeasonState
from bourse.people.models import Person, note
from bourse.planning import letters, roles
from bourse.planning.models import is_member, lock_season
from bourse.planning.plan_forms import OpinionForm, PlanForm
from bourse.planning.plan_views import editable, has_wishes, sheet_at, too_late
from bourse.planning.proposal_models import Opinion, Proposal, shared
from bourse.planning.states import How
from bourse.planning.views import bp, today_of
from bourse.words import _, _n, keep_time_of

OPINION = "opinion"


@bp.post("/seasons/<int:season>/plan/share")
@door(is_facilitator, has_wishes)
def share(season: Season) -> ResponseReturnValue:
    """Sends the version on the page to every member: a letter leaves at once, with a personal link."""
    form, proposal = PlanForm(), editable(season)
    is_late = proposal is None or not form.saw(proposal) or season.state is SeasonState.published
    if proposal is None or is_late or not form.validate_on_submit():
        return too_late(season)
    proposal.shared_draft, proposal.shared_at = proposal.draft, now()
    season.state = SeasonState.proposed
    today = today_of(season.club)
    members = [each for each in members_of(season.club) if is_member(each)]
    asked = letters.without_letter_today(OPINION, season, members, today)
    letters.send(OPINION, season, {each: letters.opinion(season, each) for each in asked}, today)
    note("share", by=current_user, about=proposal)
    db.session.commit()
    flash(_n("%(num)s lettre part.", "%(num)s lettres partent.", len(asked)))
    return redirect(url_for(".plan", season=season.id))


@bp.route("/seasons/<int:season>/opinion", methods=["GET", "POST"])
@door(roles.is_asked_opinion)
def opinion(season: Season) -> ResponseReturnValue:
    """What I think of the season that is proposed."""
    membership, proposal = membership_in(current_user, season.club), shared(season)
    assert membership and proposal
    form = OpinionForm()
    if not _take(form, proposal, membership, How.page, current_user):
        return _page(form, season, proposal, membership)
    flash(_("Votre avis est enregistré. Vous pouvez le changer jusqu'à la publication."))
    return redirect(url_for(".opinion", season=season.id))


def opinion_by_link(season: Season, membership: Membership) -> str | None:
    """The page that a member's own link opens; none when it is good for nothing any more."""
    proposal = shared(season)
    if proposal is None or season.club_id != membership.club_id or not is_member(membership):
        return None
    keep_time_of(season.club.timezone)
    form = OpinionForm(meta={"csrf": False})
    is_done = _take(form, proposal, membership, How.link, membership.person)
    return _page(form, season, proposal, membership, is_done=is_done, by_link=True)


def _take(form: OpinionForm, proposal: Proposal, membership: Membership, via: How, by: Person) -> bool:
    """Whether the form came, was right and is taken; else it shows what was said so far, or what was typed."""
    said = {"proposal_id": proposal.id, "membership_id": membership.id}
    if not form.is_submitted():
        former = db.session.scalar(db.select(Opinion).filter_by(**said))
        form.against.data = sorted(former.slots) if former else []
        form.sentence.data = former.sentence if former else ""
    if not form.validate_on_submit():
        return False
    lock_season(proposal.season)
    row = db.session.scalar(db.select(Opinion).filter_by(**said)) or Opinion(**said)
    known = {each.slot for each in proposal.version(proposal.shared_draft or 0).meetings}
    row.against = json.dumps(sorted(known & set(form.against.data or ())))
    row.sentence, row.via, row.by, row.given_at = form.sentence.data or "", via, by, now()
    db.session.add(row)
    db.session.flush()
    note("opinion", by=by, about=row)
    db.session.commit()
    return True


def _page(form: OpinionForm, season: Season, proposal: Proposal, membership: Membership, **more: object) -> str:
    sheet = sheet_at(proposal, proposal.shared_draft)
    members = {each.id: each for each in members_of(season.club)}
    return render_template(
        "planning/opinion.html",
        form=form,
        season=season,
        sheet=sheet,
        membership=membership,
        who=lambda host: members.get(sheet.membership_of(host) or 0),
        **more,
    )
