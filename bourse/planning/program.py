"""A mixed-integer program as lists: what a formulation writes and the solver reads."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

Term = tuple[int, float]  # a column and its coefficient


@dataclass
class Program:
    """Minimise constant + Σ cost × column within the bounds of columns and rows; a column is known by its number."""

    constant: float = 0
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    is_whole: list[bool] = field(default_factory=list)
    rows: list[tuple[float, list[Term], float]] = field(default_factory=list)

    def column(self, cost: float = 0, most: float = inf, is_whole: bool = False) -> int:
        """A new column from 0 to `most`."""
        self.cost.append(cost)
        self.low.append(0)
        self.high.append(most)
        self.is_whole.append(is_whole)
        return len(self.cost) - 1

    def choice(self, cost: float = 0) -> int:
        """A new column that is 0 or 1."""
        return self.column(cost, most=1, is_whole=True)

    def choose(self, column: int) -> None:
        """This one is 1 in every answer."""
        self.low[column] = 1

    def row(self, terms: Iterable[Term], least: float = -inf, most: float = inf) -> None:
        """A new row: least <= Σ coefficient × column <= most, each column named once."""
        self.rows.append((least, list(terms), most))

    def excess(self, terms: Iterable[Term], beyond: float, cost: float) -> None:
        """Whatever the sum is beyond a number costs."""
        over = self.column(cost)
        self.row([*terms, (over, -1)], most=beyond)


def times(coefficient: float, columns: Iterable[int]) -> list[Term]:
    """The same coefficient for each."""
    return [(column, coefficient) for column in columns]
