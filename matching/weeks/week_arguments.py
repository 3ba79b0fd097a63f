"""Checked parameters of a problem with weeks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import ProblemError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import pair_list


def free_weeks(name: str, given: ArrayLike, n_people: int, n_weeks: int | None) -> BoolArray:
    """Return a checked copy of who is free in which week."""
    array = np.asarray(given)
    size = "n_weeks" if n_weeks is None else n_weeks
    if array.ndim != 2 or len(array) != n_people or (n_weeks is not None and array.shape[1] != n_weeks):
        expected = f"a boolean array of shape ({n_people}, {size})"
        raise refuse_week(f"{name.upper()}_SHAPE", name, expected, f"shape {array.shape}")
    if array.dtype != np.bool_:
        expected = "boolean: True where the week is free"
        raise refuse_week(f"{name.upper()}_NOT_BOOLEAN", name, expected, f"dtype {array.dtype}")
    return array.copy()


def weekly_places(given: ArrayLike, n_mentors: int) -> IntArray:
    """Return checked places of each mentor in one week."""
    array = np.asarray(given)
    if array.ndim == 0:
        array = np.full(n_mentors, array)
    if array.shape != (n_mentors,):
        expected = f"a whole number or an integer array of shape ({n_mentors},)"
        raise refuse_week("WEEKLY_CAPACITY_SHAPE", "weekly_capacity", expected, f"shape {array.shape}")
    if array.size and (array.dtype.kind not in "iu" or (array < 0).any()):
        came = f"{array.dtype} with {array.min()} as the smallest"
        raise refuse_week(
            "WEEKLY_CAPACITY_NOT_WHOLE", "weekly_capacity", "whole numbers of zero or more", came
        )
    return array.astype(np.int64)


def booked_places(given: ArrayLike | None, shape: tuple[int, ...]) -> IntArray:
    """Return checked places that others have in each mentor's weeks."""
    array = np.zeros(shape, np.int64) if given is None else np.asarray(given)
    if array.shape != shape or array.dtype.kind not in "iu" or (array < 0).any():
        expected = f"whole numbers of zero or more of shape {shape}"
        raise refuse_week("BOOKED_NOT_WHOLE", "booked", expected, f"{array.dtype} of shape {array.shape}")
    return array.astype(np.int64)


def fixed_pairs(given: ArrayLike | None, pairs: AssignmentProblem) -> BoolArray:
    """Return the pairs that must be chosen in whichever week, bool of shape (n_trainees, n_mentors)."""
    shape = pairs.n_trainees, pairs.n_mentors
    fixed = np.zeros(shape, dtype=bool)
    rows, columns = pair_list("pinned_pairs", given, shape).T
    fixed[rows, columns] = True
    if (fixed.sum(axis=1) > 1).any() or (pairs.need[rows] != 1).any():
        expected = "one pair at most of trainees who need one mentor"
        raise refuse_week(
            "PINNED_PAIRS_OVER_NEED", "pinned_pairs", expected, "two of a trainee, or another need"
        )
    if (fixed & pairs.forbidden).any():
        came = f"{np.argwhere(fixed & pairs.forbidden)[0].tolist()}"
        raise refuse_week("PINNED_PAIRS_FORBIDDEN", "pinned_pairs", "allowed pairs", came)
    return fixed


def week_pins(given: ArrayLike | None, closed: BoolArray, places: IntArray) -> IntArray | None:
    """Return the pins as (trainee, column) pairs."""
    pins = np.zeros((0, 3), np.int64) if given is None else np.asarray(given)
    if pins.size == 0:
        return None
    if pins.ndim != 2 or pins.shape[1] != 3 or pins.dtype.kind not in "iu":
        expected = "an integer array of (trainee, mentor, week) of shape (n, 3)"
        raise refuse_week("PINNED_WEEKS_SHAPE", "pinned", expected, f"{pins.dtype} of shape {pins.shape}")
    outside = ((pins < 0) | (pins >= np.array(closed.shape))).any(axis=1)
    if outside.any():
        expected = f"within {closed.shape[0]} trainees, {closed.shape[1]} mentors and {closed.shape[2]} weeks"
        raise refuse_week("PINNED_WEEKS_OUT_OF_RANGE", "pinned", expected, f"{pins[outside][0].tolist()}")
    trainees, mentors, weeks = pins.T
    away = closed[trainees, mentors, weeks] | (places[mentors, weeks] == 0)
    if away.any():
        expected = "allowed pairs in weeks in which both are free"
        raise refuse_week("PINNED_WEEKS_NOT_FREE", "pinned", expected, f"{pins[away][0].tolist()}")
    return np.stack([trainees, mentors * closed.shape[2] + weeks], axis=1)


def refuse_week(code: str, parameter: str, expected: str, came: str) -> ProblemError:
    """Return the error of a parameter."""
    text = f"The '{parameter}' parameter of WeekProblem must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)


def trainee_labels(given: ArrayLike | None, n_rows: int) -> IntArray:
    """Return whose each row is: as it is said, or else everybody has one."""
    if given is None:
        return np.arange(n_rows)
    array = np.asarray(given)
    if array.shape != (n_rows,) or (array.size and array.dtype.kind not in "iu"):
        expected = f"a whole number for each row, of shape ({n_rows},)"
        raise refuse_week(
            "SAME_TRAINEE_SHAPE", "same_trainee", expected, f"{array.dtype} of shape {array.shape}"
        )
    labels: IntArray = np.unique(array, return_inverse=True)[1].reshape(n_rows).astype(np.int64)
    return labels
