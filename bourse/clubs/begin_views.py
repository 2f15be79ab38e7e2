"""How clubs begin: the first of an empty house, by the link that its terminal printed, and others beside it."""

from collections.abc import Sequence
from io import BytesIO

from flask import abort, current_app, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clubs import draw_list
from bourse.clubs import found as link
from bourse.clubs.begin_forms import FoundForm, FurtherClubForm
from bourse.clubs.models import BELONGING, Club, Membership, MembershipState, Organisation, Role
from bourse.clubs.roles import facilitates_or_is_office, is_facilitator
from bourse.clubs.views import bp
from bourse.db import db
from bourse.doors import door, open_door
from bourse.headers import keep_private
from bourse.links import link_to
from bourse.people.models import Language, Person, is_anybody_known, note
from bourse.people.signing import open_sign_in
from bourse.words import _

# The one row that an empty house has: whoever founds it holds it, and a second one waits.
MIGRATED = db.table("alembic_version", db.column("version_num"))


def way_to_found() -> str | None:
    """The address at which an empty house is founded; none as soon as anybody is known."""
    if is_anybody_known():
        return None
    return link_to("clubs.found", token=link.sign(current_app.config["SECRET_KEY"]))


@bp.route("/found/<token>", methods=["GET", "POST"])
@open_door
def found(token: str) -> ResponseReturnValue:
    """Founds the first club and signs its founder in. The token is the authority, while nobody is known."""
    if not link.is_signed(token, current_app.config["SECRET_KEY"]):
        abort(404)
    form = FoundForm()
    if form.is_submitted():
        db.session.execute(db.select(MIGRATED).with_for_update())
    if is_anybody_known():
        abort(404)
    if not form.validate_on_submit():
        return keep_private(make_response(render_template("clubs/found.html", form=form)))
    founder, club = _founder(form), _first_club(form)
    _put_in_charge(founder, club)
    db.session.flush()
    open_sign_in(founder, is_kept=False)
    note("found", by=founder, about=club, address=request.remote_addr)
    db.session.commit()
    return redirect(url_for("home.show"))


def _founder(form: FoundForm) -> Person:
    names = {name: form[name].data for name in ("given_name", "family_name")}
    return Person(email=str(form.email.data).lower(), language=Language(form.language.data), **names)


def _first_club(form: FoundForm) -> Club:
    name = str(form.club.data)
    return Club(organisation=Organisation(name=form.organisation.data), name=name, slug=link.short_name(name, ()))


def _put_in_charge(person: Person, club: Club) -> None:
    db.session.add(Membership(club=club, person=person, role=Role.facilitator, state=MembershipState.active))


LISTS = {"xlsx": draw_list.as_xlsx, "csv": draw_list.as_csv}


@bp.get("/<club>/import/empty.<any(xlsx, csv):ending>")
@door(is_facilitator)
def empty_list(club: Club, ending: str) -> ResponseReturnValue:
    """A members' list to fill in, for who has none."""
    name = f"{club.slug}.{ending}"
    return send_file(BytesIO(LISTS[ending]()), as_attachment=True, download_name=name)


@bp.route("/<club>/another", methods=["GET", "POST"])
@door(facilitates_or_is_office)
def found_another(club: Club) -> ResponseReturnValue:
    """A further club in the cluster of this one, for one of its facilitators."""
    form = FurtherClubForm()
    form.offer(_facilitators(club.organisation), current_user)
    if not form.validate_on_submit() or not _is_new(form, club.organisation):
        return render_template("clubs/found_another.html", form=form, club=club)
    facilitator = db.session.get_one(Person, form.facilitator.data)
    another = _club_beside(club, str(form.name.data))
    _put_in_charge(facilitator, another)
    db.session.flush()
    note("found", by=current_user, about=another)
    db.session.commit()
    flash(_("Le club est fondé."))
    leads = is_facilitator(current_user, another)
    return redirect(url_for("home.show") if leads else url_for("clubs.show", club=another.slug))


def _club_beside(club: Club, name: str) -> Club:
    slug = link.short_name(name, set(db.session.scalars(db.select(Club.slug))))
    return Club(organisation=club.organisation, name=name, slug=slug, timezone=club.timezone)


def _facilitators(organisation: Organisation) -> Sequence[Person]:
    """Those who facilitate a club of the cluster today, by family name."""
    query = db.select(Person).join(Membership).join(Membership.club)
    query = query.where(Club.organisation_id == organisation.id, Membership.role == Role.facilitator)
    query = query.where(Membership.state.in_(BELONGING)).distinct()
    return db.session.scalars(query.order_by(Person.family_name, Person.given_name)).all()


def _is_new(form: FurtherClubForm, organisation: Organisation) -> bool:
    """Whether no club of the cluster has that name yet: a second click, which waits for the first, founds no second."""
    db.session.execute(db.select(Organisation.id).filter_by(id=organisation.id).with_for_update())
    if not db.session.scalar(db.select(Club.id).filter_by(organisation_id=organisation.id, name=form.name.data)):
        return True
    form.name.errors = [_("Un club du pôle porte déjà ce nom : donnez-en un autre.")]
    return False
