"""The letters to come: what the rules will say in the next two weeks if nothing changes."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from bourse.clock import club_time, now
from bourse.clubs.models import Club
from bourse.clubs.roles import is_facilitator
from bourse.clubs.rule_forms import RULES
from bourse.doors import door
from bourse.forms import number
from bourse.home.due import foreseen
from bourse.home.outbox import A_PAGE, Leaf, page_within
from bourse.home.views import bp

__all__ = ["bp"]


@bp.get("/outbox/foreseen/<club>")
@door(is_facilitator)
def foresee(club: Club) -> ResponseReturnValue:
    """What will leave by itself, morning by morning: computed, and not yet written."""
    rows = foreseen(club, now())
    page = page_within(number(request.args.get("page")), len(rows))
    lines = rows[(page - 1) * A_PAGE : page * A_PAGE]
    mails = len({(each.person.id, club_time(each.at, club.timezone).date()) for each in rows})
    leaf = Leaf(lines, page, len(rows))
    return render_template("home/foreseen.html", club=club, leaf=leaf, mails=mails, rules=RULES)
