"""Sifts a club's season: which dates and hosts are possible at all, and what each pair costs whatever else is planned.

What is left is the solvers' material. A pair is a slot's number and a company; rules between meetings are not looked
at here. Lifting a group of rules, by its name in a core, lets through what that group alone kept out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bourse.planning.instance import FORBID, PENALISE, Club, Host, Instance, Slot


class Pair(NamedTuple):
    """A slot, by its number, and a company that would host."""

    slot: int
    host: str


class Crowd:
    """A club's members, counted once for each slot so that a host only corrects for his own and his competitors."""

    def __init__(self, instance: Instance, club: Club) -> None:
        self.instance, self.club = instance, club
        members = list(enumerate(club.members))
        hosts = {*club.hosts, *(placed.host for placed in instance.fixed if placed.club == club.id)}
        self.own = {host: [i for i, member in members if member.company == host] for host in hosts}
        self.excused = {host: [i for i, member in members if instance.is_excused(member, host)] for host in hosts}
        letters = [Counter(column) for column in zip(*(member.answers for member in club.members), strict=True)]
        self.letters = letters or [Counter[str]()] * len(instance.slots)

    @cached_property
    def expected(self) -> list[int]:
        """The presence of all on each slot, were the host nothing to anybody."""
        return [sum(self.instance.p[letter] * times for letter, times in seen.items()) for seen in self.letters]

    def letter(self, member: int, slot: int) -> str:
        return self.club.members[member].answers[slot]

    def presence(self, pair: Pair) -> int:
        """The presence of all, in percents."""
        slot, host = pair
        excused = sum(self.instance.p[self.letter(i, slot)] for i in self.excused[host])
        return self.expected[slot] - excused + sum(self._for_its_own(i, slot) for i in self.own[host])

    def _for_its_own(self, member: int, slot: int) -> int:
        """By how much the host's own member is likelier to come."""
        letter = self.letter(member, slot)
        return 0 if letter == "N" else 100 - self.instance.p[letter]

    def sure(self, pair: Pair) -> int:
        """Who said yes and is not excused."""
        return self.letters[pair.slot]["Y"] - sum(self.letter(i, pair.slot) == "Y" for i in self.excused[pair.host])

    def has_its_own(self, pair: Pair) -> bool:
        """Whether the host has a member of the club who did not say no."""
        return any(self.letter(i, pair.slot) != "N" for i in self.own[pair.host])

    def absences(self, slot: int) -> list[int]:
        """What each member would miss on that date, in percents, were the host nothing to anybody."""
        return [100 - self.instance.p[member.answers[slot]] for member in self.club.members]

    def spared(self, pair: Pair) -> dict[int, int]:
        """By how much the host lessens some members' absence: its own come, its competitors are excused."""
        slot, host = pair
        spared = {i: self._for_its_own(i, slot) for i in self.own[host]}
        spared |= {i: 100 - self.instance.p[self.letter(i, slot)] for i in self.excused[host]}
        return {member: percent for member, percent in spared.items() if percent}


@dataclass(frozen=True, eq=False)
class Choices:
    """What a club may choose from. Costs are weighted.

    `cost` is what a pair adds, in order of slots; `constant` is there before anything is chosen. `facilitators`: who is
    there on each slot, preferred first; any but the club's first costs a substitute's weight. `able`: hosts that some
    date suits by the rules as they are, whom rotation must not pass over.
    """

    crowd: Crowd
    cost: Mapping[Pair, int]
    constant: int
    facilitators: Mapping[int, tuple[str, ...]]
    fixed: frozenset[Pair]
    able: frozenset[str]

    @property
    def instance(self) -> Instance:
        return self.crowd.instance

    @property
    def club(self) -> Club:
        return self.crowd.club

    @cached_property
    def far(self) -> frozenset[str]:
        """Companies that are far for the others."""
        return frozenset(host for host in self.crowd.own if self.instance.is_far(self.club, host))

    @cached_property
    def locked(self) -> frozenset[Pair]:
        """Pairs that somebody settled by hand; some may not be among the pairs, and then nothing can be planned."""
        mine = (pin for pin in self.instance.locked if pin[0] == self.club.id)
        return frozenset(Pair(self.instance.number[slot], host) for _, slot, host in mine)

    @cached_property
    def settled(self) -> frozenset[Pair]:
        """What no plan may leave out."""
        return self.fixed | self.locked

    @cached_property
    def cheapest(self) -> Mapping[int, list[Pair]]:
        """The pairs of each slot, cheapest first."""
        ranked: dict[int, list[Pair]] = {}
        for pair in sorted(self.cost, key=lambda pair: self.cost[pair]):
            ranked.setdefault(pair.slot, []).append(pair)
        return ranked

    def substitute(self, slot: int) -> int:
        """What the best facilitator who is there on that slot costs."""
        is_first = self.facilitators[slot][0] == self.club.facilitators[0]
        return 0 if is_first else self.instance.weights["substitute"]


