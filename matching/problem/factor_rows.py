"""Scores that are the product of two tables of factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .score_rows import refuse

# Single precision holds numbers of up to 2 to the power of 128: a side is evened that differs by more than half of it.
_UNEVEN: Final = 32


@dataclass(frozen=True, eq=False)
class FactorRows:
    """Rows of U @ V.T.

    Attributes
    ----------
    trainees : float array of shape (n_trainees, n_factors)
    mentors : float array of shape (n_mentors, n_factors)
    largest : float
        No product is larger in size.
    """

    trainees: NDArray[np.float64]
    mentors: NDArray[np.float64]
    largest: float

    def __call__(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return the scores of some rows, shape (stop - start, n_mentors)."""
        product: NDArray[np.float64] = self.trainees[start:stop] @ self.mentors.T
        return product

    def in_columns(self, start: int, stop: int, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the scores of some rows and columns, shape (stop - start, n_columns)."""
        product: NDArray[np.float64] = self.trainees[start:stop] @ self.mentors[columns].T
        return product

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the scores of single pairs; their last bits may differ from those of whole rows."""
        product: NDArray[np.float64] = np.einsum("ij,ij->i", self.trainees[rows], self.mentors[columns])
        return product

    @property
    def rounding(self) -> float:
        """No two ways of summing up a product differ by more."""
        return float((self.trainees.shape[1] + 2) * 2.0**-52 * self.largest)

    def between(self, start: int, stop: int) -> FactorRows:
        """Return some rows, counted from 0 again."""
        return FactorRows(self.trainees[start:stop], self.mentors, self.largest)

    @classmethod
    def of(cls, U: ArrayLike, V: ArrayLike) -> FactorRows:
        """Return checked copies of the factors of trainees and of mentors, one row each."""
        trainees, mentors = _checked("U", U), _checked("V", V)
        if trainees.shape[1] != mentors.shape[1]:
            expected = f"of as many columns as U, {trainees.shape[1]}"
            raise refuse("FACTORS_DIFFER", "V", expected, f"{mentors.shape[1]} columns")
        trainees, mentors = _evened(trainees, mentors)
        for factors in (trainees, mentors):
            factors.setflags(write=False)
        rows = cls(trainees, mentors, _longest(trainees) * _longest(mentors) * (1 + 1e-12))
        if not np.isfinite(rows.largest):
            raise refuse(
                "SCORES_TOO_LARGE", "U, V", "factors whose products are finite", "a product above 1e308"
            )
        return rows


def _evened(
    trainees: NDArray[np.float64], mentors: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factors with the largest of both sides about the same, so that single precision has room for each.

    One side is multiplied and the other divided by a power of two, so no product changes.
    """
    largest = [max(each.max(initial=0.0), -each.min(initial=0.0)) for each in (trainees, mentors)]
    shift = int(np.diff(np.frexp(largest)[1])[0]) // 2
    if abs(shift) < _UNEVEN:
        return trainees, mentors
    return np.ldexp(trainees, shift), np.ldexp(mentors, -shift)


def _checked(name: str, given: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(given)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        expected = "an array of numbers with one row each"
        raise refuse("FACTORS_SHAPE", name, expected, f"{array.dtype} of shape {array.shape}")
    if not np.isfinite(array).all():
        raise refuse("FACTORS_NOT_FINITE", name, "finite", "NaN or infinity")
    return np.array(array, dtype=np.float64, order="C")


def _longest(rows: NDArray[np.float64]) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.einsum("ij,ij->i", rows, rows).max(initial=0.0)))
