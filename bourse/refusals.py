"""What a refused request gets: a page with one sentence, the same headers, never a trace."""

import secrets

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from bourse.db import db
from bourse.words import _

log = structlog.get_logger()


def answer_refusals(app: Flask) -> None:
    """Hangs the pages for everything that can go wrong."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(DataError, _unusable)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(Exception, _broken)


def _page(status: int, title: str, sentence: str) -> tuple[str, int]:
    return render_template("error.html", title=title, sentence=sentence), status


def _http(error: HTTPException) -> ResponseReturnValue:
    answer = error.get_response()
    if isinstance(error, SecurityError):
        return answer  # a host name that is not ours: no page of ours can be drawn for it
    if error.code is not None and error.code >= 400:
        title, sentence = _words(error.code)
        answer.data = render_template("error.html", title=title, sentence=sentence)
    return answer


def _words(code: int) -> tuple[str, str]:
    if code == 400:
        return (
            _("La page a attendu trop longtemps"),
            _("Revenez en arrière, rechargez la page et recommencez : ce que vous avez écrit y est encore."),
        )
    if code == 404:
        return _("Cette page n'existe pas"), _("Vérifiez l'adresse, ou repartez de l'accueil.")
    if code == 405:
        return _("Cette page ne s'ouvre pas ainsi"), _("Repartez de l'accueil et suivez les boutons.")
    if code == 409:
        return (
            _("Quelqu'un d'autre vient d'écrire ici"),
            _("Revenez en arrière : votre texte y est encore. Rechargez la page pour voir l'autre version."),
        )
    if code == 413:
        return _("Ce fichier est trop lourd"), _("Envoyez un fichier de moins de 20 Mo.")
    if code == 429:
        return _("Trop d'essais en peu de temps"), _("Attendez quelques minutes, puis recommencez.")
    return _("Le site ne peut pas répondre"), _(
        "Recommencez dans un instant. Rien n'est perdu de ce qui était enregistré."
    )


def _conflict(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return _page(409, *_words(409))


def _unusable(error: Exception) -> ResponseReturnValue:
    """The database cannot hold what was sent: no form of ours sends such a thing."""
    db.session.rollback()
    return _page(400, *_words(400))


def _away(error: OperationalError) -> ResponseReturnValue:
    _forget_who_asks()
    log.warning("database away", error=str(error.orig))
    page, status = _page(503, *_words(503))
    return page, status, {"Retry-After": "5"}


def _broken(error: Exception) -> ResponseReturnValue:
    """The last resort: the trace goes to the log under a number that the page shows."""
    _forget_who_asks()
    number = secrets.token_hex(4)
    log.exception("broken", number=number, endpoint=request.endpoint, exc_info=error)
    title, sentence = _words(500)
    return _page(500, title, f"{sentence} ({number})")


def _forget_who_asks() -> None:
    """The page of a breakdown must not ask the database who is reading it."""
    db.session.rollback()
    g._login_user = AnonymousUserMixin()
