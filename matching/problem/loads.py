"""What counts as one mentor where loads are evened, and what each further trainee of a mentor costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .score_rows import MICRO, IntArray

if TYPE_CHECKING:
    from .assignment_problem import AssignmentProblem


@dataclass(frozen=True, eq=False)
class ColumnLoads:
    """Columns that are one mentor, such as its weeks.

    Attributes
    ----------
    labels : int64 array of shape (n_columns,)
        The mentor of each column, counted from 0.
    capacity : int64 array of shape (n_labels,)
        Most trainees of each mentor.
    """

    labels: IntArray
    capacity: IntArray


def column_loads(problem: AssignmentProblem) -> ColumnLoads:
    """Return what counts as one mentor: what the problem says, or else every column."""
    return problem.evened or ColumnLoads(np.arange(problem.n_mentors), problem.capacity)


def load_costs(capacity: IntArray, n_places: int) -> IntArray:
    """Return what the first, second, … trainee of each mentor costs in millionths, shape (n_mentors, n_places).

    The places of a mentor with `load` trainees cost load² / capacity together.
    """
    number = np.arange(1, n_places + 1)
    costs: IntArray = (2 * number - 1) * MICRO // np.maximum(capacity, 1)[:, None]
    return costs
