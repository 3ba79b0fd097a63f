"""Some of a problem's pairs, those that an optimum may need, with what each is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from ..exceptions import MatchingError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class Arcs:
    """Open pairs, sorted by trainee, then mentor, each once.

    Attributes
    ----------
    rows, columns : int64 arrays of shape (n_arcs,)
        Trainee and mentor.
    worth : int64 array of shape (n_arcs,)
        Units, with the bonus of a filled place.
    """

    rows: IntArray
    columns: IntArray
    worth: IntArray

    @classmethod
    def of(cls, problem: AssignmentProblem, rows: IntArray, columns: IntArray, worth: IntArray) -> Arcs:
        """Return those of the pairs that can be used, sorted, each once."""
        usable = (problem.free_need[rows] > 0) & (problem.free_capacity[columns] > 0)
        if not usable.all():
            rows, columns, worth = rows[usable], columns[usable], worth[usable]
        codes = rows * problem.n_mentors + columns
        if (codes[1:] > codes[:-1]).all():
            return cls(rows, columns, worth)
        codes, first = np.unique(codes, return_index=True)
        return cls(*np.divmod(codes, problem.n_mentors), worth[first])

    def __len__(self) -> int:
        return len(self.rows)

    def with_more(self, problem: AssignmentProblem, more: Arcs) -> Arcs:
        """Return these and others together."""
        return Arcs.of(
            problem,
            np.concatenate([self.rows, more.rows]),
            np.concatenate([self.columns, more.columns]),
            np.concatenate([self.worth, more.worth]),
        )

    def dearer(self, units: int) -> Arcs:
        """Return the same pairs, each worth so much more."""
        return Arcs(self.rows, self.columns, self.worth + units)

    def best(self, prices: IntArray, n_trainees: int) -> IntArray:
        """Return what each trainee's best arc is worth beyond the prices, 0 or more, shape (n_trainees,)."""
        best = np.zeros(n_trainees, dtype=np.int64)
        starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
        if len(starts):
            surplus = np.maximum.reduceat(self.worth - prices[self.columns], starts)
            best[self.rows[starts]] = np.maximum(surplus, 0)
        return best

    def losing_at_most(self, prices: IntArray, utilities: IntArray, most: int) -> Arcs:
        """Return the arcs that are worth at most so much less than their ends are at the prices.

        Whoever uses another stays that much below what the prices prove.
        """
        good = utilities[self.rows] + prices[self.columns] - self.worth <= most
        return self if good.all() else Arcs(self.rows[good], self.columns[good], self.worth[good])

    def worth_keeping(self, prices: IntArray, utilities: IntArray, most: int) -> Arcs:
        """Return the arcs worth what their trainee has at the prices or more, and else each one's `most` best.

        Chosen arcs are among them, and all equals: ties are broken along them.
        """
        short = utilities[self.rows] - (self.worth - prices[self.columns])
        order = np.lexsort((short, self.rows))
        starts = np.searchsorted(self.rows, np.arange(len(utilities)))
        rank = np.empty(len(self), dtype=np.int64)
        rank[order] = np.arange(len(self)) - starts[self.rows]
        good = (short <= 0) | (rank < most)
        return Arcs(self.rows[good], self.columns[good], self.worth[good])


def solve(
    problem: AssignmentProblem,
    arcs: Arcs,
    bonus: int,
    step: int,
    near: IntArray | None = None,
    reach: int = 0,
) -> BoolArray:
    """Return which arcs a best flow trainee → mentor → sink uses, shape (n_arcs,).

    Parameters
    ----------
    problem, arcs
        The problem, and the pairs that may be used.
    bonus, step : int
        Units that filling a place is worth, and the reward of a place that a minimum load asks for.
    near : int64 array of shape (n_mentors,), optional
        Prices of places in units with the bonus, near to those that the answer will have.
    reach : int
        How many units are surely more than these prices are wrong by.

    Notes
    -----
    A trainee's direct arc to the sink leaves a place empty; a mentor's minimum is the first part of its
    capacity. The flow takes a phase for each factor of five in the largest cost. Beside good prices what an arc
    loses is small wherever it matters, and beyond `reach` it need not be told how much: the answer is the best
    one all the same unless it uses an arc that loses more, or leaves out one that wins more; then it is found
    again from the whole costs.
    """
    need, capacity, minimum = problem.free_need, problem.free_capacity, problem.free_minimum
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    sink = n_trainees + n_mentors
    trainees, mentors = np.arange(n_trainees), np.arange(n_trainees, sink)
    rewarded = np.flatnonzero(minimum)
    tails = np.concatenate([arcs.rows, trainees, mentors, mentors[rewarded]])
    heads = np.concatenate([arcs.columns + n_trainees, np.full(len(tails) - len(arcs), sink)])
    limits = np.concatenate([np.ones(len(arcs), np.int64), need, capacity - minimum, minimum[rewarded]])
    price = np.zeros(n_mentors, np.int64) if near is None else near
    worth = np.full(n_trainees, bonus) if near is None else arcs.best(price, n_trainees)
    costs = np.concatenate(
        [worth[arcs.rows] + price[arcs.columns] - arcs.worth, worth, -price, -step - price[rewarded]]
    )
    supplies = np.concatenate([need, np.zeros(n_mentors, np.int64), [-need.sum()]])
    if near is not None:
        flows = _flows(tails, heads, limits, costs.clip(-reach, reach), supplies)
        if not (flows[costs > reach].any() or (flows < limits)[costs < -reach].any()):
            return flows[: len(arcs)] > 0
    used: BoolArray = _flows(tails, heads, limits, costs, supplies)[: len(arcs)] > 0
    return used


def _flows(
    tails: IntArray, heads: IntArray, limits: IntArray, costs: IntArray, supplies: IntArray
) -> IntArray:
    flow = SimpleMinCostFlow()
    added = flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), limits, costs
    )
    flow.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise MatchingError(f"The flow solver ended with status {status} instead of an optimum.")
    flows: IntArray = flow.flows(added)
    return flows
