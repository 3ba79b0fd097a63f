"""The answer to an assignment problem, with the prices that prove it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .assignment_problem import AssignmentProblem, IntArray

FloatArray = NDArray[np.float64]
_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class LevelPrices:
    """Prices that prove one aim of an objective among all choices that are best for the aims before it.

    Attributes
    ----------
    slot : int64 array of shape (n_mentors,)
        Price of a place at each mentor, in what the aim counts.
    utility : int64 array of shape (n_trainees,)
        Price of a place of each trainee.
    quotas : tuple of int64 arrays
        One per quota of the problem, of the shape of its limits.
    weights : int64 array of shape (n_trainees,), or None
        Where trainees are compared by the sum over their mentors: how often each one's scores count in what
        these prices limit, zero or more.
    """

    slot: IntArray
    utility: IntArray
    quotas: tuple[IntArray, ...]
    weights: IntArray | None = None


@dataclass(frozen=True, eq=False)
class Solution:
    """Chosen pairs, what they are worth, and prices that prove no other choice is worth more.

    Attributes
    ----------
    objective : str
        What was maximised, as in :func:`assign`.
    pairs : int64 array of shape (n_pairs, 2)
        (trainee, mentor), sorted by trainee, then mentor; pinned pairs included.
    unmatched : int64 array of shape (n,)
        Trainees with fewer mentors than they need, ascending.
    total, bound : float
        Sum of the scores of `pairs`, and the proven upper limit of any such sum at the same coverage.
    gap : float
        As :func:`relative_gap` defines it; 0 when the optimum is proven.
    load : int64 array of shape (n_mentors,)
        Trainees per mentor.
    slot_prices : float array of shape (n_mentors,)
        Exact change of `total` if the mentor had one more place; 0 where a place is left. Negative where a
        minimum load binds: the price at which the proof counts that minimum.
    slot_coverage : int64 array of shape (n_mentors,)
        Further places of trainees that would be filled by one more place at the mentor (0 or 1).
    utilities : float array of shape (n_trainees,)
        What the trainee's worst pair brings beyond the price of its place; 0 for the unmatched and the
        pinned.
    utility_coverage : int64 array of shape (n_trainees,)
        The coverage part of the same.
    quota_prices : tuple of float arrays
        One array per quota of the problem, of the shape of its limits: the price of one more pair in each
        cell. Beside quotas a slot price is an upper limit of what one more place would bring.
    quota_coverage : tuple of int64 arrays
        The coverage part of the same.
    levels : tuple of LevelPrices
        Proof of what comes between coverage and total: for ``"worst_off_then_total"`` one level, that not all
        pairs can be above the lowest score; for ``"leximin"`` one for each score among the pairs, lowest
        first; for ``"balanced_load"`` one, in millionths. Where the worst-off trainee is found by sums over
        several mentors, two levels with weights of the trainees: for the lowest sum, and for the total.
    proof : str
        ``"prices"``, or ``"linear_programme"`` where quotas cross: `bound` is then that of choices that may
        hold pairs in part, and the gap is not always 0.

    Notes
    -----
    Prices and utilities are pairs (coverage, score) compared coverage first, so "match as many as possible,
    then reach the highest total" is proven as one linear programme without a large constant hidden in the
    prices.
    """

    objective: str
    pairs: IntArray
    unmatched: IntArray
    total: float
    bound: float
    gap: float
    load: IntArray
    slot_prices: FloatArray
    slot_coverage: IntArray
    utilities: FloatArray
    utility_coverage: IntArray
    quota_prices: tuple[FloatArray, ...] = ()
    quota_coverage: tuple[IntArray, ...] = ()
    levels: tuple[LevelPrices, ...] = ()
    proof: str = "prices"

    @classmethod
    def proven(
        cls,
        problem: AssignmentProblem,
        objective: str,
        pairs: IntArray,
        bound: int,
        coverage: LevelPrices,
        score: LevelPrices,
        levels: tuple[LevelPrices, ...] = (),
        units: int | None = None,
    ) -> Solution:
        """Return the answer with these pairs, in any order; `bound` and `score` are in units.

        `units` is what the pairs are worth, where that is known: finding it may take a pass over the scores.
        """
        chosen = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        scale = problem.units_per_score
        total = int(problem.units_of(chosen).sum()) if units is None else units
        degree = np.bincount(chosen[:, 0], minlength=problem.n_trainees)
        return cls(
            objective=objective,
            pairs=_frozen(chosen),
            unmatched=_frozen(np.flatnonzero(degree < problem.need)),
            total=total / scale,
            bound=bound / scale,
            gap=relative_gap(bound / scale, total / scale),
            load=_frozen(np.bincount(chosen[:, 1], minlength=problem.n_mentors)),
            slot_prices=_frozen(score.slot / scale),
            slot_coverage=_frozen(coverage.slot),
            utilities=_frozen(score.utility / scale),
            utility_coverage=_frozen(coverage.utility),
            quota_prices=tuple(_frozen(units / scale) for units in score.quotas),
            quota_coverage=tuple(_frozen(places) for places in coverage.quotas),
            levels=levels,
        )

    @property
    def matched(self) -> int:
        """Number of chosen pairs."""
        return len(self.pairs)

    def with_pairs(self, problem: AssignmentProblem, pairs: IntArray) -> Solution:
        """Return other pairs with their honest figures beside the same prices and bound, for `verify` to judge.

        `pairs` are (trainee, mentor), int64 of shape (n_pairs, 2), in any order.
        """
        chosen = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        rows, columns = chosen.T
        total = int(problem.units_of(chosen).sum()) / problem.units_per_score
        degree = np.bincount(rows, minlength=problem.n_trainees)
        return replace(
            self,
            pairs=chosen,
            unmatched=np.flatnonzero(degree < problem.need),
            total=total,
            gap=relative_gap(self.bound, total),
            load=np.bincount(columns, minlength=problem.n_mentors),
        )


def _frozen(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    array.setflags(write=False)
    return array


def relative_gap(bound: float, total: float) -> float:
    """Return the share by which the bound lies above the total: (bound - total) / max(|bound|, |total|).

    0 when both are 0. For scores that are not negative it is a share of the bound, whatever their unit.
    """
    largest = max(abs(bound), abs(total))
    return (bound - total) / largest if largest else 0.0
