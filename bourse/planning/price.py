"""The scores of one club that depend on several meetings at once; all others are in the cost of a pair."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from bourse.planning.columns import ClubColumns, Position
from bourse.planning.program import Program, Term, times


def price_absences(program: Program, club: ClubColumns) -> None:
    """Fairness: what each member misses, and again what he misses beyond each step of the season."""
    weight, agreed = club.instance.weights["fairness"], club.club.meetings
    spared = _spared(club)
    missed = {slot: club.choices.crowd.absences(slot) for slot in club.slots}
    for member in range(len(club.club.members)):
        absence = program.column()
        on_dates = [(held, missed[slot][member] * by) for slot in club.slots for held, by in club.meets(slot)]
        program.row([*on_dates, *spared[member], (absence, -1)], 0, 0)
        for step in club.instance.fairness_steps:
            program.excess([(absence, 1)], step * agreed, weight)


def _spared(club: ClubColumns) -> Mapping[int, Sequence[Term]]:
    """Of each member, the pairs at which he misses less than the date alone says."""
    spared = defaultdict(list)
    for pair, column in club.pairs.items():
        for member, percent in club.choices.crowd.spared(pair).items():
            spared[member].append((column, -percent))
    return spared


def price_weekdays(program: Program, club: ClubColumns) -> None:
    """Meetings beyond an even share, for each weekday."""
    slots = list(club.instance.slots.values())
    together = defaultdict(list)
    for slot in club.slots:
        together[slots[slot].day.weekday()].append(slot)
    for same in together.values():
        program.excess(club.meets(*same), club.instance.even_share(club.club), club.instance.weights["weekday"])


def number_meetings(program: Program, club: ClubColumns) -> dict[Position, int]:
    """Where the n-th meeting stands: each number at one node, each node that is held under one number, in order."""
    agreed, before, after = club.club.meetings, _most_until(club), _most_from(club)
    positions = {
        Position(n, node): program.choice()
        for node in club.held
        for n in range(agreed)
        if n < before[node.slot] and agreed - n <= after[node.slot]
    }
    for n in range(agreed):
        program.row(times(1, (column for position, column in positions.items() if position.n == n)), 1, 1)
    for node, held in club.held.items():
        numbered = (positions[Position(n, node)] for n in range(agreed) if (n, node) in positions)
        program.row([*times(1, numbered), (held, -1)], 0, 0)
    _keep_order(program, club, positions)
    return positions


def _keep_order(program: Program, club: ClubColumns, positions: Mapping[Position, int]) -> None:
    """By any date, meeting n+1 has been held at most as often as meeting n had been a least gap before."""
    days = [club.day(slot) for slot in club.slots]
    held = [_held_by(program, club, positions, n) for n in range(club.club.meetings)]
    for earlier, later in pairwise(held):
        for date, day in enumerate(days):
            before = min(date, bisect_right(days, day - club.club.min_gap_days))
            program.row([(later[date], 1), *times(-1, earlier[before - 1 : before] if before else [])], most=0)


def _held_by(program: Program, club: ClubColumns, positions: Mapping[Position, int], n: int) -> list[int]:
    """For each date, whether the n-th meeting has been held by then: by the date before, or on this one."""
    on = defaultdict(list)
    for (number, node), column in positions.items():
        if number == n:
            on[node.slot].append(column)
    held: list[int] = []
    for slot in club.slots:
        column = program.column(most=1)
        program.row([*times(1, on[slot]), *times(1, held[-1:]), (column, -1)], 0, 0)
        held.append(column)
    return held


def _most_until(club: ClubColumns) -> dict[int, int]:
    """How many meetings there can be up to each date, that one included, at the least gap."""
    return _most([(slot, club.day(slot)) for slot in club.slots], club.club.min_gap_days)


def _most_from(club: ClubColumns) -> dict[int, int]:
    """How many there can be from each date on, that one included."""
    return _most([(slot, -club.day(slot)) for slot in reversed(club.slots)], club.club.min_gap_days)


def _most(days: Sequence[tuple[int, int]], gap: int) -> dict[int, int]:
    """The longest chains that end at each date, as the days go by; `behind` walks a gap behind."""
    most: dict[int, int] = {}
    behind = longest = 0
    for date, (slot, day) in enumerate(days):
        while behind < date and days[behind][1] <= day - gap:
            longest = max(longest, most[days[behind][0]])
            behind += 1
        most[slot] = longest + 1
    return most


def price_gaps(program: Program, club: ClubColumns, positions: Mapping[Position, int]) -> None:
    """Cadence: days by which the next meeting comes too soon or too late."""
    weight, target, tolerance = (
        club.instance.weights["cadence"],
        club.club.target_gap_days,
        club.club.gap_tolerance_days,
    )
    for n in range(club.club.meetings - 1):
        gap = [*_days(club, positions, n + 1, 1), *_days(club, positions, n, -1)]
        off = program.column(weight)
        program.row([*gap, (off, 1)], least=target - tolerance)
        program.row([*gap, (off, -1)], most=target + tolerance)


def _days(club: ClubColumns, positions: Mapping[Position, int], n: int, sign: int) -> list[Term]:
    return [(column, sign * club.day(node.slot)) for (number, node), column in positions.items() if number == n]


def price_long_roads(program: Program, club: ClubColumns, positions: Mapping[Position, int]) -> None:
    """Two far hosts in a row."""
    for n in range(club.club.meetings - 1):
        far = [column for (number, node), column in positions.items() if number in (n, n + 1) and node.is_far]
        program.excess(times(1, far), 1, club.instance.weights["far_row"])
