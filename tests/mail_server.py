"""A real mail server on loopback that keeps what it receives, and misbehaves when told to."""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

FOR_EVER = 3600.0


@dataclass(frozen=True)
class Received:
    """One message as it came: the envelope, the bytes and what they say."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


class MailServer:
    """Listens on 127.0.0.1, in a thread of its own; use as a context manager. `received` grows as messages come."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refused: set[str] = set()  # addresses that do not exist: 550 for ever
        self.greylists = False  # 451 to an address at first sight, then welcome
        self.known_addresses: set[str] = set()  # those seen
        self.known_senders: set[str] = set()  # any, when there is none: 553 for others
        self.drops = 0  # of so many messages it takes one, then hangs up before it says so
        self.hangs = False  # takes calls and says nothing
        self.seconds = 0.0  # how long it looks at a message before it takes it
        self.most_a_line = 0  # messages over one line, if there is an end: 421
        self.calls = 0  # how often anybody has connected
        self.port = 0
        self._lines: list[SMTP | Silence] = []
        self._taken: Counter[SMTP] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.up()
        return self

    def __exit__(self, *error: object) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listens, on the same port as before."""
        self._do(self._open())

    def down(self) -> None:
        """Hangs up on everybody and answers no more."""
        self._do(self._close())

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(timeout=10)

    async def _open(self) -> None:
        self._server = await self._loop.create_server(self._answer, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for line in self._lines:
            hang_up(line)
        self._lines.clear()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    def _answer(self) -> "SMTP | Silence":
        self.calls += 1
        line = Silence() if self.hangs else SMTP(self, hostname="localhost", enable_SMTPUTF8=True, loop=self._loop)
        self._lines.append(line)
        return line

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.known_senders and address not in self.known_senders:
            return "553 5.7.1 Not your address"
        if self.most_a_line and self._taken[server] >= self.most_a_line:
            return "421 4.7.0 Enough for one line"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 No such mailbox"
        if self.greylists and address not in self.known_addresses:
            self.known_addresses.add(address)
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        await asyncio.sleep(FOR_EVER if self.hangs else self.seconds)
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        self._taken[server] += 1
        if self.drops and len(self.received) % self.drops == 0:
            hang_up(server)
        return "250 2.0.0 Kept"


class Silence(asyncio.Protocol):
    """A line that nobody speaks on."""

    transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport


def hang_up(line: SMTP | Silence) -> None:
    if isinstance(line.transport, asyncio.Transport):
        line.transport.abort()
