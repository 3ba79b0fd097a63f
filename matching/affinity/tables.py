"""What is known about mentors and trainees, as arrays and lists of texts, one entry a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import IntArray
from ..problem.solution import FloatArray

Texts = Sequence[Sequence[str]]


@dataclass(frozen=True, eq=False)
class MentorTable:
    """Mentors as arrays; what is left out counts as unknown.

    Parameters
    ----------
    strengths : float array of shape (n_mentors, n_topics)
        How strong each mentor is on each topic, 0 to 1.
    county : integer array of shape (n_mentors,), optional
        Code of the county, the same codes as the trainees'; -1 for unknown.
    tenure_years : float array of shape (n_mentors,), optional
        Years in post, zero or more; NaN for unknown.
    cases : sequence of n_mentors sequences of str, optional
        Each mentor's past cases or activities, one text each.
    """

    strengths: FloatArray
    county: IntArray | None = None
    tenure_years: FloatArray | None = None
    cases: Texts | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges and freeze copies of the arrays."""
        strengths = _shares("MentorTable", "strengths", self.strengths, None)
        length = (len(strengths),)
        _freeze(self, "strengths", strengths)
        _freeze(self, "county", _codes("MentorTable", "county", self.county, length, lowest=-1))
        _freeze(self, "tenure_years", _years(self.tenure_years, length))
        _check_texts("MentorTable", "cases", self.cases, len(strengths))

    def __len__(self) -> int:
        return len(self.strengths)


@dataclass(frozen=True, eq=False)
class TraineeTable:
    """Trainees as arrays; what is left out counts as unknown.

    Parameters
    ----------
    needs : float array of shape (n_trainees, n_topics)
        How much each trainee needs each topic, 0 to 1, topics in the order of the mentors' strengths.
    county : integer array of shape (n_trainees,), optional
        Code of the county; -1 for unknown.
    level : integer array of shape (n_trainees,), optional
        Seniority of the role: 1 understands, 2 is able, 3 excels; 0 for unknown.
    pain_texts : sequence of n_trainees sequences of str, optional
        Each trainee's pain points, one text each.
    wish, history : float arrays of shape (n_trainees, n_mentors), optional
        How much the two asked for each other, and how well earlier work together went, 0 to 1.
    """

    needs: FloatArray
    county: IntArray | None = None
    level: IntArray | None = None
    pain_texts: Texts | None = None
    wish: FloatArray | None = None
    history: FloatArray | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges and freeze copies of the arrays."""
        needs = _shares("TraineeTable", "needs", self.needs, None)
        length = (len(needs),)
        _freeze(self, "needs", needs)
        _freeze(self, "county", _codes("TraineeTable", "county", self.county, length, lowest=-1))
        _freeze(self, "level", _codes("TraineeTable", "level", self.level, length, lowest=0, highest=3))
        for name in ("wish", "history"):
            given = getattr(self, name)
            _freeze(self, name, None if given is None else _shares("TraineeTable", name, given, len(needs)))
        _check_texts("TraineeTable", "pain_texts", self.pain_texts, len(needs))

    def __len__(self) -> int:
        return len(self.needs)

    def rows(self, start: int, stop: int) -> TraineeTable:
        """Return the trainees from `start` up to, not including, `stop`."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        cut: dict[str, Any] = {name: value[start:stop] for name, value in given.items() if value is not None}
        return TraineeTable(**cut)


def _freeze(table: object, name: str, array: NDArray[np.generic] | None) -> None:
    if array is not None:
        array.setflags(write=False)
    object.__setattr__(table, name, array)


def _refuse(table: str, name: str, expected: str, came: str) -> InvalidInputError:
    return InvalidInputError(f"The '{name}' parameter of {table} must be {expected}. Got {came} instead.")


def _shares(table: str, name: str, given: ArrayLike, n_rows: int | None) -> FloatArray:
    array = np.array(given, dtype=np.float64)
    if array.ndim != 2 or (n_rows is not None and len(array) != n_rows):
        expected = "a table with two axes" if n_rows is None else f"a table of {n_rows} rows"
        raise _refuse(table, name, expected, f"shape {array.shape}")
    outside = ~((array >= 0) & (array <= 1))
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise _refuse(table, name, "from 0 to 1", f"{array[row, column]} in row {row}, column {column}")
    return array


def _codes(
    table: str, name: str, given: ArrayLike | None, shape: tuple[int], lowest: int, highest: int = 2**31
) -> IntArray | None:
    if given is None:
        return None
    array = np.asarray(given)
    if array.shape != shape or (array.size and array.dtype.kind not in "iu"):
        raise _refuse(table, name, f"integers of shape {shape}", f"{array.dtype} of shape {array.shape}")
    outside = (array < lowest) | (array > highest)
    if outside.any():
        raise _refuse(table, name, f"from {lowest} to {highest}", str(array[outside][0]))
    return array.astype(np.int64)


def _years(given: ArrayLike | None, shape: tuple[int]) -> FloatArray | None:
    if given is None:
        return None
    array = np.array(given, dtype=np.float64)
    if array.shape != shape:
        raise _refuse("MentorTable", "tenure_years", f"numbers of shape {shape}", f"shape {array.shape}")
    if (array < 0).any() or np.isinf(array).any():
        raise _refuse("MentorTable", "tenure_years", "zero or more, NaN for unknown", str(array.min()))
    return array


def _check_texts(table: str, name: str, given: Texts | None, length: int) -> None:
    if given is None:
        return
    if len(given) != length:
        raise _refuse(table, name, f"{length} lists of texts", f"{len(given)} lists")
    if any(isinstance(texts, str) for texts in given):
        raise _refuse(table, name, "a list of texts per person", "one text")
