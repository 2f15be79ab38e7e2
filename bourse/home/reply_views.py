"""The answers that came by mail and want a look before they count."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import facilitates, is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.home import facts
from bourse.home.views import bp
from bourse.meetings.answer import answer
from bourse.meetings.answer_views import is_closed, noted_for
from bourse.meetings.forms import ConfirmForm, NoteForm
from bourse.meetings.heard_models import Heard
from bourse.meetings.models import Answer, Via
from bourse.meetings.take import ask, tell_if_waiting
from bourse.people.models import note
from bourse.words import _

__all__ = ["bp"]


@bp.get("/replies/")
@door(facilitates)
def replies() -> ResponseReturnValue:
    """What waits, with the reason in plain words."""
    waiting = facts.replies_for(current_user)
    return render_template("home/replies.html", replies=waiting, names=facts.names_of(each.sender for each in waiting))


@bp.post("/replies/<int:heard>/note")
@door(is_facilitator)
def note_reply(heard: Heard) -> ResponseReturnValue:
    """The answer counts: the one that the mail claims, or the one that the facilitator read in it."""
    form, invitation = NoteForm(), heard.invitation
    if not form.validate_on_submit() or invitation is None:
        abort(400)
    if is_closed(invitation.meeting) or not invitation.stands:
        flash(_("Cette rencontre n'attend plus de réponse."))
    elif heard.settled_at is None:
        comment = heard.said if heard.kind == "reply" else ""
        said = Answer(form.answer.data)
        answer(invitation, said, now=now(), via=Via.calendar, by=current_user, comment=comment or None)
        tell_if_waiting(invitation)
        _settle(heard, "note_reply")
        flash(noted_for(invitation))
    return redirect(url_for("home.replies"))


@bp.post("/replies/<int:heard>/ignore")
@door(is_facilitator)
def ignore_reply(heard: Heard) -> ResponseReturnValue:
    """Nothing changes; whoever proposed another time is told that the meeting keeps its own."""
    if not ConfirmForm().validate_on_submit():
        abort(400)
    if heard.settled_at is None:
        invitation = heard.invitation
        if heard.kind == "counter" and invitation and invitation.stands and not is_closed(invitation.meeting):
            ask("kept_date", invitation)
        _settle(heard, "ignore_reply")
        flash(_("C'est noté."))
    return redirect(url_for("home.replies"))


def _settle(heard: Heard, act: str) -> None:
    heard.settle(current_user._get_current_object(), now())
    note(act, by=current_user, about=heard)
    db.session.commit()
