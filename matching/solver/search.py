"""Of some trainees at a time the best pairs, and what none of their pairs can exceed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray
from ..problem.surplus import GROUP, Rows, Surplus, exact_surplus, surplus_of
from .claims import Claims
from .residual import split

# How many different shifts of one list of noise the trainees get.
_SHIFTS: Final = 4096
# So many more groups and pairs than are asked for are looked at without noise: a value that is not exact may be
# the largest.
SPARE: Final = 3
# Where more than one in so many pairs of a block may be the largest, all are made exactly.
_MANY: Final = 8


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
        How many pairs of each trainee, beyond its need.
    noise : float
        Size of the noise (Gumbel's, in units) added before the best are taken: pairs that are nearly as good
        come up in their turn, so that trainees who are alike are not all shown the same few mentors.
    random_state : int
        Draws the noise.
    claims : int
        How many trainees of each mentor, those who give up least for it.
    held : int64 array of shape (n_trainees,), optional
        Surplus that each trainee has. Trainees who need one mentor and find nothing better may be left out.
    """

    bonus: int
    prices: FloatArray
    most: int
    noise: float
    random_state: int = 0
    claims: int = 0
    held: IntArray | None = None


class Part(NamedTuple):
    """What was found among some trainees.

    Attributes
    ----------
    rows, columns, worth : int64 arrays of shape (n_pairs,)
        The pairs looked for.
    best, beyond, asked : int64 arrays
        As in :class:`Found`.
    claims : Claims, optional
        Who gives up least for each mentor.
    """

    rows: IntArray
    columns: IntArray
    worth: IntArray
    best: IntArray
    beyond: IntArray
    asked: IntArray
    claims: Claims | None


