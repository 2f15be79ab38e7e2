"""Whom a host keeps out of his meeting, discreetly."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Company, Membership, Role
from bourse.clubs.tidy import fold
from bourse.db import db
from bourse.doors import door
from bourse.links import safe_path
from bourse.meetings.answer import fill_seats
from bourse.meetings.due import let_go
from bourse.meetings.facts import members_of, with_calendars
from bourse.meetings.forms import KeepOutForm
from bourse.meetings.keep_out import Changes, changes
from bourse.meetings.models import Meeting
from bourse.meetings.reconcile import REQUEST
from bourse.meetings.roles import hosts_or_facilitates
from bourse.meetings.views import bp
from bourse.people.models import note
from bourse.words import _

Companies = dict[Company, list[Membership]]


@bp.route("/<int:meeting>/keep-out", methods=["GET", "POST"])
@door(hosts_or_facilitates)
def keep_out(meeting: Meeting) -> ResponseReturnValue:
    """The host ticks the companies that are to see « complet » and nothing else."""
    form, companies = KeepOutForm(), _companies_to_choose(meeting)
    if not form.validate_on_submit():
        if not form.is_submitted():
            form.show(meeting.closed_to, request.args.get("next"))
        return _page(meeting, form, companies)
    meeting = with_calendars(meeting, lock=True)
    if form.host.data != str(meeting.host_id):
        flash(_("L'hôte a changé : rien n'est enregistré. Voici la page du nouvel hôte."), "maybe")
        return redirect(url_for(".keep_out", meeting=meeting.id))
    known = {company.id for company in companies}
    found = changes(form.shown.data or [], known.intersection(form.companies.data or []), meeting.closed_to)
    told = _told(meeting, companies, found.excluded)
    if told and not form.is_sure.data:
        return _page(meeting, form, companies, told=told)
    _apply(meeting, found)
    db.session.commit()
    flash(_("C'est noté. L'hôte et l'animatrice seuls le savent."))
    return redirect(_back(meeting, form))


def _companies_to_choose(meeting: Meeting) -> Companies:
    """The companies of the club's members, by name, each with its members: all but the host's own."""
    found: Companies = {
        each: [] for each in db.session.scalars(db.select(Company).where(Company.id.in_(meeting.closed_to)))
    }
    for member in members_of(meeting.club):
        if member.company and member.role is Role.member and member.company_id != meeting.host.company_id:
            found.setdefault(member.company, []).append(member)
    return dict(sorted(found.items(), key=lambda each: fold(each[0].name)))


def _told(meeting: Meeting, companies: Companies, excluded: Collection[int]) -> list[Membership]:
    """Who has the meeting in his calendar and would lose it."""
    if meeting.is_over(now()):
        return []
    holders = {each.person_id for each in meeting.invited if any(copy.method == REQUEST for copy in each.copies)}
    chosen = (members for company, members in companies.items() if company.id in excluded)
    return [member for members in chosen for member in members if member.person_id in holders]


def _page(meeting: Meeting, form: KeepOutForm, companies: Companies, told: Collection[Membership] = ()) -> str:
    facts = {"form": form, "companies": companies, "told": told, "back": _back(meeting, form)}
    return render_template("meetings/keep_out.html", meeting=meeting, **facts)


def _back(meeting: Meeting, form: KeepOutForm) -> str:
    """Where whoever chooses came from: the last step of the problem, or the meeting."""
    return safe_path(form.next.data) or url_for("meetings.show", meeting=meeting.id)


def _apply(meeting: Meeting, found: Changes) -> None:
    for exclusion in meeting.in_force:
        if exclusion.company_id in found.let_in:
            note("let_in", by=current_user, about=exclusion)
            meeting.let_in(exclusion)
    excluded = [meeting.exclude(company, by=current_user, at=now()) for company in sorted(found.excluded)]
    db.session.flush()
    for exclusion in excluded:
        note("keep_out", by=current_user, about=exclusion)
    let_go(meeting, now())
    fill_seats(meeting, now())
