"""What a change by hand does to a plan, in words: who is expected, which rules it breaks or mends, what it costs."""

from collections.abc import Iterator
from dataclasses import dataclass

from bourse.planning.adjust import pin_of
from bourse.planning.count import Breach
from bourse.planning.reason import broken, cost
from bourse.planning.sheet import Row, Sheet, touched
from bourse.words import _


@dataclass(frozen=True)
class Effect:
    """Of one version of a plan on the one before."""

    rows: tuple[Row, ...]  # the meetings that it touches
    broken: tuple[str, ...]  # rules that held before
    is_mended: bool  # fewer rules are broken, and no other ones
    is_right: bool  # no rule is broken any more
    cost: str


def effect(before: Sheet, after: Sheet) -> Effect:
    """What the second version changes."""
    pins = touched(before.draft, after.draft)
    rows = tuple(row for row in after.rows if pin_of(row.placed) in pins)
    old, new = set(before.counted.breaches), set(after.counted.breaches)
    scores = {name: points - before.counted.scores[name] for name, points in after.counted.scores.items()}
    return Effect(
        rows=rows,
        broken=tuple(dict.fromkeys(_named(after, rows, new - old))),
        is_mended=new < old,
        is_right=not new,
        cost=cost(scores),
    )


def _named(sheet: Sheet, rows: tuple[Row, ...], breaches: set[Breach]) -> Iterator[str]:
    """The rules in words, under the number of the meeting where that is not one of `rows`."""
    for row in sheet.rows:
        for breach in row.breaches:
            if breach in breaches:
                told = broken(breach, sheet.instance)
                yield told if row in rows else _("Rencontre %(number)s : %(what)s", number=row.number, what=told)
    for breach in sheet.general:
        if breach in breaches:
            yield broken(breach, sheet.instance)
