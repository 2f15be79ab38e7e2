"""The hard rules of one club, one function each; what a date and a host break alone was sifted out before.

Each takes the names of lifted groups of rules (see sift), for a core is found by lifting them in turn.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection

from bourse.planning.columns import ClubColumns
from bourse.planning.program import Program, times

Rule = Callable[[Program, ClubColumns, Collection[str]], None]


def hold_as_many_meetings_as_agreed(program: Program, club: ClubColumns, lifted: Collection[str]) -> None:
    """Σ meetings = H; lifted, there may be fewer."""
    agreed = club.club.meetings
    least = 0 if f"meetings:{club.club.id}" in lifted else agreed
    program.row(club.meets(*club.slots), least, agreed)


def host_once(program: Program, club: ClubColumns, lifted: Collection[str]) -> None:
    """Σ over dates <= 1, for each host."""
    if f"once:{club.club.id}" not in lifted:
        for columns in club.hosts.values():
            program.row(times(1, columns), most=1)


def keep_apart(program: Program, club: ClubColumns, lifted: Collection[str]) -> None:
    """At most one meeting in any window of the least gap, a clique for each date that opens one; lifted, one a date."""
    gap = 0 if f"gap:{club.club.id}" in lifted else club.club.min_gap_days
    days = [club.day(slot) for slot in club.slots]
    for first, day in enumerate(days):
        end = max(first + 1, bisect_left(days, day + gap))
        program.row(club.meets(*club.slots[first:end]), most=1)


def let_those_who_wait_go_first(program: Program, club: ClubColumns, lifted: Collection[str]) -> None:
    """Nobody who hosted last season does so again before all have who waited and are able; fixed meetings aside."""
    hosts, able, fixed = club.club.hosts, club.choices.able, club.choices.fixed
    waiting = [host for host in hosts if hosts[host].waited and host in able]
    if not waiting or f"rotation:{club.club.id}" in lifted:
        return
    is_again = program.column(most=1)
    for pair, column in club.pairs.items():
        if pair.host in hosts and not hosts[pair.host].waited and pair not in fixed:
            program.row([(column, 1), (is_again, -1)], most=0)
    for host in waiting:
        program.row([*times(1, club.hosts.get(host, ())), (is_again, -1)], least=0)


def stand_by_what_is_fixed(program: Program, club: ClubColumns, lifted: Collection[str]) -> None:
    """Past meetings are in the plan, and so is what somebody settled by hand."""
    kept = set() if f"locked:{club.club.id}" in lifted else club.choices.locked
    for pair in sorted({*club.choices.fixed, *kept}):
        program.row(times(1, [club.pairs[pair]] if pair in club.pairs else []), least=1)


RULES: tuple[Rule, ...] = (
    hold_as_many_meetings_as_agreed,
    host_once,
    keep_apart,
    let_those_who_wait_go_first,
    stand_by_what_is_fixed,
)
