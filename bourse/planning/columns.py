"""The columns of a program by which a club's season is chosen, and what an answer says in them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bourse.planning.instance import Club, Instance, Placed
from bourse.planning.program import Program, Term, times
from bourse.planning.sift import Choices, Pair


class Node(NamedTuple):
    """A date, by its slot's number, and whether that day's host is far."""

    slot: int
    is_far: bool


class Position(NamedTuple):
    """The n-th meeting of a club, from 0, stands at a node."""

    n: int
    node: Node


@dataclass(frozen=True, eq=False)
class ClubColumns:
    """`pairs`: is this host received on that date; `held`: does the club meet at this node."""

    choices: Choices
    pairs: Mapping[Pair, int]
    held: Mapping[Node, int]

    @property
    def instance(self) -> Instance:
        return self.choices.instance

    @property
    def club(self) -> Club:
        return self.choices.club

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """The dates that are left, in order."""
        return tuple(sorted({node.slot for node in self.held}))

    @cached_property
    def hosts(self) -> Mapping[str, Sequence[int]]:
        """The pairs of each host."""
        names = dict.fromkeys(pair.host for pair in self.pairs)
        return {host: [column for pair, column in self.pairs.items() if pair.host == host] for host in names}

    @cached_property
    def nodes_of(self) -> Mapping[int, Sequence[Node]]:
        """The nodes of each slot."""
        return {slot: [node for node in self.held if node.slot == slot] for slot in self.slots}

    def node(self, pair: Pair) -> Node:
        """Where the club meets when it chooses a pair; without a price on far hosts, all nodes are near."""
        far = Node(pair.slot, True)
        return far if pair.host in self.choices.far and far in self.held else Node(pair.slot, False)

    def meets(self, *slots: int) -> list[Term]:
        """How many meetings there are on these dates."""
        return times(1, (self.held[node] for slot in slots for node in self.nodes_of[slot]))

    def day(self, slot: int) -> int:
        return self.instance.days[slot]

    def chosen(self, values: Sequence[float]) -> Iterator[Pair]:
        """The pairs that an answer of the solver means."""
        return (pair for pair, column in self.pairs.items() if values[column] > 0.5)

    def values(self, plan: Collection[Placed]) -> dict[int, float]:
        """The columns that mean a plan."""
        number = self.instance.number
        wanted = {Pair(number[placed.slot], placed.host) for placed in plan if placed.club == self.club.id}
        return {column: float(pair in wanted) for pair, column in self.pairs.items()}


def choose_dates_and_hosts(
    program: Program, choices: Choices, distinguishes_far: bool, has_duties: bool
) -> ClubColumns:
    """The columns of a club; a substitute's cost goes with the date where facilitators are not chosen themselves."""
    program.constant += choices.constant
    pairs = {pair: program.choice(cost) for pair, cost in choices.cost.items()}
    at: dict[Node, list[int]] = {}
    for pair, column in pairs.items():
        at.setdefault(Node(pair.slot, distinguishes_far and pair.host in choices.far), []).append(column)
    held = {node: program.column(0 if has_duties else choices.substitute(node.slot), most=1) for node in at}
    for node, columns in at.items():
        program.row([*times(1, columns), (held[node], -1)], 0, 0)
    return ClubColumns(choices, pairs, held)
