"""Says which letters after a meeting are due by rule: its outcome is closed and read, its promises are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bourse.clubs.rules import Rule
from bourse.mailroom.rules import Due, Fallen, Look, Step
from bourse.outcomes.follow import CHECK_INS

CLOSE = (Step(Rule.close_outcome, 1, 10),)
READ = (Step(Rule.read_outcome, 2, 16),)
FIRST_STEP = (Step(Rule.first_step, 3, 10),)
CHECK_IN = tuple(
    Step(rule, days, days + 10) for rule, days in zip((Rule.check_in_30, Rule.check_in_90), CHECK_INS, strict=True)
)
STORY = (Step(Rule.prepare_story, -5, -1),)


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment that is not settled; `commitment` is the caller's own handle."""

    commitment: Any
    person: Any
    taken_on: date
    has_first_step: bool = False


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A meeting that was held; `host` is none when he has left the club.

    `readers` are those who may read its outcome by now, each with whether he came.
    """

    meeting: Any
    on: date
    host: Any
    is_closed: bool = False
    readers: tuple[tuple[Any, bool], ...] = ()
    promises: tuple[Promise, ...] = ()


def due(aftermath: Aftermath, look: Look) -> Iterator[Due]:
    """What is due about the meeting's outcome."""
    step = look.newest(CLOSE, aftermath.on)
    if step and aftermath.host and not aftermath.is_closed:
        yield Due(step, aftermath.host, aftermath.meeting)
    if step := look.newest(READ, aftermath.on):
        yield from (Due(step, person, aftermath.meeting, came) for person, came in aftermath.readers)
    yield from _together(aftermath, _first_steps(aftermath, look))
    yield from _together(aftermath, _check_ins(aftermath, look))


def story(host: Any, held: Any, coming: Any, on: date, look: Look) -> Iterator[Due]:
    """The host of the meeting `held` tells what became of it at the one that is `coming`, on that day."""
    if step := look.newest(STORY, on):
        yield Due(step, host, coming, held)


Pairs = Iterator[tuple[Fallen, Promise]]


def _first_steps(aftermath: Aftermath, look: Look) -> Pairs:
    """Three days, for a promise made later, count from its own day."""
    for each in aftermath.promises:
        step = look.newest(FIRST_STEP, max(aftermath.on, each.taken_on))
        if step and each.has_first_step:
            yield step, each


def _check_ins(aftermath: Aftermath, look: Look) -> Pairs:
    """Whoever promises while the month is nearly over is not asked at once."""
    if step := look.newest(CHECK_IN, aftermath.on):
        yield from ((step, each) for each in aftermath.promises if each.taken_on < step.fell_on - timedelta(days=7))


def _together(aftermath: Aftermath, pairs: Pairs) -> Iterator[Due]:
    """All that one person promised that day stands in one part."""
    by_person: dict[Any, list[tuple[Fallen, Promise]]] = {}
    for step, promise in pairs:
        by_person.setdefault(promise.person, []).append((step, promise))
    for person, found in by_person.items():
        newest = max((step for step, _promise in found), key=lambda step: step.on)
        yield Due(newest, person, aftermath.meeting, tuple(promise.commitment for _step, promise in found))
