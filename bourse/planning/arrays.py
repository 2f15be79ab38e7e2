"""A club's season as arrays: what each pair costs, what everybody misses, and which day may follow which.

Tolls come from outside: one number for each slot of the instance, what its facilitator costs just now, infinite where
nobody is free. They are all that a club knows of the others.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bourse.planning.sift import Choices, Pair

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Schedule = tuple[Pair, ...]  # one club's meetings, in order of dates


class ClubArrays:
    """Pairs by their number, hosts and days by theirs. `due`: hosts without whom this way of rotating is not right."""

    def __init__(self, choices: Choices, pairs: Sequence[Pair], due: frozenset[str] = frozenset()) -> None:
        self.choices, self.pairs = choices, tuple(pairs)
        self.meetings, self.weights = choices.club.meetings, choices.instance.weights
        self.due, self.hosts = due, sorted({pair.host for pair in choices.cost} | due)
        self.is_due = np.array([host in due for host in self.hosts], bool)
        self.cost = np.array([choices.cost[pair] for pair in pairs], float)
        self.slot = np.array([pair.slot for pair in pairs], np.intp)
        numbers = {host: number for number, host in enumerate(self.hosts)}
        self.host = np.array([numbers[pair.host] for pair in pairs], np.intp)
        self.is_far = np.array([pair.host in choices.far for pair in pairs], np.intp)
        # A day is where a meeting can stand: with no least gap a club may meet twice on one, and each slot is its own.
        apart = np.array(choices.instance.days, np.intp)[self.slot]
        _, first, self.day = np.unique(
            apart if choices.club.min_gap_days else self.slot, return_index=True, return_inverse=True
        )
        self.days = apart[first]
        self.weekday = (self.days + choices.instance.start.weekday()) % 7
        self.steps = self.meetings * np.sort(np.array(choices.instance.fairness_steps, float))
        self.number = {pair: number for number, pair in enumerate(self.pairs)}

    def only(self, kept: Whole) -> "ClubArrays":
        """With some of its pairs, and the same hosts, by the same numbers."""
        return ClubArrays(self.choices, [self.pairs[pair] for pair in kept], self.due)

    @cached_property
    def absence(self) -> Whole:
        """What each member misses, a row for each pair, in percents of a meeting."""
        crowd = self.choices.crowd
        dates = {slot: crowd.absences(slot) for slot in set(self.slot.tolist())}
        rows = np.array([dates[pair.slot] for pair in self.pairs], np.intp).reshape(len(self.pairs), -1)
        for row, pair in enumerate(self.pairs):
            for member, percent in crowd.spared(pair).items():
                rows[row, member] -= percent
        return rows

    @cached_property
    def follow(self) -> Floats:
        """What it costs that one day follows another; infinite when they are too near or skip what is settled."""
        club = self.choices.club
        apart = self.days[None, :] - self.days[:, None]
        off = np.maximum(0, np.abs(apart - club.target_gap_days) - club.gap_tolerance_days)
        behind: Whole = np.cumsum(self.is_settled) - self.is_settled  # settled days before each
        passed = behind[None, :] - (behind + self.is_settled)[:, None]
        later = np.triu(np.ones(apart.shape, bool), 1)
        allowed = later & (apart >= club.min_gap_days) & (passed <= 0)
        return np.where(allowed, self.weights["cadence"] * off, np.inf)

    @cached_property
    def is_settled(self) -> NDArray[np.bool_]:
        """The days of meetings that stand already."""
        settled = np.zeros(len(self.days), bool)
        settled[[self.day[self.number[pair]] for pair in self.choices.fixed | self.choices.locked]] = True
        return settled

    @cached_property
    def even_share(self) -> int:
        return self.choices.instance.even_share(self.choices.club)

    @cached_property
    def overfull(self) -> Floats:
        """What so many meetings on one weekday cost."""
        return self.weights["weekday"] * np.maximum(0.0, np.arange(self.meetings + 1) - self.even_share)

    @cached_property
    def fairness(self) -> Floats:
        """What it costs that a member misses so many percents in a season."""
        missed = np.arange(100 * max(1, self.meetings) + 1)
        return self.weights["fairness"] * np.maximum(0, missed[:, None] - self.steps).sum(1)

    def missed(self, chosen: Whole) -> Whole:
        """What each member misses of these meetings, in percents."""
        return self.absence[chosen].sum(0)

    def value(self, chosen: Sequence[int] | Whole, toll: Floats) -> float:
        """What a schedule costs, pairs by number in order of days; infinite when it breaks a rule."""
        chosen = np.asarray(chosen, np.intp)
        days, far = self.day[chosen], self.is_far[chosen]
        held = np.bincount(self.weekday[days], minlength=7)
        return float(
            self.choices.constant
            + (self.cost[chosen] + toll[self.slot[chosen]]).sum()
            + self.fairness[self.missed(chosen)].sum()
            + self.follow[days[:-1], days[1:]].sum()
            + self.weights["far_row"] * (far[:-1] * far[1:]).sum()
            + self.overfull[held].sum()
            + (0 if self.is_allowed(chosen) else np.inf)
        )

    def roof(self, toll: Floats) -> float:
        """More than any season costs that is possible at all."""
        club, weights = self.choices.club, self.weights
        tolls = toll[self.slot]
        dearest = np.abs(self.cost).max(initial=0) + tolls[np.isfinite(tolls)].max(initial=0)
        apart = weights["cadence"] * (np.ptp(self.days) + club.target_gap_days) if len(self.days) else 0
        each = dearest + apart + weights["far_row"] + weights["weekday"]
        unfair = len(club.members) * self.fairness[-1]
        return float(1 + abs(self.choices.constant) + self.meetings * each + unfair)

    def is_allowed(self, chosen: Whole) -> bool:
        """Whether there are as many meetings as agreed, nobody twice, all who are due, and what is settled stands."""
        held = np.bincount(self.host[chosen], minlength=len(self.hosts))
        return (
            len(chosen) == self.meetings
            and held.max(initial=0) <= 1
            and bool((held >= self.is_due).all())
            and self.is_settled[self.day[chosen]].sum() == self.is_settled.sum()
        )

    def numbers(self, schedule: Schedule) -> list[int] | None:
        """The schedule's pairs by number; None when one of them is not to be had this way."""
        if any(pair not in self.number for pair in schedule):
            return None
        return sorted((self.number[pair] for pair in schedule), key=lambda pair: (self.day[pair], pair))

    def schedule(self, chosen: Sequence[int] | Whole) -> Schedule:
        return tuple(sorted(self.pairs[int(pair)] for pair in chosen))


def ways(choices: Choices) -> Iterator[ClubArrays]:
    """What rotation leaves: nobody who hosted last season does again, or all who wait and are able host too."""
    hosts, settled = choices.club.hosts, choices.fixed | choices.locked
    at = choices.instance.days if choices.club.min_gap_days else range(len(choices.instance.slots))
    standing = {at[pair.slot]: pair for pair in settled}
    pairs = [pair for pair in choices.cost if standing.get(at[pair.slot], pair) == pair]
    if not settled <= choices.cost.keys() or len(standing) < len(settled) or len(pairs) < choices.club.meetings:
        return  # what was settled by hand cannot be, or nothing can
    others = [pair for pair in pairs if pair not in choices.fixed]
    again = {pair for pair in others if not hosts[pair.host].waited}
    waiting = frozenset(host for host in hosts if hosts[host].waited and host in choices.able)
    left = choices.club.meetings - len(choices.fixed)
    still = waiting - {pair.host for pair in choices.fixed}
    if again and len(still) < left and still <= {pair.host for pair in pairs}:
        yield ClubArrays(choices, pairs, waiting)
    if not again & choices.locked and (waiting or not again):
        yield ClubArrays(choices, [pair for pair in pairs if pair not in again])
