"""The page behind the link of a letter, where a member answers without signing in."""

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue

from bourse.clubs.models import Membership
from bourse.db import db
from bourse.doors import open_door
from bourse.headers import keep_private
from bourse.links import is_for
from bourse.meetings.models import Meeting, Season, SeasonState
from bourse.meetings.views import find as find_meeting
from bourse.planning import ask_link
from bourse.planning.day_views import days_by_link
from bourse.planning.opinion_views import opinion_by_link
from bourse.planning.turn_facts import SETTLED
from bourse.planning.views import bp, find
from bourse.planning.wish_views import wish_by_link
from bourse.words import keep_time_of


@bp.route("/answers/<token>", methods=["GET", "POST"])
@open_door
def answer_by_link(token: str) -> ResponseReturnValue:
    """Answers by the link of a letter: GET shows them, POST takes them. The token alone is the authority."""
    page = _page_behind(token)
    if page is None:
        return keep_private(make_response(render_template("meetings/stale_link.html"), 404))
    return keep_private(make_response(page))


def _page_behind(token: str) -> ResponseReturnValue | None:
    link = ask_link.read(token, current_app.config["SECRET_KEY"])
    membership = db.session.get(Membership, link.membership_id) if link else None
    if link is None or membership is None or not membership.belongs or membership.person.is_closed:
        return None
    if not is_for(link.mark, membership.person.email):
        return None
    if link.kind == "season":
        return _page_of_season(find(link.about_id), membership)
    meeting = find_meeting(link.about_id)
    return days_by_link(meeting, membership) or _page_of_settled_day(meeting, membership)


def _page_of_season(season: Season | None, membership: Membership) -> ResponseReturnValue | None:
    """What the season wants of the member: his wishes, then his opinion; once it is published, nothing any more."""
    if season is None or season.club_id != membership.club_id:
        return None
    if season.state is SeasonState.proposed:
        return opinion_by_link(season, membership)
    if season.state in SETTLED:
        return render_template("planning/published_link.html", season=season), 410
    return wish_by_link(season, membership)


def _page_of_settled_day(meeting: Meeting | None, membership: Membership) -> ResponseReturnValue | None:
    """The day that was chosen, for who was asked; none when the link is good for nothing at all."""
    if meeting is None or not meeting.poll or meeting.poll.is_open or not meeting.is_released:
        return None
    if meeting.club_id != membership.club_id or meeting.is_cancelled or meeting.keeps_out(membership):
        return None
    keep_time_of(meeting.club.timezone)
    return render_template("planning/settled_link.html", meeting=meeting), 410
