"""The club's drawings as SVG: season ring, tally, strokes, shaft.

Each is hidden from assistive technology: the list or the number beside it says the same. Lengths
stand in SVG geometry and colours in components.css, so no drawing needs a style attribute.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import cos, radians, sin
from typing import Literal, NamedTuple

from markupsafe import Markup

MOST_STROKES = 20
"""Beyond so many seats strokes are no longer counted at a glance: the number says it alone."""

_OPEN = Markup('<svg class="{}" {} aria-hidden="true" focusable="false">')
_CLOSE = Markup("</svg>")
_SIZED = Markup('viewBox="0 0 {0} {1}" width="{0}" height="{1}"')
_NOTHING = Markup("")


def _svg(kind: str, frame: str, parts: Iterable[Markup]) -> Markup:
    return _OPEN.format(kind, frame) + _NOTHING.join(parts) + _CLOSE


# Tally and strokes

_BAR = Markup('<rect class="on" x="{}" y="0" width="3" height="{}"/>')
_OUTLINE = Markup('<rect class="half" x="{}" y=".5" width="2" height="{}"/>')
_DOT = Markup('<rect class="off" x="{}" y="{}" width="1" height="4"/>')


def tally(yes: int, maybe: int = 0, seats: int = 12) -> Markup:
    """One stroke per seat: full for a yes, outlined for an "if need be", a dot when empty."""
    height, step = 18, 5
    seats = max(seats, yes + maybe)
    if seats > MOST_STROKES:
        return _NOTHING
    bars = [
        *(_BAR.format(i * step, height) for i in range(yes)),
        *(_OUTLINE.format(i * step + 0.5, height - 1) for i in range(yes, yes + maybe)),
        *(_DOT.format(i * step + 1, height / 2 - 2) for i in range(yes + maybe, seats)),
    ]
    return _svg("tally", _SIZED.format(seats * step, height), bars)


def strokes(done: int, to_come: int = 0) -> Markup:
    """Strokes in groups of five, as on a slate: full for what is done, outlined for what will be."""
    height, count = 22, done + to_come
    if not 0 < count <= MOST_STROKES:
        return _NOTHING
    places = [6 * i + 5 * (i // 5) for i in range(count)]
    bars = [
        *(_BAR.format(x, height) for x in places[:done]),
        *(_OUTLINE.format(x + 0.5, height - 1) for x in places[done:]),
    ]
    return _svg("strokes", _SIZED.format(places[-1] + 3, height), bars)


# Shaft


class Part(NamedTuple):
    """A step of the agenda; `done` goes from 0 (to come) to 1 (over)."""

    label: str
    minutes: int
    is_break: bool = False
    done: float = 0


_AXIS = Markup('<path class="cl" d="M-12 19H0"/><svg x="100%" overflow="visible"><path class="cl" d="M0 19H12"/></svg>')
_LENGTH = Markup('<rect class="{}" x="{:.3f}%" y="{}" width="{:.3f}%" height="{}"/>')
_LABEL = Markup('<text x="{:.3f}%" y="58">{}</text>')

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
    labels = [_LABEL.format(start, part.label) for start, part in _labelled(placed)]
    return _svg("shaft", Markup('width="100%" height="64"'), [_AXIS, *lengths, *labels])


def _length(start: float, part: Part, scale: float) -> Markup:
    y, height = (10, 18) if part.is_break else (1, 36)
    kind = "done" if part.done >= 1 else "now" if part.done > 0 else "todo"
    drawn = _LENGTH.format(kind, start, y, part.minutes * scale, height)
    if kind == "now":
        drawn += _LENGTH.format("gone", start, y, part.minutes * scale * part.done, height)
    return drawn


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


def _path(kind: str, *points: tuple[float, float]) -> Markup:
    """A broken line through the points."""
    return Markup('<path class="{}" d="M{}"/>').format(kind, "L".join(f"{x:.1f} {y:.1f}" for x, y in points))


def _spokes(kind: str, inner: float, outer: float, angles: Iterable[float]) -> Markup:
    ends = ((_at(inner, a), _at(outer, a)) for a in angles)
    drawn = "".join(f"M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}" for (x, y), (u, v) in ends)
    return Markup('<path class="{}" d="{}"/>').format(kind, drawn)


def _circle(kind: str, radius: float, centre: tuple[float, float] = (_MIDDLE, _MIDDLE)) -> Markup:
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(kind, *centre, radius)


def _text(kind: str, centre: tuple[float, float], text: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, *centre, text)


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
    dial = _Dial(start)
    marks = sorted(marks)
    parts = [
        _hatch(dial, pause, uid) if pause else _NOTHING,
        _dial_plate(dial, months),
        *(_seats(dial, mark, seats) for mark in marks),
        *_balloons(dial, marks),
        _needle(dial.angle(today)) if today else _NOTHING,
        _centre(*centre),
    ]
    kind = "ring fine" if seats > 12 else "ring"
    return _svg(kind, Markup('viewBox="0 0 480 480"'), parts)


def blank_ring(months: Sequence[str]) -> Markup:
    """The ring of no club in particular, for who is not signed in."""
    days = [date(2025 + (month < 9), month, 16) for month in (9, 10, 11, 1, 2, 3, 4, 5, 6)]
    held = [Mark(on, state="past", yes=12) for on in days[:5]]
    pause = (date(2026, 7, 1), date(2026, 8, 31))
    planned = [Mark(on) for on in days[5:]]
    return season_ring(date(2025, 9, 1), held + planned, seats=12, months=months, pause=pause, uid="blank")


def _hatch(dial: _Dial, pause: tuple[date, date], uid: str) -> Markup:
    first, last = dial.angle(pause[0]), dial.angle(pause[1])
    corners = [
        *_at(_DIAL_IN, first), *_at(_DIAL_IN, last), *_at(_SEATS_IN, last), *_at(_SEATS_IN, first)
    ]  # fmt: skip
    return Markup(
        '<defs><pattern id="{0}-hatch" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern></defs>'
        '<path fill="url(#{0}-hatch)" d="M{1:.1f} {2:.1f}A184 184 0 0 1 {3:.1f} {4:.1f}'
        'L{5:.1f} {6:.1f}A116 116 0 0 0 {7:.1f} {8:.1f}Z"/>'
    ).format(uid, *corners)


def _dial_plate(dial: _Dial, months: Sequence[str]) -> Markup:
    """Centre lines, circles, weeks as short graduations, months as long ones with their letter."""
    firsts = [dial.month(k) for k in range(12)]
    turns = [dial.angle(first) for first in firsts]
    letters = (_text("mon", _at(102, dial.angle(first.replace(day=15))), months[first.month - 1]) for first in firsts)
    return _NOTHING.join(
        [
            Markup('<path class="cl" d="M240 2V150M240 330V478M2 240H150M330 240H478"/>'),
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


def _seats(dial: _Dial, mark: Mark, seats: int) -> Markup:
    """The strokes of one meeting, from the inner circle outwards."""
    angle = dial.angle(mark.on)
    seats = max(seats, mark.yes + mark.maybe)
    if seats > MOST_STROKES:
        return _text("count", _at(150, angle), str(mark.yes)) if mark.yes else _NOTHING
    return _NOTHING.join(_stroke(_seat_kind(mark, seat), 121 + seat * 62 / seats, angle) for seat in range(seats))


def _seat_kind(mark: Mark, seat: int) -> str:
    past = mark.state == "past"
    if seat < mark.yes:
        return "here" if past else "exp"
    if seat < mark.yes + mark.maybe:
        return "may"
    return "gone" if past else "plan"


def _stroke(kind: str, radius: float, angle: float) -> Markup:
    """A stroke across the bar, long when taken, short when empty."""
    half = 3.2 if kind in ("gone", "plan") else 7.5
    x, y = _at(radius, angle)
    dx, dy = half * cos(radians(angle)), half * sin(radians(angle))
    return _path(kind, (x - dx, y - dy), (x + dx, y + dy))


def _balloons(dial: _Dial, marks: Sequence[Mark]) -> list[Markup]:
    """Numbered balloons; near neighbours stand apart while their leader lines keep the date."""
    places = [dial.angle(mark.on) for mark in marks]
    for i, (one, next_one) in enumerate(pairwise(marks)):
        if next_one.on - one.on < _TOO_NEAR:
            places[i] -= _PUSH
            places[i + 1] += _PUSH
    return [_balloon(mark, dial.angle(mark.on), place) for mark, place in zip(marks, places, strict=True)]


def _balloon(mark: Mark, angle: float, place: float) -> Markup:
    centre = _at(_BALLOON_AT, place)
    leader = _path("hair", _at(_DIAL_OUT, angle), _at(_BALLOON_AT - _BALLOON, place))
    balloon = leader + _circle(f"b-{mark.state}", _BALLOON, centre)
    return balloon + _text("num", centre, mark.number) if mark.number else balloon


def _needle(angle: float) -> Markup:
    tip = (_at(_HUB, angle), _at(74, angle - 5), _at(74, angle + 5))
    return _path("needle", _at(_HUB, angle), _at(196, angle)) + _path("needle-tip", *tip)


def _centre(big: str, caption: str) -> Markup:
    if not big:
        return _NOTHING
    return _text("big", (_MIDDLE, _MIDDLE - 8), big) + _text("cap", (_MIDDLE, 273), caption)
