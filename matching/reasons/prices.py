"""What it would cost to force any other pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InfeasibleError, InvalidInputError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray, Solution
from ..solver.assignment import assign
from ..solver.residual import IMPOSSIBLE, Residual, add, chain_gains, entering, residual, split, swaps

from .questions import check_fits, checked_positions


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

    Raises
    ------
    InvalidInputError
        For a solution of another objective than ``"total"`` and ``"coverage_then_total"``.

    Notes
    -----
    Forcing a pair sends one unit of flow along it and back by the best chain of exchanges, so one table of
    best chains (n_cells³ additions) answers for all pairs without solving again. Where quotas cross, every
    pair is solved again with it pinned: ask for few trainees.

    Examples
    --------
    >>> from matching import assign
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> prices(problem, assign(problem)).round(6).tolist()
    [[-0.6, 0.0], [0.0, -0.6]]
    """
    if solution.objective not in ("total", "coverage_then_total"):
        raise InvalidInputError(
            "The 'solution' parameter of prices must be of the objective total or coverage_then_total, the only "
            f"ones whose pairs have a price in the total. Got {solution.objective} instead."
        )
    check_fits("prices", problem, solution)
    rows = np.arange(problem.n_trainees)
    if trainees is not None:
        rows = checked_positions("prices", "trainees", trainees, problem.n_trainees)
    if solution.proof == "linear_programme":
        return _by_solving(problem, solution, rows)
    left = residual(problem, solution.pairs, solution.objective)
    change = _change(left)
    coverage, units = split(np.where(change == IMPOSSIBLE, 0, change), left.bonus)
    worth = np.where(coverage < 0, -np.inf, units / problem.units_per_score)
    table = np.full(problem.units.shape, np.nan)
    table[left.net.pairs[:, 0], left.net.pairs[:, 1]] = np.where(change == IMPOSSIBLE, np.nan, worth)
    table[solution.pairs[:, 0], solution.pairs[:, 1]] = 0.0
    return table[rows]


def _by_solving(problem: AssignmentProblem, solution: Solution, rows: IntArray) -> FloatArray:
    """Solve again with each pair pinned, where chains of exchanges do not tell all."""
    chosen = {(int(i), int(j)) for i, j in solution.pairs}
    table = np.full((len(rows), problem.n_mentors), np.nan)
    for place, trainee in enumerate(rows.tolist()):
        for mentor in range(problem.n_mentors):
            if (trainee, mentor) in chosen:
                table[place, mentor] = 0.0
            elif problem.open[trainee, mentor]:
                table[place, mentor] = _forced(problem, solution, trainee, mentor)
    return table


def _forced(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> float:
    try:
        forced = assign(problem.with_pin(trainee, mentor), solution.objective)
    except (ProblemError, InfeasibleError):
        return float("nan")
    if solution.objective == "coverage_then_total" and forced.matched < solution.matched:
        return float("-inf")
    return round((forced.total - solution.total) * problem.units_per_score) / problem.units_per_score


def _change(left: Residual) -> IntArray:
    """Return the change in units when each pair of the network is forced, shape (n_pairs,)."""
    net, leaf = left.net, left.net.mentors.leaf
    best = chain_gains(left.gains)
    back = np.full(len(net.pairs), IMPOSSIBLE, dtype=np.int64)
    for leaving, joining in swaps(net, left.taken, left.trainee_load):
        returned = add(best[leaf[joining], leaf[leaving]], -left.weights[leaving] - left.bonus)
        back[joining] = np.maximum(back[joining], returned)
    joins = entering(net, left.taken, left.trainee_load)
    back[joins] = np.maximum(back[joins], best[leaf[joins], left.n_cells])
    return add(back, left.weights + left.bonus)
