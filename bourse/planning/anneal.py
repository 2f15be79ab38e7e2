"""A first complete plan at once, in plain Python: dates by dynamic programming, hosts by matching, then annealing.

No proof and no promise: on a tight season it may find nothing, and the mixed-integer program must. What it finds keeps
the rules of one club; between clubs, those planned first have the first choice of facilitators.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from math import exp, inf
from operator import itemgetter
from time import monotonic
from typing import Any

from bourse.planning.instance import Instance, Placed, Slot
from bourse.planning.sift import Choices, Pair, sift

ROUNDS = 48_000  # of annealing, for each club
FIRST = 1_000  # of them before the first plan is shown
TRIES = 30  # at a set of dates for which there are hosts
CLOCK = 64  # rounds between two looks at the clock
HOT, COLD = 0.02, 0.002  # the first temperature and the last, as shares of what the plan costs; tried on a few clubs
PASSED_OVER = 10**7  # far more than a season costs: what no plan may do, the annealing unlearns

Plan = tuple[Pair, ...]  # in order of dates
Chain = tuple[float, Any]  # a cost, and a slot with the link before it


class Energy:
    """What a club's plan costs, quickly: each pair's own cost and absences are looked up, the rest is summed."""

    def __init__(self, choices: Choices) -> None:
        self.choices, self.club, self.instance = choices, choices.club, choices.instance
        self.weights = self.instance.weights
        self.missed: dict[Pair, list[int]] = {}
        self.weekday = [slot.day.weekday() for slot in self.instance.slots.values()]
        hosts = self.club.hosts.values()
        self.waiting = {host.company for host in hosts if host.waited and host.company in choices.able}
        self.recent = {host.company for host in hosts if not host.waited}
        self.fair = [self._fairness(missed) for missed in range(100 * self.club.meetings + 1)]

    def _fairness(self, missed: int) -> int:
        steps = (step * self.club.meetings for step in self.instance.fairness_steps)
        return self.weights["fairness"] * sum(max(0, missed - step) for step in steps)

    def __call__(self, plan: Plan) -> int:
        choices = self.choices
        return (
            choices.constant
            + sum(choices.cost[pair] + choices.substitute(pair.slot) for pair in plan)
            + sum(self.fair[missed] for missed in map(sum, zip(*map(self._missed, plan), strict=True)))
            + sum(self._between(earlier, later) for earlier, later in pairwise(plan))
            + self._weekdays(plan)
            + PASSED_OVER * self._passed_over(plan)
        )

    def _missed(self, pair: Pair) -> list[int]:
        """What each member misses of a meeting."""
        if pair not in self.missed:
            spared = self.choices.crowd.spared(pair)
            absences = self.choices.crowd.absences(pair.slot)
            self.missed[pair] = [percent - spared.get(member, 0) for member, percent in enumerate(absences)]
        return self.missed[pair]

    def _between(self, earlier: Pair, later: Pair) -> int:
        gap = self.instance.days[later.slot] - self.instance.days[earlier.slot]
        off = max(0, abs(gap - self.club.target_gap_days) - self.club.gap_tolerance_days)
        is_far = earlier.host in self.choices.far and later.host in self.choices.far
        return self.weights["cadence"] * off + self.weights["far_row"] * is_far

    def _weekdays(self, plan: Plan) -> int:
        share = self.instance.even_share(self.club)
        held = Counter(self.weekday[pair.slot] for pair in plan)
        return self.weights["weekday"] * sum(max(0, times - share) for times in held.values())

    def _passed_over(self, plan: Plan) -> int:
        """How many able hosts wait on while one hosts again."""
        again = any(pair.host in self.recent and pair not in self.choices.fixed for pair in plan)
        return len(self.waiting - {pair.host for pair in plan}) if again else 0


def plans_at_once(instance: Instance, seconds: float = inf, rounds: int = ROUNDS) -> Iterator[tuple[Placed, ...]]:
    """A whole plan, then a better one; none when some club found nothing. Always the same, given the time."""
    dice, deadline = random.Random(1), monotonic() + seconds
    seasons = [sift(instance, club) for club in instance.clubs.values()]
    plans: dict[str, Plan] = {}
    placed: dict[str, list[Placed]] = {}
    for choices in seasons:
        free = without_the_busy(choices, chain(*placed.values()))
        if (start := begin(free, dice)) is None:
            return
        plans[choices.club.id] = anneal(free, start, dice, min(FIRST, rounds), deadline)
        placed[choices.club.id] = assign(free, plans[choices.club.id])
    yield tuple(chain(*placed.values()))
    for left, choices in zip(range(len(seasons), 0, -1), seasons, strict=True):
        others = (each for id, each in placed.items() if id != choices.club.id)
        free = without_the_busy(choices, chain(*others))
        until = monotonic() + (deadline - monotonic()) / left
        placed[choices.club.id] = assign(free, anneal(free, plans[choices.club.id], dice, rounds, until))
    yield tuple(chain(*placed.values()))


def without_the_busy(choices: Choices, placed: Iterable[Placed]) -> Choices:
    """What a club may choose from once the plans of others have taken their facilitators."""
    placed = list(placed)
    if not placed:
        return choices
    slots = list(choices.instance.slots.values())
    facilitators = {
        slot: tuple(name for name in names if is_free(choices.instance, name, slots[slot], placed))
        for slot, names in choices.facilitators.items()
    }
    fixed = {pair.slot: choices.facilitators[pair.slot] for pair in choices.fixed}
    staffed = {slot: names for slot, names in facilitators.items() if names} | fixed
    cost = {pair: cost for pair, cost in choices.cost.items() if pair.slot in staffed}
    return replace(choices, cost=cost, facilitators=staffed)


def is_free(instance: Instance, facilitator: str, slot: Slot, placed: Iterable[Placed]) -> bool:
    """Whether somebody could take one meeting more."""
    busy = [instance.slots[one.slot] for one in placed if one.facilitator == facilitator]
    most = instance.facilitators[facilitator].max_per_week
    if most is not None and sum(other.week == slot.week for other in busy) >= most:
        return False
    return not any(other.start < slot.end and slot.start < other.end for other in busy)


def assign(choices: Choices, plan: Plan) -> list[Placed]:
    """The first facilitator who is there and still free goes to each meeting."""
    slots, placed = list(choices.instance.slots.values()), list[Placed]()
    for pair in plan:
        slot, names = slots[pair.slot], choices.facilitators[pair.slot]
        free = (name for name in names if is_free(choices.instance, name, slot, placed))
        placed.append(Placed(choices.club.id, slot.id, pair.host, next(free, names[0])))
    return placed


def begin(choices: Choices, dice: random.Random) -> Plan | None:
    """A plan of one club that keeps gaps and hosts; None when a few tries do not find any."""
    if not choices.settled <= choices.cost.keys():
        return None
    cheapest = {slot: choices.cost[pairs[0]] for slot, pairs in choices.cheapest.items()}
    spread = 1 + max(cheapest.values(), default=0) - min(cheapest.values(), default=0)
    for attempt in range(TRIES):
        noise = spread * attempt / TRIES
        dates = choose_dates(choices, {slot: cost + dice.uniform(0, noise) for slot, cost in cheapest.items()})
        if dates is None:
            return None
        if (plan := match(choices, dates)) is not None:
            return plan
    return None


def choose_dates(choices: Choices, cost: Mapping[int, float]) -> list[int] | None:
    """The cheapest dates, as many as meetings, a least gap apart, with all that must be; a sweep for each meeting."""
    days, gap = choices.instance.days, choices.club.min_gap_days
    settled = {pair.slot for pair in choices.settled}
    slots = [(slot, cost[slot] - PASSED_OVER * (slot in settled)) for slot in sorted(cost)]
    cheapest: Chain = (0.0, None)
    chains = [cheapest] * len(slots)
    for n in range(choices.club.meetings):
        behind, before, longer = 0, (inf, None) if n else cheapest, []
        for date, (slot, price) in enumerate(slots):
            while n and behind < date and days[slots[behind][0]] <= days[slot] - gap:
                before = min(before, chains[behind], key=itemgetter(0))
                behind += 1
            longer.append((before[0] + price, (slot, before[1])))
        chains = longer
        cheapest = min(chains, default=(inf, None), key=itemgetter(0))
    dates = list(_links(cheapest))
    return dates if cheapest[0] < inf and settled <= set(dates) else None


def _links(chain: Chain) -> Iterator[int]:
    link = chain[1]
    while link:
        yield link[0]
        link = link[1]


def match(choices: Choices, dates: Sequence[int]) -> Plan | None:
    """A host for each date, cheap ones first, none twice: augmenting paths (Kuhn 1955); None when there is none."""
    settled = {pair.slot: pair.host for pair in choices.settled}
    hosts = {
        slot: [settled[slot]] if slot in settled else [pair.host for pair in choices.cheapest[slot]] for slot in dates
    }
    taken: dict[str, int] = {}

    def seat(slot: int, asked: set[str]) -> bool:
        """Find a host for the date; one who is taken may be free if his date finds another."""
        for host in hosts[slot]:
            if host not in asked:
                asked.add(host)
                if host not in taken or seat(taken[host], asked):
                    taken[host] = slot
                    return True
        return False

    if not all(seat(slot, set()) for slot in dates):
        return None
    return tuple(sorted(Pair(slot, host) for host, slot in taken.items()))


def anneal(choices: Choices, plan: Plan, dice: random.Random, rounds: int = ROUNDS, deadline: float = inf) -> Plan:
    """Better plans by small changes; a worse one is taken with a chance that falls with the temperature."""
    energy, draw = Energy(choices), Draw(choices, dice)
    cost = lowest = energy(plan)
    best, hot = plan, HOT * max(1, cost)
    for n in range(rounds if plan else 0):
        if n % CLOCK == 0 and monotonic() > deadline:
            break
        changed = change(choices, plan, *draw(plan))
        if changed is None:
            continue
        heat = hot * (COLD / HOT) ** (n / rounds)
        if (after := energy(changed)) <= cost or dice.random() < exp((cost - after) / heat):
            plan, cost = changed, after
        if cost < lowest:
            best, lowest = plan, cost
    return best


class Draw:
    """A meeting to replace and by which pair: on the same date, at the same host, or anywhere."""

    def __init__(self, choices: Choices, dice: random.Random) -> None:
        self.dice, self.pairs = dice, list(choices.cost)
        self.on_date, self.at_host = defaultdict[int, list[Pair]](list), defaultdict[str, list[Pair]](list)
        for pair in self.pairs:
            self.on_date[pair.slot].append(pair)
            self.at_host[pair.host].append(pair)

    def __call__(self, plan: Plan) -> tuple[Pair, Pair]:
        old = self.dice.choice(plan)
        return old, self.dice.choice(self.dice.choice((self.on_date[old.slot], self.at_host[old.host], self.pairs)))


def change(choices: Choices, plan: Plan, old: Pair, new: Pair) -> Plan | None:
    """The plan with one meeting replaced; if the new host was to receive already, the two change places."""
    if old == new or old in choices.settled:
        return None
    swapped = (Pair(pair.slot, old.host) if pair.host == new.host else pair for pair in plan if pair != old)
    changed = tuple(sorted([*swapped, new]))
    return changed if is_kept(choices, changed) else None


def is_kept(choices: Choices, plan: Plan) -> bool:
    """Whether all pairs are possible, far enough apart, and what is settled is among them."""
    days, gap = choices.instance.days, choices.club.min_gap_days
    return (
        all(
            later.slot != earlier.slot and days[later.slot] - days[earlier.slot] >= gap
            for earlier, later in pairwise(plan)
        )
        and all(pair in choices.cost for pair in plan)
        and choices.settled <= set(plan)
    )
