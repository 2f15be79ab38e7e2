"""My calendar: a secret address where it reads the meetings of my clubs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import Response, current_app, flash, get_flashed_messages, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_login import current_user

from bourse.clock import club_time, now
from bourse.clubs.models import Role, address_line
from bourse.clubs.roles import memberships_of
from bourse.db import db
from bourse.doors import door, open_door
from bourse.headers import ask_no_cookie
from bourse.home import reading_models
from bourse.home.forms import AnswersForm, FeedForm
from bourse.home.know_already import READING
from bourse.home.models import Feed, FeedMode
from bourse.home.reading_models import SAID, Reading, questions, read_feed
from bourse.home.subscribe import Option, Seen, held, published
from bourse.home.views import bp
from bourse.links import link_to
from bourse.meetings.letters import organizer
from bourse.meetings.models import MeetingState, Via
from bourse.meetings.publish import feed as written
from bourse.meetings.reconcile import answer_holds, next_stamp
from bourse.meetings.states import SeasonState
from bourse.meetings.tell import Told
from bourse.people.enter import fingerprint, fresh_secrets
from bourse.people.models import Person, note
from bourse.planning.resolve import SILENT, resolved
from bourse.words import _

POLICY = "default-src 'none'; sandbox"
FRESH_SECONDS = 900
KEPT_TEXTS = 1000


def is_in_a_club(person: Person, place: Any) -> bool:
    return bool(memberships_of(person))


# The page


@bp.get("/feed/")
@door(is_in_a_club)
def subscribe() -> ResponseReturnValue:
    """Mon agenda: how meetings come into it, and the address to subscribe to, told once."""
    feed = _feed_of(current_user)
    form = FeedForm(obj=feed)
    token = next(iter(get_flashed_messages(category_filter=["feed"])), None)
    address = link_to("home.feed", token=token) if token else ""
    answers = AnswersForm(obj=current_user)
    ours = organizer().address
    return render_template(
        "home/subscribe.html", form=form, answers=answers, feed=feed, address=address, our_address=ours
    )


def _feed_of(person: Person) -> Feed | None:
    return db.session.scalar(db.select(Feed).filter_by(person_id=person.id))


@bp.post("/feed/")
@door(is_in_a_club)
def draw_address() -> ResponseReturnValue:
    """A new secret address; the former one is dead at once."""
    form, feed, token = FeedForm(), _feed_of(current_user), fresh_secrets().token
    if feed is None:
        feed = Feed(person_id=current_user.id, token_hash=fingerprint(token))
        feed.mode = form.mode.data if form.validate() else FeedMode.all
        feed.shows_options = form.shows_options.data
        db.session.add(feed)
        db.session.flush()
    else:
        feed.draw(fingerprint(token), now())
    note("draw_address", by=current_user, about=feed)
    db.session.commit()
    flash(token, "feed")
    return redirect(url_for("home.subscribe"))


@bp.post("/feed/mode")
@door(is_in_a_club)
def choose_meetings() -> ResponseReturnValue:
    """Which meetings the feed shows; its address stays."""
    form, feed = FeedForm(), _feed_of(current_user)
    if feed is not None and form.validate_on_submit():
        feed.mode, feed.shows_options = form.mode.data, form.shows_options.data
        note("choose_meetings", by=current_user, about=feed)
        db.session.commit()
        flash(_("C'est noté. Votre agenda suivra à sa prochaine lecture."))
    return redirect(url_for("home.subscribe"))


@bp.post("/feed/answers")
@door(is_in_a_club)
def tell_answers() -> ResponseReturnValue:
    """Whether what I answer here is sent to my calendar."""
    form = AnswersForm()
    if form.validate_on_submit():
        current_user.tells_calendar = form.tells_calendar.data
        note("tell_answers", by=current_user, about=current_user)
        db.session.commit()
        flash(_("C'est noté."))
    return redirect(url_for("home.subscribe"))


@bp.post("/feed/end")
@door(is_in_a_club)
def unsubscribe() -> ResponseReturnValue:
    """The address is dead at once."""
    if feed := _feed_of(current_user):
        note("unsubscribe", by=current_user, about=feed)
        db.session.delete(feed)
        db.session.commit()
    flash(_("L'adresse est supprimée : plus aucun agenda ne la lit."))
    return redirect(url_for("home.subscribe"))


# The feed


@dataclass(frozen=True, slots=True)
class Text:
    """What the feed says, and the mark by which a calendar knows that it has read it."""

    octets: bytes
    etag: str


@bp.get("/feed/<token>.ics")
@open_door
def feed(token: str) -> ResponseReturnValue:
    """A person's meetings for the calendar that subscribed to them. The address alone says whose: no cookie is read."""
    ask_no_cookie()
    at = now()
    reading = request.environ.get(READING) or _reading_of(token, at)
    if reading is None:
        return _refused(404)
    text, row = _text(reading.said, current_app.config["SETTINGS"].base_url), _own_row(reading)
    is_news = text.etag != row.etag
    changed_at = next_stamp(row.changed_at, at) if is_news else row.changed_at
    answer = _answer(text, changed_at)
    is_whole = answer.status_code == 200
    if is_whole and row.is_read_lately and row.reads >= reading_models.READS_AN_HOUR:
        return _refused(429, {"Retry-After": "3600"})
    news: dict[str, Any] = {"etag": text.etag, "changed_at": changed_at} if is_news else {}
    if not row.is_read_lately:
        news |= {"read_at": at, "reads": int(is_whole)}
    elif is_whole:
        news |= {"reads": Feed.reads + 1}
    if news:
        db.session.execute(db.update(Feed).where(Feed.id == row.id).values(news))
        db.session.commit()
    return answer


