"""Freezes what a season is planned from in the planner's own format, and thaws it.

Ids are those of the rows: a date's, a company's, a member's, a person's for who facilitates. A meeting that stands on
no such date has a date of its own, « m12 ».
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from bourse.planning.draft import by_hand, pins_in
from bourse.planning.forecast import Chances
from bourse.planning.instance import ANSWERS, FORBID, IGNORE, PENALISE, Instance, Pin
from bourse.planning.read import FORMAT, parse
from bourse.planning.season_facts import FacilitatorFacts, HostFacts, MemberFacts, SeasonFacts
from bourse.planning.states import Hosting, SchoolRule

STEPS = (20, 30, 40, 50, 60)  # percent of the season that a member misses, beyond which each costs more
SCHOOL = {SchoolRule.forbid: FORBID, SchoolRule.avoid: PENALISE, SchoolRule.ignore: IGNORE}
UNPLACED = 20  # kilometres


@dataclass(frozen=True)
class Standing:
    """A meeting that the season has already; `said` are the letters of those who answered, by membership."""

    id: int
    starts: datetime  # on the clocks of the club
    ends: datetime
    company: int
    name: str
    is_past: bool
    accepted: int
    said: Mapping[int, str]
    has_fallen: bool = False  # its date cannot be kept
    facilitator: int | None = None  # who runs it, if that is known


@dataclass(frozen=True)
class Past:
    """What was so far: the meetings of the season, when each company last received, who comes after which answer."""

    standing: tuple[Standing, ...] = ()
    last: Mapping[int, date] = field(default_factory=dict)  # by company
    chances: Chances = field(default_factory=Chances)


class Away(NamedTuple):
    """Who facilitates is ill or elsewhere, both days included."""

    person: int
    first: date
    last: date


@dataclass(frozen=True)
class Upset:
    """What does not hold any more of a published season."""

    fallen: frozenset[int] = frozenset()  # meetings whose date cannot be kept
    away: tuple[Away, ...] = ()


def thaw(document: Mapping[str, Any]) -> Instance:
    """The season to plan, with what somebody settled by hand as far as it is still there."""
    instance, kept = parse(document), document["by_hand"]

    def known(pins: Iterable[Sequence[str]]) -> frozenset[Pin]:
        found = pins_in(pins)
        return frozenset(pin for pin in found if pin[1] in instance.slots and pin[2] in instance.clubs[pin[0]].hosts)

    return replace(instance, locked=known(kept["locked"]), forbidden=known(kept["forbidden"]))


def freeze(facts: SeasonFacts, past: Past, away: Collection[Away] = ()) -> dict[str, Any]:
    """The document `bourse-instance/1` of a season, with who is away; nothing in it is settled by hand yet."""
    standing = past.standing
    slots = _slots(facts, standing)
    kept = [each for each in standing if not (each.has_fallen or each.is_past)]
    was = possible([each for each in standing if each.is_past], facts.min_gap)
    slot_of = {each.id: _slot_of(each, facts) for each in standing if not each.has_fallen}
    people = [each.person for each in facts.facilitators]
    away = [each for each in away if each.person in people]

    def placed(each: Standing) -> dict[str, Any]:
        who = each.facilitator if each.facilitator in people else people[0]
        return {"club": str(facts.club), "slot": slot_of[each.id], "host": str(each.company), "facilitator": str(who)}

    return {
        "format": FORMAT,
        "id": f"season {facts.season}",
        "today": facts.today.isoformat(),
        "notice_days": facts.notice,
        "season": {"start": facts.starts_on.isoformat(), "end": facts.ends_on.isoformat()},
        "p": past.chances.planned,
        "fairness_steps": list(STEPS),
        "weights": dict(facts.weights),
        **_map(facts, standing),
        "slots": [slot for slot, _number, _meeting in slots],
        "facilitators": [_facilitator(each, [slot for slot, *_rest in slots], away) for each in facts.facilitators],
        "clubs": [_club(facts, slots, past, len(was))],
        "fixed": [placed(each) for each in was],
        "published": [{**placed(each), "accepted": each.accepted} for each in kept],
        "left_out": sum(each.is_past for each in standing) - len(was),
        "stood": {str(each.id): stood(each.starts, each.company, each.is_past) for each in standing},
        "standing": {str(each.id): slot_of.get(each.id) for each in standing},
        "away": [[each.person, each.first.isoformat(), each.last.isoformat()] for each in away],
        "by_hand": by_hand(),
    }


def stood(starts: datetime, company: int, is_past: bool) -> list[Any]:
    """A meeting as it stood when the plan was asked for, to be told from what it is later."""
    return [f"{starts:%Y-%m-%dT%H:%M}", str(company), is_past]


def possible(past: Sequence[Standing], min_gap: int) -> list[Standing]:
    """Past meetings as rules may judge them: of two too near each other, or at one host, the later one alone.

    They were; the rules are about what is to come, and no plan could undo them.
    """
    kept: list[Standing] = []
    for each in sorted(past, key=lambda each: each.starts, reverse=True):
        is_near = any((later.starts.date() - each.starts.date()).days < max(1, min_gap) for later in kept)
        if not is_near and all(each.company != later.company for later in kept):
            kept.append(each)
    return kept[::-1]


Dated = tuple[dict[str, Any], int | None, Standing | None]  # a slot, the place of its answers, the meeting it has


def _slots(facts: SeasonFacts, standing: Sequence[Standing]) -> list[Dated]:
    """The dates that may be chosen and those that are taken, in order."""
    at = {each.starts: each for each in standing}
    fallen = {each.starts for each in standing if each.has_fallen}
    offered: list[Dated] = [
        (_slot(str(each.id), each.starts, each.ends, each.tags), number, at.get(each.starts))
        for number, each in enumerate(facts.dates)
        if each.starts not in fallen
    ]
    taken = {each.starts for each in facts.dates}
    own: list[Dated] = [
        (_slot(f"m{each.id}", each.starts, each.ends, ()), None, each)
        for each in standing
        if each.starts not in taken and not each.has_fallen
    ]
    return sorted((*offered, *own), key=lambda each: (each[0]["start"], each[0]["id"]))


def _slot_of(meeting: Standing, facts: SeasonFacts) -> str:
    return next((str(each.id) for each in facts.dates if each.starts == meeting.starts), f"m{meeting.id}")


def _slot(id: str, starts: datetime, ends: datetime, tags: Collection[str]) -> dict[str, Any]:
    return {"id": id, "start": f"{starts:%Y-%m-%dT%H:%M}", "end": f"{ends:%Y-%m-%dT%H:%M}", "tags": sorted(tags)}


def _map(facts: SeasonFacts, standing: Sequence[Standing]) -> dict[str, Any]:
    """Companies and how far they are; one that has left but still receives is put somewhere near."""
    gone = sorted({each.company for each in standing} - set(facts.sites))
    names = {**facts.names, **{each.company: each.name for each in standing if each.company in gone}}
    sites = [*facts.sites, *gone]
    km = [[*row, *[UNPLACED] * len(gone)] for row in facts.km]
    km += [[0 if here == there else UNPLACED for there in sites] for here in gone]
    rivals = [(one, other) for one, other in facts.competitors]
    return {
        "sites": [{"id": str(each)} for each in sites],
        "km": km,
        "companies": [
            {
                "id": str(each),
                "name": names[each],
                "site": str(each),
                "competitors": [str(other) for one, other in rivals if one == each],
            }
            for each in sites
        ],
    }


def _facilitator(facts: FacilitatorFacts, slots: Iterable[Mapping[str, Any]], away: Iterable[Away]) -> dict[str, Any]:
    said_no = {str(each) for each in facts.unavailable}
    mine = [each for each in away if each.person == facts.person]

    def is_there(slot: Mapping[str, Any]) -> bool:
        day = date.fromisoformat(slot["start"][:10])
        return slot["id"] not in said_no and not any(each.first <= day <= each.last for each in mine)

    unavailable = sorted(slot["id"] for slot in slots if not is_there(slot))
    return {"id": str(facts.person), "max_per_week": None, "unavailable": unavailable}


def _club(facts: SeasonFacts, slots: Sequence[Dated], past: Past, counted: int) -> dict[str, Any]:
    """`counted`: how many of the past meetings are in the plan; the others are not to be planned again."""
    held = sum(each.is_past for each in past.standing)
    return {
        "id": str(facts.club),
        "name": str(facts.club),
        "meetings": max(facts.length, held) - (held - counted),
        "min_gap_days": facts.min_gap,
        "target_gap_days": facts.target_gap,
        "gap_tolerance_days": facts.gap_tolerance,
        "quorum": facts.quorum,
        "school_holidays": SCHOOL[SchoolRule(facts.school_rule)],
        "far_km": facts.far,
        "facilitators": [str(each.person) for each in facts.facilitators],
        "members": [
            {
                "id": str(each.id),
                "company": str(each.company),
                "answers": "".join(_answers(each, slots)),
                "chances": past.chances.of(each.id),  # for what is expected; the plan itself is judged by `p`
            }
            for each in facts.members
            if each.company is not None
        ],
        "hosts": [_host(each, facts, slots, past) for each in facts.hosts],
    }


def _answers(member: MemberFacts, slots: Sequence[Dated]) -> Iterator[str]:
    """A letter a slot: what he answered to a meeting that stands there, else what he said of date or weekday."""
    for slot, number, meeting in slots:
        said = meeting.said.get(member.id) if meeting else None
        on = date.fromisoformat(slot["start"][:10])
        letter = said or (member.answers[number] if number is not None else member.weekdays[on.weekday()])
        assert letter in ANSWERS
        yield letter


def _host(host: HostFacts, facts: SeasonFacts, slots: Sequence[Dated], past: Past) -> dict[str, Any]:
    closed = {str(each) for each in host.closed}
    fallen = {each.company for each in past.standing if each.has_fallen}
    late = {slot["id"] for slot, _number, _meeting in slots if not _is_late_enough(host, slot["start"], facts)}
    return {
        "company": str(host.company),
        "membership": host.membership,
        "capacity": host.capacity + sum(each.company == host.company for each in facts.members),  # they are at home
        "waited": host.waited,
        "urgency": max(host.urgency, int(host.company in fallen)),  # who was announced is still to receive
        "closed": sorted((closed | late) & {slot["id"] for slot, _number, _meeting in slots}),
        "months": list(host.months),
        "last": past.last[host.company].isoformat() if host.company in past.last else None,
    }


def _is_late_enough(host: HostFacts, start: str, facts: SeasonFacts) -> bool:
    """Who would rather receive later receives in the months he named, or in the second half of the season."""
    if host.hosting is not Hosting.later:
        return True
    day = date.fromisoformat(start[:10])
    if host.months:
        return day.month in host.months
    return day - facts.starts_on >= (facts.ends_on - facts.starts_on) / 2
