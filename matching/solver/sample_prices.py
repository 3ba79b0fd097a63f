"""A first guess at the price of a place at each mentor, from a sample of trainees, and a better one from all."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..problem.assignment_problem import AssignmentProblem
from ..problem.solution import FloatArray
from ..threads import one_blas_thread
from .arcs import Arcs
from .balance import Demand, Guess

_Floats32 = NDArray[np.float32]

# Pairs that are read and pairs that are kept of the sample: of few thousands about a fifth, or of a table, where more
# pairs are looked at for the same time, a tenth.
_MOST_PAIRS_READ: Final = 32_000_000
_MOST_PAIRS: Final = 8_000_000
# So many trainees of large problems: of fewer the prices say nothing.
_MANY_TRAINEES: Final = 1000
_SHARE: Final = 0.2
_SHARE_OF_TABLE: Final = 0.1
_FEWEST_TRAINEES: Final = 256
# The temperature is halved until a trainee's share is spread over about this many mentors, as many as are worth
# looking at.
_SPREAD: Final = 8.0
# What a mentor's place costs is told from about this many trainees' shares or more.
_SHARERS: Final = 4.0
_MOST_HALVINGS: Final = 9
# The same where prices are told from all trainees, over pairs that are nearly the best.
_FINE_SPREAD: Final = 2.0
_FINE_HALVINGS: Final = 4
# With more mentors than this, few of the pairs that are nearly the best are known, and prices go half of the way.
_MANY_MENTORS: Final = 10_000


def sample_prices(problem: AssignmentProblem, random: np.random.Generator, needs_all: bool) -> Guess:
    """Return estimated prices from all pairs of some trainees.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem.
    random : numpy.random.Generator
        Draws the sample.
    needs_all : bool
        True where as many places as possible are to be filled whatever they are worth.

    Notes
    -----
    BLAS takes the sums in one thread: the same for any number of threads.
    """
    with one_blas_thread():
        return _sample_prices(problem, random, needs_all)


def _sample_prices(problem: AssignmentProblem, random: np.random.Generator, needs_all: bool) -> Guess:
    units, weights = _sample(problem, random)
    total = float(problem.free_need.sum())
    if not len(units) or not total:
        return Guess(np.zeros(problem.n_mentors), 0.0, 1.0)
    limits = problem.free_capacity * (weights.sum() / total)
    highest = units.max()
    lowest = np.where(units == -np.inf, highest, units).min()
    hottest = max(float(highest - lowest), 1.0) / 4
    none = float(units.max(axis=1).mean()) if needs_all else 0.0
    enough = max(_SPREAD, _SHARERS * problem.n_mentors / len(units))
    guess = Guess(np.zeros(problem.n_mentors), none, hottest)
    return Demand(units, weights, limits, needs_all).cooled(guess, enough, _MOST_HALVINGS)


def refined_prices(
    problem: AssignmentProblem, arcs: Arcs, bonus: int, guess: Guess, needs_all: bool
) -> Guess:
    """Return a better guess from some pairs of all trainees, worth `bonus` more than their units.

    Takes no longer than a flow over the same pairs takes to be set up.
    """
    rows, counts = np.unique(arcs.rows, return_counts=True)
    if not len(rows):
        return guess
    starts = np.concatenate([[0], np.cumsum(counts)])
    units = csr_array(
        ((arcs.worth - bonus).astype(np.float32), arcs.columns.astype(np.int32), starts.astype(np.int32)),
        shape=(len(rows), problem.n_mentors),
    )
    demand = Demand(
        units,
        problem.free_need[rows].astype(float),
        problem.free_capacity.astype(float),
        needs_all,
        0.5 if problem.n_mentors > _MANY_MENTORS else 1.0,
    )
    return demand.cooled(guess, _FINE_SPREAD, _FINE_HALVINGS)


def _sample(problem: AssignmentProblem, random: np.random.Generator) -> tuple[_Floats32, FloatArray]:
    """Return units of some trainees, -inf where a pair is not open, and how many mentors each needs."""
    n_trainees, n_mentors, step = problem.n_trainees, problem.n_mentors, problem.step_rows
    width = max(n_mentors, 1)
    share = _SHARE_OF_TABLE if problem.is_dense else _SHARE
    kept = int(
        min(max(share * n_trainees, _FEWEST_TRAINEES), max(_MOST_PAIRS // width, _MANY_TRAINEES), n_trainees)
    )
    # Neighbours in the list are often alike: more groups of rows are read than needed, some rows of each kept.
    read = min(max(_MOST_PAIRS_READ // width, kept), n_trainees)
    n_groups = -(-n_trainees // step)
    groups = np.sort(random.permutation(n_groups)[: max(-(-read // step), 1)])
    each = max(min(-(-kept // max(len(groups), 1)), step), 1)
    blocks, weights = [], []
    for group in groups:
        start, stop = group * step, min((group + 1) * step, n_trainees)
        rows = np.sort(random.permutation(stop - start)[:each])
        block = problem.unit_rows(start, stop)[rows].astype(np.float32)
        closed, columns = problem.closed_in(start, stop)
        place = np.minimum(np.searchsorted(rows, closed), len(rows) - 1)
        drawn = rows[place] == closed
        block[place[drawn], columns[drawn]] = -np.inf
        blocks.append(block)
        weights.append(problem.free_need[start:stop][rows])
    units = np.concatenate(blocks) if blocks else np.zeros((0, n_mentors), np.float32)
    weight = np.concatenate(weights).astype(np.float64) if blocks else np.zeros(0)
    units[:, problem.free_capacity <= 0] = -np.inf
    useful = (weight > 0) & np.isfinite(units).any(axis=1)
    return units[useful], weight[useful]
