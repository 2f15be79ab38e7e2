"""My other addresses: those from which my calendar may answer."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.db import db
from bourse.doors import door, open_door
from bourse.headers import keep_private
from bourse.links import link_to
from bourse.mailroom.models import write
from bourse.people import confirm, letters
from bourse.people.confirm import AliasLink
from bourse.people.forms import AliasForm, EnterForm
from bourse.people.models import Alias, AuditEvent, Person, note
from bourse.people.views import bp
from bourse.words import _

MOST = 5
ASKS_A_DAY = 10  # letters to addresses that nobody has confirmed
LINK_LASTS = timedelta(days=7)
ASKS_EVERY = timedelta(minutes=1)  # a second click asks for what is already on its way


def is_mine(person: Person, alias: Any) -> bool:
    return bool(alias.person_id == person.id)


def may_have_to_answer(person: Person, _place: Any = None) -> bool:
    """Whether a calendar of the person's may answer; the letters to confirm are for nobody else to send."""
    return bool(current_app.config["MAY_HAVE_TO_ANSWER"](person))


@bp.get("/me/addresses")
@door()
def addresses() -> ResponseReturnValue:
    """The addresses that are mine as well."""
    return _page(AliasForm())


@bp.post("/me/addresses")
@door(may_have_to_answer)
def add_address() -> ResponseReturnValue:
    """A new one gets a letter, and counts once its link was confirmed."""
    form = AliasForm()
    db.session.execute(db.select(Person.id).filter_by(id=current_user.id).with_for_update())  # one after the other
    if not form.validate_on_submit() or not _may_add(form):
        return _page(form)
    _ask(_alias_for(str(form.address.data).lower()), now())
    db.session.commit()
    flash(_("Un lien à confirmer part à cette adresse."))
    return redirect(url_for("people.addresses"))


def _page(form: AliasForm) -> str:
    may_add = may_have_to_answer(current_user)
    return render_template("people/addresses.html", form=form, may_add=may_add, aliases=current_user.aliases)


def _may_add(form: AliasForm) -> bool:
    """Whether the address may be asked; else the form says why not."""
    address = str(form.address.data).lower()
    known = [alias.address for alias in current_user.aliases]
    if address == current_user.email:
        form.address.errors = [_("Cette adresse est déjà la vôtre : indiquez-en une autre.")]
    elif address not in known and len(known) >= MOST:
        form.address.errors = [_("Supprimez d'abord une adresse : cinq suffisent.")]
    elif _asks_today() >= ASKS_A_DAY:
        form.address.errors = [_("Attendez demain pour demander un autre lien.")]
    return not form.errors


def _asks_today() -> int:
    asks = db.select(db.func.count(AuditEvent.id)).filter_by(act="add_address", person_id=current_user.id)
    return db.session.scalar(asks.where(AuditEvent.at > now() - timedelta(days=1))) or 0


def _alias_for(address: str) -> Alias:
    """The person's row for that address, a new one if need be."""
    alias = next((each for each in current_user.aliases if each.address == address), None)
    if alias is None:
        alias = Alias(person_id=current_user.id, address=address)
        db.session.add(alias)
    db.session.flush()
    return alias


def _ask(alias: Alias, at: datetime) -> None:
    """Writes to the address itself: only who reads its mail can confirm."""
    if alias.is_confirmed or (alias.asked_at and at - alias.asked_at < ASKS_EVERY):
        return
    alias.asked_at = at
    note("add_address", by=current_user, about=alias)
    token = confirm.sign(AliasLink(alias.person_id, alias.address, at), current_app.config["SECRET_KEY"])
    write(
        letters.confirm_alias(current_user, link_to("people.confirm_address", token=token)),
        key=f"confirm_alias:{alias.id}:{at.isoformat()}",
        kind="confirm_alias",
        to=("", alias.address),  # whether that is his name is what the letter asks
        language=current_user.language,
        not_after=at + LINK_LASTS,
        is_secret=True,
    )


@bp.post("/me/addresses/<int:alias>/remove")
@door(is_mine)
def remove_address(alias: Alias) -> ResponseReturnValue:
    """The address counts no more, from now on."""
    note("remove_address", by=current_user, about=alias)
    db.session.delete(alias)
    db.session.commit()
    flash(_("C'est fait : cette adresse ne compte plus."))
    return redirect(url_for("people.addresses"))


@bp.route("/addresses/<token>", methods=["GET", "POST"])
@open_door
def confirm_address(token: str) -> ResponseReturnValue:
    """Shows a button (mail filters open links); only its POST confirms. It signs nobody in."""
    alias = _asked(confirm.read(token, current_app.config["SECRET_KEY"]))
    if alias is None:
        return keep_private(make_response(render_template("people/stale_address.html"), 410))
    if EnterForm().validate_on_submit() and not alias.is_confirmed:
        alias.confirmed_at = now()
        note("confirm_address", by=alias.person, about=alias)
        db.session.commit()
    return keep_private(make_response(render_template("people/confirm_address.html", alias=alias)))


def _asked(link: AliasLink | None) -> Alias | None:
    """The address that a link confirms, while it waits for that or is confirmed already; never somebody's own."""
    if link is None:
        return None
    alias = db.session.scalar(db.select(Alias).filter_by(**asdict(link)))
    if alias is None or alias.person.is_closed or alias.is_somebodys_own:
        return None
    return alias if alias.is_confirmed or now() - link.asked_at < LINK_LASTS else None
