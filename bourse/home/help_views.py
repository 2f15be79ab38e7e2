"""How the house is used: a page for each part that one plays, to read or to print."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.models import Club, Role
from bourse.clubs.roles import facilitates, memberships_of
from bourse.doors import door
from bourse.home import facts
from bourse.home.views import bp
from bourse.people.models import Person

PAGES = {
    "member": "home/help_member.html",
    "host": "home/help_host.html",
    "facilitator": "home/help_facilitator.html",
    "office": "home/help_office.html",
}


def page_for(person: Person) -> str:
    """The address of the page that tells a person's own part."""
    return url_for("home.explain", part=_part_of(person))


def _part_of(person: Person) -> str:
    if facilitates(person):
        return "facilitator"
    return "office" if person.office_roles and not memberships_of(person) else "member"


@bp.get("/help/<part>")
@door()
def explain(part: str) -> ResponseReturnValue:
    """What one does in that part, in the order of a season. It leads to the reader's own club, where there is one."""
    if part not in PAGES:
        abort(404)
    facilitators = facts.facilitators_near(current_user, now())
    return render_template(
        PAGES[part],
        part=part,
        club=_club_to_show(part),
        to_call=[each for each in facilitators if part != "facilitator" or each.person_id != current_user.id],
    )


def _club_to_show(part: str) -> Club | None:
    """A club of the reader's in that part: its pages open to him, others' might not."""
    if part == "office":
        return next(iter(facts.clubs_of_office(current_user)), None)
    wanted = [Role.facilitator] if part == "facilitator" else [Role.member, Role.facilitator]
    return next((each.club for each in memberships_of(current_user) if each.role in wanted), None)
