"""One pass over all pairs of a problem: what no choice can exceed, and the pairs worth looking at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.score_rows import read_only
from ..problem.shards import Shard, shards_of
from ..watch import Watch
from .arcs import Arcs
from .search import BlockSearch, Part, Search
from .table_search import TableSearch
from .workers import in_parallel


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
    """

    arcs: Arcs
    best: IntArray
    beyond: IntArray


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
    Runs in joblib's threads on every core, or as `joblib.parallel_config` says, a shard to a task, and what they
    find is joined in order: the same result for any number of workers. Values may be rough; the pairs that are
    taken, and every limit, are exact.
    """
    if not problem.n_mentors or not problem.n_trainees:
        none = np.zeros(0, np.int64)
        return Found(Arcs(none, none, none), np.zeros(problem.n_trainees, np.int64), none)
    search = replace(search, prices=read_only(search.prices))
    tasks = [(shard, search.among(shard.start, shard.stop)) for shard in shards_of(problem)]
    parts = []
    for part in in_parallel(_scan_shard, tasks):
        parts.append(part)
        watch(share[0] + (share[1] - share[0]) * len(parts) / len(tasks))
    rows, columns, worth, best, beyond = _joined(parts)
    return Found(Arcs.of(problem, rows, columns, worth), best, beyond)


def _scan_shard(shard: Shard, search: Search) -> Part:
    """Scan some trainees, a block at a time."""
    kind = TableSearch if shard.problem.is_dense else BlockSearch
    search_in, n_rows = kind(shard.problem, search, shard.start), shard.problem.n_trainees
    step = search_in.step_rows
    found = _joined([search_in(first, min(first + step, n_rows)) for first in range(0, n_rows, step)])
    return found._replace(rows=found.rows + shard.start)


def _joined(parts: Sequence[Part]) -> Part:
    return Part(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
