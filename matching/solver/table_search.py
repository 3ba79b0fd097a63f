"""The best pairs of some trainees, and what none of their pairs can exceed, where all scores are held in a table."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from .search import Part, Search

_Floats32 = NDArray[np.float32]

# Pairs of a block: its numbers fit a processor's cache.
_BLOCK_PAIRS: Final = 2**17
_MOST_ROWS: Final = 128
# How many different shifts of one list of noise the blocks get, and the shift from one trainee to the next.
_SHIFTS: Final = 2048
_APART: Final = 61
# "Not possible", and a number that only what is not possible lies below.
_CLOSED, _LEAST = -(2**62), np.float32(-(2.0**61))
# Columns of a group: the largest of each group tell where the largest of a row begin.
_GROUP: Final = 16
# Where so many times as many as asked for come out, the others are equals.
_MANY: Final = 4


class TableSearch:
    """Searches some rows of trainees at a time, of a shard that begins at `first`.

    All numbers are whole, noise decides only what is looked at.
    """

    def __init__(self, problem: AssignmentProblem, search: Search, first: int = 0) -> None:
        self.problem, self.search, self.first = problem, search, first
        rows = _BLOCK_PAIRS // max(problem.n_mentors, 1)
        self.step_rows = int(np.clip(rows - rows % 16, 16, _MOST_ROWS))
        self.need = problem.free_need
        self.is_closed = not problem.open.all()
        self.price = np.rint(search.prices).astype(np.int64) - search.bonus
        self.price[problem.free_capacity <= 0] = -_CLOSED

    def __call__(self, start: int, stop: int) -> Part:
        """Return the best pairs of the trainees from `start` up to, not including, `stop`, and their limits."""
        need, units = self.need[start:stop], self.problem.units[start:stop]
        widest = int(need.max(initial=1))
        surplus = units - self.price
        if self.is_closed:
            surplus.ravel()[np.flatnonzero(~self.problem.open[start:stop])] = _CLOSED
        top = surplus.max(axis=1)
        best, beyond = _worst_needed(surplus, top, need, widest)
        asking = (need > 0) & (top > _CLOSED // 2)
        if self.search.held is not None and widest == 1:
            asking &= top > self.search.held[start:stop]
        rows = np.flatnonzero(asking)
        if len(rows) < len(need):
            surplus, top = surplus[rows], top[rows]
        surplus -= top[:, None]
        lost = surplus.astype(np.float32)
        first = lost.argmax(axis=1)
        if self.search.noise and len(rows):
            lost += self._noise_of(start, len(rows))
        wanted = _largest(lost, self.search.most + widest - 1)
        wanted[np.arange(len(rows)), first] = True
        places, columns = np.divmod(np.flatnonzero(wanted), self.problem.n_mentors)
        rows = rows[places]
        worth = units[rows, columns] + self.search.bonus
        return Part(rows + start, columns, worth, best, beyond)

    @cached_property
    def _noise(self) -> tuple[_Floats32, IntArray]:
        random = np.random.default_rng([self.search.random_state, 1])
        length = self.problem.n_mentors + _APART * self.step_rows + _SHIFTS
        noise = (random.gumbel(size=length) * self.search.noise).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(noise, self.problem.n_mentors)
        return windows, random.integers(0, _SHIFTS, _SHIFTS)

    def _noise_of(self, start: int, n_rows: int) -> _Floats32:
        """Return noise for some trainees of a block, each of whom gets the same so many mentors further on."""
        windows, shifts = self._noise
        first = shifts[(self.first + start) // self.step_rows * 7919 % _SHIFTS]
        return windows[first : first + _APART * n_rows : _APART]


def _worst_needed(surplus: IntArray, top: IntArray, need: IntArray, widest: int) -> tuple[IntArray, IntArray]:
    """Return the w-th largest surplus of each row, at least 0, and what the larger ones exceed it by."""
    if widest == 1:
        return np.where(need > 0, np.maximum(top, 0), 0), np.zeros(0, np.int64)
    most = min(widest, surplus.shape[1])
    largest = np.full((len(need), widest), _CLOSED)
    kept = surplus.shape[1] - most
    largest[:, :most] = np.sort(np.partition(surplus, kept, axis=1)[:, kept:], axis=1)[:, ::-1]
    best = np.maximum(largest[np.arange(len(need)), np.maximum(need, 1) - 1], 0)
    best[need == 0] = 0
    several = (need > 1)[:, None] & (np.arange(widest) < need[:, None])
    return best, np.maximum(largest - best[:, None], 0)[several]


def _largest(values: _Floats32, most: int) -> NDArray[np.bool_]:
    """Return where at least the `most` largest values of each row are, and few others.

    As many groups of columns have a member as large as the `most`-th largest of their largest members; few
    have a second one.
    """
    n_rows, n_columns = values.shape
    step, sample = n_columns // _GROUP, values
    if step > 2 * most:
        sample = values[:, : step * _GROUP].reshape(n_rows, _GROUP, step).max(axis=1)
    first = max(sample.shape[1] - most, 0)
    least = np.partition(sample, first, axis=1)[:, first]
    found: NDArray[np.bool_] = values >= np.maximum(least, _LEAST)[:, None]
    if np.count_nonzero(found) > _MANY * most * n_rows:
        # Equals, without noise that would tell them apart.
        first = max(n_columns - most, 0)
        places = np.argpartition(values, first, axis=1)[:, first:]
        found[:] = False
        np.put_along_axis(found, places, np.take_along_axis(values, places, axis=1) > _LEAST, axis=1)
    return found
