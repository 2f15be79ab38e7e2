"""The pages on which a members' list is brought in, read, written, and undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import defer, joinedload

from bourse.clock import now
from bourse.clubs import tell_list
from bourse.clubs.compare import Verdict
from bourse.clubs.list_forms import BringForm, ColumnsForm, WriteForm
from bourse.clubs.models import BroughtList, Club, ListState
from bourse.clubs.open_sheets import MOST_BYTES
from bourse.clubs.read_list import MemberList, UnreadableList, read_list
from bourse.clubs.roles import is_facilitator
from bourse.clubs.undo_list import fates
from bourse.clubs.undo_list import undo as undo_rows
from bourse.clubs.views import bp
from bourse.clubs.write_list import judge
from bourse.clubs.write_list import write as write_rows
from bourse.db import LINE, db
from bourse.doors import door
from bourse.forms import tidy
from bourse.people.models import note
from bourse.words import _

__all__ = ["bp"]

MOST_SHOWN = 200  # lines on a page
MOST_IMPORTS = 50


# Bringing it in


@bp.route("/<club>/import", methods=["GET", "POST"])
@door(is_facilitator)
def bring(club: Club) -> ResponseReturnValue:
    """Takes a members' list and keeps it until it is written or given up; below, those of before."""
    form = BringForm()
    if not form.validate_on_submit():
        return _bring(club, form)
    content, name = form.file.data.read(MOST_BYTES + 1), tidy(form.file.data.filename or "")[-LINE:]
    try:
        columns = _columns_to_name(content, name)
    except UnreadableList as refusal:
        form.file.errors = [tell_list.unreadable(refusal)]
        return _bring(club, form), 413 if len(content) > MOST_BYTES else 422
    brought = BroughtList(club=club, person_id=current_user.id, file_name=name, content=content, columns=columns)
    db.session.add(brought)
    db.session.flush()
    note("bring_list", by=current_user, about=brought)
    db.session.commit()
    return redirect(url_for("clubs.preview", brought=brought.id))


def _bring(club: Club, form: BringForm) -> str:
    query = db.select(BroughtList).filter_by(club_id=club.id).order_by(BroughtList.id.desc()).limit(MOST_IMPORTS)
    lists = db.session.scalars(query.options(defer(BroughtList.content), joinedload(BroughtList.brought_by)))
    return render_template("clubs/bring.html", club=club, form=form, lists=lists.all(), tell=tell_list)


def _columns_to_name(content: bytes, name: str) -> dict[str, str] | None:
    """None when a line names the columns; else nothing is said of them yet. Raises UnreadableList."""
    try:
        read_list(content, name)
    except UnreadableList as refusal:
        if refusal.reason != "no_header":
            raise
        read_list(content, name, {})
        return {}
    return None


# Reading it


