"""The page behind the link of a letter, where a member answers without signing in."""

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.doors import open_door
from bourse.headers import keep_private
from bourse.meetings.models import SeasonState
from bourse.meetings.views import find as find_meeting
from bourse.planning import ask_link
from bourse.planning.day_views import days_by_link
from bourse.planning.opinion_views import opinion_by_link
from bourse.planning.views import bp, find
from bourse.planning.wish_views import wish_by_link


@bp.route("/answers/<token>", methods=["GET", "POST"])
@open_door
def answer_by_link(token: str) -> ResponseReturnValue:
    """Answers by the link of a letter: GET shows them, POST takes them. The token alone is the authority."""
    page = _page_behind(token)
    if page is None:
        return keep_private(make_response(render_template("meetings/stale_link.html"), 404))
    return keep_private(make_response(page))


def _page_behind(token: str) -> str | None:
    link = ask_link.read(token, current_app.config["SECRET_KEY"])
    membership = db.session.get(Membership, link.membership_id) if link else None
    if link is None or membership is None or not membership.belongs or membership.person.is_closed:
        return None
    if not link.is_for(membership.person.email):
        return None
    if link.kind == "season":
        season = find(link.about_id)
        has_plan = season is not None and season.state is SeasonState.proposed
        return opinion_by_link(season, membership) if season and has_plan else wish_by_link(season, membership)
    return days_by_link(find_meeting(link.about_id), membership)
