"""The office plans several clubs at once, so that whoever facilitates them is never wanted in two places."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Organisation
from bourse.clubs.roles import is_facilitator, is_of_office
from bourse.db import db
from bourse.doors import door
from bourse.meetings.forms import ConfirmForm
from bourse.people.models import Person, note
from bourse.planning import reason
from bourse.planning.clash import Clash, clash_together
from bourse.planning.freeze import thaw
from bourse.planning.instance import Instance
from bourse.planning.propose import propose_together
from bourse.planning.search_models import JointPlan, joint_plans
from bourse.planning.together_facts import Candidate, calendar, candidates, club_names, loads_of, parts_of
from bourse.planning.together_forms import TogetherForm
from bourse.planning.views import bp
from bourse.words import _

SHOWN = 5  # joint plans from before


@bp.route("/clusters/<int:organisation>/together", methods=["GET", "POST"])
@door(is_of_office)
def together(organisation: Organisation) -> ResponseReturnValue:
    """Which clubs could be planned together, and who facilitates several; one press plans them."""
    form, found = TogetherForm(), candidates(organisation, now().date())
    form.offer(found)
    if form.validate_on_submit():
        return _ask(organisation, form)
    if not form.is_submitted():
        form.seasons.data = [each.season.id for each in found if each.facilitators]
    return render_template(
        "planning/together.html",
        organisation=organisation,
        form=form,
        candidates=found,
        shared=_shared(found),
        former=joint_plans(organisation, SHOWN),
    )


def _ask(organisation: Organisation, form: TogetherForm) -> ResponseReturnValue:
    """One search at a time in a cluster: a second press finds the first."""
    db.session.execute(db.select(Organisation.id).filter_by(id=organisation.id).with_for_update())
    last = next(iter(joint_plans(organisation, 1)), None)
    if last is None or not last.is_busy:
        seasons = [form.known[each].season for each in form.seasons.data or ()]
        last = propose_together(organisation, seasons, current_user, now(), form.most_per_week.data or None)
        db.session.flush()
        note("propose", by=current_user, about=last)
        db.session.commit()
    return redirect(url_for(".joint", joint=last.id))


def _shared(found: list[Candidate]) -> dict[int, list[str]]:
    """Who facilitates several of these clubs, and which."""
    clubs: dict[int, list[str]] = {}
    for each in found:
        for person in each.facilitators:
            clubs.setdefault(person.id, []).append(each.season.club.name)
    return {person: names for person, names in clubs.items() if len(names) > 1}


@bp.get("/together/<int:joint>")
@door(is_of_office)
def joint(joint: JointPlan) -> ResponseReturnValue:
    """How far the search is; then what each club has of it, what it asks of each person, and what does not fit."""
    parts = parts_of(joint)
    loads = loads_of(joint, parts, now())
    last = next(iter(joint_plans(joint.organisation, 1)))
    return render_template(
        "planning/joint.html",
        plan=joint,
        parts=parts,
        loads=loads,
        calendar=calendar(joint, parts, loads),
        names=club_names(joint.organisation),
        clashes=_clashes(joint),
        reason=reason,
        newer=last if last.id != joint.id else None,
        leads=lambda season: is_facilitator(current_user, season),
    )


def _clashes(joint: JointPlan) -> list[Clash]:
    """Why there is no plan, club by club; for all together where each alone would have one."""
    told = joint.told
    cores = told.get("cores") or ({"": told["core"]} if told.get("core") else {})
    if not cores:
        return []
    seasons = {str(each["document"]["clubs"][0]["id"]): thaw(each["document"]) for each in joint.document["seasons"]}
    clubs = {str(club): name for club, name in club_names(joint.organisation).items()}
    return [clash_together(club, core, seasons, clubs, _people(seasons)) for club, core in cores.items()]


def _people(seasons: dict[str, Instance]) -> dict[str, str]:
    ids = {int(name) for season in seasons.values() for name in season.facilitators}
    return {str(each.id): each.name for each in db.session.scalars(db.select(Person).where(Person.id.in_(ids)))}


@bp.post("/together/<int:joint>/stop")
@door(is_of_office)
def stop_joint(joint: JointPlan) -> ResponseReturnValue:
    """The planner stops, and the best plan so far falls apart into the clubs' own."""
    if ConfirmForm().validate_on_submit() and joint.is_busy:
        joint.stop_asked_at = now()
        note("stop", by=current_user, about=joint)
        db.session.commit()
        flash(_("La recherche s'arrête : le meilleur plan trouvé reste."))
    return redirect(url_for(".joint", joint=joint.id))
