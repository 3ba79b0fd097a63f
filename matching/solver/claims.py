"""For each mentor the trainees who would give up least for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray
from .arcs import Arcs


class Claims:
    """The few trainees of each mentor whose surplus there is nearest to their best anywhere.

    Mentors whom hardly anybody would choose at today's prices stay without a pair to look at otherwise.

    Attributes
    ----------
    value : float array of shape (most, n_columns)
        Surplus less the trainee's best surplus, in units, falling; -infinity where nobody is known.
    who, worth : int64 arrays of the same shape
        The trainee, and what the pair is worth.
    """

    def __init__(self, n_columns: int, most: int) -> None:
        self.value: FloatArray = np.full((most, n_columns), -np.inf)
        self.who: IntArray = np.zeros((most, n_columns), dtype=np.int64)
        self.worth: IntArray = np.zeros((most, n_columns), dtype=np.int64)

    def beaten(self, value: NDArray[np.floating], first: int = 0) -> IntArray:
        """Return those of the columns from `first` on for which these values are among the largest."""
        return np.flatnonzero(value > self.value[-1, first : first + len(value)]) + first

    def add(self, columns: IntArray, value: NDArray[np.floating], who: IntArray, worth: IntArray) -> None:
        """Add one trainee to each of some columns, and forget the one who gives up most."""
        both = np.concatenate([self.value[:, columns], value[None]])
        order = np.argsort(-both, axis=0, kind="stable")[: len(self.value)]
        for kept, new in ((self.value, value), (self.who, who), (self.worth, worth)):
            kept[:, columns] = np.take_along_axis(
                np.concatenate([kept[:, columns], new[None]]), order, axis=0
            )

    def merge(self, other: Claims) -> None:
        """Add what was found elsewhere."""
        for value, who, worth in zip(other.value, other.who, other.worth, strict=True):
            columns = self.beaten(value)
            self.add(columns, value[columns], who[columns], worth[columns])

    def arcs(self, problem: AssignmentProblem) -> Arcs:
        """Return all that are known as arcs."""
        known = self.value > -np.inf
        return Arcs.of(problem, self.who[known], np.nonzero(known)[1], self.worth[known])
