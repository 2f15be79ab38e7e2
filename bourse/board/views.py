"""The board on a phone: one writes one's cards, then sees everybody's."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.board.forms import HEAPS, CardForm, JotForm
from bourse.board.gather import IdeaKind, IdeaState
from bourse.board.models import Board, Idea, board_of, lock_board
from bourse.board.roles import is_author, may_look, reader_of
from bourse.clubs.roles import has_signed, is_facilitator
from bourse.db import db
from bourse.doors import door
from bourse.meetings.models import Meeting
from bourse.meetings.roles import is_in_the_room
from bourse.people.models import Person, note
from bourse.words import _

bp = Blueprint("board", __name__, url_prefix="/board")


def find(id: int) -> Idea | None:
    return db.session.get(Idea, id)


@bp.app_template_global("may_open_board")
def _may_open_board(meeting: Meeting) -> bool:
    return may_look(current_user, meeting)


@bp.get("/<int:meeting>")
@door(may_look, has_signed)
def show(meeting: Meeting) -> ResponseReturnValue:
    """My cards; once they are revealed, everybody's."""
    return _page(meeting, _form(meeting))


@bp.post("/<int:meeting>")
@door(is_in_the_room, has_signed)
def jot(meeting: Meeting) -> ResponseReturnValue:
    """Takes a card; the facilitator may type it for somebody without a phone, and does not see it afterwards."""
    form = _form(meeting)
    if not form.validate_on_submit():
        return _page(meeting, form)
    board = lock_board(meeting)
    if board is None or not board.takes_cards:
        form.text.errors = [_("L'écriture n'est pas ouverte : votre texte n'est pas enregistré, gardez-le.")]
        return _page(meeting, form), 409
    author = _author(form)
    typed_by = None if author == current_user else current_user
    kind, key = IdeaKind(form.kind.data), form.client_key.data or ""
    idea = board.jot(author, form.text.data or "", kind, key, typed_by=typed_by)
    db.session.flush()
    note("jot", by=current_user, about=idea)
    db.session.commit()
    flash(_("Carte notée pour %(name)s.", name=author.name) if typed_by else _("Carte ajoutée."))
    return redirect(url_for("board.show", meeting=meeting.id))


def _author(form: JotForm) -> Person:
    return db.session.get_one(Person, form.author.data if form.author else current_user.id)


def _form(meeting: Meeting) -> JotForm:
    form = JotForm()
    form.offer(current_user, meeting, types_for_others=is_facilitator(current_user, meeting))
    return form


def _page(meeting: Meeting, form: JotForm) -> str:
    board, reader = board_of(meeting), reader_of(current_user, meeting)
    standing, withdrawn = board.seen_by(reader) if board else ([], [])
    return render_template(
        "board/show.html",
        meeting=meeting,
        board=board,
        form=form,
        mine=[idea for idea in standing if idea.author_id == current_user.id],
        withdrawn=withdrawn,
        shown=_by_kind([idea for idea in standing if not idea.is_unseen]),
        shows_choices=board is not None and board.shows_choices_to(reader),
        tally=board.tally if board and reader.leads else None,
    )


def _by_kind(ideas: list[Idea]) -> list[tuple[Any, list[Idea]]]:
    """The cards in heaps of one kind, in the order of the form; no empty heap."""
    heaps = [(label, [idea for idea in ideas if idea.kind is kind]) for kind, label in HEAPS.items()]
    return [(label, heap) for label, heap in heaps if heap]


@bp.get("/<int:meeting>/since")
@door(may_look, has_signed)
def since(meeting: Meeting) -> ResponseReturnValue:
    """JSON: what I may see that changed after `?revision=n`, and the revision to ask from next time."""
    board = board_of(meeting)
    if board is None:
        return jsonify(revision=0, phase="waiting", cards=[], gone=[])
    reader = reader_of(current_user, meeting)
    standing, withdrawn = board.seen_by(reader, since=request.args.get("revision", 0, type=int))
    shows_choices = board.shows_choices_to(reader)
    return jsonify(
        revision=board.revision,
        phase=board.phase,
        cards=[_as_json(idea, shows_choices) for idea in standing],
        gone=[idea.id for idea in withdrawn],
    )


def _as_json(idea: Idea, shows_choices: bool) -> dict[str, Any]:
    is_mine = idea.author_id == current_user.id
    return {
        "id": idea.id,
        "key": idea.client_key if is_mine else None,
        "kind": idea.kind,
        "text": idea.text,
        "state": idea.state if shows_choices or idea.is_unseen else IdeaState.revealed,
        "author": idea.author.name if idea.author else None,
        "mine": is_mine,
        "revision": idea.revision,
    }


@bp.route("/ideas/<int:idea>", methods=["GET", "POST"])
@door(is_author, is_in_the_room, has_signed)
def rewrite(idea: Idea) -> ResponseReturnValue:
    """Other words for a card of mine that nobody has seen."""
    form = CardForm(obj=idea)
    if not form.validate_on_submit():
        return render_template("board/rewrite.html", form=form, idea=idea)
    board = _lock(idea)
    if not idea.is_unseen or not board.takes_cards:
        return render_template("board/rewrite.html", form=form, idea=idea, is_too_late=True), 409
    idea.rewrite(form.text.data or "", IdeaKind(form.kind.data))
    note("rewrite", by=current_user, about=idea)
    db.session.commit()
    flash(_("Carte modifiée."))
    return redirect(url_for("board.show", meeting=board.meeting_id))


@bp.post("/ideas/<int:idea>/withdraw")
@door(is_author, is_in_the_room, has_signed)
def withdraw(idea: Idea) -> ResponseReturnValue:
    """Takes back a card of mine that nobody has seen; it can be put back."""
    board = _lock(idea)
    idea.withdraw()
    note("withdraw", by=current_user, about=idea)
    db.session.commit()
    flash(_("Carte retirée. Vous pouvez la remettre, plus bas."))
    return redirect(url_for("board.show", meeting=board.meeting_id))


@bp.post("/ideas/<int:idea>/put-back")
@door(is_author, is_in_the_room, has_signed)
def put_back(idea: Idea) -> ResponseReturnValue:
    board = _lock(idea)
    idea.put_back()
    note("put_back", by=current_user, about=idea)
    db.session.commit()
    flash(_("Carte remise."))
    return redirect(url_for("board.show", meeting=board.meeting_id))


def _lock(idea: Idea) -> Board:
    """The board under its lock, the card as it is now."""
    board = lock_board(idea.meeting)
    assert board is not None
    db.session.refresh(idea)
    return board
