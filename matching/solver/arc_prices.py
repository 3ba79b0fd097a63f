"""The smallest prices that support a choice among some arcs, from the longest chains of exchanges."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..exceptions import MatchingError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from .arcs import Arcs

_NO_LIMIT = 2**61
# While fewer than one in so many trainees have less than before, only their arcs are looked at.
_FEW = 8


@dataclass(eq=False)
class ArcPrices:
    """Prices of places and utilities of trainees, in units with the bonus.

    Parameters
    ----------
    problem, arcs
        The problem, and the pairs that are looked at.
    used : bool array of shape (n_arcs,)
        The best choice among the arcs.
    step : int
        Reward of a place that a minimum load asks for, as given to :func:`solve`.

    Attributes
    ----------
    prices : int64 array of shape (n_mentors,)
        As :func:`place_prices` defines them; -`step` at a mentor whose minimum is not reached.
    utilities : int64 array of shape (n_trainees,)
        What each trainee's worst chosen arc brings beyond the price of its place; 0 for who is short.

    Notes
    -----
    p[j] = max(0, max over arcs not chosen of worth - utility), from below until nothing changes: as many
    rounds as the longest chain, each one pass over the arcs of those who have less than before.
    """

    problem: AssignmentProblem
    arcs: Arcs
    used: BoolArray
    step: int
    prices: IntArray = field(init=False)
    utilities: IntArray = field(init=False)

    def __post_init__(self) -> None:
        arcs, used = self.arcs, self.used
        n_trainees, n_mentors = self.problem.n_trainees, self.problem.n_mentors
        self._rows, self._columns, self._worth = arcs.rows[used], arcs.columns[used], arcs.worth[used]
        degree = np.bincount(self._rows, minlength=n_trainees)
        self._fixed = (degree < self.problem.free_need) | (self.problem.free_need == 0)
        self._single = bool((degree <= 1).all())
        rest = ~used
        self._rest = Arcs(arcs.rows[rest], arcs.columns[rest], arcs.worth[rest])
        self._order = np.argsort(self._rest.columns, kind="stable")
        self._sorted_rows, self._sorted_worth = self._rest.rows[self._order], self._rest.worth[self._order]
        self._targets, self._starts = np.unique(self._rest.columns[self._order], return_index=True)
        load = np.bincount(self._columns, minlength=n_mentors)
        minimum = self.problem.free_minimum
        binding = (minimum > 0) & (load <= minimum)
        self.prices = np.where(binding, -_NO_LIMIT, 0)
        self.prices[load < minimum] = -self.step
        self._raise(load >= minimum)
        if binding.any():
            self.prices = np.where(binding & (load == minimum), np.maximum(self.prices, 0), self.prices)
            self._lower(binding & (load == minimum))
        self.utilities = self._utilities()

    def _utilities(self) -> IntArray:
        surplus = np.full(self.problem.n_trainees, _NO_LIMIT, dtype=np.int64)
        rest = self._worth - self.prices[self._columns]
        if self._single:
            surplus[self._rows] = rest
        else:
            np.minimum.at(surplus, self._rows, rest)
        surplus[self._fixed] = 0
        return surplus

    def _raise(self, free: BoolArray) -> None:
        """Raise the prices of the `free` mentors until no arc is worth more than its trainee has."""
        if not len(self._targets):
            return
        may = free[self._targets]
        utilities = self._utilities()
        for turn in range(self.problem.n_mentors + 2):
            before, utilities = utilities, self._utilities()
            rows = np.flatnonzero(before != utilities)
            # At first all are asked, then only those who have less than before.
            if turn and len(rows) * _FEW < len(utilities):
                is_raised = self._raise_for(rows, utilities, free)
            else:
                asked = self._sorted_worth - utilities[self._sorted_rows]
                limit = np.maximum.reduceat(asked, self._starts)
                now = self.prices[self._targets]
                raised = np.where(may, np.maximum(now, limit), now)
                is_raised = not np.array_equal(raised, now)
                self.prices[self._targets] = raised
            if not is_raised:
                return
        raise MatchingError("The choice can still be improved by a cycle of moves, so no prices support it.")

    def _raise_for(self, rows: IntArray, utilities: IntArray, free: BoolArray) -> bool:
        """Raise the prices as far as these trainees ask for; return whether any was raised."""
        first = np.searchsorted(self._rest.rows, rows)
        counts = np.searchsorted(self._rest.rows, rows, "right") - first
        arcs = np.arange(counts.sum()) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        columns = self._rest.columns[arcs]
        asked = self._rest.worth[arcs] - np.repeat(utilities[rows], counts)
        more = (asked > self.prices[columns]) & free[columns]
        np.maximum.at(self.prices, columns[more], asked[more])
        return bool(more.any())

    def _lower(self, binding: BoolArray) -> None:
        """Lower the prices where a minimum binds, only as far as its trainees need to stay."""
        for _ in range(self.problem.n_mentors + 2):
            elsewhere = np.zeros(self.problem.n_trainees, dtype=np.int64)
            np.maximum.at(elsewhere, self._rest.rows, self._rest.worth - self.prices[self._rest.columns])
            limits = np.full(self.problem.n_mentors, _NO_LIMIT, dtype=np.int64)
            np.minimum.at(limits, self._columns, self._worth - elsewhere[self._rows])
            lowered = np.where(binding, np.minimum(self.prices, limits), self.prices)
            if np.array_equal(lowered, self.prices):
                return
            self.prices = lowered
        raise MatchingError("The minimum loads have no prices that support the assignment.")
