"""The members: added, known to each other, presenting themselves, corrected, leaving."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.forms import IntroductionForm, KnownMemberForm, LeaveForm, NewMemberForm
from bourse.clubs.models import BELONGING, Club, Company, Membership, MembershipState, Role
from bourse.clubs.roles import (
    facilitates_or_is_office,
    is_facilitator,
    is_of_club,
    is_oneself,
    may_end,
    may_know_member,
    membership_in,
)
from bourse.clubs.tidy import fold, tags
from bourse.clubs.views import bp
from bourse.db import db
from bourse.doors import door
from bourse.people.address_models import change_address, why_not_at
from bourse.people.models import Person, note
from bourse.words import _


@bp.route("/<club>/members/new", methods=["GET", "POST"])
@door(is_facilitator)
def add_member(club: Club) -> ResponseReturnValue:
    """Invites somebody into the club; a known address is that person."""
    form = NewMemberForm()
    form.offer(_companies(club))
    if not form.validate_on_submit():
        return render_template("clubs/change_member.html", club=club, form=form, membership=None)
    with db.session.no_autoflush:  # somebody new is written whole
        membership = _membership_of(club, str(form.email.data).lower())
        if membership.belongs:
            form.email.errors = [_("%(name)s est déjà du club.", name=membership.person.name)]
            return render_template("clubs/change_member.html", club=club, form=form, membership=None)
        form.fill(membership)
        membership.state = MembershipState.invited
        db.session.add(membership)
    db.session.flush()
    note("add_member", by=current_user, about=membership)
    db.session.commit()
    flash(_("Noté : %(name)s est du club.", name=membership.person.name))
    return redirect(url_for("clubs.show", club=club.slug))


def _membership_of(club: Club, email: str) -> Membership:
    """The membership of whoever has that address; a new one, or a new person, when there is none."""
    person = db.session.scalar(db.select(Person).where(Person.email == email)) or Person(email=email)
    known = next((each for each in person.memberships if each.club_id == club.id), None)
    return known or Membership(club=club, person=person)


def _companies(club: Club) -> Sequence[Company]:
    query = db.select(Company).where(Company.organisation_id == club.organisation_id)
    return sorted(db.session.scalars(query), key=lambda company: fold(company.name))


@bp.get("/members/<int:membership>")
@door(may_know_member)
def member(membership: Membership) -> ResponseReturnValue:
    """Who somebody is in the club, for the others of the club."""
    return render_template(
        "clubs/member.html",
        membership=membership,
        tags=tags,
        is_oneself=is_oneself(current_user, membership),
        facilitates=is_facilitator(current_user, membership),
        knows_contacts=facilitates_or_is_office(current_user, membership),
    )


@bp.route("/<club>/me", methods=["GET", "POST"])
@door(is_of_club)
def introduce(club: Club) -> ResponseReturnValue:
    """What I say of myself to the club: my job, what I bring, what I look for."""
    membership = membership_in(current_user, club)
    assert membership is not None  # the door opens to nobody else
    form = IntroductionForm(obj=membership)
    if not form.validate_on_submit():
        return render_template("clubs/introduce.html", club=club, form=form, membership=membership)
    form.populate_obj(membership)
    note("introduce", by=current_user, about=membership)
    db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for("clubs.member", membership=membership.id))


@bp.route("/members/<int:membership>/edit", methods=["GET", "POST"])
@door(is_facilitator)
def change_member(membership: Membership) -> ResponseReturnValue:
    """Corrects what the club knows of a member; also how a member pauses and comes back."""
    form = KnownMemberForm.about(membership)
    form.offer(_companies(membership.club))
    is_right = form.validate_on_submit() and _may_have_address(membership, form)
    if not is_right or not _keeps_a_facilitator(membership, form):
        return render_template("clubs/change_member.html", club=membership.club, form=form, membership=membership)
    was_absent = not membership.belongs
    _correct_address(membership, form)
    form.fill(membership)
    note("member", by=current_user, about=membership)
    db.session.commit()
    flash(_said_of_return(membership) if was_absent and membership.belongs else _("C'est noté."))
    return redirect(url_for("clubs.show", club=membership.club.slug))


def _address_in(membership: Membership, form: KnownMemberForm) -> str:
    return str(form.email.data).lower() if form.email else membership.person.email


def _may_have_address(membership: Membership, form: KnownMemberForm) -> bool:
    """Whether the address is nobody else's; else the form says so."""
    why_not = why_not_at(membership.person, _address_in(membership, form))
    if why_not:
        form.email.errors = [why_not]
    return why_not is None


def _correct_address(membership: Membership, form: KnownMemberForm) -> None:
    person, address = membership.person, _address_in(membership, form)
    if address != person.email:
        change_address(person, address, now())
        note("change_address", by=current_user, about=person)


def _keeps_a_facilitator(membership: Membership, form: KnownMemberForm) -> bool:
    """A club always has somebody who can open these pages."""
    stays = form.role.data == Role.facilitator and form.state.data in BELONGING
    if stays or not _is_last_facilitator(membership):
        return True
    form.role.errors = [_("Nommez d'abord une autre animatrice : le club ne peut pas rester sans.")]
    return False


def _is_last_facilitator(membership: Membership) -> bool:
    """Whether the club would be without, once the others who are leaving now are gone."""
    if membership.role is not Role.facilitator:
        return False
    facilitators = db.select(Membership.id).filter_by(club_id=membership.club_id, role=Role.facilitator)
    here = facilitators.where(Membership.state.in_(BELONGING)).order_by(Membership.id).with_for_update()
    return not [id for id in db.session.scalars(here) if id != membership.id]


def _said_of_return(membership: Membership) -> str:
    name = membership.person.name
    return _("Noté : %(name)s est de nouveau du club. Les rencontres déjà prévues restent à lui proposer.", name=name)


@bp.route("/members/<int:membership>/leave", methods=["GET", "POST"])
@door(may_end)
def leave(membership: Membership) -> ResponseReturnValue:
    """Says what leaving the club means, then ends the membership; calendars follow by themselves."""
    form, club = LeaveForm(), membership.club
    is_mine = is_oneself(current_user, membership)
    is_last = membership.belongs and _is_last_facilitator(membership)
    if is_last or not form.validate_on_submit():
        page = {"membership": membership, "is_mine": is_mine, "is_last": is_last, "form": form}
        return render_template("clubs/leave.html", **page), 409 if is_last and form.is_submitted() else 200
    if membership.state is not MembershipState.left:  # a second click asks for what is already so
        membership.leave()
        note("leave", by=current_user, about=membership)
        db.session.commit()
    if is_mine:
        flash(_("Vous avez quitté le club « %(name)s ».", name=club.name))
        return redirect(url_for("home.show"))
    flash(_("Noté : %(name)s a quitté le club.", name=membership.person.name))
    return redirect(url_for("clubs.show", club=club.slug))
