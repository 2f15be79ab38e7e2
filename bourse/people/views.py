"""Coming in, going out, and what one says of oneself."""

from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bourse.clock import now
from bourse.db import db
from bourse.doors import door, open_door
from bourse.headers import forget_all, keep_private
from bourse.links import safe_path
from bourse.mailroom.models import Letter, write
from bourse.people import letters
from bourse.people.enter import (
    ASKS_AN_HOUR,
    LINK_LASTS,
    LINKS_AN_HOUR,
    fingerprint,
    fresh_secrets,
    is_good,
    is_same,
    tidy_code,
)
from bourse.people.forms import CodeForm, EnterForm, PersonForm, SignInForm
from bourse.people.models import AuditEvent, Language, Person, SignIn, WayIn, is_anybody_known, note
from bourse.people.signing import browser_key, leave, leave_everywhere, open_sign_in
from bourse.words import _

bp = Blueprint("people", __name__, url_prefix="/people")

SEEN_EVERY = timedelta(minutes=5)


@bp.after_app_request
def note_seen(response: Response) -> Response:
    """Moves the idle limit of whoever is signed in, at most every few minutes, in a transaction of its own."""
    sign_in = g.get("sign_in")
    if sign_in is None or response.status_code >= 500:
        return response
    id, seen_at = sign_in.id, sign_in.seen_at
    if now() - seen_at > SEEN_EVERY:
        db.session.rollback()
        db.session.execute(db.update(SignIn).where(SignIn.id == id).values(seen_at=now()))
        db.session.commit()
    return response


