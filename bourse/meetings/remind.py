"""Says which letters about a meeting to come are due by rule: who is asked, who is told, who gets ready."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bourse.clubs.rules import Rule
from bourse.mailroom.rules import Due, Look, Step

ASK = (Step(Rule.ask, -30, -22), Step(Rule.ask_again, -21, -11), Step(Rule.ask_last, -10, -3))
LEAD = (Step(Rule.call, -10, -8), Step(Rule.decide, -7, -4))
GET_READY = (Step(Rule.get_ready, -3, 0),)
COME = (Step(Rule.come, -1, 0, is_early=True), Step(Rule.today, 0, 0))


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody invited; `asked_on` is the day on which the invitation to this date left (none: it has not)."""

    person: Any
    invitation: Any
    is_silent: bool = False
    is_to_confirm: bool = False
    attends: bool = False
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting to come; `host` is none when he has left the club."""

    meeting: Any
    on: date
    starts_at: datetime
    host: Any
    facilitators: tuple[Any, ...] = ()
    guests: tuple[Guest, ...] = ()

    @property
    def silent(self) -> tuple[Guest, ...]:
        """Who has not answered. The host receives: nobody asks him whether he comes."""
        return tuple(each for each in self.guests if each.is_silent and each.person is not self.host)

    @property
    def to_call(self) -> tuple[Guest, ...]:
        """Who has not answered, and the host whose answer was to the date before: the new one may not suit him."""
        return tuple(each for each in self.guests if each in self.silent or each.is_to_confirm)


def due(occasion: Occasion, look: Look) -> Iterator[Due]:
    """What is due about the meeting."""
    yield from _ask(occasion, look)
    yield from _lead(occasion, look)
    yield from _get_ready(occasion, look)
    yield from _come(occasion, look)


def _ask(occasion: Occasion, look: Look) -> Iterator[Due]:
    """Whoever was invited since the step fell due has just been asked."""
    step = look.newest(ASK, occasion.on, occasion.starts_at)
    for guest in occasion.silent if step else ():
        if step and guest.asked_on and guest.asked_on < step.fell_on:
            yield Due(step, guest.person, occasion.meeting, guest.invitation)


def _lead(occasion: Occasion, look: Look) -> Iterator[Due]:
    step = look.newest(LEAD, occasion.on, occasion.starts_at)
    if step and (occasion.to_call or step.rule == Rule.decide):
        to_call = tuple(each.person for each in occasion.to_call)
        yield from (Due(step, each, occasion.meeting, to_call) for each in occasion.facilitators)


def _get_ready(occasion: Occasion, look: Look) -> Iterator[Due]:
    if step := look.newest(GET_READY, occasion.on, occasion.starts_at):
        everybody = dict.fromkeys([*occasion.facilitators, *([occasion.host] if occasion.host else [])])
        yield from (Due(step, each, occasion.meeting) for each in everybody)


def _come(occasion: Occasion, look: Look) -> Iterator[Due]:
    """The host needs no way to his own plant, and is there on the day whatever he answered."""
    if step := look.newest(COME, occasion.on, occasion.starts_at):
        for guest in occasion.guests:
            hosts = guest.person is occasion.host
            if step.rule == Rule.today if hosts else guest.attends:
                yield Due(step, guest.person, occasion.meeting, guest.invitation)
