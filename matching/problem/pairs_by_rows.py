"""A problem's pairs by rows of trainees, whether they are held whole or made when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .pair_rules import BoolArray, PairRules, are_listed, rows_of, rows_with
from .rewarded_blocks import RewardedBlocks
from .score_rows import LONGEST_CHAIN, IntArray, ScoreBlocks, check_size, refuse

# A problem of blocks shows its pairs as whole arrays up to here: 10 bytes each, 100 MB.
_MOST_DENSE_PAIRS: Final = 10_000_000


class PairsByRows:
    """What a problem says about its pairs, some rows of trainees at a time."""

    units: IntArray
    open: BoolArray
    forbidden: BoolArray
    pinned: IntArray
    capacity: IntArray
    need: IntArray
    blocks: ScoreBlocks | RewardedBlocks | None
    rules: PairRules | None

    @property
    def n_trainees(self) -> int:
        """Number of rows."""
        return len(self.need)

    @property
    def n_mentors(self) -> int:
        """Number of columns."""
        return len(self.capacity)

    @cached_property
    def largest(self) -> int:
        """Size of the largest score in units, or a little more."""
        if self.blocks is not None and not self.is_dense:
            largest, shape = self.blocks.largest, (self.n_trainees, self.n_mentors)
            check_size(largest, shape, self.blocks.parameter, self.blocks.units_per_score, LONGEST_CHAIN)
            return largest
        return max(int(self.units.max()), -int(self.units.min())) if self.units.size else 0

    @property
    def is_dense(self) -> bool:
        """True where `units`, `open` and `forbidden` are held as whole arrays."""
        return vars(self).get("_units") is not None

    @property
    def step_rows(self) -> int:
        """Rows that are best asked for at a time: a multiple of this, from a multiple of this."""
        return 256 if self.is_dense or self.blocks is None else self.blocks.step_rows

    def rows(self, start: int, stop: int) -> tuple[IntArray, BoolArray]:
        """Return units and open pairs of the trainees from `start` up to, not including, `stop`.

        Both of shape (stop - start, n_mentors), not to be changed.
        """
        if self.is_dense:
            return self.units[start:stop], self.open[start:stop]
        free = np.ones((stop - start, self.n_mentors), dtype=bool)
        free[self.closed_in(start, stop)] = False
        return self.unit_rows(start, stop).astype(np.int64), free

    def unit_rows(self, start: int, stop: int) -> NDArray[Any]:
        """Return units of some rows as they come: whole numbers, as integers or as floats."""
        if self.is_dense or self.blocks is None:
            return self.units[start:stop]
        return self.blocks.units(start, stop)

    def units_in(self, start: int, stop: int, columns: IntArray) -> NDArray[Any]:
        """Return units of some rows and columns; of products the last bit may differ from `unit_rows`."""
        if self.is_dense or self.blocks is None:
            units: IntArray = self.units[start:stop, columns]
            return units
        return self.blocks.units_in(start, stop, columns)

    def closed_in(self, start: int, stop: int) -> tuple[IntArray, IntArray]:
        """Return rows, counted from `start`, and columns of the pairs that are not open; some may come twice."""
        if self.is_dense or self.rules is None:
            # Six times as fast as asking for rows and columns at once.
            return np.divmod(np.flatnonzero(~self.open[start:stop]), max(self.n_mentors, 1))
        rows, columns = self.rules.forbidden_in(start, stop)
        pins = rows_of(self.pinned, start, stop)
        return np.concatenate([rows, pins[:, 0] - start]), np.concatenate([columns, pins[:, 1]])

    def is_forbidden(self, pairs: IntArray) -> BoolArray:
        """Return whether each (trainee, mentor) pair of shape (n_pairs, 2) is forbidden, shape (n_pairs,)."""
        if self.is_dense or self.rules is None:
            return self.forbidden[pairs[:, 0], pairs[:, 1]]
        return self.rules.is_forbidden(pairs)

    def is_closed(self, pairs: IntArray) -> BoolArray:
        """Return whether each pair of shape (n_pairs, 2) is forbidden or pinned, shape (n_pairs,)."""
        if self.is_dense or self.rules is None:
            return ~self.open[pairs[:, 0], pairs[:, 1]]
        return self.rules.is_forbidden(pairs) | are_listed(
            pairs, rows_with(self.pinned, pairs), self.n_mentors
        )

    def units_of(self, pairs: IntArray) -> IntArray:
        """Return the units of each (trainee, mentor) pair of shape (n_pairs, 2), shape (n_pairs,)."""
        if self.is_dense or self.blocks is None:
            return self.units[pairs[:, 0], pairs[:, 1]]
        if not len(pairs):
            return np.zeros(0, dtype=np.int64)
        found, sure = self.blocks.units_of_pairs(pairs)
        if not sure.all():
            found[~sure] = self._units_in_rows(pairs[~sure])
        return found

    def _units_in_rows(self, pairs: IntArray) -> IntArray:
        found = np.zeros(len(pairs), dtype=np.int64)
        order = np.argsort(pairs[:, 0], kind="stable")
        for start in range(0, self.n_trainees, self.step_rows):
            stop = min(start + self.step_rows, self.n_trainees)
            first, last = np.searchsorted(pairs[order, 0], [start, stop])
            inside = order[first:last]
            if len(inside):
                found[inside] = self.unit_rows(start, stop)[pairs[inside, 0] - start, pairs[inside, 1]]
        return found

    def _hold_arrays(self) -> None:
        if self.blocks is None:
            raise AttributeError("A problem without blocks holds its arrays.")
        shape = (self.n_trainees, self.n_mentors)
        if shape[0] * shape[1] > _MOST_DENSE_PAIRS:
            expected = (
                f"of at most {_MOST_DENSE_PAIRS:,} pairs for what looks at all of them at once, such as fairness, "
                "sensitivity, quotas and aims before the total; for coverage and total, assign, verify, rematch, "
                "explain and prices of some trainees need no such array"
            )
            raise refuse("PAIRS_TOO_MANY", self.blocks.parameter, expected, f"{shape[0]} × {shape[1]}")
        units = np.array(self.unit_rows(0, shape[0]), dtype=np.int64)
        free, closed = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
        free[self.closed_in(0, shape[0])] = False
        if self.rules is not None:
            closed[self.rules.forbidden_in(0, shape[0])] = True
        for name, array in (("units", units), ("open", free), ("forbidden", closed)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)


class _WholeArray:
    """An attribute of shape (n_trainees, n_mentors) that a problem of blocks makes when first asked for it."""

    def __init__(self, name: str) -> None:
        self.kept = f"_{name}"

    def __get__(self, problem: PairsByRows | None, owner: type[PairsByRows]) -> NDArray[Any]:
        if problem is None:
            raise AttributeError(self.kept)
        if vars(problem)[self.kept] is None:
            problem._hold_arrays()
        array: NDArray[Any] = vars(problem)[self.kept]
        return array

    def __set__(self, problem: PairsByRows, array: NDArray[Any] | None) -> None:
        vars(problem)[self.kept] = array


for _name in ("units", "open", "forbidden"):
    setattr(PairsByRows, _name, _WholeArray(_name))
