"""What can still be exchanged in an assignment: chains of moves between mentors, and the prices they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .exceptions import MatchingError
from .problem import AssignmentProblem, BoolArray, IntArray

# "Not possible". Half the 64-bit range, so that the sum of two of them does not overflow.
IMPOSSIBLE = -(2**62)


@dataclass(frozen=True, eq=False)
class Residual:
    """The exchanges an assignment leaves open, one node per mentor and a last one for "outside".

    Attributes
    ----------
    bonus : int
        Units that filling one place is worth on top of its score: the problem's step, or 0 for the plain
        total.
    free_pairs : int64 array of shape (n_free_pairs, 2)
        Chosen pairs that are not pinned.
    short : bool array of shape (n_trainees,)
        True for trainees with fewer mentors than they need.
    load, capacity, minimum : int64 arrays of shape (n_mentors,)
        Without the pins.
    gains : int64 array of shape (n_mentors + 1, n_mentors + 1)
        ``gains[j, k]``: most units won by moving one trainee from mentor j to mentor k; outside as j stands
        for a trainee without a mentor (or for releasing a place), outside as k for dropping a trainee (or a
        free place).

    Notes
    -----
    One pass over the matrix of scores; (n_mentors + 1)² integers of memory. The network is that of R. K.
    Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows" (1993), chapter 9, with the trainees contracted.
    """

    problem: AssignmentProblem
    bonus: int
    free_pairs: IntArray
    short: BoolArray
    load: IntArray
    capacity: IntArray
    minimum: IntArray
    gains: IntArray

    @property
    def chosen_units(self) -> IntArray:
        """Units of each free chosen pair with the bonus, shape (n_free_pairs,)."""
        return self.problem.units[self.free_pairs[:, 0], self.free_pairs[:, 1]] + self.bonus


def residual(problem: AssignmentProblem, pairs: IntArray, objective: str) -> Residual:
    """Return the exchanges left open by the chosen pairs."""
    bonus = problem.step if objective == "coverage_then_total" else 0
    free = pairs[~_is_pinned(problem, pairs)]
    degree = np.bincount(free[:, 0], minlength=problem.n_trainees)
    load = np.bincount(free[:, 1], minlength=problem.n_mentors)
    short = degree < problem.free_need
    capacity, minimum = problem.free_capacity, problem.free_minimum
    weights = np.where(problem.open, problem.units + bonus, IMPOSSIBLE)
    weights[free[:, 0], free[:, 1]] = IMPOSSIBLE
    gains = _exchange_gains(weights, problem.units + bonus, free, short)
    outside = problem.n_mentors
    gains[:outside, outside][load < capacity] = np.maximum(gains[:outside, outside], 0)[load < capacity]
    gains[outside, :outside][load > minimum] = np.maximum(gains[outside, :outside], 0)[load > minimum]
    np.fill_diagonal(gains, 0)
    return Residual(problem, bonus, free, short, load, capacity, minimum, gains)


def _is_pinned(problem: AssignmentProblem, pairs: IntArray) -> BoolArray:
    codes = problem.pinned[:, 0] * problem.n_mentors + problem.pinned[:, 1]
    return np.isin(pairs[:, 0] * problem.n_mentors + pairs[:, 1], codes)


def _exchange_gains(weights: IntArray, worth: IntArray, free: IntArray, short: BoolArray) -> IntArray:
    n_mentors = weights.shape[1]
    gains = np.full((n_mentors + 1, n_mentors + 1), IMPOSSIBLE, dtype=np.int64)
    by_mentor = free[np.argsort(free[:, 1], kind="stable")]
    starts = np.searchsorted(by_mentor[:, 1], np.arange(n_mentors + 1))
    for mentor in range(n_mentors):
        trainees = by_mentor[starts[mentor] : starts[mentor + 1], 0]
        if len(trainees):
            now = worth[trainees, mentor]
            gains[mentor, :n_mentors] = _less(weights[trainees], now[:, None]).max(axis=0)
            gains[mentor, n_mentors] = -now.min()
    if short.any():
        gains[n_mentors, :n_mentors] = weights[short].max(axis=0)
    return gains


def _less(values: IntArray, cost: IntArray) -> IntArray:
    return np.where(values == IMPOSSIBLE, IMPOSSIBLE, values - cost)


def add(left: IntArray, right: IntArray) -> IntArray:
    """Return the sum, keeping "not possible" as it is."""
    total = left + right
    return np.where(total < IMPOSSIBLE // 2, IMPOSSIBLE, total)


def chain_gains(gains: IntArray) -> IntArray:
    """Return the best gain of any chain of moves between two nodes, shape (n_mentors + 1, n_mentors + 1).

    Notes
    -----
    Floyd–Warshall: n_mentors³ additions, one row operation a node.
    """
    best = gains.copy()
    for middle in range(len(best)):
        np.maximum(best, add(best[:, middle, None], best[middle]), out=best)
    return best


def chains_from(gains: IntArray, node: int) -> IntArray:
    """Return the best gain of any chain of moves that starts at one node, shape (n_mentors + 1,)."""
    best = np.full(len(gains), IMPOSSIBLE, dtype=np.int64)
    best[node] = 0
    for _ in range(len(gains) + 1):
        longer = np.maximum(best, add(best[:, None], gains).max(axis=0))
        if np.array_equal(longer, best):
            return best
        best = longer
    raise MatchingError("The assignment can still be improved by a cycle of moves, so no prices support it.")


def place_prices(left: Residual) -> IntArray:
    """Return the smallest price of a place at each mentor that supports the assignment, in units.

    The price is the exact gain of one more place, except at a minimum load that binds: there it may be
    negative, as near to 0 as the other prices allow.
    """
    outside = len(left.gains) - 1
    prices = chains_from(left.gains, outside)[:outside]
    prices = np.where(left.minimum == 0, np.maximum(prices, 0), prices)
    binding = (left.minimum > 0) & (left.load == left.minimum)
    if not binding.any():
        return prices
    # A binding minimum has no lower limit on its price: start from 0 and go down only as far as needed.
    prices = np.where(binding, np.maximum(prices, 0), prices)
    onward = left.gains[:outside, :outside]
    leaving = -left.gains[:outside, outside]
    for _ in range(outside + 1):
        limits = np.where(onward == IMPOSSIBLE, prices[:, None], prices - onward).min(axis=1)
        lower = np.where(binding, np.minimum(np.minimum(limits, prices), leaving), prices)
        if np.array_equal(lower, prices):
            return prices
        prices = lower
    raise MatchingError("The minimum loads have no prices that support the assignment.")


def trainee_utilities(left: Residual, prices: IntArray) -> IntArray:
    """Return what each trainee's worst free pair brings beyond the price of its place, in units."""
    problem = left.problem
    surplus = np.full(problem.n_trainees, np.iinfo(np.int64).max)
    np.minimum.at(surplus, left.free_pairs[:, 0], left.chosen_units - prices[left.free_pairs[:, 1]])
    return np.where(left.short | (problem.free_need == 0), 0, surplus)


def split(units: IntArray, bonus: int) -> tuple[IntArray, IntArray]:
    """Split units into (places filled, score units)."""
    if not bonus:
        return np.zeros_like(units), units
    places = np.floor_divide(units + bonus // 2, bonus)
    return places, units - places * bonus
