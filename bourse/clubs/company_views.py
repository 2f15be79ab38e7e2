"""The companies: their sheet as visitors need it, and their links, which few may read."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import joinedload

from bourse.clubs.forms import KINDS, CompanyForm, LinkForm
from bourse.clubs.models import BELONGING, Company, CompanyLink, Membership, link_between, links_of
from bourse.clubs.relate import LinkKind, kept_as
from bourse.clubs.roles import (
    companies_of,
    may_describe_company,
    may_drop_link,
    may_know_company,
    may_read_link,
    memberships_of,
)
from bourse.clubs.tidy import fold
from bourse.clubs.views import bp
from bourse.db import db
from bourse.doors import door
from bourse.people.models import note
from bourse.words import _


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
    """Where its people say what visitors need to know. Two who write at once both keep their words."""
    if request.method == "POST":
        db.session.refresh(company, with_for_update=True)
    form = CompanyForm(obj=company)
    if not form.validate_on_submit():
        return render_template("clubs/describe_company.html", company=company, form=form, theirs={})
    if form.seen_version != company.version and (theirs := form.differences(company)):
        form.version.data = company.version
        return render_template("clubs/describe_company.html", company=company, form=form, theirs=theirs), 409
    form.fill(company)
    note("company", by=current_user, about=company)
    db.session.commit()
    flash(_("C'est noté."))
    return redirect(url_for("clubs.company", company=company.id))


# Links: confidential, each side has its own and learns nothing of the other's.


@bp.route("/companies/<int:company>/links", methods=["GET", "POST"])
@door(may_describe_company)
def links(company: Company) -> ResponseReturnValue:
    """What other companies are to this one, as its people or the facilitators say."""
    form = LinkForm()
    form.offer(company, _companies_around(company))
    if not form.validate_on_submit():
        return _links_page(company, form)
    declared_by = company if _speaks_for(company) else None
    kind = LinkKind(form.kind.data)
    db.session.execute(db.select(Company.id).filter_by(id=company.id).with_for_update())
    link = link_between(company, form.other.data, kind, declared_by)  # a second click, which waited, finds it there
    if link is None:
        first, second, kept = kept_as(company.id, form.other.data, kind)
        link = CompanyLink(company_id=first, other_id=second, kind=kept, declared_by=declared_by)
        link.noted_by_id = current_user.id
        db.session.add(link)
        db.session.flush()
    note("declare_link", by=current_user, about=link)
    db.session.commit()
    flash(_("Noté : %(name)s.", name=link.other_than(company).name))
    return redirect(url_for("clubs.links", company=company.id))


def _links_page(company: Company, form: LinkForm) -> str:
    told = [each for each in links_of(company) if may_read_link(current_user, each)]
    dropped = session.pop("dropped_link", {})
    return render_template(
        "clubs/links.html",
        company=company,
        form=form,
        links=sorted(told, key=lambda each: fold(each.other_than(company).name)),
        kinds={each.value: each.label for each in KINDS},
        speaks_for=_speaks_for(company),
        may_drop=may_drop_link,
        dropped=dropped if dropped.get("company") == company.id else None,
    )


def _speaks_for(company: Company) -> bool:
    """Whether what the reader declares is the company's own word."""
    return company.id in companies_of(current_user)


def _companies_around(company: Company) -> Sequence[Company]:
    """The companies that the reader may name: those of his clubs; of the whole cluster for a facilitator."""
    query = db.select(Company).where(Company.organisation_id == company.organisation_id)
    if _speaks_for(company):
        clubs = [each.club_id for each in memberships_of(current_user)]
        present = db.select(Membership.company_id).where(Membership.club_id.in_(clubs), Membership.state.in_(BELONGING))
        query = query.where(Company.id.in_(present), Company.id != company.id)
    else:
        query = query.where(Company.id.not_in({company.id, *companies_of(current_user)}))
    return sorted(db.session.scalars(query), key=lambda each: fold(each.name))


@bp.post("/companies/<int:company>/links/<int:link>/drop")
@door(may_drop_link)
def drop_link(company: Company, link: CompanyLink) -> ResponseReturnValue:
    """Takes back what one's own side declared; the next page offers to put it back."""
    if company.id not in (link.company_id, link.other_id):
        abort(404)
    other, kind = link.other_than(company), link.kind_for(company)
    note("drop_link", by=current_user, about=link)
    db.session.delete(link)
    db.session.commit()
    session["dropped_link"] = {"company": company.id, "other": other.id, "name": other.name, "kind": kind}
    return redirect(url_for("clubs.links", company=company.id))
