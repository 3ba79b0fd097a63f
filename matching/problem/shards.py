"""A problem in shards of some trainees each, on which threads and machines work apart."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from .assignment_problem import AssignmentProblem, IntArray
from .score_rows import read_only
from .surplus import surplus_of

# Pairs of a shard: enough to be worth sending to another thread or machine; shards of a large problem.
_SHARD_PAIRS: Final = 2**22
_SHARD_PAIRS_IN_TABLE: Final = 2**24
_SHARDS: Final = 64


class Shard(NamedTuple):
    """Some trainees of a problem.

    Attributes
    ----------
    number : int
        Which shard, from 0.
    start, stop : int
        Which trainees of the whole problem, `stop` not included.
    problem : AssignmentProblem
        These trainees, counted from 0, what they still need and the places still free once all pins hold. A pinned
        pair is a forbidden one here. Minimum loads, which no shard can tell, are left out.
    """

    number: int
    start: int
    stop: int
    problem: AssignmentProblem


_CUT: Final[WeakKeyDictionary[AssignmentProblem, tuple[Shard, ...]]] = WeakKeyDictionary()


def shards_of(problem: AssignmentProblem) -> tuple[Shard, ...]:
    """Return the shards of a problem, the same objects each time, so that what holds one need not be told it again.

    Cut by the size of the problem only, so that results do not depend on the number of workers. A shard's arrays
    are parts of the problem's, its mentors' arrays the same in all.
    """
    if problem not in _CUT:
        _CUT[problem] = _cut(problem)
    return _CUT[problem]


def _cut(problem: AssignmentProblem) -> tuple[Shard, ...]:
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    step = max(problem.step_rows, surplus_of(problem, np.zeros(n_mentors)).step_rows)
    least = _SHARD_PAIRS_IN_TABLE if problem.is_dense else _SHARD_PAIRS
    pairs = max(least, n_trainees * n_mentors // _SHARDS)
    rows = step * max(pairs // max(n_mentors, 1) // step, 1)
    need, capacity = read_only(problem.free_need), read_only(problem.free_capacity)
    minimum = read_only(np.zeros(n_mentors, np.int64))
    bounds = [(start, min(start + rows, n_trainees)) for start in range(0, n_trainees, rows)]
    return tuple(
        Shard(number, start, stop, _part(problem, start, stop, (capacity, minimum, need[start:stop])))
        for number, (start, stop) in enumerate(bounds)
    )


def _part(
    problem: AssignmentProblem, start: int, stop: int, limits: tuple[IntArray, IntArray, IntArray]
) -> AssignmentProblem:
    unset: Any = None
    pins = np.zeros((0, 2), np.int64)
    units = problem.units_per_score
    if problem.is_dense or problem.blocks is None or problem.rules is None:
        rows = slice(start, stop)
        tables = problem.open[rows], problem.forbidden[rows]
        return AssignmentProblem(problem.units[rows], units, *tables, pins, *limits)
    blocks, rules = problem.blocks.between(start, stop), problem.rules.between(start, stop, problem.pinned)
    return AssignmentProblem(unset, units, unset, unset, pins, *limits, blocks, rules)
