"""What letters by rule share: when a step falls due, until when it is true, and what it says in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bourse.clock import club_time
from bourse.mailroom.working_days import opening, working_day


@dataclass(frozen=True, slots=True)
class Step:
    """One letter of a series: it falls due `days` from the day that the series counts from and is true up to `last`.

    `is_early`: where that is no working day, it leaves on the one before, else on the one after.
    """

    rule: str
    days: int
    last: int
    is_early: bool = False

    def falls_on(self, on: date) -> date:
        return working_day(on + timedelta(days=self.days), self.is_early)

    def ends_on(self, on: date) -> date:
        """The first day on which it is no longer true."""
        return on + timedelta(days=self.last + 1)


@dataclass(frozen=True, slots=True)
class Fallen:
    """A step that has fallen due, on the day `fell_on` for a series that counts from `on`; true until `until`."""

    rule: str
    on: date
    fell_on: date
    until: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """A look at what is due at `now`, on the clocks of a club that has switched the rules `off`."""

    now: datetime
    zone: str
    off: frozenset[str] = frozenset()

    @property
    def today(self) -> date:
        return club_time(self.now, self.zone).date()

    def newest(self, series: Sequence[Step], on: date, end: datetime | None = None) -> Fallen | None:
        """Of a series only the newest step counts, which says what those before would say; from `end` on none does."""
        steps = [step for step in series if step.rule not in self.off]
        fallen = [step for step in steps if step.falls_on(on) <= self.today]
        if not fallen:
            return None
        step, later = fallen[-1], steps[len(fallen) :]
        ends_on = min([step.ends_on(on), *(each.falls_on(on) for each in later)])
        until = opening(ends_on, self.zone)
        until = min(until, end) if end else until
        return Fallen(step.rule, on, step.falls_on(on), until) if self.now < until else None


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule has to say to a person about a meeting, handles of the caller; `what` is all else it needs."""

    step: Fallen
    person: Any
    meeting: Any
    what: Any = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The blue panel on top of a letter: the day in big, a line before and one after it, and what is said of it."""

    big: str
    before: str
    after: str
    say: str = ""


Link = tuple[str, str]  # its text, its URL
Fact = tuple[str, str] | tuple[str, str, str]  # its name, its text, and where a tap on it leads


@dataclass(frozen=True, slots=True)
class Matter:
    """What one rule says, in words. The first of the `buttons` is the main one; `facts` are names and texts."""

    club: str
    subject: str
    panel: Panel
    said: Sequence[str]
    buttons: Sequence[Link]
    hint: str = ""
    facts: Sequence[Fact] = ()
    links: Sequence[Link] = ()
    footer: Sequence[str] = ()

    @property
    def ways(self) -> Sequence[Link]:
        """Everywhere that it leads."""
        return (*self.buttons, *self.links)
