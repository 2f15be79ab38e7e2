"""Counts a plan from the rules alone: which it breaks and what it costs; knows nothing of how plans are found.

A plan is worth what this count says. Its rules and scores are those of the interchange format; it is written apart
from the solver so that it catches the solver's faults, and is quick enough to judge a change made by hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bourse.planning.instance import FORBID, PENALISE, SCORES, Club, Facilitator, Instance, Placed


@dataclass(frozen=True, slots=True)
class Breach:
    """A hard rule that is broken, by its name in the format, and what breaks it."""

    rule: str
    about: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {' '.join(self.about)}"


@dataclass(frozen=True, slots=True)
class Count:
    """What a plan breaks and what it costs, before weights; `absences`: of each member, in percents of a meeting."""

    breaches: tuple[Breach, ...]
    scores: Mapping[str, int]
    absences: Mapping[str, Mapping[str, int]]
    objective: int


def count(instance: Instance, meetings: Iterable[Placed]) -> Count:
    """Judge a plan, complete or not, whoever made it."""
    meetings = tuple(meetings)
    known = [placed for placed in meetings if _is_known(instance, placed)]
    plans = {id: _in_order(instance, id, known) for id in instance.clubs}
    by_club = {id: _scores(instance.of(id), club, plans[id]) for id, club in instance.clubs.items()}
    scores = {score: sum(of_club[score] for of_club in by_club.values()) for score in SCORES}
    return Count(
        breaches=tuple(_breaches(instance, meetings, known, plans)),
        scores=scores,
        absences={id: absences(instance.of(id), club, plans[id]) for id, club in instance.clubs.items()},
        objective=sum(weigh(instance.of(id), of_club) for id, of_club in by_club.items()),
    )


def weigh(instance: Instance, scores: Mapping[str, int]) -> int:
    """The weighted sum that a plan is to make small."""
    return sum(instance.weights[score] * points for score, points in scores.items())


def _is_known(instance: Instance, placed: Placed) -> bool:
    """Whether its ids exist and its host is listed in the club; what is fixed may be past that."""
    return placed in instance.fixed or (
        placed.club in instance.clubs
        and placed.slot in instance.slots
        and placed.host in instance.clubs[placed.club].hosts
        and placed.facilitator in instance.facilitators
    )


def _in_order(instance: Instance, club: str, meetings: Iterable[Placed]) -> list[Placed]:
    mine = [placed for placed in meetings if placed.club == club]
    return sorted(mine, key=lambda placed: instance.number[placed.slot])


# The hard rules.


def _breaches(
    instance: Instance, meetings: Sequence[Placed], known: Sequence[Placed], plans: Mapping[str, Sequence[Placed]]
) -> Iterator[Breach]:
    for placed in meetings:
        if not _is_known(instance, placed):
            yield _breach("unknown", placed)
    for placed in instance.fixed:
        if placed not in meetings:
            yield _breach("fixed", placed)
    yield from _against_the_hand(instance, meetings)
    for facilitator in instance.facilitators.values():
        mine = [placed for placed in known if placed.facilitator == facilitator.id]
        yield from _overworked(instance, facilitator, mine)
    for id, plan in plans.items():
        yield from _broken_by_club(instance.of(id), instance.clubs[id], plan)


def _against_the_hand(instance: Instance, meetings: Iterable[Placed]) -> Iterator[Breach]:
    """What was locked and is not there, what was forbidden and is."""
    pins = {(placed.club, placed.slot, placed.host) for placed in meetings}
    for pin in sorted(instance.locked - pins):
        yield Breach("locked", pin)
    for pin in sorted(instance.forbidden & pins):
        yield Breach("forbidden", pin)


def _breach(rule: str, placed: Placed) -> Breach:
    return Breach(rule, (placed.club, placed.slot, placed.host, placed.facilitator))


def _overworked(instance: Instance, facilitator: Facilitator, meetings: Iterable[Placed]) -> Iterator[Breach]:
    slots = sorted((instance.slots[placed.slot] for placed in meetings), key=lambda slot: slot.start)
    for earlier, later in pairwise(slots):
        if later.start < earlier.end:
            yield Breach("double", (facilitator.id, earlier.id, later.id))
    most = facilitator.max_per_week
    for (year, week), held in Counter(slot.week for slot in slots).items():
        if most is not None and held > most:
            yield Breach("week", (facilitator.id, f"{year}-W{week:02}"))


def _broken_by_club(instance: Instance, club: Club, plan: Sequence[Placed]) -> Iterator[Breach]:
    if len(plan) != club.meetings:
        yield Breach("meetings", (club.id, f"{len(plan)} of {club.meetings}"))
    for host, times in Counter(placed.host for placed in plan).items():
        if times > 1:
            yield Breach("once", (club.id, host))
    for earlier, later in pairwise(plan):
        if (days := _days_between(instance, earlier, later)) < club.min_gap_days:
            yield Breach("gap", (club.id, earlier.slot, later.slot, f"{days} days"))
    free = [placed for placed in plan if not is_fixed(instance, placed)]
    for placed in free:
        yield from (_breach(rule, placed) for rule in broken_alone(instance, club, placed.slot, placed.host))
        if not _is_available(instance, club, placed):
            yield _breach("facilitator", placed)
    yield from _passed_over(instance, club, plan, free)


def is_fixed(instance: Instance, placed: Placed) -> bool:
    """Whether club, slot and host are those of a meeting that stands, whoever facilitates."""
    here = (placed.club, placed.slot, placed.host)
    return any(here == (fixed.club, fixed.slot, fixed.host) for fixed in instance.fixed)


def _days_between(instance: Instance, earlier: Placed, later: Placed) -> int:
    return (instance.slots[later.slot].day - instance.slots[earlier.slot].day).days


def broken_alone(instance: Instance, club: Club, slot_id: str, host_id: str) -> Iterator[str]:
    """The rules that a date and a host break whatever else is planned, the facilitator aside; cheapest to ask first."""
    slot, host = instance.slots[slot_id], club.hosts[host_id]
    if slot.is_public_holiday:
        yield "holiday"
    if club.school_holidays == FORBID and slot.is_school_holiday:
        yield "school"
    if not instance.start <= slot.day <= instance.end:
        yield "season"
    if slot.day < instance.today or (slot.day < instance.first_day and not _is_promised(instance, club, slot_id)):
        yield "notice"
    letters = [(member, member.answers[instance.number[slot_id]]) for member in club.members]
    if slot_id in host.closed or not any(member.company == host_id and letter != "N" for member, letter in letters):
        yield "host"
    coming = [instance.presence(member, slot_id, host_id) for member in club.members]
    if sum(percent or 0 for percent in coming) < 100 * club.quorum:
        yield "quorum"
    if sum(letter == "Y" and not instance.is_excused(member, host_id) for member, letter in letters) > host.capacity:
        yield "capacity"


def _is_promised(instance: Instance, club: Club, slot: str) -> bool:
    return any((published.club, published.slot) == (club.id, slot) for published in instance.published)


def _is_available(instance: Instance, club: Club, placed: Placed) -> bool:
    facilitator = instance.facilitators[placed.facilitator]
    return facilitator.id in club.facilitators and placed.slot not in facilitator.unavailable


def _passed_over(instance: Instance, club: Club, plan: Sequence[Placed], free: Sequence[Placed]) -> Iterator[Breach]:
    """Hosts that waited and could host, while one that hosted last season does so again."""
    hosting = {placed.host for placed in plan}
    if any(club.hosts[placed.host].waited == 0 for placed in free):
        for host in club.hosts.values():
            if host.waited and host.company not in hosting and is_able(instance, club, host.company):
                yield Breach("rotation", (club.id, host.company))


def is_able(instance: Instance, club: Club, host: str) -> bool:
    """Whether the host could receive the club on some date, with one of its facilitators."""
    return any(
        any(slot.id not in instance.facilitators[name].unavailable for name in club.facilitators)
        and next(broken_alone(instance, club, slot.id, host), None) is None
        for slot in instance.open_slots
    )


# The scores, each for one club, before its weight.


def _scores(instance: Instance, club: Club, plan: Sequence[Placed]) -> dict[str, int]:
    return {score: SCORE[score](instance, club, plan) for score in SCORES}


def attendance(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Empty chairs, in hundredths; the chair of somebody who is excused is empty too."""
    return sum(
        100 - (instance.presence(member, placed.slot, placed.host) or 0) for placed in plan for member in club.members
    )


