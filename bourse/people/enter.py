"""Sign-in by link or code: what is good, for how long, and for whom."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_LASTS = timedelta(minutes=10)
PRINTED_LINK_LASTS = timedelta(hours=1)
WRONG_CODES_ALLOWED = 5
LINKS_AN_HOUR = 10  # a mailbox
ASKS_AN_HOUR = 30  # a network address: a whole club may sit behind one
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # nothing that looks like something else
CODE_LENGTH = 8

STAFF_IDLE, STAFF_ABSOLUTE = timedelta(minutes=60), timedelta(hours=12)
MEMBER_IDLE, MEMBER_ABSOLUTE = timedelta(hours=24), timedelta(days=30)


@dataclass(frozen=True)
class Secrets:
    """A fresh way in: the token goes into the link, the code into the letter's text."""

    token: str
    code: str


def fresh_secrets() -> Secrets:
    """A 256-bit token and an 8-character code."""
    return Secrets(secrets.token_urlsafe(32), "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def fingerprint(secret: str) -> str:
    """What is stored of a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same(secret: str, stored: str | None) -> bool:
    """Compares in constant time; bytes, since non-ASCII text would raise."""
    return stored is not None and hmac.compare_digest(fingerprint(secret).encode(), stored.encode())


def tidy_code(typed: str) -> str:
    """The code as printed, from what a person typed: spaces, hyphens and lower case are forgiven."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def is_good(
    *, expires_at: datetime, spent_at: datetime | None, is_reusable: bool, wrong_codes: int, now: datetime
) -> bool:
    """Whether a way in still opens."""
    return now < expires_at and (spent_at is None or is_reusable) and wrong_codes < WRONG_CODES_ALLOWED


def is_open(*, opened_at: datetime, seen_at: datetime, is_staff: bool, is_kept: bool, now: datetime) -> bool:
    """Whether a session is within its idle and absolute limits (OWASP ASVS 5.0 §7.3)."""
    if is_staff:
        idle, absolute = STAFF_IDLE, STAFF_ABSOLUTE
    elif is_kept:
        idle = absolute = MEMBER_ABSOLUTE
    else:
        idle, absolute = MEMBER_IDLE, MEMBER_ABSOLUTE
    return now - seen_at < idle and now - opened_at < absolute
