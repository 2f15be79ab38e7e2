"""Finds people in a directory by what one remembers of them; `static/directory.js` finds the same as one types."""

from collections.abc import Iterable

from bourse.clubs.tidy import fold


def finds(wanted: str, texts: Iterable[str]) -> bool:
    """Whether every word of `wanted`, or the piece of one, stands in the texts, accents and case aside."""
    words = fold(wanted).split()
    said = " ".join(map(fold, texts)) if words else ""
    return all(word in said for word in words)
