"""The club's pages: its directory, its settings, its charter, and the lists that are brought in."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload

from bourse.clock import now
from bourse.clubs import tell_list
from bourse.clubs.compare import Verdict
from bourse.clubs.forms import AdoptForm, BringForm, CharterForm, ClubForm, WriteForm
from bourse.clubs.look_up import finds
from bourse.clubs.models import BroughtList, Charter, Club, Membership, Role
from bourse.clubs.open_sheets import MOST_BYTES
from bourse.clubs.read_list import MemberList, UnreadableList, read_list
from bourse.clubs.roles import (
    is_facilitator,
    is_of_club,
    knows_contacts,
    may_know_club,
    membership_in,
    memberships_of,
)
from bourse.clubs.tidy import fold, tags
from bourse.clubs.write_list import judge
from bourse.clubs.write_list import write as write_rows
from bourse.db import LINE, db
from bourse.doors import door
from bourse.forms import one_line, tidy
from bourse.links import safe_path
from bourse.people.models import note
from bourse.words import _, _n

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
        knows_contacts=knows_contacts(current_user, club),
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
    """The club's name, its seats and quorum, its hours and what it reminds its members of."""
    form = ClubForm(obj=club)
    if not form.validate_on_submit():
        return render_template("clubs/settings.html", club=club, form=form)
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
    """Puts a new version of the charter in force."""
    text = _charter_in_force(club)
    form = AdoptForm(data={"version": club.charter_version, "text": text.text if text else ""})
    if not form.validate_on_submit():
        return render_template("clubs/adopt.html", club=club, form=form, theirs=None)
    if form.version.data != str(club.charter_version):
        form.version.process_data(club.charter_version)
        return render_template("clubs/adopt.html", club=club, form=form, theirs=text), 409
    club.adopt(str(form.text.data))
    note("adopt_charter", by=current_user, about=club)
    db.session.commit()
    flash(_("La version %(version)s de la charte est en vigueur.", version=club.charter_version))
    return redirect(url_for("clubs.charter", club=club.slug))


# Lists


@bp.route("/<club>/import", methods=["GET", "POST"])
@door(is_facilitator)
def bring(club: Club) -> ResponseReturnValue:
    """Takes a members' list and keeps it until it is written or given up."""
    form = BringForm()
    if not form.validate_on_submit():
        return render_template("clubs/bring.html", club=club, form=form)
    content, name = form.file.data.read(MOST_BYTES + 1), tidy(form.file.data.filename or "")[-LINE:]
    try:
        read_list(content, name)
    except UnreadableList as refusal:
        form.file.errors = [tell_list.unreadable(refusal)]
        status = 413 if len(content) > MOST_BYTES else 422
        return render_template("clubs/bring.html", club=club, form=form), status
    brought = BroughtList(club=club, person_id=current_user.id, file_name=name, content=content)
    db.session.add(brought)
    db.session.flush()
    note("bring_list", by=current_user, about=brought)
    db.session.commit()
    return redirect(url_for("clubs.preview", brought=brought.id))


@bp.get("/imports/<int:brought>")
@door(is_facilitator)
def preview(brought: BroughtList) -> ResponseReturnValue:
    """What the list would change, row by row."""
    return _preview(brought, WriteForm(formdata=None))


def _preview(brought: BroughtList, form: WriteForm) -> ResponseReturnValue:
    if brought.content is None:
        return render_template("clubs/written.html", brought=brought)
    members, verdicts = _judged(brought)
    counts = {standing: sum(each.standing == standing for each in verdicts) for standing in tell_list.STANDINGS}
    only = request.args.get("only")
    return render_template(
        "clubs/preview.html",
        brought=brought,
        members=members,
        verdicts=[each for each in verdicts if only in (None, each.standing)],
        counts=counts,
        only=only,
        form=form,
        tell=tell_list,
    )


def _judged(brought: BroughtList) -> tuple[MemberList, tuple[Verdict, ...]]:
    assert brought.content is not None  # the bytes stay until the list is written or given up
    members = read_list(brought.content, brought.file_name)
    return members, judge(brought.club, members.rows)


@bp.post("/imports/<int:brought>")
@door(is_facilitator)
def write(brought: BroughtList) -> ResponseReturnValue:
    """Writes the list, once: a second click finds it written."""
    form = WriteForm()
    db.session.refresh(brought, with_for_update=True)
    if brought.content is None:
        return redirect(url_for("clubs.preview", brought=brought.id))
    _members, verdicts = _judged(brought)
    refused = sum(each.standing == "refused" for each in verdicts)
    if not form.validate_on_submit() or (refused and not form.skip_refused.data):
        form.skip_refused.errors = [_("Corrigez la liste, ou cochez la case : rien n'est écrit pour l'instant.")]
        return _preview(brought, form)
    write_rows(brought.club, verdicts)
    brought.content, brought.written_at = None, now()
    note("write_list", by=current_user, about=brought)
    db.session.commit()
    flash(_told(verdicts))
    return redirect(url_for("clubs.show", club=brought.club.slug))


def _told(verdicts: Sequence[Verdict]) -> str:
    """How many people a list has brought or changed: somebody may stand on two of its lines."""
    people = {each.person.email for each in verdicts if each.person and each.changes}
    if not people:
        return _("Noté : la liste n'a rien changé.")
    return _n(
        "Noté : %(num)s personne ajoutée ou mise à jour.",
        "Noté : %(num)s personnes ajoutées ou mises à jour.",
        len(people),
    )


@bp.post("/imports/<int:brought>/drop")
@door(is_facilitator)
def drop(brought: BroughtList) -> ResponseReturnValue:
    """Gives the list up: nothing is written and the file is not kept."""
    brought.content = None
    note("drop_list", by=current_user, about=brought)
    db.session.commit()
    flash(_("La liste est abandonnée, rien n'est écrit."))
    return redirect(url_for("clubs.show", club=brought.club.slug))
