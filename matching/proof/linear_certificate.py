"""Check of a choice within quotas that cross: a limit from the linear programme, solved here and on its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from ..problem.assignment_problem import AssignmentProblem, IntArray


def linear_limits(problem: AssignmentProblem, matched: int, counts_coverage: bool) -> tuple[int, int]:
    """Return what no choice can exceed: pairs, and the total in units of a choice of `matched` pairs.

    Each limit is the value of the programme's prices by weak duality, rounded to whole numbers. For
    ``"total"`` the first is `matched`, and the second holds for any number of pairs.
    """
    rows, columns, table, most, fewest = _programme(problem)
    units = problem.units[rows, columns]
    pins = problem.pinned
    most_pairs = matched
    if counts_coverage:
        most_pairs = len(pins) + _limit(table, most, fewest, np.ones_like(units), 0)
        total = _limit(table, most, fewest, units, matched - len(pins))
    else:
        total = _limit(table, most, fewest, units, 0)
    return most_pairs, total + int(problem.units[pins[:, 0], pins[:, 1]].sum())


def _programme(problem: AssignmentProblem) -> tuple[IntArray, IntArray, csr_array, IntArray, IntArray]:
    """Return the open pairs, and a row for every limit on them with its most and fewest."""
    rows, columns = np.nonzero(problem.open)
    blocks, most, fewest = [], [], []
    pins = problem.pinned
    families = [
        (rows, problem.free_need, np.zeros_like(problem.need)),
        (columns, problem.free_capacity, problem.free_minimum),
        *(
            (q.cells(rows, columns), q.free_limit(pins).ravel(), q.free_minimum(pins).ravel())
            for q in problem.quotas
        ),
    ]
    for cell, upper, lower in families:
        inside = np.flatnonzero(cell >= 0)
        ones = np.ones(len(inside))
        blocks.append(csr_array((ones, (cell[inside], inside)), shape=(len(upper), len(rows))))
        most.append(upper)
        fewest.append(lower)
    return rows, columns, vstack(blocks).tocsr(), np.concatenate(most), np.concatenate(fewest)


def _limit(table: csr_array, most: IntArray, fewest: IntArray, worth: IntArray, at_least: int) -> int:
    if not len(worth):
        return 0
    every = csr_array(np.ones((1, len(worth))))
    # The type stubs know no sparse matrix here; SciPy takes it.
    left: Any = vstack([table, -table, -every])
    right = np.concatenate([most, -fewest, [-at_least]]).astype(np.float64)
    found = linprog(-worth.astype(np.float64), A_ub=left, b_ub=right, bounds=(0, 1), method="highs")
    prices = np.maximum(-found.ineqlin.marginals, 0) if found.status == 0 else np.zeros(len(right))
    rest = worth - left.T @ prices
    value = float(prices @ right + np.maximum(rest, 0).sum())
    return int(np.floor(value + 1e-6 * max(1.0, abs(value))))
