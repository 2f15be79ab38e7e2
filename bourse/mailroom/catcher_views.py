"""The letters that the development catcher caught, to read in the browser. Never part of production."""

import email.policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue

from bourse.doors import open_door
from bourse.headers import in_a_sandbox

bp = Blueprint("catcher", __name__, url_prefix="/catcher")


@bp.get("/")
@open_door
def show() -> ResponseReturnValue:
    """All letters, newest first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)
    return render_template("mailroom/catcher.html", mails=[(file.stem, _read(file)) for file in files[:200]])


@bp.get("/<name>")
@open_door
def read(name: str) -> ResponseReturnValue:
    """One letter: its text, its HTML beside it, its calendar part."""
    mail = _find(name)
    text, calendar = (_body(mail, kind) for kind in ("text/plain", "text/calendar"))
    return render_template("mailroom/caught.html", mail=mail, name=name, text=text, calendar=calendar)


@bp.get("/<name>/html")
@open_door
def page(name: str) -> ResponseReturnValue:
    """The HTML part alone, in a sandbox."""
    return in_a_sandbox(_body(_find(name), "text/html"))


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir, "caught")


def _find(name: str) -> EmailMessage:
    file = next((file for file in _folder().glob("*.eml") if file.stem == name), None)
    return _read(file) if file else abort(404)


def _read(file: Path) -> EmailMessage:
    return BytesParser(EmailMessage, policy=email.policy.default).parsebytes(file.read_bytes())


def _body(mail: EmailMessage, kind: str) -> str:
    part = next((part for part in mail.walk() if part.get_content_type() == kind), None)
    return str(part.get_content()) if part else ""
