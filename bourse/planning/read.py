"""Reads an instance from JSON: hostile until parsed, and one sentence that names the place when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bourse.planning.document import Made, Node, load
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


def read(raw: bytes | str) -> Instance:
    """The instance in a JSON document of the interchange format; raises Malformed."""
    return _season(load(raw))


def parse(document: Any) -> Instance:
    """The instance in a document already taken out of JSON; raises Malformed."""
    return _season(Node(document))


def _season(root: Node) -> Instance:
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
