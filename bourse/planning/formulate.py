"""Formulates a season as a mixed-integer program: each rule and each score of the interchange format is one function.

A club chooses pairs of a date and a host. Its meetings are then numbered: the n-th stands at one node, a date and
whether that day's host is far. Numbers make the gaps between meetings linear. (Paths along arcs from node to node
bound a little better, and solve slower.) Facilitators are a cost of the date, unless one could be wanted twice at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bourse.planning.columns import ClubColumns, Position, choose_dates_and_hosts
from bourse.planning.constrain import RULES
from bourse.planning.instance import Instance, Placed
from bourse.planning.price import (
    number_meetings,
    price_absences,
    price_gaps,
    price_long_roads,
    price_weekdays,
)
from bourse.planning.program import Program
from bourse.planning.share import Duty, choose_facilitators, limits
from bourse.planning.sift import Pair, sift


@dataclass(frozen=True, eq=False)
class Formulation:
    """A program and what its columns stand for."""

    instance: Instance
    program: Program
    clubs: Sequence[ClubColumns]
    duties: Mapping[Duty, int]
    positions: Mapping[str, Mapping[Position, int]]

    def plan(self, values: Sequence[float]) -> tuple[Placed, ...]:
        """The plan that an answer of the solver means."""
        on_duty = {duty[:2]: duty.facilitator for duty, column in self.duties.items() if values[column] > 0.5}
        slots = list(self.instance.slots)
        return tuple(
            Placed(
                columns.club.id,
                slots[pair.slot],
                pair.host,
                on_duty.get((columns.club.id, pair.slot), columns.choices.facilitators[pair.slot][0]),
            )
            for columns in self.clubs
            for pair in columns.chosen(values)
        )

    def start(self, plan: Collection[Placed]) -> dict[int, float]:
        """The whole columns that mean a complete plan: where the solver may start."""
        number = self.instance.number
        on_duty = {Duty(placed.club, number[placed.slot], placed.facilitator) for placed in plan}
        values = {column: float(duty in on_duty) for duty, column in self.duties.items()}
        for columns in self.clubs:
            values |= columns.values(plan)
            values |= self._numbered(columns, plan)
        return values

    def _numbered(self, columns: ClubColumns, plan: Collection[Placed]) -> dict[int, float]:
        number = self.instance.number
        mine = sorted(Pair(number[one.slot], one.host) for one in plan if one.club == columns.club.id)
        at = {Position(n, columns.node(pair)) for n, pair in enumerate(mine)}
        return {column: float(position in at) for position, column in self.positions[columns.club.id].items()}


def formulate(instance: Instance, lifted: Collection[str] = (), is_priced: bool = True) -> Formulation:
    """The whole season; not priced, it asks only whether there is any plan at all."""
    program = Program()
    seasons = [sift(instance, club, lifted) for club in instance.clubs.values()]
    bounds = limits(instance, seasons, lifted)
    shared = {duty.club for limit in bounds for duty in limit.duties}
    minds_far = is_priced and instance.weights["far_row"] > 0
    clubs = [choose_dates_and_hosts(program, choices, minds_far, choices.club.id in shared) for choices in seasons]
    for columns in clubs:
        for rule in RULES:
            rule(program, columns, lifted)
    duties = choose_facilitators(program, clubs, bounds)
    positions = {columns.club.id: _price(program, columns) for columns in clubs} if is_priced else {}
    return Formulation(instance, program, clubs, duties, positions)


def _price(program: Program, columns: ClubColumns) -> Mapping[Position, int]:
    price_absences(program, columns)
    price_weekdays(program, columns)
    positions = number_meetings(program, columns)
    price_gaps(program, columns, positions)
    price_long_roads(program, columns, positions)
    return positions
