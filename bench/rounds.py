"""How clubs plan without a planner: hosts in turn at a regular rhythm, and the dates that most said yes to."""

from collections.abc import Iterator

from bourse.planning.anneal import assign
from bourse.planning.instance import Club, Instance, Placed
from bourse.planning.sift import Choices, Pair, sift


def in_turn(instance: Instance) -> tuple[Placed, ...]:
    """Hosts in the order of the list, each on its first possible date a target gap after the one before."""
    return tuple(placed for club in instance.clubs.values() for placed in _in_turn(sift(instance, club)))


def _in_turn(choices: Choices) -> list[Placed]:
    days, club = choices.instance.days, choices.club
    plan: list[Pair] = []
    for host in club.hosts:
        after = days[plan[-1].slot] + club.target_gap_days if plan else 0
        pair = next((pair for pair in choices.cost if pair.host == host and days[pair.slot] >= after), None)
        if pair and len(plan) < club.meetings:
            plan.append(pair)
    return assign(choices, tuple(plan))


def best_dates(instance: Instance) -> tuple[Placed, ...]:
    """The dates with most yes and if need be, as a date poll shows them, far enough apart; whoever can hosts."""
    return tuple(placed for club in instance.clubs.values() for placed in _best_dates(sift(instance, club)))


def _best_dates(choices: Choices) -> list[Placed]:
    dates: list[int] = []
    for slot in sorted(choices.cheapest, key=lambda slot: -_said_yes(choices.club, slot)):
        if len(dates) < choices.club.meetings and _is_apart(choices, slot, dates):
            dates.append(slot)
    return assign(choices, tuple(_hosted(choices, sorted(dates))))


def _said_yes(club: Club, slot: int) -> int:
    return sum({"Y": 2, "M": 1}.get(member.answers[slot], 0) for member in club.members)


def _is_apart(choices: Choices, slot: int, dates: list[int]) -> bool:
    days = choices.instance.days
    return all(abs(days[slot] - days[other]) >= choices.club.min_gap_days for other in dates)


def _hosted(choices: Choices, dates: list[int]) -> Iterator[Pair]:
    """The first host in the list who can and has not yet received."""
    used: set[str] = set()
    for slot in dates:
        host = next((host for host in choices.club.hosts if host not in used and (slot, host) in choices.cost), None)
        if host:
            used.add(host)
            yield Pair(slot, host)
