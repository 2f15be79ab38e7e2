"""A telephone for the tests: its browser dies without a word, its network goes and comes back."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, make_server

from tests.ladders import chromium

SCREEN: Any = {"viewport": {"width": 390, "height": 844}, "locale": "fr-FR"}


class Network:
    """What lies between the phone and the house: while it is cut, connections are refused."""

    def __init__(self, app: Flask, port: int):
        self.app, self.port = app, port
        self.server: BaseWSGIServer | None = None
        self.thread: threading.Thread | None = None

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def mend(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def cut(self) -> None:
        if self.server and self.thread:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
        self.server = self.thread = None


class Phone:
    """A browser with a memory of its own: what it kept is there when it is opened again."""

    def __init__(self, browser: Browser, folder: Path, home: str):
        self.browser, self.folder, self.home = browser, folder, home
        self.key = ""
        self.context: BrowserContext | None = None

    def open(self) -> Page:
        self.context = self.browser.browser_type.launch_persistent_context(
            self.folder, executable_path=chromium.find(), args=chromium.FLAGS, base_url=self.home, **SCREEN
        )
        self.context.set_default_timeout(15_000)
        self.sign_in(self.key)
        return self.context.pages[0]

    def sign_in(self, key: str) -> None:
        """Puts the cookie of a sign-in into the browser; a killed browser forgets one that is just seconds old."""
        self.key = key
        if self.context and key:
            self.context.add_cookies([{"name": "bourse", "value": key, "url": self.home}])

    def die(self) -> None:
        """As when the system ends the app, or the battery: no page is asked, none says goodbye."""
        assert self.context
        with self.context.expect_event("close"):
            os.kill(self._process(), signal.SIGKILL)
        self.context = None

    def _process(self) -> int:
        """The browser's first process, which knows its folder and is of no special type."""
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # ended meanwhile
                words = file.read_bytes().split(b"\0")
                if f"--user-data-dir={self.folder}".encode() in words and not any(b"--type=" in word for word in words):
                    return int(file.parent.name)
        raise LookupError(self.folder)

    def close(self) -> None:
        if self.context:
            self.context.close()


@contextmanager
def a_phone(browser: Browser, folder: Path, home: str) -> Iterator[Phone]:
    phone = Phone(browser, folder, home)
    yield phone
    phone.close()
