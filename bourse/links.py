"""Links: absolute ones for letters, for whom they are, and where a redirect may lead."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, url_for


def link_to(endpoint: str, **values: Any) -> str:
    """The absolute URL of a view, from BOURSE_BASE_URL alone: never from what a browser claims."""
    return str(current_app.config["SETTINGS"].base_url) + url_for(endpoint, _external=False, **values)


def mark_of(address: str) -> str:
    """Tells an address from others without naming it."""
    return sha256(address.lower().encode()).hexdigest()[:12]


def is_for(mark: str, address: str) -> bool:
    """Whether a link with that mark still opens for who has the address now: one mailed to a wrong address ends with
    its correction. Letters that left without a mark keep their word.
    """
    return mark in ("", mark_of(address))


def safe_path(target: str | None) -> str | None:
    """The target when it is a plain path of this house, else None.

    Control characters and backslashes are refused: browsers and Werkzeug turn some of them into another host.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