def absences(instance: Instance, club: Club, plan: Sequence[Placed]) -> dict[str, int]:
    """What each member is expected to miss, in hundredths of a meeting; excused ones do not count."""
    missed = dict.fromkeys((member.id for member in club.members), 0)
    for placed in plan:
        for member in club.members:
            percent = instance.presence(member, placed.slot, placed.host)
            missed[member.id] += 0 if percent is None else 100 - percent
    return missed


def fairness(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Convex in what a member misses: each step of the season that he misses beyond costs once more."""
    return sum(
        max(0, missed - step * club.meetings)
        for missed in absences(instance, club, plan).values()
        for step in instance.fairness_steps
    )


def urgency(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Weeks until each host receives the club, times how much it presses."""
    weeks = _weeks_of_hosting(instance, plan)
    return sum(host.urgency * weeks.get(id, instance.last_week) for id, host in club.hosts.items())


def waiting(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Weeks until each host receives the club, times the seasons it has waited."""
    weeks = _weeks_of_hosting(instance, plan)
    return sum(host.waited * weeks.get(id, instance.last_week) for id, host in club.hosts.items())


def _weeks_of_hosting(instance: Instance, plan: Iterable[Placed]) -> dict[str, int]:
    return {placed.host: instance.days[instance.number[placed.slot]] // 7 for placed in plan}


def travel(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Kilometres, one way, of all who are not excused."""
    return sum(
        instance.distance(member.company, placed.host)
        for placed in plan
        for member in club.members
        if not instance.is_excused(member, placed.host)
    )


def far_row(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Far hosts that follow each other."""
    return sum(
        instance.is_far(club, earlier.host) and instance.is_far(club, later.host) for earlier, later in pairwise(plan)
    )


def cadence(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Days by which meetings follow each other too soon or too late."""
    gaps = [_days_between(instance, earlier, later) for earlier, later in pairwise(plan)]
    return sum(max(0, abs(gap - club.target_gap_days) - club.gap_tolerance_days) for gap in gaps)


def weekday(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Meetings beyond a weekday's even share."""
    held = Counter(instance.slots[placed.slot].day.weekday() for placed in plan)
    return sum(max(0, times - instance.even_share(club)) for times in held.values())


def school(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Meetings in school holidays, where the club minds."""
    return sum(club.school_holidays == PENALISE and instance.slots[placed.slot].is_school_holiday for placed in plan)


def substitute(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """Meetings without the club's first facilitator."""
    return sum(placed.facilitator != club.facilitators[0] for placed in plan)


def stability(instance: Instance, club: Club, plan: Sequence[Placed]) -> int:
    """What people already know and would have to unlearn: a date, and the host on a date."""
    slots, pairs = {placed.slot for placed in plan}, {(placed.slot, placed.host) for placed in plan}
    return sum(
        instance.weight_of_promise(known) * ((known.slot not in slots) + ((known.slot, known.host) not in pairs))
        for known in instance.published
        if known.club == club.id
    )


SCORE = {
    score.__name__: score
    for score in (
        *(attendance, fairness, urgency, waiting, travel, far_row),
        *(cadence, weekday, school, substitute, stability),
    )
}
