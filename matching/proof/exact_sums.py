"""Sums over prices that 64 bits may not hold: a sum that wraps round would prove what is not so."""

from __future__ import annotations

from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import IntArray

_SAFE = 2.0**62


def exact_sum(array: IntArray) -> int:
    """Return the sum of an int64 array of any shape as a whole number of any size."""
    if float(np.abs(array.astype(np.float64)).sum()) < _SAFE:
        return int(array.sum())
    return sum(array.ravel().tolist())


def exact_dot(counts: IntArray, prices: IntArray) -> int:
    """Return the sum of count × price over two int64 arrays of one shape, as a whole number of any size."""
    if float(np.abs(counts * prices.astype(np.float64)).sum()) < _SAFE:
        return int((counts * prices).sum())
    return sum(map(mul, counts.ravel().tolist(), prices.ravel().tolist()))


def largest(array: NDArray[Any]) -> float:
    """Return the largest distance from zero, also of the lowest number that 64 bits hold; 0 of an empty array."""
    return float(np.abs(array.astype(np.float64)).max(initial=0))
