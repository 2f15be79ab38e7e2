"""Founding: the signed link that opens an empty house, and the short name of a new club."""

import re
from collections.abc import Collection
from itertools import count

from itsdangerous import BadSignature, URLSafeSerializer

from bourse.clubs.tidy import bare

SALT = "found-link"  # keeps this key apart from those of sessions and other links
SAID = "found"
MOST = 36  # characters; what a number adds still fits the column
TAKEN = {"companies", "found", "imports", "members"}  # pages that stand where a club's short name would


def sign(key: str) -> str:
    """The token to put into the URL. It tells nothing and never grows old: the first person closes it."""
    return str(URLSafeSerializer(key, salt=SALT).dumps(SAID))


def is_signed(token: str, key: str) -> bool:
    """Whether the token was signed here."""
    try:
        return bool(URLSafeSerializer(key, salt=SALT).loads(token) == SAID)
    except BadSignature:
        return False


def short_name(name: str, taken: Collection[str]) -> str:
    """What stands in the club's addresses: « Club Énergie » is club-energie, a second one club-energie-2."""
    plain = re.sub(r"[^a-z0-9]+", "-", bare(name))[:MOST].strip("-") or "club"
    if plain not in TAKEN and plain not in taken:
        return plain
    return next(numbered for n in count(2) if (numbered := f"{plain}-{n}") not in taken)
