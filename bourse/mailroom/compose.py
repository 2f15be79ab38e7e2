"""Composes the parts of a letter into a mail, the calendar message included (RFC 5322, RFC 2045, RFC 6047).

The same values always give the same bytes, so that a letter tried again is the same letter.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr, quote
from functools import lru_cache
from hashlib import sha256


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
) -> bytes:
    """Return the mail, with CRLF.

    `sender` and `reply_to` are "Name <address>", `recipient` is name and address, `message_id` and
    `references` stand in angle brackets, `date` is aware. ValueError for line ends or other control characters in a
    header, for what is no address, and for a calendar that does not fit: its METHOD, or a Reply-To, which must
    not lead answers away from the organizer's mailbox.
    """
    _check(parts, date, reply_to)
    headers = {
        "From": _mailbox("From", *parseaddr(_plain(sender))),
        "To": _mailbox("To", *map(_plain, recipient)),
        "Reply-To": _mailbox("Reply-To", *parseaddr(_plain(reply_to))) if reply_to else "",
        "Subject": _words("Subject", _plain(parts.subject)),
        "Date": format_datetime(date),
        "Message-ID": _id(message_id),
        "References": "\r\n ".join(map(_id, references)),
        "Content-Language": _plain(language),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",  # not "All": bounces are wanted
        "MIME-Version": "1.0",
    }
    optional = ("Reply-To", "References")
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value or name not in optional]
    return "".join(lines).encode("ascii") + _body(parts, message_id)


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


def _body(parts: Parts, message_id: str) -> bytes:
    """The tree that Google and Thunderbird send: the calendar last among the alternatives, and again as a file."""
    boundary = f"=_{sha256(message_id.encode()).hexdigest()[:20]}"  # "=_" stands in no quoted-printable or base64 line
    versions = [_text("plain", parts.text), _text("html", parts.html)]
    if parts.calendar is None:
        return _multipart("alternative", f"{boundary}_0", versions)
    calendar = _binary(f'text/calendar; method="{parts.method}"; charset="utf-8"', parts.calendar)
    invitation = _multipart("alternative", f"{boundary}_1", [*versions, calendar])
    disposition = 'Content-Disposition: attachment; filename="invite.ics"'
    file = _binary('application/ics; name="invite.ics"', parts.calendar, disposition)
    return _multipart("mixed", f"{boundary}_0", [invitation, file])


# Each part is bytes that begin with its own headers, so that one stands in another. The library's EmailMessage
# takes twenty times as long to write the same.


def _part(content: bytes, *headers: str) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode("ascii") + content


def _text(subtype: str, text: str) -> bytes:
    lines = b"".join(line + b"\n" for line in text.encode().splitlines() or [b""])
    content = b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    kind = f'Content-Type: text/{subtype}; charset="utf-8"'
    return _part(content, kind, "Content-Transfer-Encoding: quoted-printable")


def _binary(kind: str, content: bytes, *headers: str) -> bytes:
    lines = encodebytes(content).replace(b"\n", b"\r\n")
    return _part(lines, f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *headers)


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    line = f"--{boundary}".encode()
    content = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return _part(content + line + b"--\r\n", f'Content-Type: multipart/{subtype}; boundary="{boundary}"')


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


@lru_cache(maxsize=100)  # the letters about a meeting have the same subject
def _encoded(header: str, text: str) -> str:
    """The text in encoded words (RFC 2047)."""
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def _id(message_id: str) -> str:
    if not re.fullmatch(r"<[!-;=?-~]+@[!-;=?-~]+>", message_id):
        raise ValueError(f"not a Message-ID: {message_id!r}")
    return message_id
