"""The browser's side of a sign-in: the cookie, and who stands behind it."""

from collections.abc import Callable
from functools import cache

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager
from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload

from bourse.clock import now
from bourse.db import LINE, db
from bourse.people.enter import fingerprint, fresh_secrets, is_open
from bourse.people.models import Person, SignIn


class Doorkeeper(LoginManager):
    """Knows people by their server-side session, so that it keeps no cookie of its own."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login_manager = Doorkeeper()


def set_up_sign_in(app: Flask, is_staff: Callable[[Person], bool]) -> None:
    """Lets flask-login know people by their server-side session; `is_staff` says who gets the short limits."""
    login_manager.init_app(app)
    app.extensions["is_staff"] = is_staff


@login_manager.request_loader
def who_is_there(_: Request) -> Person | None:
    """The person behind the browser's key, or None."""
    key = session.get("key")
    if key is None:
        return None
    sign_in = db.session.scalars(_by_key(), {"key_hash": fingerprint(key)}).unique().one_or_none()
    if sign_in is None or sign_in.ended_at or sign_in.person.is_closed or not _is_within_limits(sign_in):
        return None
    g.sign_in = sign_in
    return sign_in.person


@cache
def _by_key() -> Select[SignIn]:
    """The sign-in with that `key_hash`, its person, and the roles that clubs hang on it: every page asks for them."""
    with_roles = joinedload(SignIn.person).options(joinedload(Person.memberships), joinedload(Person.office_roles))
    return db.select(SignIn).where(SignIn.key_hash == bindparam("key_hash")).options(with_roles)


def _is_within_limits(sign_in: SignIn) -> bool:
    return is_open(
        opened_at=sign_in.opened_at,
        seen_at=sign_in.seen_at,
        is_staff=current_app.extensions["is_staff"](sign_in.person),
        is_kept=sign_in.is_kept,
        now=now(),
    )


def open_sign_in(person: Person, is_kept: bool) -> SignIn:
    """Signs the person in on this browser, with a new key; the caller commits."""
    leave()
    key = fresh_secrets().token
    kept = {name: session[name] for name in ("next", "browser") if name in session}
    session.clear()
    session.update(kept, key=key)
    session.permanent = is_kept
    sign_in = SignIn(
        person=person,
        key_hash=fingerprint(key),
        device=(request.user_agent.string or "?")[:LINE],
        is_kept=is_kept,
    )
    db.session.add(sign_in)
    return sign_in


def leave() -> None:
    """Ends this browser's session, if it has one."""
    if key := session.pop("key", None):
        db.session.execute(db.update(SignIn).where(SignIn.key_hash == fingerprint(key)).values(ended_at=now()))


def leave_everywhere(person: Person) -> None:
    """Ends every session of the person, on all devices."""
    db.session.execute(
        db.update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).values(ended_at=now())
    )
    session.pop("key", None)


def browser_key() -> str:
    """A random name for this browser, kept in its cookie: a code is good only where it was asked for."""
    if "browser" not in session:
        session["browser"] = fresh_secrets().token
    return str(session["browser"])
