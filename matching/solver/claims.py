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
        Where there are more pairs, only every second, third, ... block of trainees is looked at for each mentor, not
        the same for all: mentors who are alike are not all shown the same trainees.

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
    gains, who = np.full((most, len(columns)), -np.inf), np.zeros((most, len(columns)), dtype=np.int64)
    for first in range(0, problem.n_trainees, step):
        last, turn = min(first + step, problem.n_trainees), (shard.start + first) // step % each
        asked = columns[turn::each]
        gain = problem.units_in(first, last, asked) - utilities[first:last, None].astype(np.float64)
        rows, closed = problem.closed_in(first, last)
        place = np.searchsorted(asked, closed)
        here = np.flatnonzero(np.append(asked, -1)[place] == closed)
        gain[rows[here], place[here]] = -np.inf
        gain[problem.free_need[first:last] == 0] = -np.inf
        every = np.broadcast_to(np.arange(first, last)[:, None] + shard.start, gain.shape)
        gains[:, turn::each], who[:, turn::each] = _largest(
            np.concatenate([gains[:, turn::each], gain]), np.concatenate([who[:, turn::each], every]), most
        )
    return gains, who


def _largest(gains: FloatArray, who: IntArray, most: int) -> tuple[FloatArray, IntArray]:
    if len(gains) <= most:
        return gains, who
    if most == 1:
        order = gains.argmax(axis=0)[None]
    else:
        order = np.argpartition(gains, len(gains) - most, axis=0)[len(gains) - most :]
    return np.take_along_axis(gains, order, axis=0), np.take_along_axis(who, order, axis=0)