@bp.route("/sign-in", methods=["GET", "POST"])
@open_door
def sign_in() -> ResponseReturnValue:
    """Asks for a link; the answer is the same whether somebody has that address or not."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form, is_empty=not is_anybody_known())
    if _asked_from_here() >= ASKS_AN_HOUR:
        abort(429)
    address = str(form.email.data).lower()
    person = db.session.scalar(db.select(Person).where(Person.email == address))
    _send_way_in(person)
    note("ask_way_in", by=person, address=request.remote_addr)
    db.session.commit()
    session["address"] = form.email.data
    return redirect(url_for("people.enter_code"))


def _send_way_in(person: Person | None) -> None:
    """Writes a way in. For an unknown address as well, so that the answer takes the same time; but no letter leaves."""
    secrets, at = fresh_secrets(), now()
    way = WayIn(
        person=person,
        token_hash=fingerprint(secrets.token),
        code_hash=fingerprint(secrets.code),
        browser_hash=fingerprint(browser_key()),
        expires_at=at + LINK_LASTS,
    )
    db.session.add(way)
    reader = person or Person(given_name="", family_name="", email="", language=Language.fr)
    parts = letters.way_in(reader, secrets)
    if person and not person.is_closed and _letters_in_the_last_hour(person) < LINKS_AN_HOUR:
        write(
            parts,
            key=f"way_in:{way.token_hash}",
            kind="way_in",
            to=person.recipient,
            language=person.language,
            not_after=way.expires_at,
            is_secret=True,
        )


def _letters_in_the_last_hour(person: Person) -> int:
    letters = db.select(db.func.count(Letter.id)).where(Letter.kind == "way_in", Letter.to_address == person.email)
    return db.session.scalar(letters.where(Letter.written_at > now() - timedelta(hours=1))) or 0


def _asked_from_here() -> int:
    """How often somebody asked for a way in from this network address, in the last hour."""
    asks = db.select(db.func.count(AuditEvent.id)).where(AuditEvent.act == "ask_way_in")
    here = asks.where(AuditEvent.address == request.remote_addr, AuditEvent.at > now() - timedelta(hours=1))
    return db.session.scalar(here) or 0


@bp.route("/sign-in/code", methods=["GET", "POST"])
@open_door
def enter_code() -> ResponseReturnValue:
    """Takes the code of the letter, in the browser that asked for it."""
    form = CodeForm()
    if form.validate_on_submit():
        way = _way_by_code(tidy_code(form.code.data or ""))
        if way is not None:
            return _come_in(way, is_kept=True)
        form.code.errors = [_("Ce code ne convient pas. Vérifiez-le, ou demandez un nouveau lien.")]
        db.session.commit()  # the wrong try counts
    return render_template("people/sent.html", form=form, address=session.get("address", ""))


def _way_by_code(code: str) -> WayIn | None:
    """The newest way in that this browser asked for, if the code is its own; a wrong one is counted."""
    way = db.session.scalar(
        db.select(WayIn)
        .where(WayIn.browser_hash == fingerprint(browser_key()))
        .order_by(WayIn.id.desc())
        .limit(1)
        .with_for_update()
    )
    if way is None or not _is_good(way):
        return None
    if is_same(code, way.code_hash):
        return way
    way.wrong_codes += 1
    return None


@bp.route("/sign-in/<token>", methods=["GET", "POST"])
@open_door
def enter(token: str) -> ResponseReturnValue:
    """Shows a button (mail filters open links); only its POST spends the link."""
    form = EnterForm()
    query = db.select(WayIn).where(WayIn.token_hash == fingerprint(token))
    way = db.session.scalar(query.with_for_update() if form.is_submitted() else query)
    if way is None or not _is_good(way):
        return _private(render_template("people/stale.html"), 410)
    if form.validate_on_submit():
        return _come_in(way, is_kept=bool(form.keep.data))
    return _private(render_template("people/enter.html", form=form, person=way.person))


def _private(page: str, status: int = 200) -> ResponseReturnValue:
    return keep_private(make_response(page, status))


def _is_good(way: WayIn) -> bool:
    return (
        way.person is not None
        and not way.person.is_closed
        and is_good(
            expires_at=way.expires_at,
            spent_at=way.spent_at,
            is_reusable=way.is_reusable,
            wrong_codes=way.wrong_codes,
            now=now(),
        )
    )


def _come_in(way: WayIn, is_kept: bool) -> ResponseReturnValue:
    """Spends the way in and opens a session; a use in another browser is told to the person."""
    assert way.person is not None
    way.spent_at = now()
    if way.browser_hash is not None:
        way.person.trust_address()  # it came by letter, so letters arrive
    is_elsewhere = way.browser_hash is not None and not is_same(browser_key(), way.browser_hash)
    sign_in = open_sign_in(way.person, is_kept)
    db.session.flush()
    note("sign_in", by=way.person, about=sign_in, address=request.remote_addr)
    if is_elsewhere:
        _tell_new_device(way.person, sign_in)
    db.session.commit()
    return redirect(safe_path(session.pop("next", None)) or url_for("home.show"))


def _tell_new_device(person: Person, sign_in: SignIn) -> None:
    write(
        letters.new_device(person, sign_in.device),
        key=f"new_device:{sign_in.key_hash}",
        kind="new_device",
        to=person.recipient,
        language=person.language,
    )


@bp.post("/sign-out")
@door()
def sign_out() -> ResponseReturnValue:
    leave()
    note("sign_out", by=current_user)
    db.session.commit()
    return _go_out()


def _go_out() -> ResponseReturnValue:
    """To the doorstep. Nothing stays on the phone, unless its script keeps there what somebody else has not sent."""
    response = make_response(redirect(url_for("people.sign_in")))
    return response if "spare" in request.form else forget_all(response)


@bp.post("/sign-out/everywhere")
@door()
def sign_out_everywhere() -> ResponseReturnValue:
    leave_everywhere(current_user)
    note("sign_out_everywhere", by=current_user)
    db.session.commit()
    flash(_("C'est fait : plus aucun appareil n'est connecté à votre nom."))
    return _go_out()


@bp.route("/me", methods=["GET", "POST"])
@door()
def me() -> ResponseReturnValue:
    """My name, my telephone, my language, my devices."""
    form = PersonForm(obj=current_user)
    if form.validate_on_submit():
        form.populate_obj(current_user)
        note("me", by=current_user, about=current_user)
        db.session.commit()
        flash(_("C'est noté."))
        return redirect(url_for("people.me"))
    devices = db.session.scalars(
        db.select(SignIn)
        .where(SignIn.person_id == current_user.id, SignIn.ended_at.is_(None))
        .order_by(SignIn.id.desc())
    ).all()
    return render_template("people/me.html", form=form, devices=devices, here_now=g.sign_in.id)


@bp.post("/language/<code>")
@open_door
def speak(code: str) -> ResponseReturnValue:
    """Changes the language: of the person when signed in, else of this browser."""
    if code not in list(Language):
        abort(404)
    session["language"] = code
    if current_user.is_authenticated:
        current_user.language = Language(code)
        note("language", by=current_user)
        db.session.commit()
    return redirect(safe_path(request.form.get("next")) or url_for("home.show"))
