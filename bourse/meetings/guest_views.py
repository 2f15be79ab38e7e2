"""Somebody from outside the club at one meeting: a guest of the host's, or who comes in a member's seat."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import is_facilitator, membership_in
from bourse.db import db
from bourse.doors import door
from bourse.meetings.answer import send_instead, take_back
from bourse.meetings.answer_views import is_closed
from bourse.meetings.facts import with_calendars
from bourse.meetings.forms import ConfirmForm
from bourse.meetings.guest_forms import GuestForm, KnownGuestForm, SubstituteForm
from bourse.meetings.guest_models import Guest
from bourse.meetings.heard_models import Heard, open_delegations
from bourse.meetings.models import Invitation, Meeting, Via
from bourse.meetings.roles import hosts_or_facilitates, is_still_guest, may_send_substitute, speaks_for_guest
from bourse.meetings.views import bp
from bourse.people.address_models import change_address, why_not_at
from bourse.people.models import Person, note, person_at
from bourse.words import _

bp.add_app_template_global(may_send_substitute, "may_send_substitute")


@bp.route("/<int:meeting>/guests/new", methods=["GET", "POST"])
@door(hosts_or_facilitates)
def invite_guest(meeting: Meeting) -> ResponseReturnValue:
    """An expert, a partner: invited to this meeting alone."""
    _refuse_if_closed(meeting)
    form = GuestForm()
    if not form.validate_on_submit():
        return render_template("meetings/guest.html", form=form, meeting=meeting, invitation=None)
    meeting = with_calendars(meeting, lock=True)
    person = _person_of(form)
    if why_not := _why_not(meeting, person, form):
        form.email.errors = [why_not]
        return render_template("meetings/guest.html", form=form, meeting=meeting, invitation=None)
    guest = meeting.invite_guest(person, by=current_user._get_current_object())
    form.fill(guest)
    db.session.flush()
    note("invite_guest", by=current_user, about=guest.invitation)
    db.session.commit()
    flash(_said_of(meeting, form))
    return redirect(url_for("meetings.show", meeting=meeting.id))


def _refuse_if_closed(meeting: Meeting) -> None:
    if is_closed(meeting):
        abort(404)


def _person_of(form: SubstituteForm) -> Person:
    """Whose own address it is, or somebody new, who is kept once he is invited."""
    known = person_at(form.address)
    return known if known and known.email == form.address else form.person()


def _why_not(meeting: Meeting, person: Person, form: SubstituteForm) -> str | None:
    """Why somebody cannot be a guest, told to who leads the meeting; named as in the club, else as he was typed."""
    name, holder = form.typed_name, person_at(form.address) or person
    if holder.is_closed:
        return _("Cette personne ne peut pas être invitée ici. Choisissez quelqu'un d'autre.")
    if membership_in(person, meeting.club):
        return _("%(name)s est du club : cochez son nom en modifiant la rencontre.", name=person.name)
    if meeting.invitation_of(person):
        return _("%(name)s a déjà une invitation à cette rencontre.", name=name)
    if meeting.is_closed_to_guest(holder):
        return _("%(name)s : l'hôte tient son entreprise à l'écart. Choisissez quelqu'un d'autre.", name=name)
    return None


def _said_of(meeting: Meeting, form: SubstituteForm) -> str:
    name = form.typed_name
    if meeting.is_released:
        return _("%(name)s : l'invitation part dans la minute.", name=name)
    return _("%(name)s : l'invitation partira avec les autres.", name=name)


@bp.route("/guests/<int:guest>", methods=["GET", "POST"])
@door(hosts_or_facilitates, is_still_guest)
def change_guest(guest: Guest) -> ResponseReturnValue:
    """What a guest may read, or that he is not invited any more."""
    meeting, invitation = guest.meeting, guest.invitation
    _refuse_if_closed(meeting)
    form = KnownGuestForm(obj=guest, data={"email": invitation.person.email})
    if not speaks_for_guest(current_user, guest):
        del form.email
    if not form.validate_on_submit() or not _may_have_address(invitation.person, form):
        return render_template("meetings/guest.html", form=form, meeting=meeting, invitation=invitation)
    with_calendars(meeting, lock=True)
    if request.form.get("act") == "withdraw":
        take_back(invitation, now=now(), by=current_user)
    else:
        form.fill(guest)
        _correct_address(invitation.person, form)
        note("change_guest", by=current_user, about=invitation)
    db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for("meetings.show", meeting=meeting.id))


def _may_have_address(person: Person, form: KnownGuestForm) -> bool:
    """Whether the address is nobody else's; else the form says so."""
    why_not = why_not_at(person, str(form.email.data).lower()) if form.email else None
    if why_not:
        form.email.errors = [why_not]
    return why_not is None


