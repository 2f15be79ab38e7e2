"""The mailbox that the house reads over IMAP (RFC 9051): what waits there, and where it is put away."""

import contextlib
import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Self
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted

from bourse.mailroom.unpack import MOST_BYTES

SECONDS = 20  # for each thing asked of the server
LONGEST = 120  # seconds for a whole mail
PORTS = {"imap": 143, "imaps": 993}
TOP = "Bourse"


class MailboxAway(OSError):
    """The mailbox cannot be read now."""


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    """Whatever goes wrong on the line becomes MailboxAway. It names the kind of fault, never what was sent."""
    try:
        yield
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise MailboxAway(type(error).__name__) from None


class Mailbox:
    """A line to the mailbox at `url`, `imaps://user:password@host/INBOX`; use as a context manager.

    Everything but leaving raises MailboxAway when the server does not answer well, or in time.
    """

    def __init__(self, url: str):
        self._url = urlsplit(url)
        self._folders: dict[str, str] = {}
        self.validity = 0  # UIDVALIDITY: while it stays the same, so do the UIDs

    def __enter__(self) -> Self:
        folder = unquote(self._url.path.strip("/")) or "INBOX"
        with _told_plainly(), contextlib.ExitStack() as in_trouble:
            self._line = self._connected()
            in_trouble.callback(self._hang_up)
            self._line.login(unquote(self._url.username or ""), unquote(self._url.password or ""), initial_folder=None)
            # Many servers tell what they can do only now, MOVE included.
            self._line.client.capabilities = tuple(self._line.client.capability()[1][0].decode().upper().split())
            self._line.folder.set(folder)
            self.validity = int(self._line.client.response("UIDVALIDITY")[1][0] or 0)
            in_trouble.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        with contextlib.suppress(ImapToolsError, imaplib.IMAP4.error, OSError):
            self._line.logout()
        self._hang_up()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._line.client.shutdown()

    def _cut(self) -> None:
        """Ends the line under whoever reads from it in another thread, without waiting for him."""
        with contextlib.suppress(OSError):
            self._line.client.socket().shutdown(socket.SHUT_RDWR)

    def _connected(self) -> BaseMailBox:
        host, port = self._url.hostname or "127.0.0.1", self._url.port or PORTS[self._url.scheme]
        if self._url.scheme == "imaps":
            return MailBox(host, port, timeout=SECONDS, ssl_context=ssl.create_default_context())
        return MailBoxUnencrypted(host, port, timeout=SECONDS)

    def waiting(self) -> list[int]:
        """The UIDs of the mails that wait."""
        with _told_plainly():
            return [int(uid) for uid in self._line.uids("UNDELETED")]

    def read(self, uid: int) -> bytes:
        """The mail's first megabytes; empty when it is gone. It stays unread for people."""
        with _told_plainly(), self._hanging_up_after(LONGEST):
            _, told = self._line.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        return next((each[1] for each in told if isinstance(each, tuple)), b"")

    @contextlib.contextmanager
    def _hanging_up_after(self, seconds: float) -> Iterator[None]:
        """A mail that comes a few bytes at a time is never late, and never there."""
        watch = threading.Timer(seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def put_away(self, uid: int, folder: str) -> None:
        """Moves a mail into one of the house's own folders, which is made when it is first needed."""
        with _told_plainly():
            self._line.move(str(uid), self._folder(folder))

    def _folder(self, name: str) -> str:
        if name not in self._folders:
            sign = next((each.delim for each in self._line.folder.list("", "%")), "/")
            full = sign.join((TOP, name))
            if not self._line.folder.exists(full):
                self._line.folder.create(full)
                self._line.folder.subscribe(full, True)
            self._folders[name] = full
        return self._folders[name]
