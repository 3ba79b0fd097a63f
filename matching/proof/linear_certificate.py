"""Check of a choice within rules that are no flow: limits from linear programmes that are put together here anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from ..problem.assignment_problem import MICRO, AssignmentProblem, BoolArray, IntArray
from ..problem.linear_prices import linear_prices
from ..problem.solution import FloatArray, Solution
from .exact_sums import exact_dot, exact_sum, largest

# Columns in the programmes of all scores of leximin together.
_MOST_LEVELS: Final = 4_000_000
# What sums of whole numbers may come to.
_LARGEST_SUM: Final = 2.0**61


@dataclass(frozen=True, eq=False)
class _Limits:
    """Upper limits on the open pairs and further columns, each of which counts from 0 to 1: table @ x <= right.

    `worth` is what each pair brings in units, without what its trainee brings in any choice, which is `steady`.
    """

    pairs: IntArray
    table: csr_array
    right: IntArray
    worth: IntArray
    steady: int

    def and_also(self, row: IntArray, right: int) -> _Limits:
        table: Any = vstack([self.table, csr_array(row[None])])
        return replace(self, table=table.tocsr(), right=np.append(self.right, right))

    def without(self, closed: BoolArray) -> _Limits:
        return replace(
            self, pairs=self.pairs[~closed], table=self.table[:, ~closed], worth=self.worth[~closed]
        )

    def highest(self, worth: IntArray) -> int:
        """Return what no choice is worth more than, by weak duality; any prices give a valid limit, good or not."""
        return self.limited(worth, None)[0]

    def limited(self, worth: IntArray, near: BoolArray | None) -> tuple[int, BoolArray]:
        """Return the limit, and which columns mattered for it; `near` are those of a similar question."""
        if not len(worth):
            return 0, np.zeros(0, dtype=bool)
        owner = np.full(len(worth), -1)
        owner[: len(self.pairs)] = self.pairs[:, 0]
        found = linear_prices(worth, self.table, self.right, owner, near)
        paid = np.maximum(found.prices, 0)
        if not self._size(paid, worth) < _LARGEST_SUM:
            paid = np.zeros(len(self.right))
        # A limit on loads, counted in millionths, has prices far below a unit: as many parts as there is room for.
        parts = 1 << int(np.log2(_LARGEST_SUM / self._size(paid, worth)))
        prices = np.rint(paid * parts).astype(np.int64)
        rest = parts * worth - self.table.T @ prices
        return (exact_dot(self.right, prices) + exact_sum(np.maximum(rest, 0))) // parts, found.active

    def _size(self, prices: FloatArray, worth: IntArray) -> float:
        """Return more than what a column is worth beyond its prices, in units."""
        return float((abs(self.table).T @ (prices + 1)).max(initial=0)) + largest(worth) + 1


def linear_limits(problem: AssignmentProblem, solution: Solution) -> tuple[int, int, list[str]]:
    """Return what no choice can exceed: pairs, and units where it is as good in the aims before; and open aims.

    Where only the total counts the first is the number of pairs chosen, and the second holds for any number.
    """
    limits, pins = _limits(problem), problem.pinned
    settled = limits.steady + int(problem.units_of(pins).sum())
    if solution.objective == "total":
        return len(solution.pairs), limits.highest(limits.worth) + settled, []
    ones = np.ones(len(limits.pairs), np.int64)
    most = len(pins) + limits.highest(ones)
    # As many pairs as were chosen.
    limits = limits.and_also(-ones, len(pins) - len(solution.pairs))
    rows, columns = solution.pairs.T
    chosen = problem.units[rows, columns][problem.open[rows, columns]]
    checks = {"worst_off_then_total": _worst_off, "leximin": _leximin, "balanced_load": _balance}
    if solution.objective not in checks or not len(chosen):
        return most, limits.highest(limits.worth) + settled, []
    total, faults = checks[solution.objective](problem, solution, limits, chosen)
    return most, total + settled, faults


def _worst_off(
    problem: AssignmentProblem, solution: Solution, limits: _Limits, chosen: IntArray
) -> tuple[int, list[str]]:
    units, floor, scale = _units(problem, limits), int(chosen.min()), problem.units_per_score
    faults = []
    if limits.highest(-(units <= floor).astype(np.int64)) > -1:
        faults.append(f"GAP_OPEN: lowest score {floor / scale:g}, the linear programme allows more")
    above = limits.and_also((units < floor).astype(np.int64), 0)
    return above.highest(limits.worth), faults


def _leximin(
    problem: AssignmentProblem, solution: Solution, limits: _Limits, chosen: IntArray
) -> tuple[int, list[str]]:
    units, scale = _units(problem, limits), problem.units_per_score
    faults, floor, near = [], np.iinfo(np.int64).min, None
    values, counts = np.unique(chosen, return_counts=True)
    most = max(_MOST_LEVELS // max(len(units), 1), 1)
    if most < len(values):
        faults.append(f"GAP_OPEN: the lowest {most} of {len(values)} scores are looked at")
    for value, count in zip(values[:most], counts, strict=False):
        closed = (units > floor) & (units < value)
        limits, units = limits.without(closed), units[~closed]
        at = (units == value).astype(np.int64)
        limit, near = limits.limited(-at, None if near is None else near[~closed])
        fewest = -limit
        if fewest < count:
            faults.append(
                f"GAP_OPEN: {count} pairs of score {value / scale:g}, the linear programme allows {fewest}"
            )
        limits, floor = limits.and_also(at, int(count)), value
    # The scores say the total.
    return int(chosen.sum()) - limits.steady, faults


def _balance(
    problem: AssignmentProblem, solution: Solution, limits: _Limits, chosen: IntArray
) -> tuple[int, list[str]]:
    capacity = problem.capacity if problem.evened is None else problem.evened.capacity
    labels = np.arange(problem.n_mentors) if problem.evened is None else problem.evened.labels
    pins = np.bincount(labels[problem.pinned[:, 1]], minlength=len(capacity))
    load = np.bincount(labels[solution.pairs[:, 1]], minlength=len(capacity))
    owner = labels[limits.pairs[:, 1]]
    places = np.minimum(capacity, pins + np.bincount(owner, minlength=len(capacity)))
    whose = np.repeat(np.arange(len(capacity)), (places - pins).clip(0))
    number = np.concatenate([np.arange(first, last) for first, last in zip(pins, places, strict=True)])
    costs = (2 * number + 1) * MICRO // np.maximum(capacity[whose], 1)
    none = csr_array((len(limits.right), len(whose)), dtype=np.int64)
    # As many places of each mentor as pairs.
    each = np.arange(len(capacity))[:, None]
    filled: Any = hstack(
        [csr_array((owner == each).astype(np.int64)), csr_array(-(whose == each).astype(np.int64))]
    )
    table: Any = vstack([hstack([limits.table, none]), filled])
    limits = replace(
        limits, table=table.tocsr(), right=np.append(limits.right, np.zeros(len(capacity), np.int64))
    )
    dear = np.append(np.zeros(len(limits.pairs), np.int64), costs)
    cost = sum(
        int((2 * k + 1) * MICRO // max(capacity[mentor], 1))
        for mentor in range(len(capacity))
        for k in range(pins[mentor], load[mentor])
    )
    least = -limits.highest(-dear)
    faults = []
    if least < cost:
        faults.append(f"GAP_OPEN: load cost {cost}, the linear programme allows {least} millionths")
    even = limits.and_also(dear, cost)
    return even.highest(np.append(limits.worth, np.zeros(len(whose), np.int64))), faults


def _units(problem: AssignmentProblem, limits: _Limits) -> IntArray:
    units: IntArray = problem.units[limits.pairs[:, 0], limits.pairs[:, 1]]
    return units


def _limits(problem: AssignmentProblem) -> _Limits:
    """Return the open pairs, and every limit and minimum on them as an upper limit."""
    pairs = np.argwhere(problem.open).astype(np.int64)
    rows, columns = pairs.T
    blocks, right, pins = [], [], problem.pinned
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
        place = cell[inside], inside
        block = csr_array((np.ones(len(inside), np.int64), place), shape=(len(upper), len(pairs)))
        blocks += [block, -block[lower > 0]]
        # No more than all pairs, so that sums of prices stay small.
        right += [np.minimum(upper, len(pairs)), -lower[lower > 0]]
    for rule in problem.exclusions:
        blocks.append(csr_array(rule.weights(pairs)[None]))
        right.append(np.array([max(rule.weight - int(rule.weights(pins).sum()), 0)]))
    table: Any = vstack(blocks)
    worth, steady = _without_steady(problem, pairs)
    return _Limits(pairs, table.tocsr(), np.concatenate(right), worth, steady)


def _without_steady(problem: AssignmentProblem, pairs: IntArray) -> tuple[IntArray, int]:
    """Return what pairs are worth, less what trainees bring who must have all mentors they need, and its sum."""
    worth = problem.units[pairs[:, 0], pairs[:, 1]]
    must = {
        int(trainee)
        for quota in problem.quotas
        if quota.parameter == "need"
        for trainee in np.flatnonzero(quota.free_minimum(problem.pinned)[:, 0] >= problem.free_need)
    }
    steady = 0
    for trainee in must:
        own = pairs[:, 0] == trainee
        if own.any() and problem.free_need[trainee] > 0:
            least = int(worth[own].min())
            worth[own] -= least
            steady += least * int(problem.free_need[trainee])
    return worth, steady
