"""What it would cost to force any other pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .network import usable
from .problem import AssignmentProblem, IntArray
from .residual import IMPOSSIBLE, add, chain_gains, may_swap, residual, split
from .solution import FloatArray, Solution


def prices(problem: AssignmentProblem, solution: Solution, trainees: ArrayLike | None = None) -> FloatArray:
    """Return the exact change of the total if a pair were forced and all the others were chosen anew.

    Parameters
    ----------
    problem, solution
        The problem and its optimal solution.
    trainees : integer array of shape (n_rows,), optional
        Rows wanted; all when left out.

    Returns
    -------
    float array of shape (n_rows, n_mentors)
        0 for a chosen pair, otherwise at most 0, in units of the score. -inf where forcing the pair would
        leave one more place of a trainee empty; NaN where a rule, a pin, a minimum load or a capacity of
        zero excludes the pair.

    Notes
    -----
    Forcing a pair sends one unit of flow along it and back by the best chain of exchanges, so one table of
    best chains (n_mentors³ additions) answers for all pairs without solving again.

    Examples
    --------
    >>> from .assignment import assign
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> prices(problem, assign(problem)).round(6).tolist()
    [[-0.6, 0.0], [0.0, -0.6]]
    """
    left = residual(problem, solution.pairs, solution.objective)
    rows = np.arange(problem.n_trainees) if trainees is None else np.asarray(trainees, dtype=np.int64)
    best = chain_gains(left.gains)
    back = np.full(problem.units.shape, IMPOSSIBLE, dtype=np.int64)
    swaps = may_swap(problem, left.free_pairs, left.free_pairs[:, 0], left.free_pairs[:, 1])
    for (trainee, _), now, cell, may in zip(
        left.free_pairs, left.chosen_units, left.chosen_leaf, swaps, strict=True
    ):
        leaving = add(best[left.leaf[trainee], cell], np.full(problem.n_mentors, -now))
        np.maximum(back[trainee], np.where(may, leaving, IMPOSSIBLE), out=back[trainee])
    joins = may_swap(problem, left.free_pairs, np.flatnonzero(left.short), None)
    entering = np.where(joins, best[left.leaf[left.short], left.n_cells], IMPOSSIBLE)
    back[left.short] = np.maximum(back[left.short], entering)
    change = add(back[rows], problem.units[rows] + left.bonus)
    change[~usable(problem)[rows]] = IMPOSSIBLE
    return _as_scores(problem, solution, rows, change, left.bonus)


def _as_scores(
    problem: AssignmentProblem, solution: Solution, rows: IntArray, change: IntArray, bonus: int
) -> FloatArray:
    excluded = ~problem.open[rows] | (change == IMPOSSIBLE)
    coverage, units = split(np.where(excluded, 0, change), bonus)
    result = np.where(coverage < 0, -np.inf, units / problem.units_per_score)
    result[excluded] = np.nan
    chosen = np.zeros(problem.units.shape, dtype=bool)
    chosen[solution.pairs[:, 0], solution.pairs[:, 1]] = True
    result[chosen[rows]] = 0.0
    return result
