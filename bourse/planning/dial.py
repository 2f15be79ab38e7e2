"""Draws a plan on the club's dial: a bar a meeting, with a stroke for each who is expected."""

from datetime import date
from typing import Any

from markupsafe import Markup

from bourse.figures import Mark, season_ring
from bourse.planning.sheet import Row, Sheet
from bourse.words import _, month_letters, num


def ring(season: Any, sheet: Sheet, today: date) -> Markup:
    """The season with who is expected; the mean of it stands in the middle."""
    first = season.starts_on.replace(day=1)
    summer = date(first.year + (first.month > 7), 7, 1)
    centre = (num(round(sheet.presence, 1)), _("présents")) if sheet.rows else ("", "")
    return season_ring(
        first,
        [_mark(row) for row in sheet.rows],
        seats=sheet.seats,
        months=month_letters(),
        centre=centre,
        pause=(summer, summer.replace(month=8, day=31)),
        today=today if season.starts_on <= today <= season.ends_on else None,
    )


def _mark(row: Row) -> Mark:
    state: Any = "warn" if row.breaches else "past" if row.is_fixed else "todo"
    return Mark(row.on, str(row.number), state, row.presence.low, row.presence.high - row.presence.low)
