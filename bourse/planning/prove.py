"""The best season of one club under tolls, and the proof: what the bound rules out is left out, HiGHS does the rest.

Whatever pair or step from day to day is on no path below the cutoff is in no better season either. Few are left,
and with few, arcs from node to node make a small program whose own bound is good.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from bourse.planning.optimise import optimise
from bourse.planning.program import Program, Term, times
from bourse.planning.season import Floats, Season, Whole
from bourse.planning.walk import Duals, Road

NOISE = 1e-6  # of sums
Node = tuple[int, int]  # is its host far, and which day
Arc = tuple[Node, Node]


@dataclass(frozen=True)
class Proof:
    """No season is below the bound; `chosen` is one below the cutoff, or None when none was found."""

    bound: float
    chosen: Whole | None


class Survivors:
    """Pairs and arcs on some path below the cutoff. All costs are whole, tolls too, so below is by one at least."""

    def __init__(self, season: Season, toll: Floats, duals: Duals, cutoff: float) -> None:
        self.season, self.toll = season, toll
        road = Road(season, toll, duals)
        forward, backward = road.forward(), road.backward()
        limit = cutoff - 1 + NOISE - road.offset
        around = (forward + backward).min(0) - np.where(np.isfinite(road.node), road.node, 0)
        self.pairs = np.flatnonzero(around[season.is_far, season.day] + road.pair <= limit)
        self.arcs = dict(_arcs(road, forward, backward, limit))

    def program(self) -> tuple[Program, Mapping[int, int]]:
        """The program over what is left, and the column of each pair."""
        season, program = self.season, Program(constant=self.season.choices.constant)
        cost = season.cost + self.toll[season.slot]
        columns = {int(pair): program.choice(float(cost[pair])) for pair in self.pairs}
        program.row(times(1, columns.values()), season.meetings, season.meetings)
        for stands in _grouped(columns, season.host).values():
            program.row(times(1, stands), most=1)
        self._walk(program, columns)
        self._keep_apart(program, columns)
        self._settle(program, columns)
        self._price(program, columns)
        return program, columns

    def _walk(self, program: Program, columns: Mapping[int, int]) -> None:
        """One arc fewer than meetings, at most one into a node where there is a meeting and one out: a path."""
        season = self.season
        held: dict[Node, list[Term]] = defaultdict(list)
        for pair, column in columns.items():
            held[int(season.is_far[pair]), int(season.day[pair])].append((column, -1))
        out, into = defaultdict(list), defaultdict(list)
        arcs = [(start, end, cost) for (start, end), cost in self.arcs.items() if start in held and end in held]
        walked = [program.column(cost, most=1) for _, _, cost in arcs]
        for (start, end, _), column in zip(arcs, walked, strict=True):
            out[start].append(column)
            into[end].append(column)
        for node, meets in held.items():
            program.row([*times(1, out[node]), *meets], most=0)
            program.row([*times(1, into[node]), *meets], most=0)
        program.row(times(1, walked), season.meetings - 1, season.meetings - 1)

    def _keep_apart(self, program: Program, columns: Mapping[int, int]) -> None:
        """One meeting in any window of the least gap: follows from the arcs, and helps."""
        season, least = self.season, self.season.choices.club.min_gap_days
        when = {column: int(season.days[season.day[pair]]) for pair, column in columns.items()}
        for first in sorted(set(when.values())):
            program.row(times(1, [column for column, day in when.items() if first <= day < first + least]), most=1)

    def _settle(self, program: Program, columns: Mapping[int, int]) -> None:
        """What stands already, and who must host for others to host again."""
        season = self.season
        days, hosts = _grouped(columns, season.day), _grouped(columns, season.host)
        for day in np.flatnonzero(season.is_settled):
            program.row(times(1, days.get(int(day), [])), least=1)
        for host in np.flatnonzero(season.is_due):
            program.row(times(1, hosts.get(int(host), [])), least=1)

    def _price(self, program: Program, columns: Mapping[int, int]) -> None:
        """Fairness and weekdays."""
        season = self.season
        for member in range(season.absence.shape[1]):
            missed = program.column()
            percents = [(column, float(season.absence[pair, member])) for pair, column in columns.items()]
            program.row([*((column, by) for column, by in percents if by), (missed, -1)], 0, 0)
            for step in season.steps:
                program.excess([(missed, 1)], float(step), season.weights["fairness"])
        for same in _grouped(columns, season.weekday[season.day]).values():
            program.excess(times(1, same), season.even_share, season.weights["weekday"])


def _arcs(road: Road, forward: Floats, backward: Floats, limit: float) -> Iterator[tuple[Arc, float]]:
    """Steps from node to node below the limit, and what each costs of itself."""
    follow, row = road.season.follow, road.season.weights["far_row"]
    for this, following in product((0, 1), repeat=2):
        through = np.full(follow.shape, np.inf)
        for before, after in zip(forward[:-1, this], road.node[following] + backward[1:, following], strict=True):
            np.minimum(through, before[:, None] + after[None, :], out=through)
        cost = follow + row * this * following
        for start, end in np.argwhere(through + cost <= limit).tolist():
            yield ((this, start), (following, end)), float(cost[start, end])


def _grouped(columns: Mapping[int, int], by: Whole) -> Mapping[int, list[int]]:
    """Columns whose pairs have the same number there."""
    groups: dict[int, list[int]] = defaultdict(list)
    for pair, column in columns.items():
        groups[int(by[pair])].append(column)
    return groups


def prove(season: Season, toll: Floats, duals: Duals, cutoff: float, seconds: float) -> Proof:
    """The best season below the cutoff, or the proof that there is none; within the time, as far as it goes."""
    program, columns = Survivors(season, toll, duals, min(cutoff, season.roof(toll))).program()
    if len(columns) < season.meetings:
        return Proof(cutoff, None)
    answer = optimise(program, seconds, cutoff=cutoff - 0.5)
    bound = cutoff if answer.is_infeasible else min(cutoff, -np.inf if answer.bound is None else float(answer.bound))
    if answer.values is None:
        return Proof(bound, None)
    chosen = [pair for pair, column in columns.items() if answer.values[column] > 0.5]
    return Proof(bound, np.array(sorted(chosen, key=lambda pair: season.day[pair]), np.intp))
