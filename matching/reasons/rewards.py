"""A problem in which the pairs of before are worth more, as a table or by rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..exceptions import ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.rewarded_blocks import Reward, RewardedBlocks
from ..problem.score_rows import LARGEST_SUM, ScoreBlocks
from ..problem.solution import FloatArray
from ..solver.balance import Beginning, Guess
from ..threads import one_blas_thread

# By what share of the bonus, and of the spread of the scores, prices are thought to change with the bonus.
_DOUBT: Final = 0.1
_DOUBTS: Final = (0.001, 0.02)
# Best scores that a kept pair counts at least where it comes before the total.
_ENOUGH: Final = 64


@dataclass(frozen=True, eq=False)
class Rewarded:
    """A problem in which the pairs of before are worth more.

    Attributes
    ----------
    problem : AssignmentProblem
        In parts of a unit.
    before : int64 array of shape (n_pairs, 2)
        The open ones of the pairs, sorted.
    finer : int
        Parts of a unit.
    share : float
        How much of what a kept pair counts is score.
    doubt : float
        By about so many parts may prices differ from those without the bonus.
    """

    problem: AssignmentProblem
    before: IntArray
    finer: int
    share: float
    doubt: float

    def beginning(self, prices: FloatArray) -> Beginning:
        """Return what is known beforehand of an answer, from prices in units without the bonus."""
        return Beginning(Guess(prices * self.finer, 0.0, self.doubt), self.before)


def rewarded_problem(problem: AssignmentProblem, before: IntArray, stability: float) -> Rewarded:
    """Return the problem with a bonus on the pairs of before.

    Raises
    ------
    ProblemError
        STABILITY_NEGATIVE or STABILITY_TOO_LARGE.
    """
    if not isinstance(stability, int | float | np.integer | np.floating) or not stability >= 0:
        raise refuse_rematch("STABILITY_NEGATIVE", "stability", "a number of zero or more", f"{stability!r}")
    largest, spread = problem.largest, _spread(problem)
    finer, bonus = _scale(problem, largest, spread, float(stability))
    reward = Reward(before[~problem.is_closed(before)], finer, bonus)
    if problem.is_dense or not isinstance(problem.blocks, ScoreBlocks):
        rewarded = replace(problem, units=reward.in_rows(problem.units, 0), blocks=None, rules=None)
    else:
        rewarded = problem.with_values(blocks=RewardedBlocks(problem.blocks, reward))
    least, most = (spread * finer * share for share in _DOUBTS)
    doubt = max(min(max(bonus * _DOUBT, least), most), 1.0)
    return Rewarded(rewarded, reward.pairs, finer, largest * finer / (largest * finer + bonus), doubt)


def _spread(problem: AssignmentProblem) -> int:
    """Return the largest less the smallest score among the open pairs, in units."""
    high, low, step = -np.inf, np.inf, problem.step_rows
    with one_blas_thread():
        for start in range(0, problem.n_trainees, step):
            stop = min(start + step, problem.n_trainees)
            units, closed = problem.unit_rows(start, stop), problem.closed_in(start, stop)
            above, below = units, units
            if len(closed[0]):
                above, below = (units.astype(np.float64) for _ in range(2))
                above[closed], below[closed] = -np.inf, np.inf
            if units.size:
                high, low = max(high, float(above.max())), min(low, float(below.min()))
    return int(high) - int(low) if high >= low else 0


def _scale(problem: AssignmentProblem, largest: int, spread: int, stability: float) -> tuple[int, int]:
    """Return how many parts of a unit to count, and the bonus in these.

    A cycle of exchanges passes each mentor once, so it changes at most two pairs a mentor. A bonus above what
    such a cycle can win puts the pairs of before first; units that are finer than the number of its pairs
    leave room for a bonus of one that decides ties and nothing else.
    """
    cycle = 2 * problem.n_mentors + 1
    first = cycle * largest + 1
    nodes = problem.n_mentors + problem.n_cells + 3
    thrice = 3 if problem.quotas else 1
    room = (LARGEST_SUM // (16 * nodes * (problem.n_trainees + nodes)) - 1) // thrice
    if np.isinf(stability) or stability * spread >= first:
        # Where 64 bits have no room for that: as much as they have, which only a chain of very many moves can win.
        finer, bonus = 1, max(min(first, room - largest), _ENOUGH * largest + 1)
    else:
        finer = max(min(cycle, int((room - 2) / max(largest + stability * spread, 1))), 1)
        bonus = 1 + round(stability * spread * finer)
    if largest * finer + bonus > room:
        expected = f"small enough for exact arithmetic at {problem.n_trainees} × {problem.n_mentors}"
        raise refuse_rematch("STABILITY_TOO_LARGE", "stability", expected, f"{stability}")
    return finer, bonus


def refuse_rematch(
    code: str, parameter: str, expected: str, came: str, function: str = "rematch"
) -> ProblemError:
    """Return the error of a wrong argument of a re-match, or of another function that makes some."""
    text = f"The '{parameter}' parameter of {function} must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)
