"""Reads what mail servers report of a letter that did not arrive (RFC 3464), and knows which letter it was.

The report comes back to an address made for that letter alone and signed, so that nobody but a server that had the
letter can say anything of it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from bourse.mailroom.unpack import Headers, Mail, one_line

MOST_BYTES = 2**16
LOCAL_PART = 64  # RFC 5321 §4.5.3.1.1
RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
REPORTS = ("message/delivery-status", "message/global-delivery-status")

_MINE = re.compile(r"\+b-([0-9]{1,10})-([0-9a-f]{24})@")
_STATUS = re.compile(r"\b[45]\.[0-7]\.[0-9]{1,3}\b")
_HARD = re.compile(r"5\.1\.(?:[0-36]|10)|5\.2\.1")  # no such address, or one that takes no more mail


class Severity(StrEnum):
    """How badly it went."""

    hard = "hard"  # the address does not exist
    soft = "soft"  # this letter did not arrive; another may
    late = "late"  # it is still being tried
    none = "none"  # it arrived


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report. `letter_id` is known only when the report came to the letter's own signed address."""

    severity: Severity
    letter_id: int | None
    address: str
    reason: str
    message_id: str  # of the letter, as the report tells


def envelope_sender(address: str, letter_id: int, key: str) -> str:
    """Return the address to which reports on one letter come back: `club+b-12-…@club.example`."""
    local, _, domain = address.partition("@")
    mine = f"{local}+b-{letter_id}-{_mac(letter_id, key)}"
    return f"{mine}@{domain}" if len(mine) <= LOCAL_PART else address


def letter_of(recipients: Iterable[str], key: str) -> int | None:
    """Return the letter whose own address is among these, if the signature is ours."""
    for recipient in recipients:
        found = _MINE.search(recipient.lower())
        if found and hmac.compare_digest(found[2], _mac(int(found[1]), key)):
            return int(found[1])
    return None


def read_bounce(mail: Mail, key: str) -> Bounce | None:
    """Return what a mail reports of a letter; None when it reports nothing."""
    letter_id = letter_of(mail.headers.addresses(*RECIPIENTS), key)
    fields = _fields_of(mail)
    status = fields.words("Status") or _status_in_words(mail)
    if not fields.all("Action") and not (letter_id and status):
        return None
    return Bounce(
        severity=_severity(fields.first("Action") or "failed", status),
        letter_id=letter_id,
        address=one_line(fields.first("Final-Recipient").rpartition(";")[2].lower()),
        reason=one_line(fields.first("Diagnostic-Code").rpartition("smtp;")[2] or status),
        message_id=_returned_id(mail),
    )


def severity_of(reply: str) -> Severity:
    """Return how badly a mail server refused a letter on the spot: "550 5.1.1 No such mailbox"."""
    found = _STATUS.search(reply)
    return Severity.hard if found and _HARD.fullmatch(found[0]) else Severity.soft


def _mac(letter_id: int, key: str) -> str:
    """HMAC under a key of its own; hexadecimal, for servers on the way may turn capitals into small letters."""
    own_key = hmac.digest(key.encode(), b"bounce-address", sha256)
    return hmac.new(own_key, str(letter_id).encode(), sha256).hexdigest()[:24]


def _fields_of(mail: Mail) -> Headers:
    """The fields of the report and of its first recipient: the house writes to one at a time."""
    for part in mail.parts:
        if part.headers.kind in REPORTS and not part.is_enclosed:
            return Headers(re.sub(rb"(\r?\n)+", b"\n", part.content(MOST_BYTES) or b"").strip())
    return Headers()


def _status_in_words(mail: Mail) -> str:
    """The code that a server which writes no report leaves in its text, as qmail does."""
    if mail.sender.partition("@")[0] not in ("mailer-daemon", "postmaster"):
        return ""
    texts = (part.text(MOST_BYTES) or "" for part in mail.parts if part.headers.kind == "text/plain")
    return next((found[0] for text in texts if (found := _STATUS.search(text))), "")


def _severity(action: str, status: str) -> Severity:
    match action.partition(" ")[0].lower():
        case "failed":
            return Severity.hard if _HARD.fullmatch(status) else Severity.soft
        case "delayed":
            return Severity.late
    return Severity.none


def _returned_id(mail: Mail) -> str:
    """The Message-ID of the letter that the report brings back."""
    returned = (part for part in mail.parts if part.headers.kind in ("message/rfc822", "text/rfc822-headers"))
    return next((one_line(Headers(part.body).first("Message-ID")) for part in returned), "")
