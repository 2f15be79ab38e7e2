"""Who came: ticked by the facilitator, read by the office."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.attendance.tick import is_the_day, news
from bourse.clock import now
from bourse.clubs.models import company_names
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting, Presence
from bourse.meetings.roles import may_know_meeting, reads_as_office
from bourse.people.models import Person, note
from bourse.words import _, _n

bp = Blueprint("attendance", __name__, url_prefix="/attendance")


@bp.app_template_global("may_see_attendance")
def may_see_attendance(person: Person, place: Any) -> bool:
    """Everybody's presence: the facilitator and the office. One's own: each."""
    return is_facilitator(person, place) or reads_as_office(person, place)


bp.add_app_template_global(is_the_day, "is_the_day")


@bp.get("/<int:meeting>")
@door(may_know_meeting, may_see_attendance)
def show(meeting: Meeting) -> ResponseReturnValue:
    """Everybody invited and who came; the facilitator ticks, the office reads."""
    return render_template(
        "attendance/show.html",
        meeting=meeting,
        companies=company_names(meeting.club),
        may_tick=is_facilitator(current_user, meeting) and _is_open(meeting),
    )


def _is_open(meeting: Meeting) -> bool:
    return is_the_day(meeting.starts_at, now(), meeting.club.timezone) and not meeting.is_cancelled


@bp.post("/<int:meeting>")
@door(is_facilitator)
def tick(meeting: Meeting) -> ResponseReturnValue:
    """Notes who came, who did not, who is excused. Nothing is assumed of the others."""
    if not _is_open(meeting):
        abort(404)
    invitations = {invitation.id: invitation for invitation in meeting.invited}
    stored = {id: invitation.presence or "" for id, invitation in invitations.items()}
    ticks = news(_read("was", stored), _read("presence", stored), stored)
    for id, presence in ticks.items():
        invitations[id].presence = Presence(presence)
        note("tick", by=current_user, about=invitations[id])
    db.session.commit()
    flash(_n("%(num)s présence notée.", "%(num)s présences notées.", len(ticks)) if ticks else _("Rien n'a changé."))
    return redirect(url_for("attendance.show", meeting=meeting.id))


def _read(name: str, ids: Any) -> dict[int, str]:
    """What the form says under `name-<id>`, for the ids given; only presences count."""
    typed = {id: request.form.get(f"{name}-{id}", "") for id in ids}
    return {id: value for id, value in typed.items() if value in list(Presence)}
