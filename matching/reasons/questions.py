"""Checks of what is asked about a solution, before anything is worked out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.posed import check_posed
from ..problem.solution import Solution


def checked_position(function: str, name: str, given: object, length: int) -> int:
    """Return a row or column number after checking that there is one."""
    is_whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not is_whole or not 0 <= int(given) < length:  # type: ignore[call-overload]
        expected = (
            f"a whole number from 0 to {length - 1}" if length else "a position, of which there is none"
        )
        raise _refuse(function, name, expected, repr(given))
    return int(given)  # type: ignore[call-overload,no-any-return]


def checked_positions(function: str, name: str, given: ArrayLike, length: int) -> IntArray:
    """Return row numbers, of shape (n,), after checking that all exist; they may repeat."""
    array = np.asarray(given)
    expected = f"a list of whole numbers from 0 to {length - 1}"
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise _refuse(function, name, expected, f"{array.dtype} of shape {array.shape}")
    outside = (array < 0) | (array >= length)
    if outside.any():
        raise _refuse(function, name, expected, str(array[outside][0]))
    return array.astype(np.int64)


def check_fits(function: str, problem: AssignmentProblem, solution: Solution) -> None:
    """Refuse a solution that is not one of this problem."""
    check_posed(function, problem, solution)
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    inside = (solution.pairs >= 0).all() and (solution.pairs < [n_trainees, n_mentors]).all()
    sizes = len(solution.utilities), len(solution.load)
    if sizes != (n_trainees, n_mentors) or not inside:
        came = f"one of {sizes[0]} trainees and {sizes[1]} mentors"
        raise _refuse(function, "solution", f"a solution of the problem of {n_trainees} × {n_mentors}", came)


def _refuse(function: str, name: str, expected: str, came: str) -> InvalidInputError:
    return InvalidInputError(f"The '{name}' parameter of {function} must be {expected}. Got {came} instead.")
