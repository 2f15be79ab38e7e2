"""The groups of rules that may be relaxed, by their names in a core, and a season with some of them relaxed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bourse.planning.instance import Club, Instance


@dataclass(frozen=True, slots=True)
class Change:
    """A group that gives way: down to a value (up to it, for a capacity), or altogether when there is none."""

    group: str
    value: int | None = None


Relaxation = tuple[Change, ...]  # all of them together make the season possible


def groups(instance: Instance) -> list[str]:
    """All that a core may name, family by family; what one would rather hear of last, for that is tried last."""
    clubs = instance.clubs.values()
    hosts = [f"{club.id}/{host}" for club in clubs for host in club.hosts]
    names = list(instance.facilitators)
    capped = [name for name in names if instance.facilitators[name].max_per_week is not None]
    settled = {pin[0] for pin in instance.locked}
    by_club = ("school", "once", "rotation", "quorum", "gap", "meetings")
    return [
        *(f"capacity:{here}" for here in hosts),
        *(f"week:{name}" for name in capped),
        *(f"double:{name}" for name in names),
        *(f"facilitator:{name}" for name in names),
        *(f"host:{here}" for here in hosts),
        *(f"locked:{club}" for club in instance.clubs if club in settled),
        *(f"fixed:{club}" for club in instance.clubs if any(placed.club == club for placed in instance.fixed)),
        *(f"{rule}:{club}" for rule in by_club for club in instance.clubs),
    ]


def _club_and_host(instance: Instance, name: str) -> tuple[str, str]:
    """Whose group it is; ids are anybody's, and may hold a slash themselves."""
    pairs = ((club.id, host) for club in instance.clubs.values() for host in club.hosts)
    return next((club, host) for club, host in pairs if f"{club}/{host}" == name)


FIELDS = {"meetings": "meetings", "gap": "min_gap_days", "quorum": "quorum"}


def value_of(instance: Instance, group: str) -> int | None:
    """The number that was asked for; None when the group is none of numbers."""
    rule, _, name = group.partition(":")
    if rule == "capacity":
        club, host = _club_and_host(instance, name)
        return instance.clubs[club].hosts[host].capacity
    return getattr(instance.clubs[name], FIELDS[rule]) if rule in FIELDS else None


def least(instance: Instance, group: str) -> int | None:
    """The number that asks for as little as there can be: one meeting is still a season."""
    rule, _, name = group.partition(":")
    if rule == "capacity":
        return len(instance.clubs[_club_and_host(instance, name)[0]].members)
    if rule == "meetings":
        return max(1, sum(placed.club == name for placed in instance.fixed))
    return 0 if rule in FIELDS else None


def relaxed(instance: Instance, changes: Iterable[Change]) -> tuple[Instance, set[str]]:
    """The season with its numbers changed, and the groups that are to be lifted altogether."""
    lifted = set()
    for change in changes:
        if change.value is None:
            lifted.add(change.group)
        else:
            instance = _with(instance, change.group, change.value)
    return instance, lifted


def _with(instance: Instance, group: str, value: int) -> Instance:
    rule, _, name = group.partition(":")
    id, host = _club_and_host(instance, name) if rule == "capacity" else (name, "")
    club = instance.clubs[id]
    return replace(instance, clubs={**instance.clubs, id: _club_with(club, rule, host, value)})


def _club_with(club: Club, rule: str, host: str, value: int) -> Club:
    if rule == "capacity":
        return replace(club, hosts={**club.hosts, host: replace(club.hosts[host], capacity=value)})
    changed: dict[str, int] = {FIELDS[rule]: value}
    return replace(club, **changed)  # type: ignore[arg-type]  # all FIELDS are numbers
