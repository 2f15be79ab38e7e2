"""Answers: on the page, heard on the telephone, and by the link of a letter."""

from flask import abort, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_login import current_user

from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door, open_door
from bourse.headers import keep_private
from bourse.links import is_for, safe_path
from bourse.meetings import answer_link, roles
from bourse.meetings.answer import answer as take_answer
from bourse.meetings.answer import would_wait
from bourse.meetings.answer_link import AnswerLink
from bourse.meetings.facts import with_calendars
from bourse.meetings.forms import AnswerForm, ConfirmForm, NoteForm
from bourse.meetings.models import Answer, Invitation, Meeting, Via
from bourse.meetings.seat import rank_in_words
from bourse.meetings.views import bp
from bourse.people.models import Person, note
from bourse.words import _, day, keep_time_of

bp.add_app_template_global(rank_in_words, "rank_in_words")


@bp.post("/<int:meeting>/answer")
@door(roles.is_invited)
def answer(meeting: Meeting) -> ResponseReturnValue:
    """My own answer, on the page."""
    invitation = meeting.invitation_of(current_user)
    assert invitation is not None
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    _take(invitation, form, by=current_user)
    flash(_sentence(invitation))
    return redirect(safe_path(request.form.get("next")) or url_for("meetings.show", meeting=meeting.id))


def _take(invitation: Invitation, form: AnswerForm, by: Person) -> None:
    if is_closed(invitation.meeting):
        return
    take_answer(invitation, Answer(form.answer.data), now=now(), via=Via.web, by=by, comment=form.comment.data)
    note("answer", by=by, about=invitation)
    db.session.commit()


def is_closed(meeting: Meeting) -> bool:
    """Whether answers no longer count: the meeting is over or cancelled."""
    return meeting.is_cancelled or meeting.is_over(now())


def _sentence(invitation: Invitation) -> str:
    """What the answer means, to say back."""
    if is_closed(invitation.meeting):
        return _("Cette rencontre n'attend plus de réponse.")
    if invitation.is_waiting:
        return rank_in_words(invitation.rank)
    on = day(invitation.meeting.starts_at, year=False)
    return {
        Answer.accepted: _("Noté : vous venez le %(day)s.", day=on),
        Answer.tentative: _("Noté : vous venez le %(day)s s'il le faut.", day=on),
        Answer.declined: _("Noté : vous ne venez pas le %(day)s.", day=on),
    }[invitation.answer]


@bp.post("/invitations/<int:invitation>/note")
@door(is_facilitator)
def note_answer(invitation: Invitation) -> ResponseReturnValue:
    """An answer that the facilitator heard on the telephone."""
    form = NoteForm()
    if not form.validate_on_submit() or is_closed(invitation.meeting):
        abort(400)
    take_answer(invitation, Answer(form.answer.data), now=now(), via=Via.phone, by=current_user)
    note("note_answer", by=current_user, about=invitation)
    db.session.commit()
    flash(noted_for(invitation))
    return redirect(safe_path(request.form.get("next")) or url_for("meetings.show", meeting=invitation.meeting_id))


def noted_for(invitation: Invitation) -> str:
    """What the answer that the facilitator noted for somebody means."""
    facts = {"name": invitation.person.name}
    if invitation.is_waiting:
        facts["rank"] = str(invitation.rank)
        return _("La rencontre est complète : %(name)s est sur la liste d'attente, au rang %(rank)s.", **facts)
    return _("Noté pour %(name)s.", **facts)


@bp.post("/invitations/<int:invitation>/promote")
@door(is_facilitator)
def promote(invitation: Invitation) -> ResponseReturnValue:
    """Somebody who waits is given a place, be there one or not: the facilitator decides, and it is recorded."""
    if not ConfirmForm().validate_on_submit() or is_closed(invitation.meeting):
        abort(400)
    with_calendars(invitation.meeting, lock=True)
    if invitation.is_waiting:
        invitation.take_seat(now())
        note("promote", by=current_user, about=invitation)
        db.session.commit()
    flash(_("Noté pour %(name)s.", name=invitation.person.name))
    return redirect(url_for("meetings.show", meeting=invitation.meeting_id))


@bp.route("/answers/<token>", methods=["GET", "POST"])
@open_door
def answer_by_link(token: str) -> ResponseReturnValue:
    """An answer by the link of a letter: GET shows the choice, POST answers. The token alone is the authority."""
    link = answer_link.read(token, current_app.config["SECRET_KEY"])
    invitation = behind(link)
    if link is None or invitation is None or not invitation.is_open(now()):
        return _dead_end(invitation)
    keep_time_of(invitation.club.timezone)
    form = AnswerForm(meta={"csrf": False})
    if form.is_submitted() and form.validate():
        _take(invitation, form, by=invitation.person)
    elif not form.is_submitted():
        form.answer.data = request.args.get("answer")
    with force_locale(_language_of(invitation.person)):
        page = render_template(
            "meetings/answer.html",
            form=form,
            invitation=invitation,
            meeting=invitation.meeting,
            substitute=invitation.substitute,
            would_wait=would_wait(invitation),
            is_done=form.is_submitted() and not form.errors,
            sentence=_sentence(invitation) if invitation.answer is not Answer.none else "",
            token=token,
            may_send=roles.may_send_substitute(invitation.person, invitation),
            is_former_date=link.sequence < invitation.meeting.moved_sequence,
        )
    return keep_private(make_response(page))


def behind(link: AnswerLink | None) -> Invitation | None:
    """The invitation that a link is about; none when its reader has another address by now."""
    invitation = db.session.get(Invitation, link.invitation_id) if link else None
    return invitation if link and invitation and is_for(link.mark, invitation.person.email) else None


def _language_of(reader: Person) -> str:
    """That of whoever is signed in, else what was chosen on this browser, else that of the letter's reader."""
    if current_user.is_authenticated:
        return str(current_user.language)
    return str(session.get("language") or reader.language)


def _dead_end(invitation: Invitation | None) -> ResponseReturnValue:
    """The page of a link that is good for nothing any more; of a meeting that is full it tells nothing else."""
    is_full = invitation is not None and roles.sees_full(invitation.person, invitation)
    page = render_template("meetings/full.html" if is_full else "meetings/stale_link.html")
    return keep_private(make_response(page, 404))
