"""HiGHS at work on a program. Processes of their own import this; the web app neither loads it nor waits for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, HighsVarType, MatrixFormat

from bourse.planning.program import Program

ENOUGH = 0.99  # plans cost whole points, so nothing better is left within less than one
NOISE = 1e-3  # of floating point, on a bound that is a whole number
OPTIONS: Mapping[str, bool | float] = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": ENOUGH,
    # What is to be found is mostly found before; what is left to do is the proof.
    "mip_detect_symmetry": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
}
Watch = Callable[[Sequence[float] | None, int | None], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver found: `bound` is proven; without `values` it is infeasible, or was not found in time."""

    values: Sequence[float] | None
    bound: int | None
    is_infeasible: bool = False


def optimise(
    program: Program,
    seconds: float,
    start: Mapping[int, float] | None = None,
    watch: Watch = lambda values, bound: True,
) -> Answer:
    """Solve the program.

    `start`: the whole columns of a plan to begin with. `watch` is called now and then with a better answer, or None,
    and the bound so far; when it returns False the solver stops.
    """
    if not program.cost:
        return _without_columns(program)
    highs = Highs()
    for option, value in {**OPTIONS, "time_limit": seconds}.items():
        highs.setOptionValue(option, value)
    highs.passModel(_model(program))
    if start:
        highs.setSolution(len(start), np.array(list(start), np.int32), np.array(list(start.values()), float))
    _report(highs, watch)
    highs.run()
    return _answer(highs)


def _without_columns(program: Program) -> Answer:
    """Nothing to choose, which HiGHS calls no answer: each row holds for a sum of nothing, or there is no plan."""
    if all(least <= 0 <= most for least, _, most in program.rows):
        return Answer([], _whole(program.constant))
    return Answer(None, None, is_infeasible=True)


def _model(program: Program) -> HighsLp:
    """The program as HiGHS takes it, row by row."""
    model = HighsLp()
    model.num_col_, model.num_row_ = len(program.cost), len(program.rows)
    model.offset_ = float(program.constant)
    model.col_cost_ = np.array(program.cost, float)
    model.col_lower_, model.col_upper_ = np.array(program.low, float), np.array(program.high, float)
    model.row_lower_ = np.array([least for least, _, _ in program.rows], float)
    model.row_upper_ = np.array([most for _, _, most in program.rows], float)
    model.integrality_ = [
        HighsVarType.kInteger if is_whole else HighsVarType.kContinuous for is_whole in program.is_whole
    ]
    terms = [terms for _, terms, _ in program.rows]
    model.a_matrix_.format_ = MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, terms)]).astype(np.int32)
    model.a_matrix_.index_ = np.array([column for row in terms for column, _ in row], np.int32)
    model.a_matrix_.value_ = np.array([coefficient for row in terms for _, coefficient in row], float)
    return model


def _report(highs: Highs, watch: Watch) -> None:
    """Tell of each better answer and of the bound, and stop when the watch says so."""

    def tell_of_answer(event):
        event.interrupt(not watch(list(event.data_out.mip_solution), _whole(event.data_out.mip_dual_bound)))

    def tell_of_bound(event):
        event.interrupt(not watch(None, _whole(event.data_out.mip_dual_bound)))

    highs.cbMipImprovingSolution.subscribe(tell_of_answer)
    highs.cbMipInterrupt.subscribe(tell_of_bound)


def _answer(highs: Highs) -> Answer:
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == HighsModelStatus.kInfeasible:
        return Answer(None, None, is_infeasible=True)
    found = info.primal_solution_status == 2  # kSolutionStatusFeasible
    return Answer(list(highs.getSolution().col_value) if found else None, _whole(info.mip_dual_bound))


def _whole(bound: float) -> int | None:
    """A bound on whole points: the next whole number."""
    return ceil(bound - NOISE) if isfinite(bound) else None
