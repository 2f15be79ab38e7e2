"""Reads an instance from JSON: hostile until parsed, and one sentence that names the place when it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any, TypeVar

from bourse.planning.instance import (
    ANSWERS,
    FORBID,
    IGNORE,
    PENALISE,
    SCORES,
    Club,
    Company,
    Facilitator,
    Host,
    Instance,
    Member,
    Placed,
    Published,
    Slot,
)

FORMAT = "bourse-instance/1"
MOST = 10**6  # no count, weight or distance beyond: sums of products stay exact in every solver
DATES = range(1900, 3000)  # years in which a calendar can be added to

Made = TypeVar("Made")


class Malformed(ValueError):
    """The document cannot be planned from; its only argument says where and why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value in the document and the way to it, like `clubs[3].members[2]`."""

    value: Any
    place: str = ""

    def refuse(self, why: str) -> Malformed:
        return Malformed(f"{self.place or 'the document'}: {why}")

    def __getitem__(self, key: str) -> Node:
        if key not in self._table():
            raise self.at(key).refuse("missing")
        return self.at(key)

    def at(self, key: str) -> Node:
        """What stands under the key; None when nothing does."""
        return Node(self._table().get(key), f"{self.place}.{key}".lstrip("."))

    def _table(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self.refuse("expected an object")
        return self.value

    def rows(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise self.refuse("expected a list")
        return [Node(value, f"{self.place}[{number}]") for number, value in enumerate(self.value)]

    def optional_rows(self) -> list[Node]:
        return [] if self.value is None else self.rows()

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("expected a text")
        if any("\ud800" <= letter <= "\udfff" for letter in self.value):
            raise self.refuse("half a letter, which no file can hold")
        return self.value

    def whole(self, least: int = 0, most: int = MOST) -> int:
        if type(self.value) is not int or not least <= self.value <= most:  # True is an int to Python
            raise self.refuse(f"expected a whole number from {least} to {most}")
        return self.value

    def one_of(self, choices: Iterable[str]) -> str:
        if not isinstance(self.value, str) or self.value not in choices:
            raise self.refuse(f"expected one of {', '.join(sorted(choices))}")
        return self.value

    def day(self) -> date:
        return self._in_calendar(date.fromisoformat, date.isoformat, "a day like 2027-01-31")

    def moment(self) -> datetime:
        """Local time: an offset is not written back, and so refused."""
        return self._in_calendar(
            datetime.fromisoformat, lambda found: f"{found:%Y-%m-%dT%H:%M}", "a minute like 2027-01-31T14:00"
        )

    def _in_calendar(self, parse: Callable[[str], Made], write: Callable[[Made], str], expected: str) -> Made:
        """A date that is written as it would be written back, so that texts sort like moments."""
        try:
            found = parse(self.text())
        except ValueError:
            raise self.refuse(f"expected {expected}") from None
        if write(found) != self.value or int(self.value[:4]) not in DATES:
            raise self.refuse(f"expected {expected}")
        return found

    def known(self, known: Mapping[str, Any], noun: str) -> str:
        """An id that stands elsewhere in the document."""
        if self.text() not in known:
            raise self.refuse(f"no {noun} is called {self.value}")
        return self.text()

    def several(self, known: Mapping[str, Any], noun: str) -> frozenset[str]:
        """A list of ids; names the first that is not known, and looks no closer while all are."""
        if isinstance(self.value, list):
            try:
                if (found := frozenset(self.value)) <= known.keys():
                    return found
            except TypeError:  # something in it is a list or an object
                pass
        return frozenset(row.known(known, noun) for row in self.rows())


def read(raw: bytes | str) -> Instance:
    """The instance in a JSON document of the interchange format; raises Malformed."""
    return parse(_load(raw))


def _load(raw: bytes | str) -> Any:
    try:
        return json.loads(raw, object_pairs_hook=_object, parse_constant=_no_number)
    except RecursionError:
        raise Malformed("the document: lists within lists, deeper than any season") from None
    except UnicodeDecodeError:
        raise Malformed("the document: not UTF-8") from None
    except json.JSONDecodeError as refusal:
        raise Malformed(f"line {refusal.lineno}, column {refusal.colno}: not JSON") from None
    except Malformed:
        raise
    except ValueError:  # a number of thousands of digits
        raise Malformed("the document: a number that nobody can count") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Malformed(f"the document: {twice} stands twice in one object")
    return table


def _no_number(name: str) -> Any:
    raise Malformed(f"the document: {name} is no number")


def parse(document: Any) -> Instance:
    """The instance in a document already taken out of JSON; raises Malformed."""
    root = Node(document)
    if root["format"].value != FORMAT:
        raise root["format"].refuse(f"expected {FORMAT}")
    start, end = root["season"]["start"].day(), root["season"]["end"].day()
    if end < start:
        raise root["season"].refuse("ends before it starts")
    sites = {site: number for number, site in enumerate(_by_id(root["sites"].rows(), lambda row: row))}
    slots = _by_id(root["slots"].rows(), _slot)
    _check_order(root["slots"], list(slots.values()))
    companies = _companies(root["companies"], sites)
    facilitators = _by_id(root["facilitators"].rows(), lambda row: _facilitator(row, slots))
    clubs = _by_id(root["clubs"].rows(), lambda row: _club(row, slots, companies, facilitators))
    if not clubs:
        raise root["clubs"].refuse("no club")
    instance = Instance(
        id=root["id"].text(),
        today=root["today"].day(),
        notice_days=root["notice_days"].whole(most=3660),
        start=start,
        end=end,
        p={answer: root["p"][answer].whole(most=100) for answer in ANSWERS},
        fairness_steps=tuple(step.whole(most=100) for step in root["fairness_steps"].rows()),
        weights={score: root["weights"][score].whole() for score in SCORES},
        km=_km(root["km"], len(sites)),
        slots=slots,
        companies=companies,
        facilitators=facilitators,
        clubs=clubs,
    )
    return replace(
        instance, fixed=_fixed(root.at("fixed"), instance), published=_published(root.at("published"), instance)
    )


def _id(node: Node) -> str:
    return node["id"].text()


def _by_id(rows: list[Node], make: Callable[[Node], Made]) -> dict[str, Made]:
    """What is made of each row, by its id, which no two may share."""
    return _by(rows, lambda row: row["id"].text(), make)


def _by(rows: list[Node], key: Callable[[Node], str], make: Callable[[Node], Made]) -> dict[str, Made]:
    made: dict[str, Made] = {}
    for row in rows:
        if (name := key(row)) in made:
            raise row.refuse(f"{name} stands twice")
        made[name] = make(row)
    return made


def _slot(node: Node) -> Slot:
    start, end = node["start"].moment(), node["end"].moment()
    if end <= start:
        raise node["end"].refuse("not after the start")
    tags = {tag.text() for tag in node["tags"].rows()}
    return Slot(node["id"].text(), start, end, "school_holiday" in tags, "public_holiday" in tags)


def _check_order(node: Node, slots: list[Slot]) -> None:
    for number, (one, other) in enumerate(pairwise(slots), 1):
        if other.start < one.start:
            raise node.rows()[number].refuse("starts before the slot above it")


def _companies(node: Node, sites: Mapping[str, int]) -> dict[str, Company]:
    """A conflict counts both ways, even if it is written once."""
    rows = _by_id(node.rows(), lambda row: row)
    rivals: dict[str, set[str]] = {id: set() for id in rows}
    for id, row in rows.items():
        for other in row["competitors"].several(rows, "company"):
            if other == id:
                raise row["competitors"].refuse(f"{id} is no competitor of its own")
            rivals[id].add(other)
            rivals[other].add(id)
    return {
        id: Company(id, row["name"].text(), sites[row["site"].known(sites, "site")], frozenset(rivals[id]))
        for id, row in rows.items()
    }


def _facilitator(node: Node, slots: Mapping[str, Slot]) -> Facilitator:
    most = node.at("max_per_week")
    return Facilitator(
        node["id"].text(),
        node["unavailable"].several(slots, "slot"),
        None if most.value is None else most.whole(least=1),
    )


def _club(node: Node, slots: Mapping[str, Slot], companies: Mapping[str, Any], facilitators: Mapping[str, Any]) -> Club:
    return Club(
        id=node["id"].text(),
        name=node["name"].text(),
        meetings=node["meetings"].whole(most=1000),
        min_gap_days=node["min_gap_days"].whole(),
        target_gap_days=node["target_gap_days"].whole(),
        gap_tolerance_days=node["gap_tolerance_days"].whole(),
        quorum=node["quorum"].whole(),
        school_holidays=node["school_holidays"].one_of((FORBID, PENALISE, IGNORE)),
        far_km=node["far_km"].whole(),
        facilitators=_ranked(node["facilitators"], facilitators),
        members=tuple(_by_id(node["members"].rows(), lambda row: _member(row, companies, len(slots))).values()),
        hosts=_by(
            node["hosts"].rows(),
            lambda row: row["company"].known(companies, "company"),
            lambda row: _host(row, slots),
        ),
    )


def _ranked(node: Node, facilitators: Mapping[str, Any]) -> tuple[str, ...]:
    names = tuple(_by(node.rows(), lambda row: row.known(facilitators, "facilitator"), lambda row: row))
    if not names:
        raise node.refuse("nobody; a club has at least one")
    return names


def _member(node: Node, companies: Mapping[str, Any], slots: int) -> Member:
    answers = node["answers"]
    letters = answers.text() if slots else ""
    if len(letters) != slots:
        raise answers.refuse(f"{len(letters)} letters for {slots} slots")
    if strange := set(letters) - set(ANSWERS):
        raise answers.refuse(f"{min(strange)!r} is none of {', '.join(ANSWERS)}")
    return Member(node["id"].text(), node["company"].known(companies, "company"), letters)


def _host(node: Node, slots: Mapping[str, Slot]) -> Host:
    return Host(
        company=node["company"].text(),
        capacity=node["capacity"].whole(),
        waited=node["waited"].whole(),
        urgency=node["urgency"].whole(),
        closed=node["closed"].several(slots, "slot"),
    )


def _km(node: Node, sites: int) -> tuple[tuple[int, ...], ...]:
    rows = node.rows()
    if len(rows) != sites:
        raise node.refuse(f"{len(rows)} rows for {sites} sites")
    return tuple(_distances(row, sites) for row in rows)


def _distances(node: Node, sites: int) -> tuple[int, ...]:
    ways = node.rows()
    if len(ways) != sites:
        raise node.refuse(f"{len(ways)} distances for {sites} sites")
    return tuple(way.whole() for way in ways)


def _fixed(node: Node, instance: Instance) -> tuple[Placed, ...]:
    """Meetings that stand. Their host need not be among those of the club any more."""
    taken: dict[tuple[str, str], Placed] = {}
    for row in node.optional_rows():
        placed = Placed(
            club=row["club"].known(instance.clubs, "club"),
            slot=row["slot"].known(instance.slots, "slot"),
            host=row["host"].known(instance.companies, "company"),
            facilitator=row["facilitator"].known(instance.facilitators, "facilitator"),
        )
        if taken.setdefault((placed.club, placed.slot), placed) != placed:
            raise row.refuse(f"{placed.club} already meets on {placed.slot}")
    for club in instance.clubs.values():
        count = sum(placed.club == club.id for placed in taken.values())
        if count > club.meetings:
            raise node.refuse(f"{count} meetings of {club.id}, which has {club.meetings} in its season")
    return tuple(taken.values())


def _published(node: Node, instance: Instance) -> tuple[Published, ...]:
    """What people know. Host and facilitator are what was said; both may have gone since."""
    return tuple(
        Published(
            club=row["club"].known(instance.clubs, "club"),
            slot=row["slot"].known(instance.slots, "slot"),
            host=row["host"].text(),
            accepted=row["accepted"].whole(),
        )
        for row in node.optional_rows()
    )
