"""A meeting for one's own calendar."""

from flask import Response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.doors import door
from bourse.meetings import roles
from bourse.meetings.letters import organizer, told_of
from bourse.meetings.models import Meeting
from bourse.meetings.publish import Published, single
from bourse.meetings.tell import entry
from bourse.meetings.views import bp


@bp.get("/<int:meeting>/rencontre.ics")
@door(roles.may_know_meeting)
def take_away(meeting: Meeting) -> ResponseReturnValue:
    """The meeting as a file that a calendar opens: the same entry as the invitation's, without anybody in it."""
    invitation = meeting.invitation_of(current_user)
    seen = max([meeting.sequence, *(copy.sequence for copy in (invitation.copies if invitation else ()))])
    told = entry(told_of(meeting), sequence=seen, stamp=meeting.changed_at, organizer=organizer())
    answer = Response(single(Published(told, "CANCELLED" if meeting.is_cancelled else "CONFIRMED")))
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="rencontre-{meeting.number}.ics"'
    return answer
