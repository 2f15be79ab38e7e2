"""Assembles the house: the only file that knows every room."""

import hashlib
import logging
import os
import sys
from functools import cache, partial
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, has_request_context, request, session, url_for
from flask.cli import FlaskGroup
from flask_babel import Babel, get_locale
from flask_compress import Compress
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

from bourse import clock, doors, figures, headers, house, offline, words
from bourse.agenda import views as agenda
from bourse.attendance import views as attendance
from bourse.board import views as board
from bourse.clubs import begin_views, company_views, list_views, member_views, roles
from bourse.clubs import views as clubs
from bourse.clubs.commands import people
from bourse.clubs.models import BroughtList, Club, Company, CompanyLink, Membership, Organisation
from bourse.commands import init, serve
from bourse.db import db, open_database
from bourse.demo import demo
from bourse.home import club_views, feed_views, foreseen_views, help_views, outbox_models, outbox_views, reply_views
from bourse.home import views as home
from bourse.home.due import write_reminders
from bourse.home.know_already import KnowAlready
from bourse.home.reading_models import glance
from bourse.mailroom import catcher_views as catcher
from bourse.mailroom.commands import letters, worker
from bourse.meetings import answer_views as answers
from bourse.meetings import calendar_views, guest_views
from bourse.meetings import exclusion_views as exclusions
from bourse.meetings import views as meetings
from bourse.meetings.commands import hear
from bourse.meetings.commands import meetings as list_meetings
from bourse.meetings.due import write_calendar_letters
from bourse.meetings.guest_models import Guest
from bourse.meetings.heard_models import Heard, forget_old_mail
from bourse.meetings.models import Invitation
from bourse.meetings.recheck import drop_untrue_questions
from bourse.meetings.roles import may_have_to_answer
from bourse.meetings.take import take
from bourse.outcomes import views as outcomes
from bourse.people import address_views, signing
from bourse.people import views as people_views
from bourse.people.bounces import note_refusal, undeliverable
from bourse.people.commands import link
from bourse.people.enter import fingerprint
from bourse.people.models import Alias
from bourse.planning import (
    ask_views,
    date_views,
    day_views,
    hand_views,
    link_views,
    opinion_views,
    past_views,
    plan_views,
    poll_views,
    publish_views,
    relax_views,
    replan_views,
    together_views,
    wish_views,
)
from bourse.planning import views as planning
from bourse.planning.commands import plan, solve
from bourse.planning.due import close_seasons
from bourse.planning.models import SchoolPeriod
from bourse.planning.recheck import drop_untrue_asks
from bourse.planning.search_models import JointPlan
from bourse.planning.worker import Foreman
from bourse.problems import attachment_views as attachments
from bourse.problems import version_views as versions
from bourse.problems import views as problems
from bourse.refusals import answer_refusals
from bourse.settings import Settings, UnsafeSettings

ROOMS = (
    *(people_views, address_views, clubs, begin_views, member_views, company_views, list_views),
    *(meetings, answers, exclusions, guest_views, calendar_views),
    *(planning, date_views, ask_views, wish_views, poll_views, day_views, link_views),
    *(plan_views, hand_views, publish_views, replan_views, relax_views, opinion_views, past_views, together_views),
    *(problems, versions, attachments, board, agenda, attendance, outcomes),
    *(home, club_views, feed_views, reply_views, outbox_views, foreseen_views, offline),
)
COMMANDS = (init, serve, demo, link, people, worker, letters, list_meetings, hear, plan, solve)
MAX_REQUEST = 50 * 2**20

compress = Compress()
csrf = CSRFProtect()
babel = Babel()


def create_app(settings: Settings | None = None) -> Flask:
    """The whole house, ready to serve; raises UnsafeSettings."""
    settings = settings or Settings.from_environment(os.environ)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app = Flask(__name__, template_folder=str(house.folder("templates")), static_folder=str(house.folder("static")))
    app.config.from_mapping(_configuration(settings))
    compress.init_app(app)  # first of all, for the last to touch an answer is the first to come
    clock.start(settings.clock)
    _set_up_logs(settings)
    open_database(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=_language, default_timezone="UTC")
    signing.set_up_sign_in(app, roles.is_staff)
    headers.send_headers(app, secure=settings.base_url.startswith("https://"))
    answer_refusals(app)
    _furnish_templates(app)
    _open_rooms(app, settings)
    doors.hang_doors(app)
    app.before_request(_keep_club_time)
    _answer_calendars_first(app)
    return app


def _answer_calendars_first(app: Flask) -> None:
    with app.app_context():
        engine = db.engine
    known = KnowAlready(app.wsgi_app, lambda token: glance(engine, fingerprint(token), clock.now()))
    app.wsgi_app = known  # type: ignore[assignment,method-assign]


def _create_for_commands() -> Flask:
    try:
        return create_app()
    except UnsafeSettings as refusal:
        for sentence in refusal.sentences:
            print(sentence, file=sys.stderr)
        sys.exit(2)


