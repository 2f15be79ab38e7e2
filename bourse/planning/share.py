"""Facilitators who could be wanted twice at once: which dates they may not do together, and choosing who goes where.

Alone, a club takes whoever it prefers of those who are there. That is no longer free where a facilitator serves
several clubs, or has a cap on the meetings of a week.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bourse.planning.columns import ClubColumns
from bourse.planning.instance import Instance, Slot
from bourse.planning.program import Program, times
from bourse.planning.sift import Choices, sift

MOST_SLOTS = 2_000  # of which every pair of days is looked at


class Duty(NamedTuple):
    """A facilitator who would go to a club on a date, by its slot's number."""

    club: str
    slot: int
    facilitator: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Of these duties of one facilitator, so many at most."""

    duties: tuple[Duty, ...]
    most: int


def limits(instance: Instance, seasons: Sequence[Choices], lifted: Collection[str] = ()) -> list[Limit]:
    """What facilitators cannot do all of; only where their clubs' own gaps do not see to it."""
    slots = list(instance.slots.values())
    duties = defaultdict(list)
    for choices in seasons:
        for slot in dict.fromkeys(pair.slot for pair in choices.cost):
            for facilitator in choices.facilitators[slot]:
                duties[facilitator].append(Duty(choices.club.id, slot, facilitator))
    found = []
    for name, mine in duties.items():
        most = instance.facilitators[name].max_per_week
        if f"double:{name}" not in lifted:
            found += [Limit(group, 1) for group in _overlapping(mine, slots)]
        if most is not None and f"week:{name}" not in lifted:
            found += [Limit(group, most) for group in _weekly(mine, slots)]
    return [limit for limit in found if _could_be_broken(instance, limit, lifted)]


def is_alone(instance: Instance) -> bool:
    """Whether there is one club, whose facilitators can do whatever is asked of them, and days that can be walked."""
    if len(instance.clubs) != 1 or len(instance.slots) > MOST_SLOTS:
        return False
    (club,) = instance.clubs.values()
    return club.meetings > 0 and not limits(instance, [sift(instance, club)])


def _overlapping(duties: Iterable[Duty], slots: Sequence[Slot]) -> Iterator[tuple[Duty, ...]]:
    """For each date, the duties that are under way when it starts: any two that overlap are together in one."""
    under_way: list[Duty] = []
    for start, starting in _by_start(duties, slots):
        under_way = [duty for duty in under_way if slots[duty.slot].end > start] + starting
        yield tuple(under_way)


def _by_start(duties: Iterable[Duty], slots: Sequence[Slot]) -> Iterator[tuple[datetime, list[Duty]]]:
    together = defaultdict(list)
    for duty in duties:
        together[slots[duty.slot].start].append(duty)
    return iter(sorted(together.items()))


def _weekly(duties: Iterable[Duty], slots: Sequence[Slot]) -> Iterator[tuple[Duty, ...]]:
    weeks = defaultdict(list)
    for duty in duties:
        weeks[slots[duty.slot].week].append(duty)
    return map(tuple, weeks.values())


def _could_be_broken(instance: Instance, limit: Limit, lifted: Collection[str]) -> bool:
    """Whether the clubs, each keeping its own gap, could want more than there may be."""
    days = defaultdict(list)
    for duty in limit.duties:
        days[duty.club].append(instance.days[duty.slot])
    return sum(_most_held(sorted(of_club), _gap(instance, club, lifted)) for club, of_club in days.items()) > limit.most


def _gap(instance: Instance, club: str, lifted: Collection[str]) -> int:
    return 0 if f"gap:{club}" in lifted else instance.clubs[club].min_gap_days


def _most_held(days: Sequence[int], gap: int) -> int:
    """How many of these days one club could meet on."""
    held, free_from = 0, days[0]
    for day in days:
        if day >= free_from:
            held, free_from = held + 1, day + gap
    return held


def choose_facilitators(
    program: Program, seasons: Iterable[ClubColumns], bounds: Collection[Limit]
) -> Mapping[Duty, int]:
    """A column for each duty in the clubs that limits concern: each meeting has its facilitator, none too many."""
    concerned = {duty.club for limit in bounds for duty in limit.duties}
    duties: dict[Duty, int] = {}
    for columns in seasons:
        if columns.club.id in concerned:
            duties |= _staff(program, columns)
    for limit in bounds:
        program.row(times(1, (duties[duty] for duty in limit.duties)), most=limit.most)
    return duties


def _staff(program: Program, columns: ClubColumns) -> dict[Duty, int]:
    """Who goes to each meeting of a club, one to each."""
    club = columns.club
    duties: dict[Duty, int] = {}
    for slot in columns.slots:
        names = columns.choices.facilitators[slot]
        price = columns.instance.weights["substitute"]
        mine = {Duty(club.id, slot, name): program.choice(price * (name != club.facilitators[0])) for name in names}
        program.row([*times(1, mine.values()), *((held, -by) for held, by in columns.meets(slot))], 0, 0)
        duties |= mine
    return duties
