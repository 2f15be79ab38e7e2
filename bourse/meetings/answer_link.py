"""The signed link by which a person answers from a letter, without signing in."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "answer-link"  # keeps this key apart from those of sessions and other links


@dataclass(frozen=True)
class AnswerLink:
    """What a link stands for: one invitation, at the SEQUENCE that its letter told of."""

    invitation_id: int
    sequence: int
    mark: str = ""  # of the address that it is mailed to; none: whichever


def sign(link: AnswerLink, key: str) -> str:
    """The token to put into a URL (HMAC, a key of its own)."""
    return str(URLSafeSerializer(key, salt=SALT).dumps([link.invitation_id, link.sequence, link.mark]))


def read(token: str, key: str) -> AnswerLink | None:
    """What the token stands for, or None when it was not signed here."""
    try:
        invitation_id, sequence, *mark = URLSafeSerializer(key, salt=SALT).loads(token)  # older letters bear no mark
    except (BadSignature, TypeError, ValueError):
        return None
    return AnswerLink(invitation_id, sequence, *mark)