@dataclass(frozen=True)
class Leaf:
    """As many of the lines as a page shows; `number` counts from 1."""

    lines: Sequence[Any]
    number: int
    total: int

    @classmethod
    def of(cls, lines: Sequence[Any]) -> "Leaf":
        """Those that the address asks for."""
        last = max(1, -(-len(lines) // MOST_SHOWN))
        number = min(max(request.args.get("page", 1, type=int), 1), last)
        return cls(lines[(number - 1) * MOST_SHOWN : number * MOST_SHOWN], number, len(lines))

    @property
    def first(self) -> int:
        return (self.number - 1) * MOST_SHOWN + 1

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


@bp.get("/imports/<int:brought>")
@door(is_facilitator)
def preview(brought: BroughtList) -> ResponseReturnValue:
    """What the list would change, row by row; once written, what it has changed and what undoing it would do."""
    return _preview(brought) if brought.state is ListState.waiting else _written(brought)


def _preview(
    brought: BroughtList, form: WriteForm | None = None, columns_form: ColumnsForm | None = None
) -> ResponseReturnValue:
    members, verdicts = _judged(brought)
    counts = {standing: sum(each.standing == standing for each in verdicts) for standing in tell_list.STANDINGS}
    only = request.args.get("only")
    return render_template(
        "clubs/preview.html",
        brought=brought,
        members=members,
        leaf=Leaf.of(_refused_first(each for each in verdicts if only in (None, each.standing))),
        counts=counts,
        only=only,
        form=form or WriteForm(formdata=None),
        columns_form=columns_form or ColumnsForm.about(members.columns, formdata=None),
        tell=tell_list,
    )


def _judged(brought: BroughtList) -> tuple[MemberList, tuple[Verdict, ...]]:
    members = _read(brought)
    return members, judge(brought.club, members.rows)


def _read(brought: BroughtList) -> MemberList:
    assert brought.content is not None  # the bytes stay until the list is written or given up
    return read_list(brought.content, brought.file_name, brought.columns)


def _refused_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return sorted(verdicts, key=lambda each: each.standing != "refused")


@bp.post("/imports/<int:brought>/columns")
@door(is_facilitator)
def name_columns(brought: BroughtList) -> ResponseReturnValue:
    """Takes what somebody says that the columns hold, and reads the list again."""
    db.session.refresh(brought, with_for_update=True)
    if brought.state is not ListState.waiting:
        return redirect(url_for("clubs.preview", brought=brought.id))
    columns = _read(brought).columns
    form = ColumnsForm.about(columns)
    if not form.validate_on_submit():
        return _preview(brought, columns_form=form)
    brought.columns = form.said(columns)
    note("name_columns", by=current_user, about=brought)
    db.session.commit()
    return redirect(url_for("clubs.preview", brought=brought.id))


# Writing it


@bp.post("/imports/<int:brought>")
@door(is_facilitator)
def write(brought: BroughtList) -> ResponseReturnValue:
    """Writes the list, once: a second click finds it written."""
    form = WriteForm()
    db.session.refresh(brought, with_for_update=True)
    if brought.state is not ListState.waiting:
        return redirect(url_for("clubs.preview", brought=brought.id))
    _members, verdicts = _judged(brought)
    refused = sum(each.standing == "refused" for each in verdicts)
    if not form.validate_on_submit() or (refused and not form.skip_refused.data):
        form.skip_refused.errors = [_("Corrigez la liste, ou cochez la case : rien n'est écrit pour l'instant.")]
        return _preview(brought, form)
    if not verdicts:
        return redirect(url_for("clubs.preview", brought=brought.id))
    write_rows(brought, verdicts)
    brought.mark_written(len(verdicts), by=current_user.id, at=now())
    note("write_list", by=current_user, about=brought)
    db.session.commit()
    flash(tell_list.told(verdicts))
    flash(url_for("clubs.preview", brought=brought.id), "undo")
    return redirect(url_for("clubs.show", club=brought.club.slug))


@bp.post("/imports/<int:brought>/drop")
@door(is_facilitator)
def drop(brought: BroughtList) -> ResponseReturnValue:
    """Gives the list up: nothing is written and the file is not kept."""
    db.session.refresh(brought, with_for_update=True)
    if brought.state is not ListState.waiting:
        return redirect(url_for("clubs.preview", brought=brought.id))
    brought.content = None
    note("drop_list", by=current_user, about=brought)
    db.session.commit()
    flash(_("La liste est abandonnée, rien n'est écrit."))
    return redirect(url_for("clubs.show", club=brought.club.slug))


# Undoing it


def _written(brought: BroughtList) -> ResponseReturnValue:
    """What stays comes first."""
    decided = sorted(fates(brought), key=lambda each: (each.reason is None, each.line))
    taken = sum(each.reason is None for each in decided)
    return render_template("clubs/written.html", brought=brought, leaf=Leaf.of(decided), taken=taken, tell=tell_list)


@bp.post("/imports/<int:brought>/undo")
@door(is_facilitator)
def undo(brought: BroughtList) -> ResponseReturnValue:
    """Takes back what the list did and nobody has used since, once: a second click finds it undone."""
    db.session.refresh(brought, with_for_update=True)
    if brought.state is not ListState.written:
        return redirect(url_for("clubs.preview", brought=brought.id))
    decided = undo_rows(brought)
    kept = sum(each.reason is not None for each in decided)
    if kept == len(decided):
        db.session.rollback()
        flash(_("Rien ne peut être annulé : voyez pourquoi, ligne par ligne."), "maybe")
        return redirect(url_for("clubs.preview", brought=brought.id))
    brought.undone_at, brought.undone_by_id = now(), current_user.id
    note("undo_list", by=current_user, about=brought)
    db.session.commit()
    flash(tell_list.undone(len(decided) - kept, kept))
    return redirect(url_for("clubs.preview", brought=brought.id))
