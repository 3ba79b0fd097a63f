"""One pass over all pairs of a problem: what no choice can exceed, and the pairs worth looking at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import joblib
import numpy as np
from joblib import parallel

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.surplus import surplus_of
from ..threads import one_blas_thread
from ..watch import Watch
from .arcs import Arcs
from .claims import Claims
from .search import BlockSearch, Part, Search
from .table_search import TableSearch

# Pairs of one task: enough to be worth sending to another thread or machine; tasks of a large problem.
_TASK_PAIRS: Final = 2**22
_TASK_PAIRS_IN_TABLE: Final = 2**24
_TASKS: Final = 64


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
    asked = np.zeros(problem.n_mentors, dtype=np.int64)
    if not problem.n_mentors or not problem.n_trainees:
        none = np.zeros(0, np.int64)
        return Found(Arcs(none, none, none), np.zeros(problem.n_trainees, np.int64), none, asked)
    least = _TASK_PAIRS_IN_TABLE if problem.is_dense else _TASK_PAIRS
    pairs = max(least, problem.n_trainees * problem.n_mentors // _TASKS)
    step = max(problem.step_rows, surplus_of(problem, np.zeros(problem.n_mentors)).step_rows)
    starts = range(0, problem.n_trainees, step * max(pairs // problem.n_mentors // step, 1))
    parts = []
    claims: Claims | None = None
    for done, part in enumerate(_run(problem, search, starts), start=1):
        np.maximum(asked, part.asked, out=asked)
        if claims is None:
            claims = part.claims
        elif part.claims is not None:
            claims.merge(part.claims)
        parts.append(part._replace(claims=None))
        watch(share[0] + (share[1] - share[0]) * done / len(starts))
    rows, columns, worth, best, beyond = _joined(parts)
    arcs = Arcs.of(problem, rows, columns, worth)
    if claims is not None:
        arcs = arcs.with_more(problem, claims.arcs(problem))
    return Found(arcs, best, beyond, asked)


def _run(problem: AssignmentProblem, search: Search, starts: range) -> Iterator[Part]:
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


def _scan_rows(problem: AssignmentProblem, search: Search, start: int, n_rows: int) -> Part:
    """Scan the trainees from `start` on, a block at a time."""
    stop = min(start + n_rows, problem.n_trainees)
    search_in = TableSearch(problem, search) if problem.is_dense else BlockSearch(problem, search)
    step = search_in.step_rows
    parts = [search_in(first, min(first + step, stop)) for first in range(start, stop, step)]
    asked: IntArray = np.stack([part.asked for part in parts]).max(axis=0)
    rows, columns, worth, best, beyond = _joined(parts)
    return Part(rows, columns, worth, best, beyond, asked, search_in.claims)


def _joined(parts: Sequence[Part]) -> list[IntArray]:
    """Return the pairs and the limits of all parts, without what is asked and claimed."""
    return [np.concatenate(arrays) for arrays in zip(*(part[:5] for part in parts), strict=True)]
