"""What pairs are worth beyond prices, for all mentors of some trainees at a time, by small groups of mentors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .factor_rows import FactorRows
from .pairs_by_rows import PairsByRows
from .score_rows import IntArray

FloatArray = NDArray[np.float64]

# Mentors in a group, where there are at least so many; else each is a group of its own.
_GROUP: Final = 8
_MANY_MENTORS: Final = 512
# Mentors whose values are made at a time: some hundred rows of them fit a processor's cache.
_TILE: Final = 2048
# Rows at a time, fewer where there are more pairs: what is kept of each group is an eighth of that.
_MOST_ROWS: Final = 256
_FEWEST_ROWS: Final = 32
_BLOCK_PAIRS: Final = 2**24
# Relative error of one operation in single precision.
_ROUNDING: Final = 2.0**-24


class Columns(NamedTuple):
    """How mentors are put in groups: in tiles, which groups run through in equal steps.

    Attributes
    ----------
    n_mentors : int
        Columns of the problem; those beyond are worth minus infinity.
    n_tiles, step, size : int
        Number of tiles, groups in each, and mentors in a group; a tile has `step` × `size` columns.
    """

    n_mentors: int
    n_tiles: int
    step: int
    size: int

    @classmethod
    def of(cls, n_mentors: int) -> Columns:
        """Return the groups of so many mentors."""
        size = _GROUP if n_mentors >= _MANY_MENTORS else 1
        n_tiles = max(-(-n_mentors // _TILE), 1)
        return cls(n_mentors, n_tiles, max(-(-n_mentors // (n_tiles * size)), 1), size)

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return self.n_tiles * self.step

    @property
    def wide(self) -> int:
        """Columns of a tile."""
        return self.step * self.size

    def members(self, groups: IntArray) -> IntArray:
        """Return the columns of each group, one axis of `size` more than `groups` has."""
        tile, place = np.divmod(groups, self.step)
        columns: IntArray = (tile * self.wide + place)[..., None] + np.arange(self.size) * self.step
        return columns


class Surplus(Protocol):
    """Units of pairs less the prices of mentors; -infinity where a pair is not open."""

    @property
    def columns(self) -> Columns:
        """How mentors are put in groups."""

    @property
    def error(self) -> float:
        """The values may be off by so many units; 0 where they are exact."""

    @property
    def step_rows(self) -> int:
        """Rows that are best asked for at a time."""

    @property
    def apart(self) -> IntArray:
        """Open pairs, sorted, shape (n, 2), whose values here leave out what they are worth beyond their scores."""

    def largest(self, start: int, stop: int) -> NDArray[Any]:
        """Return the largest value of each group for the trainees from `start` up to, not including, `stop`.

        Of shape (n_groups, stop - start); the room is used again by the next call.
        """

    def members(self, start: int, rows: IntArray, groups: IntArray) -> NDArray[Any]:
        """Return the values of all in some groups, shape (n, size), for rows of the block last asked for."""

    def units(self, start: int, rows: IntArray, columns: IntArray) -> IntArray:
        """Return the exact units of single pairs, `rows` counted from the start of that block."""


def surplus_of(problem: PairsByRows, prices: FloatArray) -> Surplus:
    """Return the surplus at prices in units; a price of infinity closes a mentor.

    Products of factors are made in single precision, which takes a tenth of the time, with a bound of the error.
    """
    blocks = problem.blocks
    if not problem.is_dense and blocks is not None and isinstance(blocks.score_rows, FactorRows):
        return _RoughSurplus(
            problem, prices, blocks.score_rows, blocks.units_per_score, blocks.rounding, blocks.apart
        )
    return exact_surplus(problem, prices)


def exact_surplus(problem: PairsByRows, prices: FloatArray) -> ExactSurplus:
    """Return the same without any error, whatever it takes."""
    return ExactSurplus(problem, prices)


@dataclass(eq=False)
class ExactSurplus:
    """Surplus of whole units."""

    problem: PairsByRows
    prices: FloatArray
    error = 0.0

    @property
    def apart(self) -> IntArray:
        """None: all values are whole."""
        return np.zeros((0, 2), dtype=np.int64)

    @cached_property
    def columns(self) -> Columns:
        """How mentors are put in groups."""
        return Columns.of(self.problem.n_mentors)

    @property
    def step_rows(self) -> int:
        """Rows that are best asked for at a time."""
        return self.problem.step_rows

    @cached_property
    def _room(self) -> FloatArray:
        return np.full((self.step_rows, self.columns.n_groups * self.columns.size), -np.inf)

    def values(self, start: int, stop: int) -> FloatArray:
        """Return all values of some rows, columns beyond the mentors among them."""
        values = self._room[: stop - start]
        np.subtract(self.problem.unit_rows(start, stop), self.prices, out=values[:, : len(self.prices)])
        values[self.problem.closed_in(start, stop)] = -np.inf
        return values

    def largest(self, start: int, stop: int) -> NDArray[Any]:
        """Return the largest value of each group, shape (n_groups, stop - start)."""
        values, columns = self.values(start, stop), self.columns
        tiles = values.reshape(stop - start, columns.n_tiles, columns.size, columns.step)
        return np.ascontiguousarray(tiles.max(axis=2).reshape(stop - start, -1).T)

    def members(self, start: int, rows: IntArray, groups: IntArray) -> NDArray[Any]:
        """Return the values of all in some groups of the rows last asked for."""
        return self._room[rows[:, None], self.columns.members(groups)]

    def units(self, start: int, rows: IntArray, columns: IntArray) -> IntArray:
        """Return the units of single pairs of these rows."""
        exact: IntArray = np.rint(self._room[rows, columns] + self.prices[columns]).astype(np.int64)
        return exact


@dataclass(eq=False)
class _RoughSurplus:
    """Surplus of products of factors, prices as one more factor, in single precision.

    Mentors are the rows of what is made: that takes half the time of trainees as rows. Values are not kept beyond
    the largest of each group, since those of a few groups are soon made again.
    """

    problem: PairsByRows
    prices: FloatArray
    factors: FactorRows
    scale: int
    rounding: int
    apart: IntArray
    _is_all_open: bool = True

    @cached_property
    def columns(self) -> Columns:
        """How mentors are put in groups."""
        return Columns.of(self.problem.n_mentors)

    @cached_property
    def step_rows(self) -> int:
        rows = _MOST_ROWS
        while rows > _FEWEST_ROWS and rows * self.problem.n_mentors > _BLOCK_PAIRS:
            rows //= 2
        return rows

    @cached_property
    def error(self) -> float:
        """Rounded factors, products and their sum, each to single precision, against the largest there are."""
        finite = self.prices[np.isfinite(self.prices)]
        largest = self.factors.largest * self.scale + float(np.abs(finite).max(initial=0.0))
        return float((self.factors.trainees.shape[1] + 6) * _ROUNDING * largest + self.rounding)

    @cached_property
    def _tiles(self) -> NDArray[np.float32]:
        """Factors of the mentors in units and their prices, shape (n_tiles, columns of a tile, n_factors + 1)."""
        columns, mentors = self.columns, self.factors.mentors
        table = np.zeros((columns.n_tiles * columns.wide, mentors.shape[1] + 1), dtype=np.float32)
        table[: columns.n_mentors, :-1] = mentors * self.scale
        table[:, -1] = -np.inf
        table[: columns.n_mentors, -1] = -self.prices
        return table.reshape(columns.n_tiles, columns.wide, -1)

    @cached_property
    def _groups(self) -> NDArray[np.float32]:
        """The same by groups, shape (n_groups, size, n_factors + 1)."""
        columns = self.columns
        tiles = self._tiles.reshape(columns.n_tiles, columns.size, columns.step, -1)
        return np.ascontiguousarray(tiles.transpose(0, 2, 1, 3)).reshape(columns.n_groups, columns.size, -1)

    @cached_property
    def _room(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        columns, n_rows = self.columns, self.step_rows
        return np.empty(columns.wide * n_rows, np.float32), np.empty(columns.n_groups * n_rows, np.float32)

    def _trainees(self, start: int, rows: IntArray | slice) -> NDArray[np.float32]:
        factors = self.factors.trainees[start:][rows]
        left = np.ones((len(factors), factors.shape[1] + 1), dtype=np.float32)
        left[:, :-1] = factors
        return left

    def largest(self, start: int, stop: int) -> NDArray[Any]:
        columns, n_rows = self.columns, stop - start
        left = np.ascontiguousarray(self._trainees(start, slice(n_rows)).T)
        values = self._room[0][: columns.wide * n_rows].reshape(columns.wide, n_rows)
        best = self._room[1][: columns.n_groups * n_rows].reshape(columns.n_tiles, columns.step, n_rows)
        rows, closed = self.problem.closed_in(start, stop)
        self._is_all_open = not len(rows)
        tile = closed // columns.wide
        order = np.argsort(tile, kind="stable")
        ends = np.searchsorted(tile[order], np.arange(columns.n_tiles + 1))
        for number, mentors in enumerate(self._tiles):
            _product(mentors, left, values)
            here = order[ends[number] : ends[number + 1]]
            if len(here):
                values[closed[here] - number * columns.wide, rows[here]] = -np.inf
            values.reshape(columns.size, columns.step, n_rows).max(axis=0, out=best[number])
        return best.reshape(columns.n_groups, n_rows)

    def members(self, start: int, rows: IntArray, groups: IntArray) -> NDArray[Any]:
        left = self._trainees(start, slice(int(rows.max(initial=-1)) + 1))[rows]
        values: NDArray[np.float32] = _product(self._groups[groups], left[:, :, None])[:, :, 0]
        if self._is_all_open:
            return values
        columns = np.minimum(self.columns.members(groups), self.columns.n_mentors - 1)
        every = np.broadcast_to((rows + start)[:, None], columns.shape)
        closed = self.problem.is_closed(np.stack([every.ravel(), columns.ravel()], axis=1))
        values[closed.reshape(values.shape)] = -np.inf
        return values

    def units(self, start: int, rows: IntArray, columns: IntArray) -> IntArray:
        return self.problem.units_of(np.stack([rows + start, columns], axis=1))


def _product(
    left: NDArray[np.float32], right: NDArray[np.float32], out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    # Lanes of a register that no value comes from may hold infinity times nothing.
    with np.errstate(invalid="ignore"):
        product: NDArray[np.float32] = np.matmul(left, right, out=out)
    return product