def _correct_address(person: Person, form: KnownGuestForm) -> None:
    address = str(form.email.data).lower() if form.email else person.email
    if address != person.email:
        change_address(person, address, now())
        note("change_address", by=current_user, about=person)


@bp.route("/invitations/<int:invitation>/substitute", methods=["GET", "POST"])
@door(may_send_substitute)
def send_substitute(invitation: Invitation) -> ResponseReturnValue:
    """« J'envoie quelqu'un à ma place »: by the member, or by the facilitator whom he told."""
    _refuse_if_closed(invitation.meeting)
    form = SubstituteForm(data=_stands_ready(invitation))
    if not form.validate_on_submit():
        return render_template("meetings/substitute.html", form=form, invitation=invitation, meeting=invitation.meeting)
    meeting = with_calendars(invitation.meeting, lock=True)
    person = _person_of(form)
    if _is_sent(invitation, person):  # by a first click
        return redirect(url_for("meetings.show", meeting=meeting.id))
    leads = is_facilitator(current_user, meeting)
    if leads and (why_not := _why_not(meeting, person, form)):
        form.email.errors = [why_not]
        return render_template("meetings/substitute.html", form=form, invitation=invitation, meeting=meeting)
    if not leads and person_at(form.address):
        _pass_on(invitation, form)
        told = _("Transmis à l'animation du club, qui vous répond. D'ici là, votre réponse reste la même.")
    else:
        _send(invitation, person)
        told = _said_of(meeting, form)
    db.session.commit()
    flash(told)
    return redirect(url_for("meetings.show", meeting=meeting.id))


def _stands_ready(invitation: Invitation) -> dict[str, str]:
    """Whom a letter named, or the member's usual substitute."""
    if named := request.args.get("email"):
        return {"email": named}
    return next((each.substitute for each in invitation.memberships), {})


def _is_sent(invitation: Invitation, person: Person) -> bool:
    return invitation.substitute is not None and invitation.substitute.person is person


def _pass_on(invitation: Invitation, form: SubstituteForm) -> None:
    """Of whomever the house knows the facilitator decides: a member is not to learn whom the host keeps out."""
    _settle_requests(invitation, None)
    db.session.add(Heard.request(invitation, form.address, form.typed_name, now()))
    note("ask_substitute", by=current_user, about=invitation)


def _send(invitation: Invitation, person: Person) -> None:
    by = current_user._get_current_object()
    via = Via.web if by is invitation.person else Via.phone
    substitute = send_instead(invitation, person, now=now(), via=via, by=by)
    db.session.flush()
    note("send_substitute", by=by, about=substitute)
    _settle_requests(invitation, by)


def _settle_requests(invitation: Invitation, by: Person | None) -> None:
    """What was asked before is done, or asked anew."""
    for heard in db.session.scalars(open_delegations(invitation)):
        heard.settle(by, now())


@bp.post("/invitations/<int:invitation>/substitute/end")
@door(may_send_substitute)
def take_substitute_back(invitation: Invitation) -> ResponseReturnValue:
    """The substitute does not come after all; whoever answers yes himself takes his seat back as well."""
    if not ConfirmForm().validate_on_submit():
        abort(400)
    _refuse_if_closed(invitation.meeting)
    with_calendars(invitation.meeting, lock=True)
    if substitute := invitation.substitute:
        take_back(substitute, now=now(), by=current_user)
        db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for("meetings.show", meeting=invitation.meeting_id))
