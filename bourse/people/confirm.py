"""The signed link by which somebody confirms, from its own mailbox, that another address is a person's too."""

from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "confirm-alias"  # keeps this key apart from those of sessions and other links


@dataclass(frozen=True)
class AliasLink:
    """What a link stands for: a person, an address said to be his, and when he asked, for he may ask again.

    Not a row's id, which another row may get.
    """

    person_id: int
    address: str
    asked_at: datetime


def sign(link: AliasLink, key: str) -> str:
    """The token to put into a URL (HMAC, a key of its own)."""
    return str(URLSafeSerializer(key, salt=SALT).dumps([link.person_id, link.address, link.asked_at.isoformat()]))


def read(token: str, key: str) -> AliasLink | None:
    """What the token stands for, or None when it was not signed here."""
    try:
        person_id, address, asked_at = URLSafeSerializer(key, salt=SALT).loads(token)
        return AliasLink(person_id, address, datetime.fromisoformat(asked_at))
    except (BadSignature, TypeError, ValueError):
        return None
