"""Turns what a club holds dear into the planner's weights, and places on the map into kilometres."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from bourse.planning.states import Weight

# Those of bourse-instance/1, doubled: half of one is still an integer. Stability counts four times more: a date that
# was published stands in calendars, and moves only for a reason that everybody sees.
USUAL = {
    "attendance": 2,
    "fairness": 2,
    "urgency": 20,
    "waiting": 4,
    "travel": 2,
    "far_row": 300,
    "cadence": 10,
    "weekday": 120,
    "school": 160,
    "substitute": 200,
    "stability": 80,
}
DOUBLED = 2
TIMES = {Weight.little: 1, Weight.normal: DOUBLED, Weight.much: 2 * DOUBLED}  # halves
EARTH = 6371  # kilometres, its mean radius
DETOUR = 1.3  # a road is so much longer than the straight line
UNPLACED = 20  # kilometres to a company that nobody put on the map


class Site(NamedTuple):
    """A place, in degrees; none when nobody put it on the map."""

    latitude: float | None
    longitude: float | None


def weights(words: Mapping[str, Weight]) -> dict[str, int]:
    """One integer a score: the usual one, halved for « peu », doubled for « beaucoup »."""
    return {score: usual * TIMES[words.get(score, Weight.normal)] // DOUBLED for score, usual in USUAL.items()}


def kilometres(sites: Sequence[Site]) -> tuple[tuple[int, ...], ...]:
    """The square matrix of one-way distances by road, as far as a straight line tells them."""
    return tuple(tuple(_road(here, there) if here is not there else 0 for there in sites) for here in sites)


def _road(here: Site, there: Site) -> int:
    if None in (*here, *there):
        return UNPLACED
    return round(DETOUR * _straight(*here, *there))  # type: ignore[arg-type]


def _straight(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres on the great circle (haversine)."""
    north, other_north = radians(latitude), radians(other_latitude)
    height = sin((other_north - north) / 2) ** 2
    width = sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH * asin(sqrt(height + cos(north) * cos(other_north) * width))
