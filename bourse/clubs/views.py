"""The club's pages: its directory, its settings, its charter."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload

from bourse.clock import now
from bourse.clubs.forms import AdoptForm, CharterForm, ClubForm
from bourse.clubs.look_up import finds
from bourse.clubs.models import Charter, Club, Membership, Role
from bourse.clubs.roles import (
    facilitates_or_is_office,
    is_facilitator,
    is_of_club,
    may_know_club,
    membership_in,
    memberships_of,
)
from bourse.clubs.rule_forms import WHEN
from bourse.clubs.tidy import fold, tags
from bourse.db import LINE, db
from bourse.doors import door
from bourse.forms import one_line
from bourse.links import safe_path
from bourse.people.models import note
from bourse.words import _

bp = Blueprint("clubs", __name__, url_prefix="/clubs")


# Members


@bp.get("/<club>")
@door(may_know_club)
def show(club: Club) -> ResponseReturnValue:
    """The directory: who is in the club, for which company, what each brings and looks for."""
    query = db.select(Membership).where(Membership.club_id == club.id)
    everybody = db.session.scalars(query.options(joinedload(Membership.person), joinedload(Membership.company)))
    memberships = sorted(everybody, key=lambda each: (fold(each.person.family_name), fold(each.person.given_name)))
    members = [each for each in memberships if each.belongs and each.role is Role.member]
    wanted = one_line(request.args.get("q", ""))[:LINE]
    return render_template(
        "clubs/show.html",
        club=club,
        members=members,
        wanted=wanted,
        found={each.id for each in members if finds(wanted, _words_of(each))},
        tags=tags,
        facilitators=[each for each in memberships if each.belongs and each.role is Role.facilitator],
        absent=[each for each in memberships if not each.belongs],
        facilitates=is_facilitator(current_user, club),
        knows_contacts=facilitates_or_is_office(current_user, club),
        mine=membership_in(current_user, club),
        others=[each.club for each in memberships_of(current_user) if each.club_id != club.id],
    )


def _words_of(membership: Membership) -> list[str]:
    """What a member is found by: the very words that the directory shows."""
    company = membership.company
    site = [company.name, company.commune, company.know_how] if company else []
    return [membership.person.name, membership.job_title, *site, membership.brings, membership.looks_for]


@bp.route("/<club>/settings", methods=["GET", "POST"])
@door(is_facilitator)
def settings(club: Club) -> ResponseReturnValue:
    """The club's name, its seats and quorum, its hours, what it reminds its members of and what letters."""
    form = ClubForm(obj=club)
    if not form.validate_on_submit():
        return render_template("clubs/settings.html", club=club, form=form, when=WHEN)
    if set(form.rules.data) != set(club.rules):
        note("switch_rules", by=current_user, about=club)
    form.populate_obj(club)
    note("settings", by=current_user, about=club)
    db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for("clubs.show", club=club.slug))


# Charter


@bp.route("/<club>/charter", methods=["GET", "POST"])
@door(is_of_club)
def charter(club: Club) -> ResponseReturnValue:
    """The charter in force, and where a member accepts it."""
    text = _charter_in_force(club)
    membership = membership_in(current_user, club)
    form = CharterForm(data={"version": club.charter_version, "next": request.args.get("next")})
    page = {"club": club, "charter": text, "form": form, "mine": membership}
    if not form.validate_on_submit():
        return render_template("clubs/charter.html", **page, facilitates=is_facilitator(current_user, club))
    if text is None or form.version.data != str(text.version):
        flash(_("La charte vient de changer : voici la nouvelle version."), "maybe")
        return redirect(url_for("clubs.charter", club=club.slug, next=safe_path(form.next.data)))
    if membership and membership.charter_version != text.version:
        membership.sign(text, now())
        note("sign_charter", by=current_user, about=text)
    db.session.commit()
    flash(_("Noté : vous avez accepté la charte."))
    return redirect(safe_path(form.next.data) or url_for("home.show"))


def _charter_in_force(club: Club) -> Charter | None:
    return db.session.scalar(db.select(Charter).filter_by(club_id=club.id, version=club.charter_version))


@bp.route("/<club>/charter/new", methods=["GET", "POST"])
@door(is_facilitator)
def adopt(club: Club) -> ResponseReturnValue:
    """Puts a new version of the charter in force; a club that has none is offered one."""
    text = _charter_in_force(club)
    proposed = text.text if text else render_template("clubs/proposed_charter.txt")
    form = AdoptForm(data={"version": club.charter_version, "text": proposed})
    if text is None:
        del form.confirm  # nobody has to accept again what nobody has accepted
    if not form.validate_on_submit():
        return render_template("clubs/adopt.html", club=club, form=form, theirs=None)
    if form.version.data != str(club.charter_version):
        form.version.process_data(club.charter_version)
        return render_template("clubs/adopt.html", club=club, form=form, theirs=text), 409
    club.adopt(str(form.text.data))
    note("adopt_charter", by=current_user, about=club)
    db.session.commit()
    flash(_("La version %(version)s de la charte est en vigueur.", version=club.charter_version))
    return redirect(url_for("clubs.charter", club=club.slug) if text else url_for("home.show"))
