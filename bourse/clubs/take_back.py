"""What undoing a members' list takes back, and what stays because it has been used or changed since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bourse.clubs.compare import Change, Noun

__all__ = ["Fate", "Noun", "Pointer", "Reason", "Trace", "by_subject", "decide"]

TELLING = ("sign_in", "invitation", "meeting", "membership")  # the places that say most about use, first
Columns = Mapping[str, Any]


@dataclass(frozen=True)
class Trace:
    """A row that the list made (`before` is none, `after` all of it) or changed (both: what changed), and as it is now.

    `person` is whose row it is, 0 for a company. `name`, `detail` and `changes` are to be told.
    """

    noun: Noun
    id: int
    line: int
    before: Columns | None
    after: Columns
    present: Columns
    person: int = 0
    name: str = ""
    detail: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def is_made(self) -> bool:
        return self.before is None

    @property
    def brings_in(self) -> bool:
        """Whether it let somebody in who was not, or no longer, of the club."""
        return self.is_made or "state" in self.after

    @property
    def leaves_company(self) -> bool:
        """Whether undone it works no longer where the list said."""
        return self.noun == "membership" and (self.is_made or "company_id" in self.after)

    @property
    def changed_since(self) -> list[str]:
        """The columns where something else stands now."""
        return [name for name, value in self.after.items() if self.present.get(name, value) != value]


@dataclass(frozen=True)
class Pointer:
    """A row, by its table and id, that points at another."""

    place: str
    id: int
    noun: Noun
    aim: int


@dataclass(frozen=True)
class Reason:
    """Why something stays, and what it is about.

    `changed` since (a column), `signed` (the charter), `used` by a row (its table), `no_way_back` (the former company
    is gone).
    """

    code: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.about}".strip()

    @classmethod
    def of(cls, text: str) -> "Reason":
        """The reason that was written as that text."""
        code, _, about = text.partition(" ")
        return cls(code, about)


@dataclass(frozen=True)
class Fate:
    """What becomes of somebody, or of a company: all of it is taken back, or for a reason nothing."""

    traces: tuple[Trace, ...]
    reason: Reason | None = None

    @property
    def noun(self) -> Noun:
        return "company" if self.traces[0].noun == "company" else "person"

    @property
    def line(self) -> int:
        return min(trace.line for trace in self.traces)

    @property
    def name(self) -> str:
        return self.traces[0].name

    @property
    def detail(self) -> str:
        return self.traces[0].detail

    @property
    def is_new(self) -> bool:
        """Whether the list brought it into the club or the cluster, rather than changed it."""
        return any(trace.is_made for trace in self.traces)

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for trace in self.traces for change in trace.changes)


def decide(traces: Iterable[Trace], pointers: Iterable[Pointer], companies: Collection[int]) -> tuple[Fate, ...]:
    """The fates, people first; `companies` are the ids of those that exist.

    A person and his membership share one. A company that the list made goes when nobody who stays works there.
    """
    subjects = by_subject(traces)
    held = _held(pointers, {(trace.noun, trace.id) for subject in subjects for trace in subject if trace.is_made})
    people = [Fate(each, _why_person_stays(each, held, companies)) for each in subjects if each[0].person]
    leaving = {trace.id for fate in people if fate.reason is None for trace in fate.traces if trace.leaves_company}
    firms = [Fate(each, _why_company_stays(each[0], held, leaving)) for each in subjects if not each[0].person]
    return (*people, *firms)


def by_subject(traces: Iterable[Trace]) -> list[tuple[Trace, ...]]:
    """The traces of each person, his membership's among them, and of each company."""
    subjects: dict[tuple[int, int], list[Trace]] = {}
    for trace in traces:
        subjects.setdefault((trace.person, 0 if trace.person else trace.id), []).append(trace)
    return [tuple(subject) for subject in subjects.values()]


Held = Mapping[tuple[Noun, int], Sequence[Pointer]]


def _held(pointers: Iterable[Pointer], made: Collection[tuple[str, int]]) -> Held:
    """What points at each row; that a person has the membership which the list made holds neither."""
    held: dict[tuple[Noun, int], list[Pointer]] = {}
    for pointer in pointers:
        if pointer.noun == "company" or (pointer.place, pointer.id) not in made:
            held.setdefault((pointer.noun, pointer.aim), []).append(pointer)
    return held


def _why_person_stays(subject: Sequence[Trace], held: Held, companies: Collection[int]) -> Reason | None:
    aims: set[tuple[Noun, int]] = {(trace.noun, trace.id) for trace in subject if trace.is_made}
    if any(trace.brings_in for trace in subject):
        aims.add(("person", subject[0].person))
    reasons = [_used(pointer for aim in aims for pointer in held.get(aim, ()))]
    reasons += [_changed(trace) or _no_way_back(trace, companies) for trace in subject]
    return next(filter(None, reasons), None)


def _why_company_stays(trace: Trace, held: Held, leaving: Collection[int]) -> Reason | None:
    pointers = held.get(("company", trace.id), ()) if trace.is_made else ()
    staying = (each for each in pointers if each.place != "membership" or each.id not in leaving)
    return _used(staying) or _changed(trace)


def _used(pointers: Iterable[Pointer]) -> Reason | None:
    """By the place that tells most."""
    places = {pointer.place for pointer in pointers}
    telling = [place for place in TELLING if place in places] or sorted(places)
    return Reason("used", telling[0]) if telling else None


def _changed(trace: Trace) -> Reason | None:
    changed = trace.changed_since
    if "charter_version" in changed:
        return Reason("signed")
    return Reason("changed", changed[0]) if changed else None


def _no_way_back(trace: Trace, companies: Collection[int]) -> Reason | None:
    former = trace.before.get("company_id") if trace.before else None
    return Reason("no_way_back") if former and former not in companies else None
