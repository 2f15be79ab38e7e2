"""Closed by default: the guard and the marks by which a view opens its door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

View = Callable[..., ResponseReturnValue]
Verdict = bool | str  # yes, no (as if it were not there), or the URL where one must go first
Predicate = Callable[[Any, Any], Verdict]  # (person, place) -> Verdict
MOST = 2**31 - 1  # the highest id
Finder = Callable[[Any], Any]  # the value in the URL -> the place, or None


@dataclass(frozen=True)
class Door:
    """To whom a view opens; no predicate and closed means: to everybody signed in."""

    is_open: bool
    predicates: tuple[Predicate, ...] = ()


def door(*predicates: Predicate) -> Callable[[View], View]:
    """Marks a view: it opens to a signed-in person whom every predicate lets pass."""

    def mark(view: View) -> View:
        view.door = Door(False, predicates)  # type: ignore[attr-defined]
        return view

    return mark


def open_door(view: View) -> View:
    """Marks a view as open to everybody, signed in or not."""
    view.door = Door(True)  # type: ignore[attr-defined]
    return view


def door_of(app: Flask, endpoint: str) -> Door | None:
    return getattr(app.view_functions[endpoint], "door", None)


def find_by(app: Flask, name: str, finder: Finder) -> None:
    """Lets the guard replace the URL value `name` by what `finder` finds; None answers 404."""
    app.extensions.setdefault("finders", {})[name] = finder


def hang_doors(app: Flask) -> None:
    """Sets the guard; raises LookupError when a view carries no mark. Call when every view is known."""
    unmarked = [endpoint for endpoint in app.view_functions if door_of(app, endpoint) is None]
    if unmarked:
        raise LookupError(f"no door on: {', '.join(sorted(unmarked))}")
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such page: Flask answers
    mark = door_of(current_app._get_current_object(), request.endpoint)  # type: ignore[attr-defined]
    if mark is None:
        abort(404)
    if mark.is_open:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    place, person = _find_places(), current_user._get_current_object()
    for predicate in mark.predicates:
        verdict = predicate(person, place)
        if isinstance(verdict, str):
            return redirect(verdict)
        if not verdict:
            abort(404)
    return None


def _to_sign_in() -> ResponseReturnValue:
    if request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        session["next"] = request.full_path.rstrip("?")
    return redirect(url_for("people.sign_in"))


def _find_places() -> Any:
    """Replaces ids in the URL by what they name; returns the last one found."""
    place = None
    values = request.view_args or {}
    for name, finder in current_app.extensions["finders"].items():
        if name in values:
            place = finder(values[name]) if _may_name_a_row(values[name]) else None
            if place is None:
                abort(404)
            values[name] = place
    return place


def _may_name_a_row(value: Any) -> bool:
    """Not a number beyond the database's own, nor a text that it cannot hold."""
    return value <= MOST if isinstance(value, int) else "\0" not in value