cli = FlaskGroup(
    name="bourse",
    create_app=_create_for_commands,
    add_default_commands=False,
    load_dotenv=False,
    set_debug_flag=False,
    help="Runs a Club Bourse: its web app, its letters, its lists.",
)


def _configuration(settings: Settings) -> dict[str, Any]:
    secure = settings.base_url.startswith("https://")
    scheme, _, netloc = settings.base_url.partition("://")
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": not settings.database_url.startswith("sqlite")},
        "MAX_CONTENT_LENGTH": MAX_REQUEST,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_STREAMS": False,
        "SESSION_COOKIE_NAME": "__Host-bourse" if secure else "bourse",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "WTF_CSRF_TIME_LIMIT": None,  # a long-typed form is never too late
        "WTF_CSRF_SSL_STRICT": False,  # it wants a Referer, which pages with a secret in their address do not send
        "TRUSTED_HOSTS": [settings.host] if settings.in_production else [settings.host, "127.0.0.1", "localhost"],
        "SERVER_NAME": netloc,
        "PREFERRED_URL_SCHEME": scheme,
        "BABEL_TRANSLATION_DIRECTORIES": str(house.PACKAGE / "translations"),
        "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
        "WRITE_DUE": (write_calendar_letters, drop_untrue_questions, drop_untrue_asks, forget_old_mail),
        "WRITE_EACH_MINUTE": (write_reminders, close_seasons),
        "WHEN_REFUSED": (note_refusal,),
        "KEEP_BACK": undeliverable,
        "BESIDE": (Foreman,),
        "HEAR": lambda raw, at: take(raw, at).is_ours,
        "MAY_HAVE_TO_ANSWER": may_have_to_answer,
        "WAY_TO_FOUND": begin_views.way_to_found,
    }


def _set_up_logs(settings: Settings) -> None:
    for_people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    as_lines: Any = structlog.processors.JSONRenderer() if settings.in_production else for_people
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info if settings.in_production else lambda _, __, entry: entry,
            as_lines,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _language() -> str:
    """The person's language, else what was chosen on this browser, else what the browser asks for, else French."""
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return session.get("language") or request.accept_languages.best_match(["fr", "en"]) or "fr"


def _keep_club_time() -> None:
    """Dates are told on the clocks of the club that the address names."""
    for place in (request.view_args or {}).values():
        if club := getattr(place, "club", None):
            words.keep_time_of(club.timezone)


def _open_rooms(app: Flask, settings: Settings) -> None:
    rooms = ROOMS if settings.in_production else (*ROOMS, catcher)
    for bp in dict.fromkeys(room.bp for room in rooms):  # files of one room share its blueprint
        app.register_blueprint(bp)
    for view in (answers.answer_by_link, link_views.answer_by_link):
        csrf.exempt(view)  # its own token is the authority, and it reads no cookie
    doors.open_door(app.view_functions["static"])  # type: ignore[arg-type]
    for name, finder in _finders().items():
        doors.find_by(app, name, finder)
    for command in COMMANDS:
        app.cli.add_command(command)


def _finders() -> dict[str, doors.Finder]:
    return {
        "organisation": partial(db.session.get, Organisation),
        "joint": partial(db.session.get, JointPlan),
        "period": partial(db.session.get, SchoolPeriod),
        "club": lambda slug: db.session.scalar(db.select(Club).filter_by(slug=slug)),
        "company": partial(db.session.get, Company),
        "link": partial(db.session.get, CompanyLink),
        "alias": partial(db.session.get, Alias),
        "membership": partial(db.session.get, Membership),
        "brought": partial(db.session.get, BroughtList),
        "season": planning.find,
        "meeting": meetings.find,
        "attachment": attachments.find,
        "version": versions.find,
        "invitation": partial(db.session.get, Invitation),
        "guest": partial(db.session.get, Guest),
        "heard": lambda id: db.session.scalar(db.select(Heard).where(Heard.id == id, Heard.club_id.is_not(None))),
        "letter": outbox_models.find,
        "idea": board.find,
        "commitment": outcomes.find,
    }


def _furnish_templates(app: Flask) -> None:
    words.teach(app.jinja_env)
    app.jinja_env.globals.update(
        asset=cache(lambda name: url_for("static", filename=name, v=_digest(Path(str(app.static_folder), name)))),
        csp_nonce=headers.csp_nonce,
        figures=figures,
        now=clock.now,
    )
    app.context_processor(_facts_of_every_page)


def _facts_of_every_page() -> dict[str, Any]:
    facts: dict[str, Any] = {"locale": str(get_locale())}
    if has_request_context():
        person = current_user._get_current_object() if current_user.is_authenticated else None
        facts |= {"current_person": person, "nav": home.navigation(person) if person else ()}
        facts["help_page"] = help_views.page_for(person) if person else None
    return facts


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
