"""The club's drawings as SVG: season ring, tally, strokes, caliper, shaft.

Each is hidden from assistive technology: the list or the number beside it says the same. Lengths
stand in SVG geometry and colours in components.css, so no drawing needs a style attribute.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from math import cos, radians, sin
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

MOST_STROKES = 20
"""Beyond so many seats strokes are no longer counted at a glance: the number says it alone."""

_NOTHING = Markup("")


def _svg(kind: str, frame: str, parts: Iterable[str]) -> Markup:
    return Markup(f'<svg class="{kind}" {frame} aria-hidden="true" focusable="false">{"".join(parts)}</svg>')


def _sized(width: float, height: float) -> str:
    return f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'


# Tally and strokes


def _bar(x: float, height: int) -> str:
    return f'<rect class="on" x="{x}" y="0" width="3" height="{height}"/>'


def _outline(x: float, height: int) -> str:
    return f'<rect class="half" x="{x + 0.5}" y=".5" width="2" height="{height - 1}"/>'


def _dot(x: float, height: int) -> str:
    return f'<rect class="off" x="{x + 1}" y="{height / 2 - 2}" width="1" height="4"/>'


@lru_cache
def tally(yes: int, maybe: int = 0, seats: int = 12) -> Markup:
    """One stroke per seat: full for a yes, outlined for an "if need be", a dot when empty."""
    height, step = 18, 5
    seats = max(seats, yes + maybe)
    if seats > MOST_STROKES:
        return _NOTHING
    bars = [
        *(_bar(i * step, height) for i in range(yes)),
        *(_outline(i * step, height) for i in range(yes, yes + maybe)),
        *(_dot(i * step, height) for i in range(yes + maybe, seats)),
    ]
    return _svg("tally", _sized(seats * step, height), bars)


@lru_cache
def strokes(done: int, to_come: int = 0) -> Markup:
    """Strokes in groups of five, as on a slate: full for what is done, outlined for what will be."""
    height, count = 22, done + to_come
    if not 0 < count <= MOST_STROKES:
        return _NOTHING
    places = [6 * i + 5 * (i // 5) for i in range(count)]
    bars = [*(_bar(x, height) for x in places[:done]), *(_outline(x, height) for x in places[done:])]
    return _svg("strokes", _sized(places[-1] + 3, height), bars)


@lru_cache
def caliper(low: int, high: int, here: int, seats: int) -> Markup:
    """A range between two jaws, of so many seats, and a stroke where it came to stand."""
    width, height = 120, 18
    if not seats:
        return _NOTHING
    scale = (width - 6) / max(seats, high, here)
    left, right, at = (3 + number * scale for number in (low, high, here))
    parts = [
        f'<rect class="off" x="0" y="{height - 1}" width="{width}" height="1"/>',
        f'<rect class="half" x="{left - 2.5:.1f}" y="4.5" width="{right - left + 5:.1f}" height="{height - 9}"/>',
        f'<rect class="on" x="{at - 1.5:.1f}" y="0" width="3" height="{height}"/>',
    ]
    return _svg("tally", _sized(width, height), parts)


# Shaft


class Part(NamedTuple):
    """A step of the agenda; `done` goes from 0 (to come) to 1 (over)."""

    label: str
    minutes: int
    is_break: bool = False
    done: float = 0


_AXIS = '<path class="cl" d="M-12 19H0"/><svg x="100%" overflow="visible"><path class="cl" d="M0 19H12"/></svg>'

# A label is thought to be so wide, in pixels, on the narrowest drawing: the list carries the rest.
_NARROWEST, _LETTER, _GAP = 640, 8, 10


def shaft(parts: Sequence[Part]) -> Markup:
    """The agenda as a turned part: length is duration, to scale, and a break is a neck.

    It takes the width it is given; the names that fit are written under, the longest part first.
    """
    total = sum(part.minutes for part in parts)
    if not total:
        return _NOTHING
    scale = 100 / total
    starts = [sum(part.minutes for part in parts[:i]) * scale for i in range(len(parts))]
    placed = list(zip(starts, parts, strict=True))
    lengths = [_length(start, part, scale) for start, part in placed]
    labels = [f'<text x="{start:.3f}%" y="58">{escape(part.label)}</text>' for start, part in _labelled(placed)]
    return _svg("shaft", 'width="100%" height="64"', [_AXIS, *lengths, *labels])


def _length(start: float, part: Part, scale: float) -> str:
    y, height = (10, 18) if part.is_break else (1, 36)
    kind = "done" if part.done >= 1 else "now" if part.done > 0 else "todo"
    drawn = _turned(kind, start, part.minutes * scale, y, height)
    if kind == "now":
        drawn += _turned("gone", start, part.minutes * scale * part.done, y, height)
    return drawn


def _turned(kind: str, start: float, length: float, y: int, height: int) -> str:
    return f'<rect class="{kind}" x="{start:.3f}%" y="{y}" width="{length:.3f}%" height="{height}"/>'


def _labelled(placed: list[tuple[float, Part]]) -> list[tuple[float, Part]]:
    kept: list[tuple[float, Part]] = []
    for start, part in sorted(placed, key=lambda each: -each[1].minutes):
        end = start + _width(part)
        if end <= 100 and all(end <= s or start >= s + _width(p) for s, p in kept):
            kept.append((start, part))
    return sorted(kept)


def _width(part: Part) -> float:
    return (len(part.label) * _LETTER + _GAP) / _NARROWEST * 100


# Season ring. One turn is one year, clockwise from noon; radii in units of a 480 by 480 drawing.

_MIDDLE = 240
_HUB, _SEATS_IN, _DIAL_IN, _DIAL_OUT = 88, 116, 184, 190
_BALLOON, _BALLOON_AT = 16, 215
_TOO_NEAR, _PUSH = timedelta(weeks=3), 4.0


class Mark(NamedTuple):
    """A meeting on the ring: its date, the number in its balloon, its state and its seats."""

    on: date
    number: str = ""
    state: Literal["past", "next", "todo", "warn"] = "todo"
    yes: int = 0
    maybe: int = 0
    is_full: bool = False  # no seat is drawn


class _Dial(NamedTuple):
    """Dates to degrees, polar to drawing."""

    start: date

    def angle(self, on: date) -> float:
        return (on - self.start).days / 365.25 * 360

    def month(self, k: int) -> date:
        """The first day of the k-th month of the turn."""
        years, month = divmod(self.start.month - 1 + k, 12)
        return date(self.start.year + years, month + 1, 1)


def _at(radius: float, angle: float) -> tuple[float, float]:
    turn = radians(angle)
    return _MIDDLE + radius * sin(turn), _MIDDLE - radius * cos(turn)


def _path(kind: str, *points: tuple[float, float]) -> str:
    """A broken line through the points."""
    return f'<path class="{kind}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'


def _spokes(kind: str, inner: float, outer: float, angles: Iterable[float]) -> str:
    ends = ((_at(inner, a), _at(outer, a)) for a in angles)
    drawn = "".join(f"M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}" for (x, y), (u, v) in ends)
    return f'<path class="{kind}" d="{drawn}"/>'


def _circle(kind: str, radius: float, centre: tuple[float, float] = (_MIDDLE, _MIDDLE)) -> str:
    return f'<circle class="{kind}" cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" r="{radius}"/>'


def _text(kind: str, centre: tuple[float, float], text: str) -> str:
    return f'<text class="{kind}" x="{centre[0]:.1f}" y="{centre[1]:.1f}">{escape(text)}</text>'


def season_ring(
    start: date,
    marks: Sequence[Mark],
    *,
    seats: int,
    months: Sequence[str],
    today: date | None = None,
    centre: tuple[str, str] = ("", ""),
    pause: tuple[date, date] | None = None,
    uid: str = "ring",
) -> Markup:
    """A season on a dial: a radial bar per meeting with a stroke per seat, a balloon per number.

    `start` is the first day of the turn; `months` are the twelve letters from January, in the
    reader's language; `centre` is a big text and its caption; `pause` is hatched, like a section
    cut; `uid` tells two rings of one page apart. Beyond `MOST_STROKES` seats the bar is a number.
    """
    return _ring(_Dial(start), tuple(sorted(marks)), seats, tuple(months), today, centre, pause, uid)


@lru_cache  # everybody in a club looks at the same one
def _ring(
    dial: _Dial,
    marks: Sequence[Mark],
    seats: int,
    months: Sequence[str],
    today: date | None,
    centre: tuple[str, str],
    pause: tuple[date, date] | None,
    uid: str,
) -> Markup:
    parts = [
        _hatch(dial, pause, uid) if pause else "",
        _dial_plate(dial, months),
        *(_seats(dial, mark, seats) for mark in marks),
        *_balloons(dial, marks),
        _needle(dial.angle(today)) if today else "",
        _centre(*centre),
    ]
    return _svg("ring fine" if seats > 12 else "ring", 'viewBox="0 0 480 480"', parts)


def blank_ring(months: Sequence[str]) -> Markup:
    """The ring of no club in particular, for who is not signed in."""
    days = [date(2025 + (month < 9), month, 16) for month in (9, 10, 11, 1, 2, 3, 4, 5, 6)]
    held = [Mark(on, state="past", yes=12) for on in days[:5]]
    pause = (date(2026, 7, 1), date(2026, 8, 31))
    planned = [Mark(on) for on in days[5:]]
    return season_ring(date(2025, 9, 1), held + planned, seats=12, months=months, pause=pause, uid="blank")


def _hatch(dial: _Dial, pause: tuple[date, date], uid: str) -> str:
    first, last = dial.angle(pause[0]), dial.angle(pause[1])
    a, b, c, d = (
        f"{x:.1f} {y:.1f}"
        for x, y in (_at(_DIAL_IN, first), _at(_DIAL_IN, last), _at(_SEATS_IN, last), _at(_SEATS_IN, first))
    )
    return (
        f'<defs><pattern id="{uid}-hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern></defs>'
        f'<path fill="url(#{uid}-hatch)" d="M{a}A184 184 0 0 1 {b}L{c}A116 116 0 0 0 {d}Z"/>'
    )


def _dial_plate(dial: _Dial, months: Sequence[str]) -> str:
    """Centre lines, circles, weeks as short graduations, months as long ones with their letter."""
    firsts = [dial.month(k) for k in range(12)]
    turns = [dial.angle(first) for first in firsts]
    letters = (_text("mon", _at(102, dial.angle(first.replace(day=15))), months[first.month - 1]) for first in firsts)
    return "".join(
        [
            '<path class="cl" d="M240 2V150M240 330V478M2 240H150M330 240H478"/>',
            _circle("hair", _DIAL_OUT),
            _circle("thin", _DIAL_IN),
            _circle("thin", _SEATS_IN),
            _circle("hair", _HUB),
            _spokes("thin", _DIAL_IN, _DIAL_OUT, (week * 360 / 52 for week in range(52))),
            _spokes("hair", _HUB, _SEATS_IN, turns),
            _spokes("hair", _DIAL_IN - 6, _DIAL_OUT, turns),
            *letters,
        ]
    )


def _seats(dial: _Dial, mark: Mark, seats: int) -> str:
    """The strokes of one meeting, from the inner circle outwards."""
    if mark.is_full:
        return ""
    angle = dial.angle(mark.on)
    seats = max(seats, mark.yes + mark.maybe)
    if seats > MOST_STROKES:
        return _text("count", _at(150, angle), str(mark.yes)) if mark.yes else ""
    return "".join(_stroke(_seat_kind(mark, seat), 121 + seat * 62 / seats, angle) for seat in range(seats))


def _seat_kind(mark: Mark, seat: int) -> str:
    past = mark.state == "past"
    if seat < mark.yes:
        return "here" if past else "exp"
    if seat < mark.yes + mark.maybe:
        return "may"
    return "gone" if past else "plan"


def _stroke(kind: str, radius: float, angle: float) -> str:
    """A stroke across the bar, long when taken, short when empty."""
    half = 3.2 if kind in ("gone", "plan") else 7.5
    x, y = _at(radius, angle)
    dx, dy = half * cos(radians(angle)), half * sin(radians(angle))
    return _path(kind, (x - dx, y - dy), (x + dx, y + dy))


def _balloons(dial: _Dial, marks: Sequence[Mark]) -> list[str]:
    """Numbered balloons; near neighbours stand apart while their leader lines keep the date."""
    places = [dial.angle(mark.on) for mark in marks]
    for i, (one, next_one) in enumerate(pairwise(marks)):
        if next_one.on - one.on < _TOO_NEAR:
            places[i] -= _PUSH
            places[i + 1] += _PUSH
    return [_balloon(mark, dial.angle(mark.on), place) for mark, place in zip(marks, places, strict=True)]


def _balloon(mark: Mark, angle: float, place: float) -> str:
    centre = _at(_BALLOON_AT, place)
    leader = _path("hair", _at(_DIAL_OUT, angle), _at(_BALLOON_AT - _BALLOON, place))
    balloon = leader + _circle(f"b-{mark.state}", _BALLOON, centre)
    return balloon + _text("num", centre, mark.number) if mark.number else balloon


def _needle(angle: float) -> str:
    tip = (_at(_HUB, angle), _at(74, angle - 5), _at(74, angle + 5))
    return _path("needle", _at(_HUB, angle), _at(196, angle)) + _path("needle-tip", *tip)


def _centre(big: str, caption: str) -> str:
    if not big:
        return ""
    return _text("big", (_MIDDLE, _MIDDLE - 8), big) + _text("cap", (_MIDDLE, 273), caption)
