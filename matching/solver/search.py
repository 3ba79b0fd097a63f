"""Of some trainees at a time the best pairs, and what none of their pairs can exceed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.pair_rules import are_listed, rows_of
from ..problem.solution import FloatArray
from ..problem.surplus import Surplus, exact_surplus, surplus_of
from .residual import split

# How many different places a list of noise is begun at.
_SHIFTS: Final = 4096
# So many more pairs than are needed are kept of those that may be the largest, where many may.
SPARE: Final = 3
# The best are told apart from the others in at least so many classes of groups, and so many for each one wanted.
_CLASSES: Final = 128
_CLASSES_EACH: Final = 4
# Where so many times more pairs than were asked for are as good, they are cut.
_CROWD: Final = 4
# Where more than one in so many pairs of a block may be the largest, all are made exactly.
_MANY: Final = 8
_LOWEST: Final = float(np.finfo(np.float32).min)


@dataclass(frozen=True, eq=False)
class Search:
    """Which pairs a scan looks for.

    Attributes
    ----------
    bonus : int
        Units that filling a place is worth on top of the score.
    prices : float array of shape (n_mentors,)
        Price of a place in units with the bonus.
    most : int
        How many pairs of each trainee, beyond its need; some get a few more.
    noise : float
        Size of the noise (Gumbel's, in units) added before the best are taken: pairs that are nearly as good
        come up in their turn, so that trainees who are alike are not all shown the same few mentors.
    random_state : int
        Draws the noise.
    held : int64 array of shape (n_trainees,), optional
        Surplus that each trainee has. Trainees who need one mentor and find nothing better may be left out.
    """

    bonus: int
    prices: FloatArray
    most: int
    noise: float
    random_state: int = 0
    held: IntArray | None = None

    def among(self, start: int, stop: int) -> Search:
        """Return the same among some trainees, counted from 0 again."""
        return self if self.held is None else replace(self, held=self.held[start:stop])


class Part(NamedTuple):
    """What was found among some trainees.

    Attributes
    ----------
    rows, columns, worth : int64 arrays of shape (n_pairs,)
        The pairs looked for.
    best, beyond : int64 arrays
        As in :class:`Found`.
    """

    rows: IntArray
    columns: IntArray
    worth: IntArray
    best: IntArray
    beyond: IntArray


class BlockSearch:
    """Searches some rows of trainees at a time, of a shard that begins at `first`."""

    def __init__(self, problem: AssignmentProblem, search: Search, first: int = 0) -> None:
        self.problem, self.search, self.first = problem, search, first
        self.offsets = _offsets(problem, search)
        self.surplus: Surplus = surplus_of(problem, self.offsets)
        self.step_rows = self.surplus.step_rows
        random = np.random.default_rng([search.random_state, 1])
        length = self.surplus.columns.n_groups + self.step_rows + _SHIFTS
        self.noise = (random.gumbel(size=length) * search.noise).astype(np.float32)
        self.need = problem.free_need
        usable = np.isfinite(self.offsets)
        self.apart = self.surplus.apart[usable[self.surplus.apart[:, 1]]]
        paid = (search.prices - search.bonus - self.offsets)[usable]
        # What is paid beyond the offsets, where that is the same at all mentors.
        self.paid = float(paid[0]) if len(paid) and (paid == paid[0]).all() else None

    def __call__(self, start: int, stop: int) -> Part:
        """Return the best pairs of the trainees from `start` up to, not including, `stop`, and their limits."""
        need, search = self.need[start:stop], self.search
        widest = int(need.max(initial=1))
        best = self.surplus.largest(start, stop)
        held = None if search.held is None or widest > 1 else search.held[start:stop]
        largest = None if held is None else self._held_or_better(start, best, need, held)
        if held is None or largest is None:
            largest, asking = np.full((len(need), widest), -np.inf), np.arange(len(need))
        else:
            asking = np.flatnonzero(largest[:, 0] > held)
        if not len(asking):
            return Part(asking, asking, asking, *_worst_needed(largest, need))
        rows, columns, noisy, is_sure = self._candidates(start, best, need, asking, widest)
        rows, columns, noisy = self._with_apart(start, asking, rows, columns, noisy)
        worth = self.surplus.units(start, rows, columns) + search.bonus
        pull = worth - search.prices[columns]
        if is_sure:
            largest[asking] = _largest_of_rows(pull, rows, len(need), widest)[asking]
        else:
            largest = self._largest_of_all(start, stop, widest)
        kept = np.ones(len(rows), dtype=bool)
        if held is not None:
            kept = (largest[:, 0] > held)[rows]
        most = search.most + widest + SPARE
        if len(rows) > most * len(need):
            key: NDArray[Any] = noisy if search.noise else pull
            kept &= (_ranks(key, rows) < most) | (_ranks(pull, rows) < widest)
        rows, columns, worth = rows[kept], columns[kept], worth[kept]
        return Part(rows + start, columns, worth, *_worst_needed(largest, need))

    def _held_or_better(
        self, start: int, best: NDArray[Any], need: IntArray, held: IntArray
    ) -> FloatArray | None:
        """Return the largest surplus of each row, shape (n_rows, 1), looking only at what may exceed what it holds.

        None where mentors are in levels, or too many pairs are as good.
        """
        surplus = self.surplus
        if self.paid is None:
            return None
        low = np.where(need > 0, held + (self.paid - 2 * surplus.error), np.inf)
        least = np.maximum(low, _LOWEST).astype(best.dtype)
        groups, rows = np.divmod(np.flatnonzero(best >= least), len(need))
        if len(rows) > _CROWD * (1 + SPARE) * len(need):
            return None
        values, members = surplus.members(start, rows, groups), surplus.columns.members(groups)
        entry, member = np.nonzero((values >= least[rows][:, None]) & (values > -np.inf))
        rows, columns, _ = self._with_apart(
            start, np.arange(len(need)), rows[entry], members[entry, member], values[entry, member]
        )
        pull = surplus.units(start, rows, columns) + self.search.bonus - self.search.prices[columns]
        return np.maximum(_largest_of_rows(pull, rows, len(need), 1), held[:, None])

    def _candidates(
        self, start: int, best: NDArray[Any], need: IntArray, asking: IntArray, widest: int
    ) -> tuple[IntArray, IntArray, NDArray[Any], bool]:
        """Return rows and columns of pairs, their values with noise, and whether the best are sure to be there.

        Looked at are the groups whose largest value comes up to what the best of so many classes of groups reach.
        """
        surplus, n_rows, most = self.surplus, len(asking), self.search.most + widest - 1
        noise = self._noise(start, best.shape)
        if n_rows < len(need):
            best, noise, need = best[:, asking], noise[:, asking], need[asking]
        noisy = best + noise if self.search.noise else best
        heads = _heads(best, most)
        least = np.where(need > 0, _level(heads, widest), np.inf)
        floor = np.where(need > 0, _level(_heads(noisy, most) if self.search.noise else heads, most), np.inf)
        # A value may be too low by the error, and that which it is measured by too high.
        low_least, low_floor = (
            np.maximum(level - 2 * surplus.error, _LOWEST).astype(best.dtype) for level in (least, floor)
        )
        sure, shown, is_sure = best >= low_least, noisy >= low_floor, True
        n_sure = np.count_nonzero(sure)
        if n_sure > _CROWD * (widest + SPARE) * n_rows:
            is_sure = not surplus.error or int(n_sure) * _MANY <= best.size
            if not surplus.error or not is_sure:
                sure = _thinned(best, least, widest + SPARE)
        if np.count_nonzero(shown) > _CROWD * most * n_rows:
            shown = _thinned(noisy, floor, most)
        groups, rows = np.divmod(np.flatnonzero(sure | shown), n_rows)
        order = np.argsort(rows, kind="stable")
        groups, rows = groups[order], rows[order]
        every = asking[rows]
        values, members = surplus.members(start, every, groups), surplus.columns.members(groups)
        with_noise = values + self._noise_of(start, every[:, None], members) if self.search.noise else values
        bar = _nth_of_rows(with_noise, rows, n_rows, most)
        if not self.search.noise:
            bar -= 2 * surplus.error
        picked = (with_noise >= bar[rows][:, None]) | (values >= low_least[rows][:, None])
        entry, member = np.nonzero(picked & (values > -np.inf))
        return every[entry], members[entry, member], with_noise[entry, member], is_sure

    def _with_apart(
        self, start: int, asking: IntArray, rows: IntArray, columns: IntArray, noisy: NDArray[Any]
    ) -> tuple[IntArray, IntArray, NDArray[Any]]:
        """Return the pairs with all of those who ask that are worth more than their values say, above any noise."""
        if not len(self.apart) or not len(asking):
            return rows, columns, noisy
        own = rows_of(self.apart, start + asking[0], start + asking[-1] + 1) - np.array([start, 0])
        own = own[np.isin(own[:, 0], asking)]
        others = ~are_listed(np.stack([rows, columns], axis=1), own, self.problem.n_mentors)
        return (
            np.concatenate([rows[others], own[:, 0]]),
            np.concatenate([columns[others], own[:, 1]]),
            np.concatenate([noisy[others], np.full(len(own), np.inf, noisy.dtype)]),
        )

    def _noise(self, start: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return noise for each group and row: one list, begun elsewhere in each block and moved on by each row."""
        first = (self.first + start) * 7919 % _SHIFTS
        noise = self.noise[first : first + shape[0] + shape[1] - 1]
        return np.lib.stride_tricks.sliding_window_view(noise, shape[1])

    def _noise_of(self, start: int, rows: IntArray, columns: IntArray) -> NDArray[np.float32]:
        """Return other noise for single pairs."""
        every = (self.first + start + rows) * 7919 + columns * 31
        noise: NDArray[np.float32] = self.noise[every % len(self.noise)]
        return noise

    def _largest_of_all(self, start: int, stop: int, widest: int) -> FloatArray:
        """Return the largest surplus of each row from exact values of all pairs."""
        exact, largest = exact_surplus(self.problem, self.offsets), []
        paid = self.search.prices - self.search.bonus - np.where(np.isfinite(self.offsets), self.offsets, 0)
        for first in range(start, stop, exact.step_rows):
            values = exact.values(first, min(first + exact.step_rows, stop))[:, : len(paid)]
            largest.append(_largest(values - paid, widest))
        return np.concatenate(largest)


def _offsets(problem: AssignmentProblem, search: Search) -> FloatArray:
    """Return prices by which mentors stand in the same order for everybody, small enough for single precision.

    Whoever asks for less of a filled place comes first; it takes no more than what scores and prices span.
    """
    places, units = split(np.rint(search.prices).astype(np.int64), search.bonus)
    free = problem.free_capacity > 0
    apart = 2.0 * problem.largest + 1 + (np.ptp(units[free]) if free.any() else 0)
    levels = np.searchsorted(np.unique(places[free]), places)
    offsets: FloatArray = np.where(free, levels * float(apart) + units, np.inf)
    return offsets


def _heads(values: NDArray[Any], most: int) -> NDArray[Any]:
    """Return the largest of each class of groups, rising, shape (n_rows, n_classes)."""
    n_groups, n_rows = values.shape
    size = max(n_groups // max(_CLASSES, _CLASSES_EACH * most), 1)
    whole = n_groups - n_groups % size
    heads = values[:whole].reshape(size, -1, n_rows).max(axis=0)
    return np.sort(np.concatenate([heads, values[whole:]]).T, axis=1)


def _level(heads: NDArray[Any], number: int) -> FloatArray:
    """Return the largest value but so many less one that `heads` has; -infinity where it has fewer."""
    if heads.shape[1] < number:
        return np.full(len(heads), -np.inf)
    level: FloatArray = heads[:, -number].astype(np.float64)
    return level


def _thinned(best: NDArray[Any], level: FloatArray, most: int) -> NDArray[np.bool_]:
    """Return which groups of each row lie above its level, and `most` of those that reach it."""
    bar = level.astype(best.dtype)
    equal = best == bar
    equal &= np.cumsum(equal, axis=0) <= most
    thinned: NDArray[np.bool_] = equal | (best > bar)
    return thinned


def _nth_of_rows(values: NDArray[Any], rows: IntArray, n_rows: int, number: int) -> FloatArray:
    """Return the largest value but so many less one of each row; `values` come by groups, `rows` in order."""
    counts = np.bincount(rows, minlength=n_rows)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.full((n_rows, counts.max(initial=0), values.shape[1]), -np.inf, dtype=values.dtype)
    table[rows, place] = values
    flat = table.reshape(n_rows, -1)
    if flat.shape[1] < number:
        return np.full(n_rows, -np.inf)
    nth: FloatArray = np.partition(flat, flat.shape[1] - number, axis=1)[:, -number].astype(np.float64)
    return nth


def _ranks(values: NDArray[Any], rows: IntArray) -> IntArray:
    """Return the place of each value among those of its row, 0 for the largest."""
    order = np.lexsort((-values, rows))
    starts = np.searchsorted(rows[order], rows[order])
    ranks = np.empty(len(rows), dtype=np.int64)
    ranks[order] = np.arange(len(rows)) - starts
    return ranks


def _largest_of_rows(values: FloatArray, rows: IntArray, n_rows: int, most: int) -> FloatArray:
    """Return the `most` largest of each row's values, falling; -infinity where there are not so many."""
    largest = np.full((n_rows, most), -np.inf)
    if most == 1:
        np.maximum.at(largest[:, 0], rows, values)
        return largest
    ranks = _ranks(values, rows)
    few = ranks < most
    largest[rows[few], ranks[few]] = values[few]
    return largest


def _largest(values: FloatArray, most: int) -> FloatArray:
    """Return the same of a table of values."""
    n_columns = values.shape[1]
    if n_columns > most:
        values = np.partition(values, n_columns - most, axis=1)[:, n_columns - most :]
    largest = np.full((len(values), most), -np.inf)
    largest[:, : values.shape[1]] = np.sort(values, axis=1)[:, ::-1]
    return largest


def _worst_needed(largest: FloatArray, need: IntArray) -> tuple[IntArray, IntArray]:
    """Return the w-th largest surplus of each row, at least 0, and what the larger ones exceed it by."""
    widest = largest.shape[1]
    best = np.maximum(largest[np.arange(len(need)), np.maximum(need, 1) - 1], 0)
    best[need == 0] = 0
    several = (need > 1)[:, None] & (np.arange(widest) < need[:, None])
    beyond = np.maximum(largest - best[:, None], 0)[several]
    return np.rint(best).astype(np.int64), np.rint(beyond).astype(np.int64)
