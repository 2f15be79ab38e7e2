"""Composes the parts of a letter into a mail, the calendar message included (RFC 5322, RFC 2045, RFC 6047).

The same values always give the same bytes, so that a letter tried again is the same letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr, quote
from hashlib import sha256
from typing import Any


class _AsWritten(EmailPolicy):
    """Headers leave as they were written here: the standard library's own folding loses spaces in long names."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return name, str(value)


POLICY = _AsWritten(linesep="\r\n", refold_source="none")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a letter says: subject, plain text, HTML; a calendar message's bytes and METHOD, or neither."""

    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    method: str | None = None


def message(
    parts: Parts,
    *,
    sender: str,
    recipient: tuple[str, str],
    message_id: str,
    date: datetime,
    language: str,
    references: Sequence[str] = (),
    reply_to: str | None = None,
) -> EmailMessage:
    """Return the mail; `as_bytes()` gives it with CRLF.

    `sender` and `reply_to` are "Name <address>", `recipient` is name and address, `message_id` and
    `references` stand in angle brackets, `date` is aware. ValueError for line ends or other control characters in a
    header, for what is no address, and for a calendar that does not fit: its METHOD, or a Reply-To, which must
    not lead answers away from the organizer's mailbox.
    """
    _check(parts, date, reply_to)
    mail = _body(parts, message_id)
    mail["From"] = _mailbox("From", *parseaddr(_plain(sender)))
    mail["To"] = _mailbox("To", *map(_plain, recipient))
    if reply_to:
        mail["Reply-To"] = _mailbox("Reply-To", *parseaddr(_plain(reply_to)))
    mail["Subject"] = _words("Subject", _plain(parts.subject))
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = _id(message_id)
    if references:
        mail["References"] = "\r\n ".join(map(_id, references))
    mail["Content-Language"] = _plain(language)
    mail["Auto-Submitted"] = "auto-generated"
    # Not "All": bounces are wanted.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return mail


def _check(parts: Parts, date: datetime, reply_to: str | None) -> None:
    if date.utcoffset() is None:
        raise ValueError("a mail's date needs an offset")
    if (parts.calendar is None) != (parts.method is None):
        raise ValueError("a calendar message comes with its METHOD")
    if parts.calendar is None:
        return
    if f"METHOD:{parts.method}".encode() not in parts.calendar.splitlines():
        raise ValueError(f"the calendar's METHOD is not {parts.method}")
    if reply_to:
        raise ValueError("answers to a calendar message go to its organizer")


def _body(parts: Parts, message_id: str) -> EmailMessage:
    """The tree that Google and Thunderbird send: the calendar last among the alternatives, and again as a file."""
    mail = EmailMessage(policy=POLICY)
    # The transfer encodings are named, so that no server on the way has to choose one.
    mail.set_content(parts.text, cte="quoted-printable")
    mail.add_alternative(parts.html, subtype="html", cte="quoted-printable")
    if parts.calendar is not None:
        params = {"method": parts.method, "charset": "utf-8"}
        mail.add_alternative(parts.calendar, maintype="text", subtype="calendar", params=params)
        mail.add_attachment(
            parts.calendar, maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
        )
    for depth, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        # "=_" stands in no quoted-printable or base64 line.
        part.set_boundary(f"=_{sha256(message_id.encode()).hexdigest()[:20]}_{depth}")
    return mail


def _plain(text: str) -> str:
    """The text, if it can stand in a header: a line end in it would begin another one."""
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text):
        raise ValueError(f"a header holds no control characters: {text!r}")
    return text


def _mailbox(header: str, name: str, address: str) -> str:
    if not re.fullmatch(r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9.-]+", address):
        raise ValueError(f"not an address: {address!r}")
    if not name:
        return address
    words = f'"{quote(name)}"' if _is_simple(name) else _encoded(header, name)
    return f"{words} <{address}>" if len(words + address) < 60 else f"{words}\r\n <{address}>"


def _words(header: str, text: str) -> str:
    return text if _is_simple(text) else _encoded(header, text)


def _is_simple(text: str) -> bool:
    """Whether a text can stand in a header as it is, on one line and never taken for an encoded word."""
    return len(text) <= 60 and text.isascii() and "=?" not in text


def _encoded(header: str, text: str) -> str:
    """The text in encoded words (RFC 2047)."""
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _id(message_id: str) -> str:
    if not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return message_id
