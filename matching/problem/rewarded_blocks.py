"""Scores by rows with a bonus on some pairs, in parts of a unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pair_rules import are_listed, rows_of
from .score_rows import IntArray, RowsInParts, ScoreBlocks, read_only


@dataclass(frozen=True, eq=False)
class Reward:
    """What some pairs are worth beyond their scores.

    Attributes
    ----------
    pairs : int64 array of shape (n_pairs, 2)
        Open (trainee, mentor) pairs, sorted, each once.
    finer : int
        Parts of a unit that are counted.
    bonus : int
        In these parts.
    """

    pairs: IntArray
    finer: int
    bonus: int

    def in_rows(self, units: NDArray[Any], start: int, columns: IntArray | None = None) -> IntArray:
        """Return the worth of some rows from their units; of all columns, or of some, ascending."""
        worth: IntArray = np.multiply(units, self.finer, dtype=np.int64, casting="unsafe")
        rows, places = (rows_of(self.pairs, start, start + len(units)) - np.array([start, 0])).T
        if columns is not None:
            found = np.minimum(np.searchsorted(columns, places), len(columns) - 1)
            here = columns[found] == places
            rows, places = rows[here], found[here]
        worth[rows, places] += self.bonus
        return worth

    def between(self, start: int, stop: int) -> Reward:
        """Return the bonus of some rows, counted from 0 again."""
        return replace(self, pairs=read_only(rows_of(self.pairs, start, stop) - np.array([start, 0])))


@dataclass(frozen=True, eq=False)
class RewardedBlocks:
    """Scores of blocks in parts of a unit, with a bonus on some pairs; as :class:`ScoreBlocks`."""

    plain: ScoreBlocks
    reward: Reward

    @property
    def score_rows(self) -> RowsInParts:
        """Scores without the bonus."""
        return self.plain.score_rows

    @property
    def parameter(self) -> str:
        """What the caller calls these scores."""
        return self.plain.parameter

    @property
    def step_rows(self) -> int:
        """Rows in a group."""
        return self.plain.step_rows

    @property
    def units_per_score(self) -> int:
        """Parts of a unit that a score of 1 has."""
        return self.plain.units_per_score * self.reward.finer

    @property
    def rounding(self) -> int:
        """Scores are rounded to so many parts."""
        return self.reward.finer

    @property
    def apart(self) -> IntArray:
        """Pairs worth more than their score."""
        return self.reward.pairs

    @property
    def largest(self) -> int:
        """Size of the largest worth."""
        return self.plain.largest * self.reward.finer + self.reward.bonus

    def units(self, start: int, stop: int) -> IntArray:
        """Return the worth of some rows."""
        return self.reward.in_rows(self.plain.units(start, stop), start)

    def units_in(self, start: int, stop: int, columns: IntArray) -> IntArray:
        """Return the worth of some rows and columns."""
        return self.reward.in_rows(self.plain.units_in(start, stop, columns), start, columns)

    def units_of_pairs(self, pairs: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """Return the worth of single pairs, and which of them are sure to be those of `units`."""
        units, sure = self.plain.units_of_pairs(pairs)
        rewarded = are_listed(pairs, self.reward.pairs, self.plain.n_mentors)
        return units * self.reward.finer + self.reward.bonus * rewarded, sure

    def between(self, start: int, stop: int) -> RewardedBlocks:
        """Return some rows, counted from 0 again."""
        return RewardedBlocks(self.plain.between(start, stop), self.reward.between(start, stop))
