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
        codes, first = np.unique((rows * problem.n_mentors + columns)[usable], return_index=True)
        return cls(*np.divmod(codes, problem.n_mentors), worth[usable][first])

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


def solve(problem: AssignmentProblem, arcs: Arcs, bonus: int, step: int) -> BoolArray:
    """Return which arcs a best flow trainee → mentor → sink uses, shape (n_arcs,).

    A trainee's direct arc to the sink leaves a place empty; a mentor's minimum is the first part of its
    capacity, with a reward of `step` a place.
    """
    need, capacity, minimum = problem.free_need, problem.free_capacity, problem.free_minimum
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    sink = n_trainees + n_mentors
    trainees, mentors = np.arange(n_trainees), np.arange(n_trainees, sink)
    rewarded = np.flatnonzero(minimum)
    tails = np.concatenate([arcs.rows, trainees, mentors, mentors[rewarded]])
    heads = np.concatenate([arcs.columns + n_trainees, np.full(len(tails) - len(arcs), sink)])
    limits = np.concatenate([np.ones(len(arcs), np.int64), need, capacity - minimum, minimum[rewarded]])
    costs = np.concatenate(
        [
            bonus - arcs.worth,
            np.full(n_trainees, bonus),
            np.zeros(n_mentors, np.int64),
            np.full(len(rewarded), -step),
        ]
    )
    flow = SimpleMinCostFlow()
    added = flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), limits, costs
    )
    supplies = np.concatenate([need, np.zeros(n_mentors, np.int64), [-need.sum()]])
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise MatchingError(f"The flow solver ended with status {status} instead of an optimum.")
    used: BoolArray = flow.flows(added[: len(arcs)]) > 0
    return used
