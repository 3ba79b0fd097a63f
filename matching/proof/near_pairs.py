"""Which pairs of a product of factors may be worth more than their ends are at the prices, in single precision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.factor_rows import FactorRows
from ..problem.solution import FloatArray

Level = tuple[IntArray, IntArray]

_TILE: Final = 2048
_ROWS: Final = 256
_ROUNDING: Final = 2.0**-24
# Where more than one in so many pairs comes near, all are better reckoned exactly.
_MANY: Final = 16


def near_pairs(
    problem: AssignmentProblem, utility: Level, price: Level, place: int
) -> Iterator[tuple[int, int, tuple[IntArray, IntArray] | None]]:
    """Yield blocks (start, stop, pairs) that together hold every pair worth more than its ends.

    `pairs` are rows, counted from `start`, and columns; None where the block has too many.

    Parameters
    ----------
    problem : AssignmentProblem
        Scores are a product of factors.
    utility, price : (places, units), int64 arrays of shapes (n_trainees,) and (n_mentors,)
        What trainees and mentors are worth; places count before units.
    place : int
        1 where a pair is worth a place beside its units, else 0.

    Notes
    -----
    Of a sum of n + 2 products whose factors are rounded to 24 bits no more than (n + 8) · 2⁻²⁴ of the sum of their
    sizes is lost (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1), and the sizes
    of n of them come to no more than the longest row of factors times the longest column. One unit more is lost
    where scores are rounded to units. Every pair above minus that much is yielded, for an exact look.
    """
    blocks = problem.blocks
    if blocks is None or not isinstance(blocks.score_rows, FactorRows):
        raise TypeError("Only of factors there are near pairs.")
    factors, scale = blocks.score_rows, blocks.units_per_score
    sizes = [float(np.abs(units).max(initial=0)) for units in (utility[1], price[1])]
    n_factors = factors.trainees.shape[1]
    error = (n_factors + 8) * _ROUNDING * (factors.largest * scale + sum(sizes)) + 1.0
    tables = _Tables(factors.mentors * scale, price, place)
    for start in range(0, problem.n_trainees, _ROWS):
        stop = min(start + _ROWS, problem.n_trainees)
        found: list[tuple[IntArray, IntArray]] = []
        for level in np.unique(utility[0][start:stop]):
            rows = np.flatnonzero(utility[0][start:stop] == level)
            left = np.empty((n_factors + 2, len(rows)), dtype=np.float32)
            left[:-2] = factors.trainees[start + rows].T
            left[-2], left[-1] = 1, -utility[1][start + rows]
            for first, mentors in tables.tiles(int(level)):
                with np.errstate(invalid="ignore"):
                    near = np.flatnonzero(np.matmul(mentors, left) > np.float32(-error))
                columns, places = np.divmod(near, len(rows))
                found.append((rows[places], columns + first))
        if sum(len(rows) for rows, _ in found) * _MANY > (stop - start) * problem.n_mentors:
            yield start, stop, None
        else:
            every = (
                [np.concatenate(parts) for parts in zip(*found, strict=True)]
                if found
                else [utility[0][:0]] * 2
            )
            yield start, stop, (every[0], every[1])


class _Tables:
    """Factors of the mentors with their prices and a one, by the places that a trainee is worth."""

    def __init__(self, mentors: FloatArray, price: Level, place: int) -> None:
        self._mentors, self._price, self._place = mentors, price, place
        self._made: dict[int, NDArray[np.float32]] = {}

    def tiles(self, level: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield the first column and the factors of some mentors at a time."""
        if level not in self._made:
            table = np.ones((len(self._mentors), self._mentors.shape[1] + 2), dtype=np.float32)
            table[:, :-2] = self._mentors
            # Where places are not the same they decide, and whatever pairs then count is exact.
            rest = self._place - level - self._price[0]
            decided = np.where(rest > 0, np.inf, -np.inf)
            table[:, -2] = np.where(rest == 0, -self._price[1].astype(np.float64), decided)
            self._made[level] = table
        for first in range(0, len(self._mentors), _TILE):
            yield first, self._made[level][first : first + _TILE]
