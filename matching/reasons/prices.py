"""What it would cost to force any other pair."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InfeasibleError, InvalidInputError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray, Solution
from ..solver.assignment import assign
from ..solver.chains import IMPOSSIBLE, add, chain_gains, chains_to
from ..solver.exchange_graph import ExchangeGraph, is_exact
from ..solver.residual import Residual, entering, residual, split, swaps
from .graph_prices import graph_prices
from .questions import check_fits, checked_positions

# Objectives whose pairs have a price in the total.
PRICED: Final = ("total", "coverage_then_total")
# Up to so many pairs one table of chains answers for all of them.
MOST_IN_ONE_TABLE: Final = 1_000_000
# A chain's search for one target takes about so many passes over the table of exchanges.
_ROUNDS: Final = 8
# Largest relative gap of a solution whose pairs have prices; up to a million pairs it is 0.
_LARGEST_GAP: Final = 1e-4


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
    best chains (n_cells³ additions) answers for all pairs without solving again, and a search for each of few
    trainees for theirs. Above a million pairs without quotas the chains are found in a graph of the pairs that
    may matter: about 500 bytes a trainee, and one pass over the scores or a few for every 16 trainees; of a
    solution with an open gap, prices are exact up to that gap. Problems of blocks need `trainees` there. Where
    quotas cross, every pair is solved again with it pinned: ask for few trainees.

    Examples
    --------
    >>> from matching import assign
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> prices(problem, assign(problem)).round(6).tolist()
    [[-0.6, 0.0], [0.0, -0.6]]
    """
    check_fits("prices", problem, solution)
    if solution.objective not in PRICED:
        raise InvalidInputError(
            "The 'solution' parameter of prices must be of the objective total or coverage_then_total, the only "
            f"ones whose pairs have a price in the total. Got {solution.objective} instead."
        )
    rows = np.arange(problem.n_trainees)
    if trainees is not None:
        rows = checked_positions("prices", "trainees", trainees, problem.n_trainees)
    if solution.proof == "linear_programme":
        return _by_solving(problem, solution, rows)
    n_pairs = problem.n_trainees * problem.n_mentors
    _check_optimal(solution, n_pairs)
    if n_pairs > MOST_IN_ONE_TABLE and is_exact(problem):
        if trainees is None and not problem.is_dense:
            expected = f"given above {MOST_IN_ONE_TABLE:,} pairs, a few rows at a time"
            raise InvalidInputError(
                f"The 'trainees' parameter of prices must be {expected}. Got None instead."
            )
        return graph_prices(ExchangeGraph.of(problem, solution), solution, rows)
    left = residual(problem, solution.pairs, solution.objective)
    change = _change(left, rows)
    coverage, units = split(np.where(change == IMPOSSIBLE, 0, change), left.bonus)
    worth = np.where(coverage < 0, -np.inf, units / problem.units_per_score)
    table = np.full(problem.units.shape, np.nan)
    table[left.net.pairs[:, 0], left.net.pairs[:, 1]] = np.where(change == IMPOSSIBLE, np.nan, worth)
    table[solution.pairs[:, 0], solution.pairs[:, 1]] = 0.0
    return table[rows]


def _check_optimal(solution: Solution, n_pairs: int) -> None:
    most = 0.0 if n_pairs <= MOST_IN_ONE_TABLE else _LARGEST_GAP
    if not abs(solution.gap) <= most:
        raise InvalidInputError(
            f"The 'solution' parameter of prices must be an optimum, with a gap of at most {most:g}. "
            f"Got a gap of {solution.gap:g} instead."
        )


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


def _change(left: Residual, rows: IntArray) -> IntArray:
    """Return the change in units when each pair of the network is forced, shape (n_pairs,); right for `rows`."""
    net, leaf = left.net, left.net.mentors.leaf
    held = left.free_pairs[:, 0]
    targets = np.unique(np.append(left.chosen_leaf[np.isin(held, rows)], left.n_cells))
    best, place = _chains_to_all(left, targets)
    back = np.full(len(net.pairs), IMPOSSIBLE, dtype=np.int64)
    asked = np.isin(net.pairs[:, 0], rows)
    for leaving, joining in swaps(net, left.taken, left.trainee_load):
        of_rows = asked[joining]
        leaves, joins = leaving[of_rows], joining[of_rows]
        returned = add(best[leaf[joins], place[leaf[leaves]]], -left.weights[leaves] - left.bonus)
        back[joins] = np.maximum(back[joins], returned)
    joins = entering(net, left.taken, left.trainee_load)
    back[joins] = np.maximum(back[joins], best[leaf[joins], place[left.n_cells]])
    return add(back, left.weights + left.bonus)


def _chains_to_all(left: Residual, targets: IntArray) -> tuple[IntArray, IntArray]:
    """Return the best chains from each node to each target, and the place of each target among the columns."""
    n_nodes = left.n_cells + 1
    if _ROUNDS * len(targets) >= n_nodes:
        return chain_gains(left.gains), np.arange(n_nodes)
    place = np.zeros(n_nodes, np.int64)
    place[targets] = np.arange(len(targets))
    return np.stack([chains_to(left.gains, int(target)) for target in targets], axis=1), place
