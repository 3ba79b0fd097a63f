"""Prices of a linear programme of many columns: few are in it, and of the others those join that would pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_array, eye_array, hstack

from .assignment_problem import BoolArray, IntArray
from .solution import FloatArray

# Up to so many columns all are in the programme from the start.
_FEW: Final = 4000
# Columns of each owner at the start, and how many more in a round.
_FIRST, _MORE, _MOST_ROUNDS = 16, 6, 60
# What a unit that a limit is missed by costs, in parts of the largest worth; more where that does not suffice.
_PENALTIES: Final = (10.0, 1e3, 1e5)
_NOTHING: Final = 1e-9


@dataclass(frozen=True, eq=False)
class LinearPrices:
    """What the limits of a linear programme are worth.

    Attributes
    ----------
    prices : float array of shape (n_rows,)
        What one unit more of each limit brings, 0 or more; any prices limit what a choice is worth.
    missed : float
        By how much limits are missed at least, where they contradict one another; else 0.
    active : bool array of shape (n_columns,)
        Columns that the last programme had: where to begin with the next.
    taken : bool array of shape (n_columns,)
        Columns that are chosen, whole or in part.
    """

    prices: FloatArray
    missed: float
    active: BoolArray
    taken: BoolArray


def linear_prices(
    worth: NDArray[Any], table: Any, right: NDArray[Any], owner: IntArray, start: BoolArray | None = None
) -> LinearPrices:
    """Return the prices of the limits in: worth @ x as large as possible, table @ x <= right, 0 <= x <= 1.

    Parameters
    ----------
    worth : array of shape (n_columns,)
        What each column brings.
    table : sparse array of shape (n_rows, n_columns)
        What each column counts in each limit.
    right : array of shape (n_rows,)
        The limits; negative where a minimum asks for columns.
    owner : int64 array of shape (n_columns,)
        Whose each column is, from 0; -1 for columns that are always in the programme.
    start : bool array of shape (n_columns,), optional
        Columns that probably matter.

    Notes
    -----
    Sifting: a programme of some columns gives prices, and those of the others join that would pay at these prices. At
    300 trainees with two mentors each, 90 mentors and 6 weeks, 97 000 columns, one or two programmes of some thousand.
    Nothing that is proven by the prices depends on them being the best.

    References
    ----------
    R. E. Bixby, J. W. Gregory, I. J. Lustig, R. E. Marsten and D. F. Shanno, "Very large-scale linear programming: a
    case study in combining interior point and simplex methods", Operations Research 40 (1992).
    """
    if not len(worth):
        none = np.zeros(0, dtype=bool)
        return LinearPrices(np.zeros(len(right)), float(np.maximum(-right, 0).sum()), none, none)
    scale = float(np.abs(worth).max(initial=0)) or 1.0
    value, columns, limits = worth / scale, csc_array(table, dtype=np.float64), right.astype(np.float64)
    active = _first(value, owner) if start is None else start | (owner < 0)
    prices, missed, taken = np.zeros(len(limits)), 0.0, np.zeros(len(value), dtype=bool)
    for penalty in _PENALTIES if worth.any() else (1.0,):
        for _ in range(_MOST_ROUNDS):
            found = _solved(value, columns, limits, np.flatnonzero(active), penalty)
            if found is None:
                return LinearPrices(prices * scale, missed, active, taken)
            prices, missed, taken = found
            rest = value - columns.T @ prices
            joining = best_of_each(rest, owner, ~active & (rest > _NOTHING), _MORE)
            if not len(joining):
                break
            active = active.copy()
            active[joining] = True
        if missed <= 1e-6:
            break
    return LinearPrices(prices * scale, missed if missed > 1e-6 else 0.0, active, taken)


def _first(value: FloatArray, owner: IntArray) -> BoolArray:
    if len(value) <= _FEW:
        return np.ones(len(value), dtype=bool)
    active: BoolArray = owner < 0
    active[best_of_each(value, owner, ~active, _FIRST)] = True
    return active


def best_of_each(value: NDArray[Any], owner: IntArray, among: BoolArray, count: int) -> IntArray:
    """Return the columns of most value of each owner, at most `count` each; among equals any, but always the same."""
    columns = np.flatnonzero(among)
    any_order = np.random.default_rng(0).permutation(len(columns))
    order = columns[np.lexsort((any_order, -value[columns], owner[columns]))]
    first = np.searchsorted(owner[order], owner[order])
    chosen: IntArray = order[np.arange(len(order)) - first < count]
    return chosen


def _solved(
    value: FloatArray, table: csc_array, right: FloatArray, columns: IntArray, penalty: float
) -> tuple[FloatArray, float, BoolArray] | None:
    """Return prices of the rows, by how much rows are missed, and what is taken of these columns; None if it fails."""
    asked = np.flatnonzero(right < 0)
    # The type stubs know no sparse matrix here; SciPy takes it.
    own: Any = table[:, columns].tocsr()
    rows = np.flatnonzero((np.diff(own.indptr) > 0) | (right < 0))
    lack: Any = -eye_array(len(right), format="csr")[:, asked]
    left: Any = hstack([own[rows], lack[rows]])
    cost = np.concatenate([-value[columns], np.full(len(asked), penalty)])
    bounds: Any = np.zeros((len(cost), 2))
    bounds[: len(columns), 1], bounds[len(columns) :, 1] = 1, np.inf
    found = linprog(cost, A_ub=left, b_ub=right[rows], bounds=bounds, method="highs")
    if found.status != 0 or found.x is None:
        return None
    prices = np.zeros(len(right))
    prices[rows] = np.maximum(-found.ineqlin.marginals, 0)
    taken = np.zeros(len(value), dtype=bool)
    taken[columns] = found.x[: len(columns)] > _NOTHING
    return prices, float(found.x[len(columns) :].sum()), taken
