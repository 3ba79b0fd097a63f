"""Limits that are no flow as rows of one matrix: the best whole choice by HiGHS, and what no choice can exceed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import mul
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ..exceptions import MatchingError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.linear_prices import LinearPrices, best_of_each, linear_prices
from ..problem.solution import FloatArray
from .network import usable

# Columns that are searched at once; beyond, the best so many of each trainee by their prices, and some so many in all.
_FEW: Final = 600
_EACH: Final = 5
_LARGE: Final = 20_000
# Branches looked at before the best choice so far is returned, for that many columns; no clock, so that the same
# input gives the same answer.
_NODES: Final = 2_000_000
_FEWEST_NODES: Final = 100
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
    known : int64 array, optional
        Positions of the pairs of a choice within all limits.
    """

    pairs: IntArray
    matrix: csr_array
    limit: FloatArray
    minimum: FloatArray
    open: BoolArray
    known: IntArray | None = None

    def without(self, closed: BoolArray) -> Programme:
        """Return the programme without some of its pairs, `closed` of shape (n_pairs,)."""
        kept = self.open.copy()
        kept[: len(closed)] &= ~closed
        known = None if self.known is None or closed[self.known].any() else self.known
        return replace(self, open=kept, known=known)

    def within(
        self, row: NDArray[Any], minimum: float, limit: float, known: IntArray | None = None
    ) -> Programme:
        """Return the programme with one more limit; `row` counts the pairs, further columns nothing, or all.

        `known` are the pairs of a choice within all limits, this one included.
        """
        whole = np.zeros(self.matrix.shape[1], dtype=np.int64)
        whole[: len(row)] = row
        # The type stubs know no sparse matrix here; SciPy takes it.
        matrix: Any = vstack([self.matrix, csr_array(whole[None])])
        return replace(
            self,
            matrix=matrix.tocsr(),
            limit=np.append(self.limit, limit),
            minimum=np.append(self.minimum, minimum),
            known=known,
        )

    def with_columns(self, columns: csr_array) -> Programme:
        """Return the programme with further columns, each with what it counts in the limits."""
        matrix: Any = hstack([self.matrix, columns])
        more = np.ones(columns.shape[1], dtype=bool)
        return replace(self, matrix=matrix.tocsr(), open=np.append(self.open, more))

    def best(self, worth: IntArray) -> IntArray | None:
        """Return the positions of the pairs of a choice of highest worth, or None where there is no choice.

        `worth` is of shape (n_columns,), or (n_pairs,) where further columns are worth nothing. Most columns are ruled
        out by the prices of the linear programme: HiGHS searches few, and of the others none can be in a better choice.
        """
        used = np.flatnonzero(self.open)
        if not len(used):
            return np.zeros(0, np.int64) if (self.minimum <= 0).all() else None
        if len(used) <= _FEW:
            found = self._searched(used, worth)
            return None if found is None else found[0]
        priced = self.priced(worth)
        limit, rest, _, parts = self._limited(worth, priced)
        rest, owner, each = rest[used], self._owner[used], _EACH
        most = max(_EACH, _LARGE // len(np.unique(owner)))
        near = priced.taken | (owner < 0)
        if self.known is not None:
            # What is better is so by a whole unit.
            if len(worth) <= len(self.pairs) and limit < parts * (int(worth[self.known].sum()) + 1):
                return self.known
            near |= np.isin(used, self.known)
        while True:
            core = near.copy()
            core[best_of_each(rest, owner, ~near, each)] = True
            found = self._searched(used[core], worth)
            # No column is in a better choice that costs more than the gap leaves.
            gap = limit if found is None else limit - parts * (found[1] + 1)
            needed = np.ones(len(used), dtype=bool) if found is None else (rest >= -gap) & (gap >= 0)
            if not (needed & ~core).any() or core.sum() >= _LARGE:
                return None if found is None else found[0]
            if needed.sum() <= _LARGE:
                near |= needed
            elif each == most:
                return None if found is None else found[0]
            each = min(4 * each, most)

    @property
    def _owner(self) -> IntArray:
        """Whose each column is; -1 for further ones."""
        owner = np.full(len(self.open), -1)
        owner[: len(self.pairs)] = self.pairs[:, 0]
        return owner

    def _searched(self, columns: IntArray, worth: IntArray) -> tuple[IntArray, int] | None:
        """Return the best choice that HiGHS finds with these columns, and its worth; None where there is none."""
        whole = self._whole(worth)
        found = milp(
            -whole[columns],
            constraints=LinearConstraint(self.matrix[:, columns], self.minimum, self.limit),
            bounds=Bounds(0, 1),
            integrality=(columns < len(self.pairs)).astype(np.int64),
            options={"mip_rel_gap": 0.0, "node_limit": max(_FEWEST_NODES, _NODES // len(columns))},
        )
        if found.x is not None:
            chosen: IntArray = columns[found.x > 0.5]
            return chosen[chosen < len(self.pairs)], round(-found.fun)
        if found.status == 2:
            return None
        if self.known is None or len(whole) > len(self.pairs):
            raise MatchingError(f"The integer programme ended without a choice: {found.message}")
        return self.known, int(whole[self.known].sum())

    def is_possible(self, near: BoolArray | None = None) -> tuple[bool, BoolArray]:
        """Tell whether there is a choice that may hold pairs in part, and which columns mattered for that.

        `near`, of shape (n_columns,), are what mattered for a similar question.
        """
        priced = self.priced(np.zeros(len(self.pairs), np.int64), near)
        return priced.missed == 0, self._everywhere(priced.active)

    def _everywhere(self, active: BoolArray) -> BoolArray:
        """Return which of all columns are active, where it is said of the open ones."""
        found = np.zeros(len(self.open), dtype=bool)
        found[self.open] = active
        return found

    def bound(self, worth: IntArray) -> tuple[int, IntArray]:
        """Return what no choice is worth more than, by prices of the linear programme, and these prices.

        The prices are of shape (n_rows,), in units. Where there is no choice at all the limit is any.
        """
        limit, _, prices, parts = self._limited(worth, self.priced(worth))
        return limit // parts, prices // parts

    def fewest(self, counted: IntArray, near: BoolArray | None) -> tuple[int, BoolArray]:
        """Return below what number of the pairs counted no choice comes, and columns that mattered for that.

        `counted` is of shape (n_pairs,), `near` (n_columns,) what mattered for a similar question.
        """
        priced = self.priced(-counted, near)
        limit, _, _, parts = self._limited(-counted, priced)
        return -(limit // parts), self._everywhere(priced.active)

    def priced(self, worth: IntArray, near: BoolArray | None = None) -> LinearPrices:
        """Return the prices of every limit, then of every minimum, in the linear programme of the open columns."""
        used = np.flatnonzero(self.open)
        left, right = _rows(self.matrix[:, used], self.limit, self.minimum)
        start = None if near is None else near[used]
        if start is not None and self.known is not None:
            start |= np.isin(used, self.known)
        return linear_prices(self._whole(worth)[used], left, right, self._owner[used], start)

    def _limited(self, worth: IntArray, found: LinearPrices) -> tuple[int, IntArray, IntArray, int]:
        """Return what no choice is worth more than, what columns are worth above their prices, prices, and their parts.

        A price is what one more of a limit brings, or where a minimum binds, minus what one less does. All are counted
        in parts of a unit, so many to one.
        """
        upper, lower = np.isfinite(self.limit), np.isfinite(self.minimum)
        paid, whole = np.zeros(len(self.limit)), self._whole(worth)
        paid[upper] += found.prices[: int(upper.sum())]
        paid[lower] -= found.prices[int(upper.sum()) :]
        parts = _parts(self.matrix, paid, whole)
        prices = np.rint(paid * parts).astype(np.int64)
        rest: IntArray = parts * whole - self.matrix.T @ prices
        dear, cheap = prices > 0, prices < 0
        total = int(np.maximum(rest[self.open], 0).sum())
        for priced, limit in ((dear, self.limit), (cheap, self.minimum)):
            # Python's own numbers, which do not wrap round.
            total += sum(map(mul, prices[priced].tolist(), limit[priced].astype(np.int64).tolist()))
        return total, rest, prices, parts

    def _whole(self, worth: NDArray[Any]) -> NDArray[Any]:
        whole = np.zeros(self.matrix.shape[1], dtype=worth.dtype)
        whole[: len(worth)] = worth
        return whole


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