def _reading_of(token: str, at: datetime) -> Reading | None:
    with db.engine.connect() as line:

        def execute(query: str, values: Any) -> Sequence[Any]:
            return line.exec_driver_sql(query, values if isinstance(values, dict) else tuple(values)).all()

        return read_feed(execute, db.engine.dialect, fingerprint(token), at)


def _own_row(reading: Reading) -> Any:
    feed, *_others = questions(db.engine.dialect)
    return feed.understand((*reading.clubs[0], *reading.own))


def _answer(text: Text, changed_at: datetime) -> Response:
    """The text, or 304 to a calendar that has it."""
    answer = Response(text.octets, headers=_headers())
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    answer.set_etag(text.etag)
    answer.last_modified = changed_at
    answer.make_conditional(request)
    return answer


def _refused(status: int, others: dict[str, str] | None = None) -> Response:
    """No page, since no person reads it."""
    headers = _headers() | {"Cache-Control": "no-store"} | (others or {})
    return Response(status=status, mimetype="text/plain", headers=headers)


def _headers() -> dict[str, str]:
    return {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Content-Security-Policy": POLICY}


@lru_cache(maxsize=KEPT_TEXTS)
def _text(said: tuple[Any, ...], address: str) -> Text:
    """The feed's text. The same rows make the same text, so that it is written once for all who ask again."""
    (of_feed, of_meeting, of_option), (clubs, meetings, options) = questions(db.engine.dialect), said
    blank = (None,) * (of_feed.width - SAID)
    owners = sorted((of_feed.understand((*row, *blank)) for row in clubs), key=lambda owner: owner.name)
    owner = owners[0]
    with force_locale(owner.language):
        seen = (_seen(of_meeting.understand(row), owner.person_id) for row in meetings)
        shown = published(seen, without_accepted=owner.mode is FeedMode.unaccepted)
        shown += held(_option(of_option.understand(row)) for row in options)
        octets = written(", ".join(each.name for each in owners), owner.timezone, shown)
    return Text(octets, sha256(octets).hexdigest()[:32])


def _seen(row: Any, reader: int) -> Seen:
    answer = row.answer and (row.answer if answer_holds(row.answered_sequence, row.moved_sequence) else "none")
    return Seen(
        _told(row),
        max(row.sequence, row.seen_sequence or 0),
        answer or "",
        presence=row.presence or "",
        answered_at=row.answered_at,
        is_by_mail=row.via is Via.calendar,
        runs_it=row.role is Role.facilitator or row.host_id == reader,
        is_cancelled=row.state is MeetingState.cancelled,
        is_full=bool(row.is_full),
    )


def _option(row: Any) -> Option:
    day = club_time(row.starts_at, row.timezone).date()
    if row.meeting_id:
        place, url = f"meeting:{row.meeting_id}", link_to("planning.days", meeting=row.meeting_id)
    else:
        place, url = f"season:{row.season_id}", link_to(_page_of(row), season=row.season_id)
    return Option(
        uid=f"poll-{uuid5(NAMESPACE_URL, link_to('home.show') + place)}-{row.id}",
        asked_at=row.asked_at,
        changed_at=max(each for each in (row.asked_at, row.given_at, row.wished_at) if each),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        answer=resolved(day, row.weekdays or SILENT, row.answer),
        club=row.club,
        zone=row.timezone,
        number=row.number,
        url=url,
    )


def _page_of(row: Any) -> str:
    """Where the reader says what he thinks of the season as it is now."""
    if row.state is SeasonState.polling:
        return "planning.wish"
    return "planning.show" if row.role is Role.facilitator else "planning.opinion"


def _told(row: Any) -> Told:
    return Told(
        uid=row.uid,
        created_at=row.created_at,
        changed_at=row.changed_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        club=row.club,
        zone=row.timezone,
        title=row.title,
        practical=row.practical,
        host=f"{row.given_name} {row.family_name}".strip(),
        place=row.place,
        address=address_line(row.street, row.postcode, row.commune),
        latitude=row.latitude,
        longitude=row.longitude,
        parking=row.parking,
        reception=row.reception,
        protective_equipment=row.protective_equipment,
        photo_rule=row.photo_rule,
        url=link_to("meetings.show", meeting=row.id),
    )
