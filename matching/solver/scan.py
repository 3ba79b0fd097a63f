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
from ..watch import Watch
from .arcs import Arcs
from .blas_threads import one_blas_thread

# Not open. As a float, so that whole units and noise can be compared with it.
_CLOSED: Final = -(2.0**61)
# Pairs of one task: enough to be worth sending to another thread or machine.
_TASK_PAIRS: Final = 2**22
# Columns are first compared in groups of this many.
_GROUP: Final = 16
# How many different shifts of one list of noise the trainees get.
_SHIFTS: Final = 4096


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
    reverse : int
        How many trainees of each mentor, those who give up least for it.
    random_state : int
        Draws the noise.
    """

    bonus: int
    prices: FloatArray
    most: int
    noise: float
    reverse: int = 0
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
    surplus: FloatArray
    trainees: IntArray
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
    problem only and joined in order, whole numbers throughout: the same result for any number of workers.
    """
    rows_a_task = max(_TASK_PAIRS // max(problem.n_mentors, 1) // problem.step_rows, 1) * problem.step_rows
    starts = range(0, problem.n_trainees, rows_a_task)
    parts = []
    asked = np.zeros(problem.n_mentors, dtype=np.int64)
    surplus = np.full((search.reverse, problem.n_mentors), -np.inf)
    trainees = np.zeros(surplus.shape, dtype=np.int64)
    for done, part in enumerate(_run(problem, search, starts), start=1):
        surplus, trainees = _best_of_both(surplus, trainees, part.surplus, part.trainees)
        np.maximum(asked, part.asked, out=asked)
        parts.append(part)
        watch(share[0] + (share[1] - share[0]) * done / len(starts))
    rows, columns, worth = (
        np.concatenate([np.zeros(0, np.int64), *(part[field] for part in parts)]) for field in range(3)
    )
    known = surplus > _CLOSED / 2
    more = np.nonzero(known)[1]
    more_worth = np.rint(surplus[known] + search.prices[more]).astype(np.int64)
    arcs = Arcs.of(
        problem,
        np.concatenate([rows, trainees[known]]),
        np.concatenate([columns, more]),
        np.concatenate([worth, more_worth]),
    )
    best, beyond = (
        np.concatenate([np.zeros(0, np.int64), *(part[field] for part in parts)]) for field in (3, 4)
    )
    return Found(arcs, best, beyond, asked)


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
    random = np.random.default_rng([search.random_state, 1])
    noise = random.gumbel(size=problem.n_mentors + _SHIFTS) * search.noise
    shift = random.integers(0, _SHIFTS, problem.n_trainees)
    stop = min(start + n_rows, problem.n_trainees)
    # A mentor without places is worth nothing to anybody.
    prices = np.where(problem.free_capacity > 0, search.prices - search.bonus, -_CLOSED)
    idle, asked = np.flatnonzero(problem.free_capacity <= 0), np.zeros(problem.n_mentors, dtype=np.int64)
    surplus = np.full((search.reverse, problem.n_mentors), -np.inf)
    trainees = np.zeros(surplus.shape, dtype=np.int64)
    found, best, beyond = [], [], []
    for first in range(start, stop, problem.step_rows):
        last = min(first + problem.step_rows, stop)
        units = problem.unit_rows(first, last)
        pull = units - prices
        pull[problem.closed_in(first, last)] = 2 * _CLOSED
        need = problem.free_need[first:last]
        limit, more = _worst_needed(pull, need)
        best.append(limit)
        beyond.append(more)
        if len(idle):
            gain = units[:, idle] + search.bonus - limit[:, None]
            gain[(pull[:, idle] < 1.5 * _CLOSED) | (need == 0)[:, None]] = 0
            asked[idle] = np.maximum(asked[idle], np.rint(gain.max(axis=0)).astype(np.int64))
        rows, columns = _noisy_best(
            pull, noise, shift[first:last], search.most + int(need.max(initial=1)) - 1
        )
        good = pull[rows, columns] > _CLOSED / 2
        rows, columns = rows[good], columns[good]
        worth = np.rint(pull[rows, columns] + search.prices[columns]).astype(np.int64)
        found.append((rows + first, columns, worth))
        if search.reverse and problem.n_mentors:
            lost = pull - pull.max(axis=1, keepdims=True)
            row = lost.argmax(axis=0)[None]
            value = np.take_along_axis(pull, row, axis=0)
            surplus, trainees = _best_of_both(surplus, trainees, value, row + first)
    rows, columns, worth = (np.concatenate(each) for each in zip(*found, strict=True))
    return _Part(rows, columns, worth, np.concatenate(best), np.concatenate(beyond), surplus, trainees, asked)


def _worst_needed(pull: NDArray[Any], need: IntArray) -> tuple[IntArray, IntArray]:
    """Return the w-th largest surplus of each row, at least 0, and what the larger ones exceed it by."""
    nothing = np.zeros(0, dtype=np.int64)
    if not pull.shape[1]:
        return np.zeros(len(pull), dtype=np.int64), nothing
    best = np.rint(np.maximum(pull.max(axis=1), 0)).astype(np.int64)
    best[need == 0] = 0
    beyond = [nothing]
    for row in np.flatnonzero(need > 1):
        width = min(int(need[row]), pull.shape[1])
        largest = np.rint(np.partition(pull[row], -width)[-width:]).astype(np.int64)
        best[row] = max(int(largest.min()), 0) if width == need[row] else 0
        beyond.append(np.maximum(largest - best[row], 0))
    return best, np.concatenate(beyond)


def _noisy_best(
    pull: NDArray[Any], noise: FloatArray, shift: IntArray, most: int
) -> tuple[IntArray, IntArray]:
    """Return rows and columns of each row's best and of its `most` best once noise is added."""
    n_rows, n_columns = pull.shape
    if not n_columns:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    noisy = pull + np.lib.stride_tricks.sliding_window_view(noise, n_columns)[shift]
    limit = _limits(noisy, most)
    rows, columns = np.divmod(np.flatnonzero(noisy >= limit[:, None]), n_columns)
    value = noisy[rows, columns]
    order = np.lexsort((columns, -value, rows))
    rows, columns = rows[order], columns[order]
    rank = np.arange(len(rows)) - np.searchsorted(rows, np.arange(n_rows))[rows]
    few = rank < most
    top = pull.argmax(axis=1)
    return np.concatenate([rows[few], np.arange(n_rows)]), np.concatenate([columns[few], top])


def _limits(values: NDArray[Any], most: int) -> FloatArray:
    """Return for each row a value that its `most` largest reach, and hardly more.

    Among the largest of each group of columns, the `most`-th largest is such a value.
    """
    n_columns = values.shape[1]
    largest = values
    if n_columns >= 2 * _GROUP * most:
        whole = n_columns // _GROUP * _GROUP
        largest = values[:, :whole].reshape(len(values), _GROUP, -1).max(axis=1)
        largest = np.concatenate([largest, values[:, whole:]], axis=1)
    place = max(largest.shape[1] - most, 0)
    limits: FloatArray = np.partition(largest, place, axis=1)[:, place]
    return np.maximum(limits, _CLOSED / 2)


def _best_of_both(
    surplus: FloatArray, trainees: IntArray, more: FloatArray, more_trainees: IntArray
) -> tuple[FloatArray, IntArray]:
    """Return the largest values of each column among both tables, and whose they are."""
    kept = len(surplus)
    if not kept:
        return surplus, trainees
    both, who = np.concatenate([surplus, more]), np.concatenate([trainees, more_trainees])
    order = np.argsort(-both, axis=0, kind="stable")[:kept]
    return np.take_along_axis(both, order, axis=0), np.take_along_axis(who, order, axis=0)
