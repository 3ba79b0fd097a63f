"""What pairs are worth beyond prices, for all mentors of some trainees at a time, and the best of groups of mentors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .factor_rows import FactorRows
from .pairs_by_rows import PairsByRows
from .score_rows import IntArray

FloatArray = NDArray[np.float64]

# Columns in a group, and columns that are made at a time: some hundred rows of them fit a processor's cache.
GROUP: Final = 16
_TILE: Final = 10240
_BLOCK_PAIRS: Final = 2**21
_MOST_ROWS: Final = 64
_FEWEST_ROWS: Final = 32
# Where more than one in so many pairs is closed, all groups are compared again.
_MANY: Final = 64
# Relative error of one operation in single precision.
_ROUNDING: Final = 2.0**-24


class Columns(NamedTuple):
    """How the columns of a surplus lie: in tiles, which groups of columns run through in equal steps.

    Attributes
    ----------
    n_mentors : int
        Columns of the problem; those beyond are worth minus infinity.
    n_tiles, step : int
        Number of tiles, and groups in each; a tile has `step` × 16 columns.
    """

    n_mentors: int
    n_tiles: int
    step: int

    @classmethod
    def of(cls, n_mentors: int) -> Columns:
        """Return the tiles of so many mentors."""
        n_tiles = max(-(-n_mentors // _TILE), 1)
        return cls(n_mentors, n_tiles, max(-(-n_mentors // (n_tiles * GROUP)), 1))

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return self.n_tiles * self.step

    @property
    def wide(self) -> int:
        """Columns of a tile."""
        return self.step * GROUP

    def members(self, groups: IntArray) -> IntArray:
        """Return the columns of each group, one axis of 16 more than `groups` has."""
        tile, place = np.divmod(groups, self.step)
        columns: IntArray = (tile * self.wide + place)[..., None] + np.arange(GROUP) * self.step
        return columns

    def groups(self, columns: IntArray) -> IntArray:
        """Return the group of each column."""
        tile, place = np.divmod(columns, self.wide)
        groups: IntArray = tile * self.step + place % self.step
        return groups


class Rows(NamedTuple):
    """Surplus of some trainees.

    Attributes
    ----------
    values : float array of shape (n_tiles, n_rows, columns of a tile)
        Units beyond the prices, -infinity where a pair is not open.
    best : float array of shape (n_rows, n_groups)
        The largest of each group.
    """

    values: NDArray[Any]
    best: NDArray[Any]

    def at(self, rows: IntArray, columns: IntArray) -> NDArray[Any]:
        """Return the values of single pairs, `rows` counted from the first that was made."""
        tile, place = np.divmod(columns, self.values.shape[2])
        found: NDArray[Any] = self.values[tile, rows, place]
        return found

    def close(self, rows: IntArray, columns: IntArray, layout: Columns) -> None:
        """Set pairs to minus infinity."""
        tile, place = np.divmod(columns, layout.wide)
        self.values[tile, rows, place] = -np.inf
        if len(rows) * _MANY > self.values.size:
            for number, values in enumerate(self.values):
                self.compare(number, values, layout)
            return
        groups = layout.groups(columns)
        self.best[rows, groups] = self.at(rows[:, None], layout.members(groups)).max(axis=1)

    def compare(self, tile: int, values: NDArray[Any], layout: Columns) -> None:
        """Note the largest value of each group of a tile."""
        grouped = values.reshape(len(values), GROUP, layout.step)
        grouped.max(axis=1, out=self.best[:, tile * layout.step : (tile + 1) * layout.step])


class Surplus(Protocol):
    """Units of pairs less the prices of mentors."""

    @property
    def columns(self) -> Columns:
        """How the columns lie."""

    @property
    def error(self) -> float:
        """The values may be off by so many units; 0 where they are exact."""

    @property
    def step_rows(self) -> int:
        """Rows that are best asked for at a time."""

    def rows(self, start: int, stop: int) -> Rows:
        """Return the surplus of the trainees from `start` up to, not including, `stop`."""

    def units(self, rows: IntArray, columns: IntArray, found: Rows, start: int) -> IntArray:
        """Return the exact units of some of the pairs `found` from `start` on; `rows` count from there."""


def surplus_of(problem: PairsByRows, prices: FloatArray) -> Surplus:
    """Return the surplus at prices in units; a price of infinity closes a mentor.

    Products of factors are made in single precision, which takes a fifth of the time, with a bound of the error.
    """
    blocks = problem.blocks
    if not problem.is_dense and blocks is not None and isinstance(blocks.score_rows, FactorRows):
        return _RoughSurplus(problem, prices, blocks.score_rows, blocks.units_per_score)
    return exact_surplus(problem, prices)


def exact_surplus(problem: PairsByRows, prices: FloatArray) -> Surplus:
    """Return the same without any error, whatever it takes."""
    return _ExactSurplus(problem, prices, np.float64)


@dataclass(eq=False)
class _Made:
    """Room for the values of some rows, used again and again: new memory costs more than what is put there."""

    problem: PairsByRows
    prices: FloatArray
    kind: type[np.floating[Any]]

    @cached_property
    def columns(self) -> Columns:
        return Columns.of(self.problem.n_mentors)

    @cached_property
    def _room(self) -> Rows:
        columns, n_rows = self.columns, self.step_rows
        values = np.full((columns.n_tiles, n_rows, columns.wide), -np.inf, dtype=self.kind)
        return Rows(values, np.empty((n_rows, columns.n_groups), dtype=self.kind))

    @property
    def step_rows(self) -> int:
        return self.problem.step_rows

    def rows(self, start: int, stop: int) -> Rows:
        columns, n_rows = self.columns, stop - start
        found = Rows(self._room.values[:, :n_rows], self._room.best[:n_rows])
        for tile, values in enumerate(self._tiles(start, stop, found.values)):
            found.compare(tile, values, columns)
        closed = self.problem.closed_in(start, stop)
        if len(closed[0]):
            found.close(*closed, columns)
        return found

    def _tiles(self, start: int, stop: int, room: NDArray[Any]) -> Iterator[NDArray[Any]]:
        """Fill one tile after another."""
        raise NotImplementedError


class _ExactSurplus(_Made):
    error = 0.0

    def _tiles(self, start: int, stop: int, room: NDArray[Any]) -> Iterator[NDArray[Any]]:
        units, wide = self.problem.unit_rows(start, stop), self.columns.wide
        for tile, values in enumerate(room):
            part = slice(tile * wide, min((tile + 1) * wide, self.columns.n_mentors))
            np.subtract(units[:, part], self.prices[part], out=values[:, : max(part.stop - part.start, 0)])
            yield values

    def units(self, rows: IntArray, columns: IntArray, found: Rows, start: int) -> IntArray:
        exact: IntArray = np.rint(found.at(rows, columns) + self.prices[columns]).astype(np.int64)
        return exact


class _RoughSurplus(_Made):
    def __init__(self, problem: PairsByRows, prices: FloatArray, factors: FactorRows, scale: int) -> None:
        super().__init__(problem, prices, np.float32)
        self.factors, self.scale = factors, scale

    @property
    def step_rows(self) -> int:
        rows = _MOST_ROWS
        while rows > _FEWEST_ROWS and rows * self.columns.n_groups * GROUP > _BLOCK_PAIRS:
            rows //= 2
        return rows

    @cached_property
    def error(self) -> float:
        """Rounded factors, products and their sum, each to single precision, against the largest there are."""
        finite = self.prices[np.isfinite(self.prices)]
        largest = self.factors.largest * self.scale + float(np.abs(finite).max(initial=0.0))
        return float((self.factors.trainees.shape[1] + 5) * _ROUNDING * largest + 1.0)

    @cached_property
    def _mentors(self) -> NDArray[np.float32]:
        """Factors of the mentors in units and their prices, shape (n_tiles, n_factors + 1, columns of a tile)."""
        columns, n_factors = self.columns, len(self.factors.mentors)
        table = np.zeros((n_factors + 1, columns.n_tiles * columns.wide), dtype=np.float32)
        table[:-1, : columns.n_mentors] = self.factors.mentors * self.scale
        table[-1] = -np.inf
        table[-1, : columns.n_mentors] = -self.prices
        tiles = table.reshape(n_factors + 1, columns.n_tiles, -1).transpose(1, 0, 2)
        return np.ascontiguousarray(tiles)

    def _tiles(self, start: int, stop: int, room: NDArray[Any]) -> Iterator[NDArray[Any]]:
        left = np.ones((stop - start, self.factors.trainees.shape[1] + 1), dtype=np.float32)
        left[:, :-1] = self.factors.trainees[start:stop]
        for mentors, values in zip(self._mentors, room, strict=True):
            yield np.matmul(left, mentors, out=values)

    def units(self, rows: IntArray, columns: IntArray, found: Rows, start: int) -> IntArray:
        return self.problem.units_of(np.stack([rows + start, columns], axis=1))
