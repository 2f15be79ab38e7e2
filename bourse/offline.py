"""What a phone keeps to open without network: no page with anybody's words in it."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from bourse import house
from bourse.doors import open_door
from bourse.words import LOCALES, language

bp = Blueprint("offline", __name__)


@bp.get("/sw.js")
@open_door
def worker() -> ResponseReturnValue:
    """The script that answers for the house when the network is away, in the reader's language."""
    script = render_template("sw.js", name=f"bourse-{edition()}-{language()}", language=language())
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@bp.get("/offline/<code>")
@open_door
def away(code: str) -> ResponseReturnValue:
    """What stands in for any other page meanwhile."""
    return in_the_language(code, "offline.html")


def in_the_language(code: str, template: str, **values: object) -> Response:
    """A page that is kept on phones: in that language, whoever asks for it."""
    if code not in LOCALES:
        abort(404)
    with force_locale(code):
        return make_response(render_template(template, **values))


@cache
def edition() -> str:
    """A name for these very pages and assets: another deployment, another name."""
    folders = (house.folder("static"), house.folder("templates"), house.PACKAGE / "translations")
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return hashlib.sha256(b"".join(_print_of(file) for file in files)).hexdigest()[:12]


def _print_of(file: Path) -> bytes:
    return hashlib.sha256(file.name.encode() + file.read_bytes()).digest()