class BlockSearch:
    """Searches some rows of trainees at a time; claims gather from block to block."""

    def __init__(self, problem: AssignmentProblem, search: Search) -> None:
        self.problem, self.search = problem, search
        self.offsets = _offsets(problem, search)
        self.surplus: Surplus = surplus_of(problem, self.offsets)
        self.exact: Surplus = exact_surplus(problem, self.offsets)
        self.step_rows = self.surplus.step_rows
        columns = self.surplus.columns
        random = np.random.default_rng([search.random_state, 1])
        noise = random.gumbel(size=columns.n_tiles * columns.wide + _SHIFTS) * search.noise
        self.noise = noise.astype(np.float32)
        self.shifts = random.integers(0, _SHIFTS, _SHIFTS)
        self.idle = np.flatnonzero(problem.free_capacity <= 0)
        self.need = problem.free_need
        self.claims = Claims(problem.n_mentors, search.claims) if search.claims else None

    def __call__(self, start: int, stop: int) -> Part:
        """Return the best pairs of the trainees from `start` up to, not including, `stop`, and their limits."""
        need, search = self.need[start:stop], self.search
        widest = int(need.max(initial=1))
        found = self.surplus.rows(start, stop)
        columns, rest = self._candidates(found, start, widest)
        rows = np.broadcast_to(np.arange(len(need))[:, None], columns.shape)
        known = found.at(rows, columns) > -np.inf
        known[:, 1:] &= columns[:, 1:] != columns[:, :-1]
        units = np.zeros(columns.shape)
        units[known] = self.surplus.units(rows[known], columns[known], found, start)
        columns = np.where(known, columns, 0)
        worth = units + search.bonus
        best, beyond = _worst_needed(np.where(known, worth - search.prices[columns], -np.inf), need, widest)
        least = _largest(np.where(known, units - self.offsets[columns], -np.inf), widest)
        floor = least[np.arange(len(need)), np.maximum(need, 1) - 1] - self.surplus.error
        # Of what was not looked at one may be larger than what is needed.
        unsure = np.flatnonzero((rest > floor) & (need > 0) & (rest > -np.inf))
        if self.surplus.error and len(unsure):
            sure = self._surely(found, start, floor, unsure) if widest == 1 else None
            if sure is None:
                best, beyond = self._exactly(start, stop, need, widest)
            else:
                best[unsure] = sure
        if self.claims is not None:
            self._claim(self.claims, found, np.where(need > 0, least[:, 0], np.inf), start)
        asked = self._asked(start, stop, best)
        whole: IntArray = worth[known].astype(np.int64)
        return Part(rows[known] + start, columns[known], whole, best, beyond, asked, None)

    def _candidates(self, found: Rows, start: int, widest: int) -> tuple[IntArray, FloatArray]:
        """Return columns of each row's best with noise and without, sorted, and the best of all the others."""
        layout, most = self.surplus.columns, self.search.most + widest - 1
        sure = widest + (SPARE if self.surplus.error else 0)
        n_rows = len(found.best)
        shift = self.shifts[(np.arange(start, start + n_rows) * 7919) % _SHIFTS][:, None]
        every = np.arange(n_rows)[:, None]
        rest: NDArray[Any] = np.full(n_rows, -np.inf)
        if layout.n_groups <= 2 * (most + sure):
            columns = np.arange(layout.n_groups * GROUP)[None]
            values = found.values.transpose(1, 0, 2).reshape(n_rows, -1).copy()
        else:
            of_groups = np.lib.stride_tricks.sliding_window_view(self.noise, layout.n_groups)
            noisy = found.best + of_groups[shift[:, 0]] if self.search.noise else None
            groups = np.sort(_best_of_both(found.best, noisy, sure, most), axis=1)
            columns = layout.members(groups).reshape(n_rows, -1)
            values = found.at(every, columns)
            values[:, GROUP:][np.repeat(groups[:, 1:] == groups[:, :-1], GROUP, axis=1)] = -np.inf
            found.best[every, groups] = -np.inf
            rest = found.best.max(axis=1)
        noisy = values + self.noise[shift + columns] if self.search.noise else None
        places = _best_of_both(values, noisy, sure, most)
        chosen = np.sort(np.broadcast_to(columns, values.shape)[every, places], axis=1)
        values[every, places] = -np.inf
        return chosen, np.maximum(rest, values.max(axis=1))

    def _claim(self, claims: Claims, found: Rows, best: FloatArray, start: int) -> None:
        """Note who of these trainees, whose `best` surplus is given, gives up least for each mentor."""
        best = np.where(best == -np.inf, np.inf, best).astype(found.values.dtype)[:, None]
        n_mentors, wide = self.problem.n_mentors, self.surplus.columns.wide
        for first, values in zip(range(0, n_mentors, wide), found.values, strict=True):
            lost = (values - best)[:, : n_mentors - first]
            columns = claims.beaten(lost.max(axis=0), first)
            rows = lost[:, columns - first].argmax(axis=0)
            worth = self.surplus.units(rows, columns, found, start) + self.search.bonus
            claims.add(columns, lost[rows, columns - first], rows + start, worth)

    def _surely(self, found: Rows, start: int, floor: FloatArray, unsure: IntArray) -> IntArray | None:
        """Return the largest surplus of some rows, looking at all that come near it; None where too many do."""
        near = found.values[:, unsure] >= floor[unsure, None]
        if np.count_nonzero(near) * _MANY > near.size:
            return None
        tile, row, place = np.nonzero(near)
        columns = tile * self.surplus.columns.wide + place
        units = self.surplus.units(unsure[row], columns, found, start)
        best = np.zeros(len(unsure), dtype=np.int64)
        np.maximum.at(
            best, row, np.rint(units + self.search.bonus - self.search.prices[columns]).astype(np.int64)
        )
        return best

    def _exactly(self, start: int, stop: int, need: IntArray, widest: int) -> tuple[IntArray, IntArray]:
        """Return the same limits from exact values of all pairs."""
        best, beyond = [], []
        step, layout = self.exact.step_rows, self.exact.columns
        paid = np.full(layout.n_tiles * layout.wide, np.inf)
        paid[: layout.n_mentors] = self.search.prices - self.search.bonus - self.offsets
        paid[: layout.n_mentors][self.idle] = 0
        for first in range(start, stop, step):
            last = min(first + step, stop)
            values = self.exact.rows(first, last).values
            pull = (values - paid.reshape(layout.n_tiles, 1, -1)).transpose(1, 0, 2).reshape(last - first, -1)
            part = _worst_needed(pull, need[first - start : last - start], widest)
            best.append(part[0])
            beyond.append(part[1])
        return np.concatenate(best), np.concatenate(beyond)

    def _asked(self, start: int, stop: int, best: IntArray) -> IntArray:
        """Return what these trainees would gain by a place at each mentor who has none."""
        asked = np.zeros(self.problem.n_mentors, dtype=np.int64)
        if not len(self.idle):
            return asked
        gain = self.problem.units_in(start, stop, self.idle) + self.search.bonus - best[:, None]
        rows, columns = self.problem.closed_in(start, stop)
        place = np.minimum(np.searchsorted(self.idle, columns), len(self.idle) - 1)
        closed = self.idle[place] == columns
        gain[rows[closed], place[closed]] = 0
        gain[self.need[start:stop] == 0] = 0
        asked[self.idle] = np.maximum(np.rint(gain.max(axis=0)).astype(np.int64), 0)
        return asked


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


