"""For some mentors the trainees who would give up least for them."""

from __future__ import annotations

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.score_rows import read_only
from ..problem.shards import Shard, shards_of
from ..problem.solution import FloatArray
from .workers import in_parallel


def claims(
    problem: AssignmentProblem,
    columns: IntArray,
    utilities: IntArray,
    most: int,
    most_pairs: int | None = None,
) -> tuple[FloatArray, IntArray]:
    """Return what the trainees who would gain most by a free place at some mentors gain, and who they are.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem.
    columns : int64 array of shape (n_columns,)
        The mentors, ascending.
    utilities : int64 array of shape (n_trainees,)
        Units that each trainee has now.
    most : int
        How many trainees of each mentor.
    most_pairs : int, optional
        Where there are more pairs, only every second, third, ... block of trainees is looked at.

    Returns
    -------
    (gains, who) : float and int64 arrays of shape (most, n_columns)
        Units of the pair less what the trainee has, in any order; -infinity where nobody more can be chosen.
    """
    gains, who = np.full((most, len(columns)), -np.inf), np.zeros((most, len(columns)), dtype=np.int64)
    if not len(columns) or not problem.n_trainees:
        return gains, who
    pairs = problem.n_trainees * len(columns)
    each = 1 if most_pairs is None else -(-pairs // most_pairs)
    shared = read_only(columns)
    tasks = [(shard, shared, utilities[shard.start : shard.stop], most, each) for shard in shards_of(problem)]
    for more, their in in_parallel(_claims_in, tasks):
        gains, who = _largest(np.concatenate([gains, more]), np.concatenate([who, their]), most)
    return gains, who


def _claims_in(
    shard: Shard, columns: IntArray, utilities: IntArray, most: int, each: int
) -> tuple[FloatArray, IntArray]:
    problem, step = shard.problem, shard.problem.step_rows
    gains, who = np.full((0, len(columns)), -np.inf), np.zeros((0, len(columns)), dtype=np.int64)
    for first in range(-shard.start % (step * each), problem.n_trainees, step * each):
        last = min(first + step, problem.n_trainees)
        gain = problem.units_in(first, last, columns) - utilities[first:last, None].astype(np.float64)
        rows, closed = problem.closed_in(first, last)
        place = np.minimum(np.searchsorted(columns, closed), len(columns) - 1)
        here = columns[place] == closed
        gain[rows[here], place[here]] = -np.inf
        gain[problem.free_need[first:last] == 0] = -np.inf
        every = np.broadcast_to(np.arange(first, last)[:, None] + shard.start, gain.shape)
        gain, every = _largest(gain, every, most)
        gains, who = _largest(np.concatenate([gains, gain]), np.concatenate([who, every]), most)
    return gains, who


def _largest(gains: FloatArray, who: IntArray, most: int) -> tuple[FloatArray, IntArray]:
    if len(gains) <= most:
        return gains, who
    if most == 1:
        order = gains.argmax(axis=0)[None]
    else:
        order = np.argpartition(gains, len(gains) - most, axis=0)[len(gains) - most :]
    return np.take_along_axis(gains, order, axis=0), np.take_along_axis(who, order, axis=0)
