"""The club's pages: its members, its charter, its companies, and the lists that are brought in."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload

from bourse.clock import now
from bourse.clubs import tell_list
from bourse.clubs.compare import Verdict
from bourse.clubs.forms import (
    AdoptForm,
    BringForm,
    CharterForm,
    CompanyForm,
    KnownMemberForm,
    NewMemberForm,
    WriteForm,
)
from bourse.clubs.models import BroughtList, Charter, Club, Company, Membership, MembershipState, Role
from bourse.clubs.open_sheets import MOST_BYTES
from bourse.clubs.read_list import MemberList, UnreadableList, read_list
from bourse.clubs.roles import is_facilitator, is_of_club, is_office, may_know_club, membership_in, memberships_of
from bourse.clubs.tidy import fold
from bourse.clubs.write_list import judge
from bourse.clubs.write_list import write as write_rows
from bourse.db import LINE, db
from bourse.doors import door
from bourse.forms import tidy
from bourse.links import safe_path
from bourse.people.models import Person, note
from bourse.words import _, _n

bp = Blueprint("clubs", __name__, url_prefix="/clubs")


# Members


@bp.get("/<club>")
@door(may_know_club)
def show(club: Club) -> ResponseReturnValue:
    """Who is in the club, for which company."""
    query = db.select(Membership).where(Membership.club_id == club.id)
    everybody = db.session.scalars(query.options(joinedload(Membership.person), joinedload(Membership.company)))
    memberships = sorted(everybody, key=lambda each: (fold(each.person.family_name), fold(each.person.given_name)))
    return render_template(
        "clubs/show.html",
        club=club,
        members=[each for each in memberships if each.belongs and each.role is Role.member],
        facilitators=[each for each in memberships if each.belongs and each.role is Role.facilitator],
        absent=[each for each in memberships if not each.belongs],
        facilitates=is_facilitator(current_user, club),
        knows_contacts=is_facilitator(current_user, club) or is_office(current_user, club),
        mine=membership_in(current_user, club),
        others=[each.club for each in memberships_of(current_user) if each.club_id != club.id],
    )


@bp.route("/<club>/members/new", methods=["GET", "POST"])
@door(is_facilitator)
def add_member(club: Club) -> ResponseReturnValue:
    """Invites somebody into the club; a known address is that person."""
    form = NewMemberForm()
    form.offer(_companies(club))
    if not form.validate_on_submit():
        return render_template("clubs/member.html", club=club, form=form, membership=None)
    with db.session.no_autoflush:  # somebody new is written whole
        membership = _membership_of(club, str(form.email.data).lower())
        if membership.belongs:
            form.email.errors = [_("%(name)s est déjà du club.", name=membership.person.name)]
            return render_template("clubs/member.html", club=club, form=form, membership=None)
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


@bp.route("/members/<int:membership>", methods=["GET", "POST"])
@door(is_facilitator)
def member(membership: Membership) -> ResponseReturnValue:
    """What the club knows of a member; also how a member leaves."""
    form = KnownMemberForm.about(membership)
    form.offer(_companies(membership.club))
    if form.validate_on_submit() and _keeps_a_facilitator(membership, form):
        form.fill(membership)
        note("member", by=current_user, about=membership)
        db.session.commit()
        flash(_("C'est noté."))
        return redirect(url_for("clubs.show", club=membership.club.slug))
    return render_template("clubs/member.html", club=membership.club, form=form, membership=membership)


def _keeps_a_facilitator(membership: Membership, form: KnownMemberForm) -> bool:
    """A club always has somebody who can open these pages."""
    stays = form.role.data == Role.facilitator and form.state.data in (MembershipState.invited, MembershipState.active)
    others = db.select(Membership.id).where(
        Membership.club_id == membership.club_id,
        Membership.id != membership.id,
        Membership.role == Role.facilitator,
        Membership.state.in_((MembershipState.invited, MembershipState.active)),
    )
    if membership.role is not Role.facilitator or stays or db.session.scalar(others.limit(1)):
        return True
    form.role.errors = [_("Nommez d'abord une autre animatrice : le club ne peut pas rester sans.")]
    return False


def _companies(club: Club) -> Sequence[Company]:
    query = db.select(Company).where(Company.organisation_id == club.organisation_id)
    return sorted(db.session.scalars(query), key=lambda company: fold(company.name))


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


# Companies


def may_know_company(person: Person, company: Company) -> bool:
    """Whoever shares a club with one of its members, those who facilitate in the cluster, and its office."""
    clubs = {each.club_id for each in company.memberships if each.belongs}
    return (
        any(each.club_id in clubs for each in memberships_of(person))
        or any(role.organisation_id == company.organisation_id for role in person.office_roles)
        or may_describe_company(person, company)
    )


def may_describe_company(person: Person, company: Company) -> bool:
    """Its own members, and those who facilitate in its cluster."""
    return any(
        each.company_id == company.id
        or (each.role is Role.facilitator and each.club.organisation_id == company.organisation_id)
        for each in memberships_of(person)
    )


@bp.get("/companies/<int:company>")
@door(may_know_company)
def company(company: Company) -> ResponseReturnValue:
    """A company and its site, as visitors need it."""
    query = db.select(Membership).where(Membership.company_id == company.id)
    everybody = db.session.scalars(query.options(joinedload(Membership.person), joinedload(Membership.club)))
    shared = {each.club_id for each in memberships_of(current_user)}
    return render_template(
        "clubs/company.html",
        company=company,
        people=[each for each in everybody if each.belongs and each.club_id in shared],
        may_describe=may_describe_company(current_user, company),
    )


@bp.route("/companies/<int:company>/edit", methods=["GET", "POST"])
@door(may_describe_company)
def describe_company(company: Company) -> ResponseReturnValue:
    """Where its people say what visitors need to know."""
    form = CompanyForm(obj=company)
    if form.validate_on_submit():
        form.populate_obj(company)
        note("company", by=current_user, about=company)
        db.session.commit()
        flash(_("C'est noté."))
        return redirect(url_for("clubs.company", company=company.id))
    return render_template("clubs/describe_company.html", company=company, form=form)


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
