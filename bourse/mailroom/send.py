"""One kept-open line to the mail server: what became of each message."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

CONNECT_SECONDS = 10  # for each step until the line stands
ANSWER_SECONDS = 30  # for each step of a letter: many servers look at a message before they take it
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Fate(Enum):
    """What the server made of a message."""

    sent = "sent"
    deferred = "deferred"  # this letter later, the others now
    broken = "broken"  # the same, but the line broke: it may have left
    refused = "refused"  # never again
    down = "down"  # nothing leaves now


@dataclass(frozen=True)
class Answer:
    fate: Fate
    reason: str = ""


class NoMailServer(OSError):
    """No mail server is known (yet)."""


def development_url(data_dir: Path) -> str:
    """The URL of the development catcher, which writes its port when it starts; raises NoMailServer."""
    try:
        return f"smtp://127.0.0.1:{int((data_dir / 'catcher.port').read_text())}"
    except (OSError, ValueError):
        raise NoMailServer("the development catcher is not running") from None


class Line:
    """A line to the mail server that `find_url` names, opened when first needed; use as a context manager."""

    def __init__(self, find_url: Callable[[], str]):
        self.find_url = find_url
        self._server: smtplib.SMTP | None = None
        self._takes_any_sender = True
        self._has_served = False

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *raised: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        server, self._server, self._has_served = self._server, None, False
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def send(self, sender: str, recipient: str, message: bytes, own_sender: str = "") -> Answer:
        """Hands one message over; never raises for what a mail server can do.

        `own_sender` is this message's own address for reports, if it has one; a server that does not take it, and
        so the next messages', gets `sender`.
        """
        answer = self._send(sender, recipient, message, own_sender)
        if answer.fate is Fate.down and self._has_served:  # many servers take only so many letters over one line
            self.hang_up()
            answer = self._send(sender, recipient, message, own_sender)
        if answer.fate is Fate.sent:
            self._has_served = True
        return answer

    def _send(self, sender: str, recipient: str, message: bytes, own_sender: str) -> Answer:
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            self.hang_up()
            return Answer(Fate.down, _words(error))
        try:
            if not (own_sender and self._takes_any_sender and self._sent_as(server, own_sender, recipient, message)):
                server.sendmail(sender, [recipient], message)
        except smtplib.SMTPRecipientsRefused as error:
            return _verdict(*next(iter(error.recipients.values())))
        except (smtplib.SMTPHeloError, smtplib.SMTPSenderRefused) as error:
            return _verdict_on_us(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            return _verdict(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self.hang_up()
            return Answer(Fate.broken, _words(error))
        return Answer(Fate.sent)

    def _sent_as(self, server: smtplib.SMTP, own_sender: str, recipient: str, message: bytes) -> bool:
        """Whether it left; False when the server does not take this sender."""
        try:
            server.sendmail(own_sender, [recipient], message)
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code < 500:
                raise
            self._takes_any_sender = False
            return False
        return True

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = _connect(urlsplit(self.find_url()))
        return self._server


def _connect(url: SplitResult) -> smtplib.SMTP:
    host, port = url.hostname or "127.0.0.1", url.port or PORTS.get(url.scheme, 25)
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=CONNECT_SECONDS)
    if url.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    if server.sock:
        server.sock.settimeout(ANSWER_SECONDS)
    return server


def _verdict(code: int, said: bytes | str) -> Answer:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    if code == 421:  # RFC 5321 §3.8: the server closes the channel
        return Answer(Fate.down, f"{code} {words}")
    return Answer(Fate.deferred if 400 <= code < 500 else Fate.refused, f"{code} {words}")


def _verdict_on_us(code: int, said: bytes | str) -> Answer:
    """What was said before the recipient was named: no letter's fault, unless that it is too big (RFC 1870)."""
    answer = _verdict(code, said)
    return Answer(Fate.down, answer.reason) if answer.fate is Fate.refused and code != 552 else answer


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, NoMailServer) else f"{type(error).__name__}: {error}"
