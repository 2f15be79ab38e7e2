"""Puts the seasons of several clubs together, to be planned at once, and takes their plan apart again.

Each club keeps its own dates, rules and weights; what they share are companies and the people who facilitate. A date of
one club is none of another's, even on the same afternoon: that is what keeps a facilitator out of two places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from bourse.planning.instance import Club, Company, Facilitator, Instance, Placed, Slot

NO = "N"  # to a date that is another club's
KEPT = "past {}"  # who facilitated what has been, club by club: nobody asks whether it could be done


def on_clock(at: datetime, zone: str, other: str) -> datetime:
    """A wall time of one zone as the clocks of another show it."""
    if zone == other:
        return at
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo(other)).replace(tzinfo=None)


def join(seasons: Sequence[tuple[Instance, str]], most_per_week: int | None = None) -> Instance:
    """The seasons, each of one club and with its time zone, as one; `most_per_week`: meetings for one facilitator."""
    alone, common = [season for season, _zone in seasons], seasons[0][1]
    slots = _slots(seasons, common)
    companies = _companies(alone)
    first = alone[0]
    return replace(
        first,
        id="together",
        today=min(season.today for season in alone),
        start=min(season.start for season in alone),
        end=max(season.end for season in alone),
        km=_roads(alone, companies),
        slots=slots,
        companies=companies,
        facilitators=_facilitators(alone, most_per_week),
        clubs={id: _club(season, club, slots) for season in alone for id, club in season.clubs.items()},
        fixed=tuple(_kept(placed) for season in alone for placed in season.fixed),
        published=tuple(chain.from_iterable(season.published for season in alone)),
        locked=frozenset(chain.from_iterable(season.locked for season in alone)),
        forbidden=frozenset(chain.from_iterable(season.forbidden for season in alone)),
        seasons={id: season for season in alone for id in season.clubs},
    )


def _slots(seasons: Iterable[tuple[Instance, str]], common: str) -> dict[str, Slot]:
    found = [
        replace(slot, start=on_clock(slot.start, zone, common), end=on_clock(slot.end, zone, common))
        for season, zone in seasons
        for slot in season.slots.values()
    ]
    return {slot.id: slot for slot in sorted(found, key=lambda slot: (slot.start, slot.id))}


def _companies(seasons: Iterable[Instance]) -> dict[str, Company]:
    """Each once, with a place of its own."""
    found: dict[str, Company] = {}
    for each in chain.from_iterable(season.companies.values() for season in seasons):
        known = found.setdefault(each.id, replace(each, site=len(found)))
        found[each.id] = replace(known, competitors=known.competitors | each.competitors)
    return found


def _roads(seasons: Iterable[Instance], companies: Mapping[str, Company]) -> tuple[tuple[int, ...], ...]:
    """Only roads within a club are ever asked for."""
    km = [[0] * len(companies) for _ in companies]
    for season in seasons:
        for one in season.companies:
            for other in season.companies:
                km[companies[one].site][companies[other].site] = season.distance(one, other)
    return tuple(map(tuple, km))


def _facilitators(seasons: Sequence[Instance], most_per_week: int | None) -> dict[str, Facilitator]:
    away: dict[str, frozenset[str]] = {}
    for each in chain.from_iterable(season.facilitators.values() for season in seasons):
        away[each.id] = away.get(each.id, frozenset()) | each.unavailable
    former = (KEPT.format(id) for season in seasons for id in season.clubs if season.fixed)
    found = [Facilitator(name, unavailable, most_per_week) for name, unavailable in away.items()]
    return {each.id: each for each in (*found, *map(Facilitator, former))}


def _club(season: Instance, club: Club, slots: Mapping[str, Slot]) -> Club:
    number = season.number
    places = [number.get(slot) for slot in slots]
    members = (
        replace(each, answers="".join(NO if place is None else each.answers[place] for place in places))
        for each in club.members
    )
    return replace(club, members=tuple(members))


def _kept(placed: Placed) -> Placed:
    return replace(placed, facilitator=KEPT.format(placed.club))


def part(plan: Iterable[Placed], season: Instance) -> tuple[Placed, ...]:
    """What the plan of several clubs means for the season of one; what has been stays as the season has it."""
    before = {(placed.slot, placed.host): placed for placed in season.fixed}
    mine = (placed for placed in plan if placed.club in season.clubs)
    return tuple(before.get((placed.slot, placed.host), placed) for placed in mine)


def engaged_by(plan: Iterable[Placed], joint: Instance, season: Instance) -> dict[str, frozenset[str]]:
    """On which dates of one club its facilitators are at others', if the plan stands."""
    ours = [joint.slots[slot] for slot in season.slots]
    away: dict[str, set[str]] = {name: set() for name in season.facilitators}
    for placed in plan:
        if placed.club not in season.clubs and placed.facilitator in away:
            taken = joint.slots[placed.slot]
            away[placed.facilitator] |= {each.id for each in ours if each.start < taken.end and taken.start < each.end}
    return {name: frozenset(dates) for name, dates in away.items()}
