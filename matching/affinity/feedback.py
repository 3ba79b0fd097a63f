"""How past pairs were rated, as arrays: what affinity weights are learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked_array
from ..exceptions import InvalidInputError
from ..problem.assignment_problem import BoolArray, IntArray
from ..problem.solution import FloatArray
from .affinity_part import AffinityPart


@dataclass(frozen=True, eq=False)
class PairFeedback:
    """Ratings of past pairs, beside what was known of each pair when it was made.

    Build it with :meth:`from_values` or :meth:`from_parts`.

    Attributes
    ----------
    values : float array of shape (n_ratings, n_parts)
        Value of each named part of the affinity of each rated pair, 0 to 1, parts in the order of
        :attr:`matching.MentorAffinity.weights_`.
    ratings : float array of shape (n_ratings,)
        How the pair was rated, 0 (no help at all) to 1 (could not be better).
    cohorts : int64 array of shape (n_ratings,)
        Cohort of each pair: what is learned is tried on cohorts that it was not learned from.
    people : int64 array of shape (n_ratings,)
        Trainee of each pair: several ratings of one trainee are one voice in intervals.

    Examples
    --------
    >>> feedback = PairFeedback.from_values([[0.9, 0.1], [0.2, 0.8]], ratings=[1.0, 0.25])
    >>> len(feedback), feedback.n_parts
    (2, 2)
    """

    values: FloatArray
    ratings: FloatArray
    cohorts: IntArray
    people: IntArray

    def __len__(self) -> int:
        return len(self.ratings)

    @property
    def n_parts(self) -> int:
        """Number of parts of the affinity."""
        return int(self.values.shape[1])

    @property
    def n_cohorts(self) -> int:
        """Number of different cohorts."""
        return len(np.unique(self.cohorts))

    @classmethod
    def from_values(
        cls,
        values: ArrayLike,
        ratings: ArrayLike,
        cohorts: ArrayLike | None = None,
        people: ArrayLike | None = None,
    ) -> PairFeedback:
        """Build feedback after checking it; the caller's arrays are copied.

        Parameters
        ----------
        values, ratings
            As the attributes; ratings of 1 to 5 become (r - 1) / 4 first.
        cohorts, people : integer array of shape (n_ratings,), optional
            Any whole numbers. Left out, each rating is a person of its own, and each person a cohort.

        Raises
        ------
        InvalidInputError
            If a shape or a range is wrong.
        """
        rated = checked_array("ratings", ratings, (None,), 0.0, 1.0).copy()
        known = checked_array("values", values, (len(rated), None), 0.0, 1.0).copy()
        voices = np.arange(len(rated)) if people is None else _codes("people", people, len(rated))
        groups = voices if cohorts is None else _codes("cohorts", cohorts, len(rated))
        for array in (known, rated, groups, voices):
            array.setflags(write=False)
        return cls(known, rated, groups, voices)

    @classmethod
    def from_parts(
        cls,
        parts: Mapping[str, AffinityPart],
        ratings: ArrayLike,
        cohorts: ArrayLike | None = None,
        people: ArrayLike | None = None,
    ) -> PairFeedback:
        """Build feedback from what `MentorAffinity.weighed_parts(trainees, pairs)` gives for the rated pairs."""
        values = np.stack([part.value for part in parts.values()], axis=-1)
        return cls.from_values(values, ratings, cohorts, people)

    def take(self, chosen: BoolArray) -> PairFeedback:
        """Return the chosen ratings, bool array of shape (n_ratings,)."""
        return PairFeedback(
            self.values[chosen], self.ratings[chosen], self.cohorts[chosen], self.people[chosen]
        )


def of_parts(feedback: object, names: Sequence[str]) -> PairFeedback:
    """Return the feedback if its values are of these parts, or raise InvalidInputError."""
    if isinstance(feedback, PairFeedback) and feedback.n_parts == len(names):
        return feedback
    came = f"{feedback.n_parts} parts" if isinstance(feedback, PairFeedback) else type(feedback).__name__
    raise InvalidInputError(
        f"The 'feedback' parameter of MentorAffinity.fit must be a PairFeedback of {len(names)} parts "
        f"({', '.join(names)}). Got {came} instead."
    )


def _codes(name: str, given: ArrayLike, length: int) -> IntArray:
    array = np.asarray(given)
    if array.shape != (length,) or (array.size and array.dtype.kind not in "iu"):
        raise InvalidInputError(
            f"The '{name}' parameter of PairFeedback must be whole numbers of shape ({length},). "
            f"Got {array.dtype} of shape {array.shape} instead."
        )
    return array.astype(np.int64)
