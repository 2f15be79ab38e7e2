"""A mailbox on loopback that misbehaves: it stops in the middle of a mail, drips, hangs up, or holds thousands."""

import re
import socketserver
import threading
from collections.abc import Iterable
from typing import Self

LINE = re.compile(rb"(\S+) (?:UID )?(\w+) ?(.*)\r\n")


class BadMailbox:
    """Holds mails by UID and gives them as `gives` says: "whole", "half", "drips" (a byte at a time), "hangs up" or
    "refuses"; others than whole only where named. Use as a context manager."""

    def __init__(self, mails: Iterable[bytes] = (), **gives: str):
        self.mails = dict(enumerate(mails, start=1))
        self.gives = {int(name.strip("_")): how for name, how in gives.items()}
        self.fetched: list[int] = []
        self.moved: dict[int, str] = {}
        self.is_giving = threading.Event()  # somebody is in the middle of a mail
        self.is_closed = threading.Event()

    def __enter__(self) -> Self:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_closed.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"imap://club:secret@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        mailbox = self

        class Line(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say(b"* OK ready")
                for line in self.rfile:
                    found = LINE.fullmatch(line)
                    if not found or not mailbox.answer(self, *found.groups()):
                        return

            def say(self, line: bytes, end: bytes = b"\r\n") -> None:
                self.wfile.write(line + end)
                self.wfile.flush()

        return Line

    def answer(self, line, tag: bytes, verb: bytes, rest: bytes) -> bool:
        """Answers one command; False hangs up."""
        verb = verb.upper()
        uid = int(number[0]) if (number := re.match(rb"\d+", rest)) else 0
        if verb == b"FETCH":
            return self._give(line, tag, uid)
        said = {
            b"CAPABILITY": b"* CAPABILITY IMAP4rev1 MOVE",
            b"SELECT": b"* OK [UIDVALIDITY 7] here",
            b"SEARCH": b"* SEARCH " + b" ".join(b"%d" % each for each in self.mails),
            b"LIST": b'* LIST () "/" Bourse' if b"%" in rest else b"",
        }.get(verb, b"")
        if verb == b"MOVE":
            self.moved[uid] = rest.decode().partition(" ")[2].strip('"')
            del self.mails[uid]
        if said:
            line.say(said)
        line.say(tag + b" OK done")
        return verb != b"LOGOUT"

    def _give(self, line, tag: bytes, uid: int) -> bool:
        self.fetched.append(uid)
        how, mail = self.gives.get(uid, "whole"), self.mails[uid]
        if how == "hangs up":
            return False
        if how == "refuses":
            line.say(tag + b" BAD this mail is broken here")
            return True
        line.say(b"* %d FETCH (UID %d BODY[]<0> {%d}" % (uid, uid, len(mail)))
        if how == "whole":
            line.say(mail + b")")
            line.say(tag + b" OK done")
            return True
        self.is_giving.set()
        for sign in mail[: len(mail) // 2] if how == "half" else mail:
            line.say(bytes([sign]), b"")
            if how == "drips" and self.is_closed.wait(0.1):
                break
        self.is_closed.wait(30)
        return False
