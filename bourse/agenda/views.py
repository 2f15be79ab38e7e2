"""The agenda, and the signals that the facilitator gives: open the writing, reveal the cards."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.agenda.lay_out import Step, lay_out, spare
from bourse.board.gather import Phase
from bourse.board.models import board_of, lock_board, set_up_board
from bourse.clock import now
from bourse.clubs.roles import is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.figures import Part
from bourse.meetings.models import Meeting
from bourse.people.models import note
from bourse.words import _

bp = Blueprint("agenda", __name__, url_prefix="/agenda")


@bp.app_template_global("steps_of")
def _steps_of(meeting: Meeting) -> list[Step]:
    return lay_out(meeting.agenda, meeting.starts_at)


@bp.app_template_global("parts_of")
def _parts_of(steps: list[Step]) -> list[Part]:
    """The steps as the shaft draws them."""
    return [Part(str(step.title), step.minutes, step.kind == "pause", step.done(now())) for step in steps]


bp.add_app_template_global(spare, "spare")


@bp.get("/<int:meeting>")
@door(is_facilitator)
def lead(meeting: Meeting) -> ResponseReturnValue:
    """The facilitator's page on the day: where the board stands, and the next signal to give."""
    return render_template("agenda/lead.html", meeting=meeting, board=board_of(meeting), attending=_attending(meeting))


def _attending(meeting: Meeting) -> int:
    return sum(invitation.is_attending for invitation in meeting.invited)


@bp.post("/<int:meeting>/write")
@door(is_facilitator)
def open_writing(meeting: Meeting) -> ResponseReturnValue:
    """Lets the room write; opened again later, the cards that were shown stay shown."""
    if meeting.is_cancelled:
        abort(404)
    board = set_up_board(meeting)
    board.open_writing()
    note("open_writing", by=current_user, about=board)
    db.session.commit()
    if board.phase is Phase.writing:
        flash(_("L'écriture est ouverte."))
    return redirect(url_for("agenda.lead", meeting=meeting.id))


@bp.get("/<int:meeting>/reveal")
@door(is_facilitator)
def ask_reveal(meeting: Meeting) -> ResponseReturnValue:
    """Asks before an act that everybody sees and nobody can undo."""
    board = board_of(meeting)
    if board is None or not board.takes_cards:
        return redirect(url_for("agenda.lead", meeting=meeting.id))
    return render_template("agenda/reveal.html", meeting=meeting, board=board)


@bp.post("/<int:meeting>/reveal")
@door(is_facilitator)
def reveal(meeting: Meeting) -> ResponseReturnValue:
    """Shows every card to the room."""
    board = lock_board(meeting)
    if board is None:
        abort(404)
    if board.takes_cards:
        board.reveal(now())
        note("reveal", by=current_user, about=board)
        db.session.commit()
        flash(_("Les cartes sont dévoilées."))
    return redirect(url_for("agenda.lead", meeting=meeting.id))
