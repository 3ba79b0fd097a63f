"""Who is on both sides: a person who has a mentor in some columns leaves another column empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .score_rows import IntArray


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Some trainees have a mentor in some columns, or one further column is used, but not both.

    So a person who is mentor and trainee is with one side only in a week. As a limit on sums: `weight` times the
    pairs of these trainees and columns, plus the pairs of the further column, are at most `weight`.

    Attributes
    ----------
    trainees : int64 array of shape (n_rows,)
        Rows of the person, of which at most one has a mentor in these columns.
    columns : int64 array of shape (n_columns,)
        Every mentor in the week.
    column : int
        The person as mentor in the week.
    weight : int
        Capacity of that column, at least 1.
    """

    trainees: IntArray
    columns: IntArray
    column: int
    weight: int

    def weights(self, pairs: IntArray) -> IntArray:
        """Return what each of the pairs, shape (n_pairs, 2), counts; int64 of shape (n_pairs,)."""
        learns = np.isin(pairs[:, 0], self.trainees) & np.isin(pairs[:, 1], self.columns)
        counted: IntArray = self.weight * learns + (pairs[:, 1] == self.column)
        return counted

    def exceeded(self, pairs: IntArray) -> bool:
        """Tell whether the person is on both sides in these pairs."""
        return int(self.weights(pairs).sum()) > self.weight
