"""The signed link by which a member says his wishes or his days from a letter, without signing in."""

from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "ask-link"  # keeps this key apart from those of sessions and other links

Kind = Literal["season", "meeting"]
KINDS: tuple[Kind, ...] = ("season", "meeting")


@dataclass(frozen=True)
class AskLink:
    """What a link stands for: one member's answers about one season, or about one meeting that has to move."""

    kind: Kind
    about_id: int
    membership_id: int
    mark: str = ""  # of the address that it is mailed to; none: whichever


def sign(link: AskLink, key: str) -> str:
    """The token to put into a URL (HMAC, a key of its own)."""
    return str(URLSafeSerializer(key, salt=SALT).dumps([link.kind, link.about_id, link.membership_id, link.mark]))


def read(token: str, key: str) -> AskLink | None:
    """What the token stands for, or None when it was not signed here."""
    try:
        kind, about_id, membership_id, mark = URLSafeSerializer(key, salt=SALT).loads(token)
    except (BadSignature, TypeError, ValueError):
        return None
    return AskLink(kind, about_id, membership_id, mark) if kind in KINDS else None
