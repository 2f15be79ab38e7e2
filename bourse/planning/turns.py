"""In which season each company received the club, and how long the others have waited."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY, A_YEAR = timedelta(days=1), timedelta(days=364)


class Turn(NamedTuple):
    """A season that took place, or a year in which the club met without one."""

    starts_on: date
    ends_on: date
    season: int | None = None
    name: str = ""


class Hosted(NamedTuple):
    """A company had, or will have, the club at home."""

    company: int
    season: int | None
    on: date


def turn_of(hosted: Hosted, seasons: Sequence[Turn], anchor: date) -> Turn:
    """Its own season, else the last one that had begun, for a year; else a year that ends as the next one begins.

    `anchor` is the day on which the next one begins where there is none.
    """
    own = next((each for each in seasons if each.season == hosted.season), None)
    begun = max((each for each in seasons if each.starts_on <= hosted.on), default=None)
    if own:
        return own
    if begun and hosted.on <= max(begun.ends_on, begun.starts_on + A_YEAR):
        return begun
    return _year(hosted.on, min((each.starts_on for each in seasons if each.starts_on > hosted.on), default=anchor))


def _year(on: date, anchor: date) -> Turn:
    month, day = anchor.month, min(anchor.day, 28)  # so that every year has it
    first = on.year if date(on.year, month, day) <= on else on.year - 1
    return Turn(date(first, month, day), date(first + 1, month, day) - ONE_DAY)


def by_turn(hosted: Iterable[Hosted], seasons: Sequence[Turn], anchor: date) -> dict[Turn, dict[int, list[date]]]:
    """The days on which each company received, by turn, the latest turn first; seasons in which nobody did, too."""
    found: dict[Turn, dict[int, list[date]]] = {each: {} for each in seasons}
    for each in sorted(hosted, key=lambda each: each.on):
        found.setdefault(turn_of(each, seasons, anchor), {}).setdefault(each.company, []).append(each.on)
    return dict(sorted(found.items(), key=lambda each: each[0].starts_on, reverse=True))


def waited(turns: Mapping[Turn, Mapping[int, object]]) -> dict[int, int]:
    """By company, the full turns since it last received: 0 in the latest. Who is missing never did."""
    found: dict[int, int] = {}
    for age, companies in enumerate(turns.values()):
        for company in companies:
            found.setdefault(company, age)
    return found
