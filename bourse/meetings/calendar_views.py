"""A meeting for one's own calendar."""

from flask import Response, abort, current_app
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.doors import door, open_door
from bourse.headers import keep_private
from bourse.meetings import answer_link, roles
from bourse.meetings.answer_views import behind
from bourse.meetings.letters import organizer, told_of
from bourse.meetings.models import Invitation, Meeting
from bourse.meetings.publish import Published, single
from bourse.meetings.tell import entry
from bourse.meetings.views import bp


@bp.get("/<int:meeting>/rencontre.ics")
@door(roles.may_know_meeting)
def take_away(meeting: Meeting) -> ResponseReturnValue:
    """The meeting as a file that a calendar opens: the same entry as the invitation's, without anybody in it."""
    return _as_file(meeting, meeting.invitation_of(current_user))


@bp.get("/answers/<token>/rencontre.ics")
@open_door
def take_away_by_link(token: str) -> ResponseReturnValue:
    """The same for whoever answers by the link of a letter, which tells as much."""
    invitation = behind(answer_link.read(token, current_app.config["SECRET_KEY"]))
    if invitation is None or not invitation.stands or invitation.meeting.is_over(now()):
        abort(404)
    return keep_private(_as_file(invitation.meeting, invitation))


def _as_file(meeting: Meeting, invitation: Invitation | None) -> Response:
    seen = max([meeting.sequence, *(copy.sequence for copy in (invitation.copies if invitation else ()))])
    told = entry(told_of(meeting), sequence=seen, stamp=meeting.changed_at, organizer=organizer())
    answer = Response(single(Published(told, "CANCELLED" if meeting.is_cancelled else "CONFIRMED")))
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="rencontre-{meeting.number}.ics"'
    return answer
