"""A real mailbox on loopback, over IMAP, that the tests fill."""

import asyncio
import threading
from argparse import Namespace
from collections.abc import Coroutine
from typing import Any, Self

from imap_tools import MailBoxUnencrypted
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer
from pymap.user import Passwords, UserMetadata

USER, PASSWORD = "club", "p@ss/word"
FOLDERS = ("Bourse/traites", "Bourse/a-lire", "Bourse/illisibles")


class Mailbox:
    """Listens on 127.0.0.1, in a thread of its own; use as a context manager."""

    def __init__(self) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        return f"imap://club:p%40ss%2Fword@127.0.0.1:{self.port}/INBOX"

    def put(self, *mails: bytes) -> None:
        """Delivers mails, as a server on the way would."""
        with self._look() as mailbox:
            for mail in mails:
                mailbox.append(mail, "INBOX")

    def counts(self) -> dict[str, int]:
        """How many mails each folder holds."""
        with self._look() as mailbox:
            names = [each.name for each in mailbox.folder.list() if each.name in ("INBOX", *FOLDERS)]
            return {name: mailbox.folder.status(name)["MESSAGES"] for name in names}

    def _look(self) -> MailBoxUnencrypted:
        return MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(USER, PASSWORD)

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(timeout=10)

    async def _open(self) -> None:
        config = Config(
            Namespace(passlib_cfg=None, proxy_protocol="noop"),
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
            host=None,
            port=0,
            tls_enabled=False,
            secure_auth=False,
        )
        login = Login(config)
        password = await Passwords(config).hash_password(PASSWORD)
        await login.demo_user_identity.set(UserMetadata(config, USER, password=password))
        server = IMAPServer(DictBackend(login, config).login, config)
        answer = ProxyProtocolReader(config.proxy_protocol).get_callback(server)
        self._server = await asyncio.start_server(answer, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        mine = asyncio.all_tasks() - {asyncio.current_task()}
        for task in mine:
            task.cancel()
        await asyncio.gather(*mine, return_exceptions=True)