def _largest(values: FloatArray, most: int) -> FloatArray:
    """Return the `most` largest values of each row, falling; -infinity where there are not so many."""
    n_columns = values.shape[1]
    if n_columns > most:
        values = np.partition(values, n_columns - most, axis=1)[:, n_columns - most :]
    largest = np.full((len(values), most), -np.inf)
    largest[:, : values.shape[1]] = np.sort(values, axis=1)[:, ::-1]
    return largest


def _worst_needed(pull: FloatArray, need: IntArray, widest: int) -> tuple[IntArray, IntArray]:
    """Return the w-th largest surplus of each row, at least 0, and what the larger ones exceed it by."""
    largest = _largest(pull, widest)
    best = np.maximum(largest[np.arange(len(need)), np.maximum(need, 1) - 1], 0)
    best[need == 0] = 0
    several = (need > 1)[:, None] & (np.arange(widest) < need[:, None])
    beyond = np.maximum(largest - best[:, None], 0)[several]
    return np.rint(best).astype(np.int64), np.rint(beyond).astype(np.int64)


def _best_of_both(values: NDArray[Any], noisy: NDArray[Any] | None, sure: int, most: int) -> IntArray:
    """Return where the `sure` largest values of each row are and the `most` largest with noise; some come twice."""
    if noisy is None:
        return _largest_places(values, max(sure, most))
    return np.concatenate([_largest_places(values, sure), _largest_places(noisy, most)], axis=1)


def _largest_places(values: NDArray[Any], most: int) -> IntArray:
    """Return where the `most` largest values of each row are, in any order.

    They are in the `most` groups whose largest values are the largest.
    """
    n_columns = values.shape[1]
    if most == 1:
        top: IntArray = values.argmax(axis=1)[:, None]
        return top
    if n_columns <= 2 * GROUP * most:
        n_kept = min(most, n_columns)
        places: IntArray = np.argpartition(values, n_columns - n_kept, axis=1)[:, n_columns - n_kept :]
        return places
    step = n_columns // GROUP
    groups = _largest_places(values[:, : step * GROUP].reshape(len(values), GROUP, step).max(axis=1), most)
    inside = (groups[:, :, None] + np.arange(GROUP) * step).reshape(len(values), -1)
    left_over = np.broadcast_to(np.arange(step * GROUP, n_columns), (len(values), n_columns % GROUP))
    places = np.concatenate([inside, left_over], axis=1)
    every = np.arange(len(values))[:, None]
    return places[every, _largest_places(values[every, places], most)]
