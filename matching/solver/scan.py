"""One pass over all pairs of a problem: what no choice can exceed, and the pairs worth looking at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import joblib
import numpy as np
from joblib import parallel
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray
from ..problem.surplus import GROUP, Rows, Surplus, exact_surplus, surplus_of
from ..threads import one_blas_thread
from ..watch import Watch
from .arcs import Arcs
from .residual import split

# Pairs of one task: enough to be worth sending to another thread or machine; tasks of a large problem.
_TASK_PAIRS: Final = 2**22
_TASKS: Final = 512
# How many different shifts of one list of noise the trainees get.
_SHIFTS: Final = 4096
# So many more groups and pairs than are asked for are looked at without noise: a value that is not exact may be
# the largest.
SPARE: Final = 3


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
    """

    bonus: int
    prices: FloatArray
    most: int
    noise: float
    random_state: int = 0


class Found(NamedTuple):
    """What a scan found.

    Attributes
    ----------
    arcs : Arcs
        The pairs looked for.
    best : int64 array of shape (n_trainees,)
        The w-th largest surplus (worth less price) of each trainee who needs w mentors, at least 0.
    beyond : int64 array of shape (n,)
        What each of the better ones of a trainee's w surpluses exceeds that by, for those who need several.
    asked : int64 array of shape (n_mentors,)
        For mentors without places: the most that a trainee would gain by one, at least 0. 0 for the others.
    """

    arcs: Arcs
    best: IntArray
    beyond: IntArray
    asked: IntArray


class _Part(NamedTuple):
    rows: IntArray
    columns: IntArray
    worth: IntArray
    best: IntArray
    beyond: IntArray
    asked: IntArray


def scan(problem: AssignmentProblem, search: Search, watch: Watch, share: tuple[float, float]) -> Found:
    """Pass over all pairs in parallel.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem.
    search : Search
        What to look for.
    watch : Watch
        Told of the progress between `share[0]` and `share[1]`.

    Notes
    -----
    Runs in joblib's threads on every core, or as `joblib.parallel_config` says. Tasks are cut by the size of the
    problem only and joined in order: the same result for any number of workers. Values may be rough; the pairs
    that are taken, and every limit, are exact.
    """
    if not problem.n_mentors:
        none = np.zeros(0, np.int64)
        return Found(Arcs(none, none, none), np.zeros(problem.n_trainees, np.int64), none, none)
    pairs = max(_TASK_PAIRS, problem.n_trainees * problem.n_mentors // _TASKS)
    rows = max(problem.step_rows, surplus_of(problem, np.zeros(problem.n_mentors)).step_rows)
    rows *= max(pairs // problem.n_mentors // rows, 1)
    starts = range(0, problem.n_trainees, rows)
    parts = []
    asked = np.zeros(problem.n_mentors, dtype=np.int64)
    for done, part in enumerate(_run(problem, search, starts), start=1):
        np.maximum(asked, part.asked, out=asked)
        parts.append(part)
        watch(share[0] + (share[1] - share[0]) * done / len(starts))
    found = [np.concatenate([np.zeros(0, np.int64), *(part[field] for part in parts)]) for field in range(5)]
    return Found(Arcs.of(problem, *found[:3]), found[3], found[4], asked)


def _run(problem: AssignmentProblem, search: Search, starts: range) -> Iterator[_Part]:
    # A product of matrices in each thread is faster, and comes out the same, with one thread of its own.
    with one_blas_thread():
        if len(starts) == 1:
            yield _scan_rows(problem, search, 0, starts.step)
            return
        tasks = (joblib.delayed(_scan_rows)(problem, search, start, starts.step) for start in starts)
        yield from joblib.Parallel(n_jobs=_n_jobs(), prefer="threads", return_as="generator")(tasks)


def _n_jobs() -> int:
    """Return the number of workers that `joblib.parallel_config` asks for, or all cores."""
    config = getattr(getattr(parallel, "_backend", None), "config", parallel.default_parallel_config)
    asked = config["n_jobs"]
    return -1 if asked is None or asked is parallel.default_parallel_config["n_jobs"] else int(asked)


def _scan_rows(problem: AssignmentProblem, search: Search, start: int, n_rows: int) -> _Part:
    """Scan the trainees from `start` on, a block at a time."""
    stop = min(start + n_rows, problem.n_trainees)
    block = _Block(problem, search)
    parts = [
        block.scan(first, min(first + block.step_rows, stop)) for first in range(start, stop, block.step_rows)
    ]
    rows, columns, worth, best, beyond = (
        np.concatenate([part[field] for part in parts]) for field in range(5)
    )
    return _Part(rows, columns, worth, best, beyond, np.max([part.asked for part in parts], axis=0))


class _Block:
    """Scans some rows of trainees at a time."""

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

    def scan(self, start: int, stop: int) -> _Part:
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
        unsure = rest + self.surplus.error > least[np.arange(len(need)), np.maximum(need, 1) - 1]
        # Of what was not looked at one may be larger than what is needed: then all are made exactly.
        if self.surplus.error and (unsure & (need > 0) & (rest > -np.inf)).any():
            best, beyond = self._exactly(start, stop, need, widest)
        asked = self._asked(start, stop, best)
        return _Part(rows[known] + start, columns[known], worth[known].astype(np.int64), best, beyond, asked)

    def _candidates(self, found: Rows, start: int, widest: int) -> tuple[IntArray, FloatArray]:
        """Return columns of each row's best with noise and without, sorted, and the best of all the others."""
        layout, most, sure = self.surplus.columns, self.search.most + widest - 1, widest + SPARE
        n_rows = len(found.best)
        shift = self.shifts[(np.arange(start, start + n_rows) * 7919) % _SHIFTS][:, None]
        every = np.arange(n_rows)[:, None]
        groups = _largest_places(found.best, sure)
        if self.search.noise:
            of_groups = np.lib.stride_tricks.sliding_window_view(self.noise, layout.n_groups)[shift[:, 0]]
            groups = np.concatenate([groups, _largest_places(found.best + of_groups, most)], axis=1)
        elif most > sure:
            groups = _largest_places(found.best, most)
        groups.sort(axis=1)
        columns = layout.members(groups).reshape(n_rows, -1)
        values = found.at(every, columns)
        twice = np.repeat(groups[:, 1:] == groups[:, :-1], GROUP, axis=1)
        values[:, GROUP:][twice] = -np.inf
        found.best[every, groups] = -np.inf
        rest = found.best.max(axis=1)
        places = _largest_places(values, sure if self.search.noise else max(sure, most))
        if self.search.noise:
            noisy = values + self.noise[shift + columns]
            places = np.concatenate([places, _largest_places(noisy, most)], axis=1)
        chosen = np.sort(columns[every, places], axis=1)
        values[every, places] = -np.inf
        return chosen, np.maximum(rest, values.max(axis=1))

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


def _largest_places(values: NDArray[Any], most: int) -> IntArray:
    """Return where the `most` largest values of each row are, in any order.

    They are in the `most` groups whose largest values are the largest.
    """
    n_columns = values.shape[1]
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
