"""A published season is planned anew: what does not hold any more, and a plan that changes as little as it can."""

from collections.abc import Collection, Iterable

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Membership, Role
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.facts import members_of
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.people.models import note
from bourse.planning import reason
from bourse.planning.facts import by_name
from bourse.planning.freeze import Upset
from bourse.planning.models import HostWish, is_member, lock_season
from bourse.planning.plan_forms import ReplanForm
from bourse.planning.proposal_models import Proposal, latest, proposals_of
from bourse.planning.propose import propose, upset_of
from bourse.planning.standing_facts import meetings_of
from bourse.planning.states import Hosting, How
from bourse.planning.views import bp


@bp.route("/seasons/<int:season>/replan", methods=["GET", "POST"])
@door(is_facilitator)
def replan(season: Season) -> ResponseReturnValue:
    """What has changed since the season was published, and a new plan that changes as little as it can."""
    if season.state is not SeasonState.published:
        abort(404)
    form = ReplanForm()
    if form.is_submitted():
        lock_season(season)
    last = latest(season)
    upset = upset_of(last, now())
    meetings = [each for each in meetings_of(season) if not each.has_begun(now())]
    members = list(members_of(season.club))
    form.offer(by_name(each for each in members if each.role is Role.facilitator))
    newcomers = _newcomers(season, meetings, members)
    is_late = form.is_submitted() and last is not None and (last.is_busy or not form.is_about(last))
    if is_late or not form.validate_on_submit():
        page = _page(season, form, last, upset, meetings, newcomers, members, is_late)
        return (page, 409) if is_late else page
    asked = [each.host for each in meetings] + newcomers
    fallen = frozenset({each.id for each in meetings} & set(form.fallen.data or ()))
    given = {
        "hosting": _withdraw(season, {each.id: each for each in asked}.values(), set(form.withdrawn.data or ())),
        "rules": {"length": (season.length, form.length.data)} if form.length.data else {},
    }
    season.length = form.length.data or season.length
    db.session.flush()
    db.session.expire(season, ["wishes"])
    proposal = propose(season, current_user, now(), upset=Upset(fallen, form.away(upset.away)))
    proposal.remember(changed=given)
    db.session.flush()
    note("replan", by=current_user, about=proposal)
    db.session.commit()
    return redirect(url_for(".plan", season=season.id))


def _newcomers(season: Season, meetings: Iterable[Meeting], members: Iterable[Membership]) -> list[Membership]:
    """Who came to the club after the season was published, and does not receive in it yet."""
    published = db.session.scalar(
        proposals_of(season).where(Proposal.published_at.is_not(None)).with_only_columns(Proposal.published_at).limit(1)
    )
    hosts = {each.host_id for each in meetings}
    new = (each for each in members if published and each.joined_at > published and each.id not in hosts)
    return by_name(each for each in new if is_member(each) and each.company_id)


def _page(
    season: Season,
    form: ReplanForm,
    last: Proposal | None,
    upset: Upset,
    meetings: list[Meeting],
    newcomers: list[Membership],
    members: Iterable[Membership],
    is_late: bool,
) -> str:
    if not form.is_submitted():
        form.fallen.data, form.kept.data = sorted(upset.fallen), list(range(len(upset.away)))
        form.withdrawn.data, form.length.data = sorted(_withdrawn(season)), season.length
    names = {each.person_id: each.person.name for each in members}
    away = [(number, names[each.person], each) for number, each in enumerate(upset.away) if each.person in names]
    return render_template(
        "planning/replan.html",
        season=season,
        form=form,
        last=last,
        meetings=meetings,
        newcomers=newcomers,
        away=away,
        is_late=is_late,
        reason=reason,
    )


def _withdrawn(season: Season) -> set[int]:
    return {each.membership_id for each in season.wishes if each.hosting is Hosting.not_this_year}


def _withdraw(season: Season, asked: Iterable[Membership], gone: Collection[int]) -> list[tuple[int, Hosting | None]]:
    """Those who are gone do not receive this season any more, the others do; what whoever left the list had said."""
    wishes, former = {each.membership_id: each for each in season.wishes}, []
    for host in asked:
        wish = wishes.get(host.id)
        if host.id in gone and not (wish and wish.hosting is Hosting.not_this_year):
            former.append((host.id, wish.hosting if wish else None))
            _say(season, host, wish, Hosting.not_this_year)
            note("withdraw", by=current_user, about=host)
        elif host.id not in gone and wish and wish.hosting is Hosting.not_this_year:
            _say(season, host, wish, Hosting.yes)
    return former


def _say(season: Season, host: Membership, wish: HostWish | None, hosting: Hosting) -> None:
    wish = wish or HostWish(season=season, membership=host)
    wish.hosting, wish.via, wish.by, wish.given_at = hosting, How.phone, current_user, now()
    db.session.add(wish)
