"""Quotas that cross, such as at most so many of a county and of a role: no flow, solved as an integer programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..exceptions import MatchingError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray, LevelPrices, Solution
from ..watch import Watch
from .minimums import check_minimums
from .network import usable

OBJECTIVES: Final = ("coverage_then_total", "total")
# Branches looked at before the best choice so far is returned with its gap; no clock, so that the same input
# gives the same answer.
_MOST_NODES: Final = 100_000


@dataclass(frozen=True, eq=False)
class _Rows:
    """All limits as rows of one matrix: needs, mentors, then the quotas."""

    pairs: IntArray
    matrix: csr_array
    limit: IntArray
    minimum: IntArray


def assign_crossing(problem: AssignmentProblem, objective: str, report: Watch) -> Solution:
    """Choose the best pairs within quotas that cross.

    The bound is that of the linear programme (pairs may be chosen in part), so the gap says how far the answer
    is from what is proven; HiGHS's own proof by branching cannot be recomputed from the answer.

    Raises
    ------
    ProblemError
        OBJECTIVE_CROSSING, for an objective with an aim between coverage and total.
    MinimumLoadError
        When the minimums cannot all be met.

    References
    ----------
    Q. Huangfu and J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical Programming
    Computation 10 (2018).
    """
    if objective not in OBJECTIVES:
        raise ProblemError(
            "OBJECTIVE_CROSSING",
            "objective",
            "The 'objective' parameter of assign must be coverage_then_total or total where quotas cross. "
            f"Got {objective!r} instead; make the quotas nested, or drop one.",
        )
    rows = _rows(problem)
    _check_minimums(problem, rows)
    report(0.3)
    units = problem.units[rows.pairs[:, 0], rows.pairs[:, 1]]
    fewest = _most_pairs(rows) if objective == "coverage_then_total" else 0
    report(0.6)
    chosen = _whole(rows, -units, fewest)
    dual, prices = _relaxed(problem, rows, units, fewest)
    pairs = np.concatenate([problem.pinned, rows.pairs[chosen]])
    pins = int(problem.units[problem.pinned[:, 0], problem.pinned[:, 1]].sum())
    bound = max(dual, int(units[chosen].sum())) + pins
    quotas = tuple(np.zeros_like(quota.limit) for quota in problem.quotas)
    none = LevelPrices(np.zeros_like(problem.capacity), np.zeros_like(problem.need), quotas)
    solution = Solution.proven(problem, objective, pairs, bound, none, prices)
    return replace(solution, proof="linear_programme")


def _rows(problem: AssignmentProblem) -> _Rows:
    pairs = np.argwhere(usable(problem) & (problem.free_capacity > 0)).astype(np.int64)
    trainees, mentors = pairs.T
    cells = [trainees, mentors, *(quota.cells(trainees, mentors) for quota in problem.quotas)]
    pinned = problem.pinned
    limits = [
        problem.free_need,
        problem.free_capacity,
        *(q.free_limit(pinned).ravel() for q in problem.quotas),
    ]
    none = np.zeros_like(problem.need)
    minimums = [none, problem.free_minimum, *(q.free_minimum(pinned).ravel() for q in problem.quotas)]
    starts = np.concatenate([[0], np.cumsum([len(limit) for limit in limits])])
    row = np.concatenate(
        [np.where(cell < 0, -1, cell + start) for cell, start in zip(cells, starts, strict=False)]
    )
    column = np.tile(np.arange(len(pairs)), len(cells))
    inside = row >= 0
    ones = np.ones(int(inside.sum()))
    matrix = coo_array((ones, (row[inside], column[inside])), shape=(int(starts[-1]), len(pairs)))
    return _Rows(pairs, matrix.tocsr(), np.concatenate(limits), np.concatenate(minimums))


def _check_minimums(problem: AssignmentProblem, rows: _Rows) -> None:
    """Refuse minimums that cannot be met, with the fewest that would have to be given up."""
    asked = np.flatnonzero(rows.minimum > 0)
    if not len(asked):
        return
    lack = coo_array(
        (np.ones(len(asked)), (asked, np.arange(len(asked)))), shape=(len(rows.limit), len(asked))
    )
    matrix = hstack([rows.matrix, lack])
    kept = LinearConstraint(matrix, rows.minimum, np.inf)
    within = LinearConstraint(hstack([rows.matrix, 0 * lack]), -np.inf, rows.limit)
    n_pairs = len(rows.pairs)
    cost = np.concatenate([np.zeros(n_pairs), np.ones(len(asked))])
    most = np.concatenate([np.ones(n_pairs), rows.minimum[asked]])
    found = _solved(cost, [kept, within], most)
    chosen = np.flatnonzero(found.x[:n_pairs] > 0.5)
    check_minimums(problem, np.concatenate([problem.pinned, rows.pairs[chosen]]))


def _most_pairs(rows: _Rows) -> int:
    return len(_whole(rows, -np.ones(len(rows.pairs), np.int64), 0))


def _whole(rows: _Rows, cost: IntArray, fewest: int) -> IntArray:
    if not len(rows.pairs):
        return np.zeros(0, np.int64)
    limits = [LinearConstraint(rows.matrix, rows.minimum, rows.limit)]
    if fewest:
        limits.append(LinearConstraint(np.ones((1, len(cost))), fewest, np.inf))
    found = _solved(cost.astype(np.float64), limits, np.ones(len(cost)))
    return np.flatnonzero(found.x > 0.5)


def _solved(cost: FloatArray, limits: list[LinearConstraint], most: NDArray[np.float64]) -> OptimizeResult:
    found = milp(
        cost,
        constraints=limits,
        bounds=Bounds(0, most),
        integrality=np.ones(len(cost), np.int64),
        options={"mip_rel_gap": 0.0, "node_limit": _MOST_NODES},
    )
    if found.x is None:
        raise MatchingError(f"The integer programme ended without a choice: {found.message}")
    return found


def _relaxed(
    problem: AssignmentProblem, rows: _Rows, units: IntArray, fewest: int
) -> tuple[int, LevelPrices]:
    """Return the limit that the linear programme proves, in whole units, and its prices."""
    shape = problem.n_trainees, problem.n_mentors
    price = np.zeros(len(rows.limit))
    per_pair, bound = 0.0, 0.0
    if len(rows.pairs):
        price, per_pair = _linear_prices(rows, units, fewest)
        rest = units - rows.matrix.T @ price + per_pair
        loads = np.where(price > 0, rows.limit, rows.minimum)
        bound = float(loads @ price) + float(np.maximum(rest, 0).sum()) - per_pair * fewest
    parts = np.split(
        np.rint(price).astype(np.int64), np.cumsum([*shape, *(q.limit.size for q in problem.quotas)])
    )
    quotas = tuple(part.reshape(q.limit.shape) for part, q in zip(parts[2:], problem.quotas, strict=False))
    return int(np.floor(bound + 1e-6 * max(1.0, abs(bound)))), LevelPrices(parts[1], parts[0], quotas)


def _linear_prices(rows: _Rows, units: IntArray, fewest: int) -> tuple[FloatArray, float]:
    """Return what one more pair within each limit, and one pair less in all, would bring."""
    asked = rows.minimum > 0
    every = csr_array(np.ones((1, len(units))))
    # The type stubs know no sparse matrix here; SciPy takes it.
    matrix: Any = vstack([rows.matrix, -rows.matrix[asked], -every])
    right = np.concatenate([rows.limit, -rows.minimum[asked], [-fewest]])
    found = linprog(-units.astype(np.float64), A_ub=matrix, b_ub=right, bounds=(0, 1), method="highs")
    if found.status != 0:
        raise MatchingError(f"The linear programme ended without an optimum: {found.message}")
    paid = np.maximum(-found.ineqlin.marginals, 0)
    price = paid[: len(rows.limit)].copy()
    price[asked] -= paid[len(rows.limit) : -1]
    return price, float(paid[-1])