def sift(instance: Instance, club: Club, lifted: Collection[str] = ()) -> Choices:
    """What the club may choose from; `lifted`: names of groups of rules that shall not count, as in a core."""
    instance = instance.of(club.id)
    crowd = Crowd(instance, club)
    fixed = {} if f"fixed:{club.id}" in lifted else _fixed(instance, club)
    by_rule = list(_possible(crowd))
    possible = _possible(crowd, lifted) if lifted else by_rule
    facilitators = _available(instance, club, lifted)
    taken = {pair.slot for pair in fixed}
    free = (pair for pair in possible if pair.slot in facilitators and pair.slot not in taken)
    out = {Pair(instance.number[slot], host) for id, slot, host in instance.forbidden if id == club.id}
    prices = _Prices(crowd)
    return Choices(
        crowd=crowd,
        cost={pair: prices.of(pair) for pair in sorted([*fixed, *(pair for pair in free if pair not in out)])},
        constant=prices.constant,
        facilitators=facilitators | {pair.slot: (name,) for pair, name in fixed.items()},
        fixed=frozenset(fixed),
        able=_able(instance, club, by_rule),
    )


def _fixed(instance: Instance, club: Club) -> dict[Pair, str]:
    """Meetings that stand, and who facilitates them."""
    return {
        Pair(instance.number[placed.slot], placed.host): placed.facilitator
        for placed in instance.fixed
        if placed.club == club.id
    }


def _available(instance: Instance, club: Club, lifted: Collection[str] = ()) -> dict[int, tuple[str, ...]]:
    """Of each slot that suits any, the club's facilitators, preferred first."""
    absent = {
        name: frozenset() if f"facilitator:{name}" in lifted else instance.facilitators[name].unavailable
        for name in club.facilitators
    }
    free = {
        number: tuple(name for name in club.facilitators if slot not in absent[name])
        for slot, number in instance.number.items()
    }
    return {number: names for number, names in free.items() if names}


def _able(instance: Instance, club: Club, possible: Iterable[Pair]) -> frozenset[str]:
    """Hosts that some date suits, by the rules as they are: neither lifted nor changed by hand."""
    facilitators = _available(instance, club)
    return frozenset(pair.host for pair in possible if pair.slot in facilitators)


def _possible(crowd: Crowd, lifted: Collection[str] = ()) -> Iterator[Pair]:
    """Pairs that break no rule on their own, facilitators aside."""
    instance, club = crowd.instance, crowd.club
    promised = {published.slot for published in instance.published if published.club == club.id}
    slots = [(instance.number[slot.id], slot) for slot in instance.open_slots]
    open_slots = [(number, slot) for number, slot in slots if _is_open(instance, club, slot, promised, lifted)]
    for host in club.hosts.values():
        for number, slot in open_slots:
            if _suits(crowd, host, slot, pair := Pair(number, host.company), lifted):
                yield pair


def _is_open(instance: Instance, club: Club, slot: Slot, promised: set[str], lifted: Collection[str]) -> bool:
    """Whether the club may meet on that date, whoever hosts."""
    if slot.is_public_holiday or not instance.start <= slot.day <= instance.end or slot.day < instance.today:
        return False
    if slot.is_school_holiday and club.school_holidays == FORBID and f"school:{club.id}" not in lifted:
        return False
    return slot.day >= instance.first_day or slot.id in promised


def _suits(crowd: Crowd, host: Host, slot: Slot, pair: Pair, lifted: Collection[str]) -> bool:
    """Whether host and date go together, with enough people and not too many."""
    here = f"{crowd.club.id}/{host.company}"
    return (
        (f"host:{here}" in lifted or (slot.id not in host.closed and crowd.has_its_own(pair)))
        and (f"capacity:{here}" in lifted or crowd.sure(pair) <= host.capacity)
        and (f"quorum:{crowd.club.id}" in lifted or crowd.presence(pair) >= 100 * crowd.club.quorum)
    )


class _Prices:
    """What each pair of a club costs, in weighted points, whatever else is planned."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.club, self.instance = crowd, crowd.club, crowd.instance
        self.weights = self.instance.weights
        self.slots = list(self.instance.slots.values())
        self.pull = {id: self._pull(host) for id, host in self.club.hosts.items()}
        self.ways = {host: self._ways(host) for host in crowd.own}
        self.dates, self.promises = self._kept()

    @property
    def constant(self) -> int:
        """Before anything is chosen: nobody hosts, and all that was published is lost."""
        never = self.instance.last_week * sum(self.pull.values())
        return never + sum(self.dates.values()) + sum(self.promises.values())

    def of(self, pair: Pair) -> int:
        weeks = self.instance.last_week - self.instance.days[pair.slot] // 7
        return (
            self.weights["attendance"] * (100 * len(self.club.members) - self.crowd.presence(pair))
            + self.weights["travel"] * self.ways[pair.host]
            + self.weights["school"] * self._is_in_school_holidays(pair.slot)
            - self.pull.get(pair.host, 0) * weeks
            - self.dates[pair.slot]
            - self.promises[pair]
        )

    def _pull(self, host: Host) -> int:
        """What a week earlier is worth."""
        return self.weights["urgency"] * host.urgency + self.weights["waiting"] * host.waited

    def _ways(self, host: str) -> int:
        drivers = (member for member in self.club.members if not self.instance.is_excused(member, host))
        return sum(self.instance.distance(member.company, host) for member in drivers)

    def _is_in_school_holidays(self, slot: int) -> bool:
        return self.club.school_holidays == PENALISE and self.slots[slot].is_school_holiday

    def _kept(self) -> tuple[Counter[int], Counter[Pair]]:
        """What keeping a published date saves, and what keeping its host there saves once more."""
        dates, promises = Counter[int](), Counter[Pair]()
        for published in self.instance.published:
            if published.club == self.club.id:
                worth = self.weights["stability"] * self.instance.weight_of_promise(published)
                slot = self.instance.number[published.slot]
                dates[slot] += worth
                promises[Pair(slot, published.host)] += worth
        return dates, promises
