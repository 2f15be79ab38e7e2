"""What every test may ask for: the house on either database, a visitor, a mail server, a browser."""

import contextvars
import os
import shutil
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient, FlaskCliRunner
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from bourse.app import create_app
from bourse.db import db
from bourse.settings import Settings
from tests.ladders import chromium, postgresql
from tests.mail_server import MailServer
from tests.mailbox import Mailbox

pytest_plugins = ["tests.cast"]

NO_MAIL_SERVER = "smtp://127.0.0.1:1"
ON_A_PHONE: Any = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR"}

numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--draw-doors", action="store_true", help="write tests/doors.txt anew")
    parser.addoption("--draw-pictures", action="store_true", help="take tests/browser/pictures anew")


# The database: migrated once a run, then copied for each test.


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: whoever asks for it runs once on each kind."""
    return request.getfixturevalue(f"fresh_{request.param}")


@pytest.fixture
def either_database(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of one kind, always the same for a test: for tables in which no two write at once."""
    kind = ("sqlite", "postgresql")[crc32(request.node.nodeid.encode()) % 2]
    return request.getfixturevalue(f"fresh_{kind}")


@pytest.fixture
def fresh_sqlite(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'bourse.sqlite3')}"


@pytest.fixture
def fresh_postgresql(postgresql_server: postgresql.Server, migrated_postgresql: str) -> Iterator[str]:
    with postgresql_server.database(f"bourse_{os.getpid()}_{next(numbers)}", template=migrated_postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "bourse.sqlite3"
    migrate(f"sqlite:///{file}", file.parent)
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(
    postgresql_server: postgresql.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of the database from which the others are copied."""
    name = f"bourse_{os.getpid()}"
    with postgresql_server.database(name) as url:
        migrate(url, tmp_path_factory.mktemp("migrated"))
        yield name


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgresql.Server]:
    with postgresql.server() as server:
        yield server


def migrate(url: str, data_dir: Path) -> None:
    app = create_app(settings_for(url, data_dir))
    app.test_cli_runner().invoke(args=["init"], catch_exceptions=False)
    with app.app_context():
        db.engine.dispose()


# The house


def settings_for(
    database_url: str,
    data_dir: Path,
    base_url: str = "http://localhost",
    smtp_url: str = NO_MAIL_SERVER,
    imap_url: str = "",
) -> Settings:
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        secret_key="for the tests, always the same",
        base_url=base_url,
        smtp_url=smtp_url,
        imap_url=imap_url,
    )


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Settings:
    """Mail goes to `smtp`, comes from `mailbox` and links lead to `live` when the test asks for these, else nowhere."""
    others = {}
    if "mailbox" in request.fixturenames:
        others["imap_url"] = request.getfixturevalue("mailbox").url
    if "smtp" in request.fixturenames:
        others["smtp_url"] = request.getfixturevalue("smtp").url
    if "live" in request.fixturenames:
        others["base_url"] = f"http://127.0.0.1:{request.getfixturevalue('listening').port}"
    return settings_for(database_url, tmp_path, **others)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The house on a fresh database, its context entered: `db.session` works. Forms need no CSRF token."""
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.jinja_env.bytecode_cache = compiled_templates
    app.test_client_class, app.test_cli_runner_class = Visitor, Operator
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


class Visitor(FlaskClient):
    """A browser, of which a test may have several: `app.test_client()` makes another."""

    def open(self, *args: Any, **options: Any) -> Any:
        return elsewhere(super().open, *args, **options)


class Operator(FlaskCliRunner):
    """Somebody at a terminal: `runner.invoke(args=["link", "claire@bourse.example"]).output`."""

    def invoke(self, *args: Any, **options: Any) -> Any:
        return elsewhere(super().invoke, *args, **options)


def elsewhere(act: Any, *args: Any, **options: Any) -> Any:
    """Acts as another process would: outside the test's context, on what the test committed.

    Within it, Flask would lend the test's session and `g` to the request: who is signed in would outlast it.
    """
    if has_app_context():
        db.session.commit()  # and the next look of the test's session sees what the act changed
    return contextvars.Context().run(act, *args, **options)


# Mail and browser


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    """The mail server that `settings` name: `smtp.received` is what came."""
    with MailServer() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """The mailbox that `settings` name: `mailbox.put(mail)` delivers to it."""
    with Mailbox() as server:
        yield server


@pytest.fixture
def listening() -> Iterator[BaseWSGIServer]:
    server = make_server("127.0.0.1", 0, refuse, threaded=True)
    yield server
    server.server_close()


def refuse(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []


@pytest.fixture
def live(app: Flask, settings: Settings, listening: BaseWSGIServer) -> Iterator[str]:
    """The address at which the house answers real browsers."""
    listening.app = app
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield settings.base_url
    listening.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live: str) -> Iterator[Page]:
    """A page of `live` on a phone; fails at the end if the console complained or anything was fetched elsewhere."""
    context = browser.new_context(base_url=live, **ON_A_PHONE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(live) else complaints.append(asked.url))
    yield page
    context.close()
    assert not complaints
