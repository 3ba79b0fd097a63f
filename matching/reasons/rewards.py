"""A problem in which the pairs of before are worth more, as a table or by rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..exceptions import ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.pair_rules import rows_of
from ..problem.score_rows import LARGEST_SUM, ScoreBlocks

# Best scores that a kept pair counts at least where it comes before the total.
_ENOUGH: Final = 64


@dataclass(frozen=True, eq=False)
class RewardedRows:
    """Scores of a problem by rows, with a bonus on some pairs.

    Attributes
    ----------
    problem : AssignmentProblem
        Whose units they are.
    before : int64 array of shape (n_pairs, 2)
        Pairs with the bonus, sorted, each once.
    finer : int
        Parts of a unit that are counted.
    bonus : int
        In these parts.
    """

    problem: AssignmentProblem
    before: IntArray
    finer: int
    bonus: int

    def __call__(self, start: int, stop: int) -> IntArray:
        """Return the scores of some rows, shape (stop - start, n_mentors)."""
        units: IntArray = np.multiply(
            self.problem.unit_rows(start, stop), self.finer, dtype=np.int64, casting="unsafe"
        )
        own = rows_of(self.before, start, stop)
        units[own[:, 0] - start, own[:, 1]] += self.bonus
        return units

    def between(self, start: int, stop: int) -> RewardedRows:
        """Return some rows, counted from 0 again; of a problem of blocks."""
        blocks = self.problem.blocks and self.problem.blocks.between(start, stop)
        part = self.problem.with_values(need=self.problem.need[start:stop], blocks=blocks)
        before = rows_of(self.before, start, stop) - np.array([start, 0])
        return replace(self, problem=part, before=before)


def rewarded_problem(
    problem: AssignmentProblem, before: IntArray, stability: float
) -> tuple[AssignmentProblem, float]:
    """Return the problem with a bonus on the pairs of before, and how much of what a kept pair counts is score.

    Raises
    ------
    ProblemError
        STABILITY_NEGATIVE or STABILITY_TOO_LARGE.
    """
    if not isinstance(stability, int | float | np.integer | np.floating) or not stability >= 0:
        raise refuse_rematch("STABILITY_NEGATIVE", "stability", "a number of zero or more", f"{stability!r}")
    largest, spread = _sizes(problem)
    finer, bonus = _scale(problem, largest, spread, float(stability))
    rows, share = RewardedRows(problem, before, finer, bonus), largest * finer / (largest * finer + bonus)
    shape = problem.n_trainees, problem.n_mentors
    if problem.blocks is None or problem.is_dense:
        return replace(problem, units=rows(0, shape[0]), blocks=None, rules=None), share
    return problem.with_values(blocks=ScoreBlocks(rows, *shape, float(largest * finer + bonus))), share


def _sizes(problem: AssignmentProblem) -> tuple[int, int]:
    """Return the size of the largest score, and the spread of the open ones, in units."""
    largest, high, low = 0, [], []
    for start in range(0, problem.n_trainees, problem.step_rows):
        units, free = problem.rows(start, min(start + problem.step_rows, problem.n_trainees))
        largest = max(largest, int(np.abs(units).max(initial=0)))
        if free.any():
            high.append(int(units.max(initial=-LARGEST_SUM, where=free)))
            low.append(int(units.min(initial=LARGEST_SUM, where=free)))
    return largest, max(high) - min(low) if high else 0


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


def refuse_rematch(code: str, parameter: str, expected: str, came: str) -> ProblemError:
    """Return the error of a wrong argument of a re-match."""
    text = f"The '{parameter}' parameter of rematch must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)
