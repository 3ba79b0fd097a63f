"""What it would cost to force a pair in each week where rules are no flow: all is solved again."""

from __future__ import annotations

import numpy as np

from ..exceptions import InfeasibleError, InvalidInputError, ProblemError
from ..problem.solution import FloatArray
from ..reasons.prices import PRICED
from ..solver.assignment import assign
from .week_problem import WeekProblem
from .week_solution import WeekSolution

# (trainee, (mentor, week) before, after); None is nobody.
_Move = tuple[int, tuple[int, int] | None, tuple[int, int] | None]


def forced_weeks(
    weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int
) -> tuple[FloatArray, dict[int, tuple[_Move, ...]]]:
    """Return the change of the total for each week of a pair, as `prices` tells it, and who would move.

    One integer programme for each week in which both are free and neither has another place.

    Raises
    ------
    InvalidInputError
        For an objective with an aim before the total.
    """
    if found.solution.objective not in PRICED:
        raise InvalidInputError(
            "The 'found' parameter of explain_weeks must be of the objective total or coverage_then_total, the "
            f"only ones whose pairs have a price in the total. Got {found.solution.objective} instead."
        )
    table, moves = np.full(weeks.n_weeks, np.nan), {}
    before = {row: (mentor, week) for row, mentor, week in found.bookings.tolist()}
    for week in weeks.common_weeks(trainee, mentor).tolist():
        column = weeks.column(mentor, week)
        if not weeks.whole.open[trainee, column]:
            continue
        try:
            forced = assign(weeks.whole.with_pin(trainee, column), found.solution.objective)
        except (ProblemError, InfeasibleError):
            continue
        fewer = forced.matched < found.solution.matched and found.solution.objective != "total"
        change = round((forced.total - found.solution.total) * weeks.whole.units_per_score)
        table[week] = -np.inf if fewer else change / weeks.whole.units_per_score
        after = {row: (mentor, week) for row, mentor, week in weeks.bookings(forced.pairs).tolist()}
        moves[week] = tuple(
            (row, before.get(row), after.get(row))
            for row in sorted({*before, *after})
            if before.get(row) != after.get(row)
        )
    return table, moves
