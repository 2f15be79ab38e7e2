"""Puts a letter on paper: its template pair becomes a text and an HTML body in the reader's language."""

import re
from collections.abc import Sequence
from typing import Any

from flask import render_template

from bourse.mailroom.compose import Parts
from bourse.mailroom.rules import Matter

SPARE_LINES = re.compile(r"\n\s*\n\s*\n+")


def on_paper(template: str, subject: str, **facts: Any) -> Parts:
    """The letter of `template`.txt and .html; call it inside `force_locale` of its reader."""
    text = SPARE_LINES.sub("\n\n", render_template(f"{template}.txt", **facts)).strip() + "\n"
    return Parts(subject, text, render_template(f"{template}.html", **facts))


def on_one_paper(name: str, matters: Sequence[Matter]) -> Parts:
    """What several rules say to the person of that given name as one letter; the first is the most pressing."""
    first, others = matters[0], matters[1:]
    clubs = {each.club for each in matters}
    return on_paper(
        "mailroom/letters/by_rule",
        first.subject,
        name=name,
        first=first,
        others=others,
        club=first.club if len(clubs) == 1 else "",
    )
