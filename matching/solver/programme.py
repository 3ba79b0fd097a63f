"""Limits that are no flow as rows of one matrix: the best whole choice by HiGHS, and what no choice can exceed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import mul
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..exceptions import MatchingError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.solution import FloatArray
from .network import usable

# Branches looked at before the best choice so far is returned with its gap; no clock, so that the same input
# gives the same answer. Programmes of more pairs get fewer, since each takes longer.
_MOST_NODES: Final = 100_000
_LARGE: Final = 100_000
_NODES_OF_LARGE: Final = 100
# What sums of whole numbers may come to.
_LARGEST_SUM: Final = 2.0**61


@dataclass(frozen=True, eq=False)
class Programme:
    """Pairs, and perhaps further columns after them, under limits; every column counts from 0 to 1.

    Attributes
    ----------
    pairs : int64 array of shape (n_pairs, 2)
        (trainee, mentor) of the first columns, which are chosen or not.
    matrix : sparse int64 array of shape (n_rows, n_columns)
        What each column counts in each limit.
    limit, minimum : float arrays of shape (n_rows,)
        Whole numbers; infinite where there is none.
    open : bool array of shape (n_columns,)
        Columns that may be used.
    """

    pairs: IntArray
    matrix: csr_array
    limit: FloatArray
    minimum: FloatArray
    open: BoolArray

    def without(self, closed: BoolArray) -> Programme:
        """Return the programme without some of its pairs, `closed` of shape (n_pairs,)."""
        kept = self.open.copy()
        kept[: len(closed)] &= ~closed
        return replace(self, open=kept)

    def within(self, row: NDArray[Any], minimum: float, limit: float) -> Programme:
        """Return the programme with one more limit; `row` counts the pairs, further columns nothing, or all."""
        whole = np.zeros(self.matrix.shape[1], dtype=np.int64)
        whole[: len(row)] = row
        # The type stubs know no sparse matrix here; SciPy takes it.
        matrix: Any = vstack([self.matrix, csr_array(whole[None])])
        return replace(
            self,
            matrix=matrix.tocsr(),
            limit=np.append(self.limit, limit),
            minimum=np.append(self.minimum, minimum),
        )

    def with_columns(self, columns: csr_array) -> Programme:
        """Return the programme with further columns, each with what it counts in the limits."""
        matrix: Any = hstack([self.matrix, columns])
        more = np.ones(columns.shape[1], dtype=bool)
        return replace(self, matrix=matrix.tocsr(), open=np.append(self.open, more))

    def best(self, worth: NDArray[Any]) -> IntArray | None:
        """Return the positions of the pairs of a choice of highest worth, or None where there is no choice.

        `worth` is of shape (n_columns,), or (n_pairs,) where further columns are worth nothing.
        """
        if not self.open.any():
            return np.zeros(0, np.int64) if (self.minimum <= 0).all() else None
        used = np.flatnonzero(self.open)
        large = len(used) > _LARGE
        found = milp(
            -self._whole(worth)[used],
            constraints=LinearConstraint(self.matrix[:, used], self.minimum, self.limit),
            bounds=Bounds(0, 1),
            integrality=(used < len(self.pairs)).astype(np.int64),
            options={"mip_rel_gap": 0.0, "node_limit": _NODES_OF_LARGE if large else _MOST_NODES},
        )
        if found.x is None:
            if found.status == 2:
                return None
            raise MatchingError(f"The integer programme ended without a choice: {found.message}")
        chosen: IntArray = used[found.x > 0.5]
        return chosen[chosen < len(self.pairs)]

    def is_possible(self) -> bool:
        """Tell whether there is a choice that may hold pairs in part."""
        used = np.flatnonzero(self.open)
        if not len(used):
            return bool((self.minimum <= 0).all())
        left, right = _rows(self.matrix[:, used], self.limit, self.minimum)
        found = linprog(np.zeros(len(used)), A_ub=left, b_ub=right, bounds=(0, 1), method="highs")
        return bool(found.status == 0)

    def bound(self, worth: IntArray) -> tuple[int, IntArray]:
        """Return what no choice is worth more than, by prices of the linear programme, and these prices.

        The prices are of shape (n_rows,), in units. Where there is no choice at all the limit is any.
        """
        paid, whole = np.zeros(len(self.limit)), self._whole(worth)
        used = np.flatnonzero(self.open)
        if len(used):
            paid = _prices(self.matrix[:, used], self.limit, self.minimum, whole[used])
        parts = _parts(self.matrix, paid, whole)
        prices = np.rint(paid * parts).astype(np.int64)
        rest = parts * whole - self.matrix.T @ prices
        dear, cheap = prices > 0, prices < 0
        total = int(np.maximum(rest[self.open], 0).sum())
        for priced, limit in ((dear, self.limit), (cheap, self.minimum)):
            # Python's own numbers, which do not wrap round.
            total += sum(map(mul, prices[priced].tolist(), limit[priced].astype(np.int64).tolist()))
        return total // parts, prices // parts

    def _whole(self, worth: NDArray[Any]) -> NDArray[Any]:
        whole = np.zeros(self.matrix.shape[1], dtype=worth.dtype)
        whole[: len(worth)] = worth
        return whole


def _prices(matrix: csr_array, limit: FloatArray, minimum: FloatArray, worth: IntArray) -> FloatArray:
    """Return the prices of the limits: what one more brings, or where a minimum binds, minus what one less does."""
    upper, lower = np.isfinite(limit), np.isfinite(minimum)
    left, right = _rows(matrix, limit, minimum)
    found = linprog(-worth.astype(np.float64), A_ub=left, b_ub=right, bounds=(0, 1), method="highs")
    prices = np.zeros(len(limit))
    if found.status == 0:
        paid = np.maximum(-found.ineqlin.marginals, 0)
        prices[upper] += paid[: int(upper.sum())]
        prices[lower] -= paid[int(upper.sum()) :]
    return prices


def _parts(matrix: csr_array, prices: FloatArray, worth: IntArray) -> int:
    """Return into how many parts a unit can be cut so that what prices prove is a sum of whole numbers in 64 bits.

    As many as there is room for: a limit on loads, counted in millionths, has prices far below a unit.
    """
    size = float((abs(matrix).T @ (np.abs(prices) + 1)).max(initial=0)) + float(np.abs(worth).max(initial=0))
    return int(2 ** max(np.floor(np.log2(_LARGEST_SUM / ((size + 1) * (matrix.shape[1] + 1)))), 0))


def _rows(matrix: csr_array, limit: FloatArray, minimum: FloatArray) -> tuple[Any, FloatArray]:
    """Return every limit and every minimum as an upper limit."""
    upper, lower = np.isfinite(limit), np.isfinite(minimum)
    # The type stubs know no sparse matrix here; SciPy takes it.
    left: Any = vstack([matrix[upper], -matrix[lower]])
    return left, np.concatenate([limit[upper], -minimum[lower]])


def programme(problem: AssignmentProblem) -> Programme:
    """Return all limits of a problem: needs, mentors, quotas in their order, then exclusions."""
    pairs = np.argwhere(usable(problem) & (problem.free_capacity > 0)).astype(np.int64)
    trainees, mentors = pairs.T
    pins = problem.pinned
    none = np.zeros_like(problem.need)
    cells = [trainees, mentors, *(quota.cells(trainees, mentors) for quota in problem.quotas)]
    limits = [problem.free_need, problem.free_capacity]
    limits += [quota.free_limit(pins).ravel() for quota in problem.quotas]
    minimums = [none, problem.free_minimum]
    minimums += [quota.free_minimum(pins).ravel() for quota in problem.quotas]
    starts = np.cumsum([0, *(len(limit) for limit in limits)])
    row = np.concatenate(
        [np.where(cell < 0, -1, cell + start) for cell, start in zip(cells, starts, strict=False)]
    )
    column = np.tile(np.arange(len(pairs)), len(cells))
    inside = row >= 0
    ones = np.ones(int(inside.sum()), np.int64)
    matrix = coo_array((ones, (row[inside], column[inside])), shape=(int(starts[-1]), len(pairs)))
    fewest = np.concatenate(minimums).astype(np.float64)
    found = Programme(
        pairs,
        matrix.tocsr(),
        np.concatenate(limits).astype(np.float64),
        np.where(fewest > 0, fewest, -np.inf),
        np.ones(len(pairs), dtype=bool),
    )
    for rule in problem.exclusions:
        limit = rule.weight - int(rule.weights(pins).sum())
        found = found.within(rule.weights(pairs), -np.inf, max(limit, 0))
    return found
