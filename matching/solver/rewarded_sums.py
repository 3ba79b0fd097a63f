"""A choice of other weights beside the same lowest sum of a trainee, such as one that keeps pairs of before."""

from __future__ import annotations

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.pair_rules import are_among
from ..problem.trainee_sums import have_a_say, sums
from .network import Network
from .stage import Stage, covered
from .trainee_exchange import Sums, enriched, lifted


def heaviest_beside(net: Network, pairs: IntArray, other: IntArray, weights: AssignmentProblem) -> IntArray:
    """Return pairs of high weight among the choices whose lowest sum is no lower than that of `pairs`.

    Parameters
    ----------
    net : Network
        The problem as a flow.
    pairs, other : int64 arrays of shape (n_pairs, 2)
        Two choices of most pairs, pins included: of the lowest sum that is to hold, and of the highest weight.
    weights : AssignmentProblem
        The same problem with other scores.

    Returns
    -------
    int64 array of shape (n_pairs, 2)
        `other`, repaired until its lowest sum holds, or `pairs`, whichever weighs more after the exchanges of
        :func:`enriched`: a local optimum.
    """
    problem = net.problem
    stage, _ = covered(Stage(net, _positions(net, pairs), np.zeros((0, 2), np.int64)))
    settled = np.concatenate([problem.pinned, stage.fixed])
    case = Sums(stage.net, sums(problem, settled), have_a_say(problem))
    floor = case.lowest(stage.taken)
    counts = weights.units[stage.net.pairs[:, 0], stage.net.pairs[:, 1]]
    found = []
    for start in (_positions(stage.net, other), stage.taken):
        repaired = lifted(case, start, floor)
        if case.lowest(repaired) >= floor:
            found.append(enriched(case, repaired, floor, counts))
    best = max(found, key=lambda taken: int(counts[taken].sum()))
    return np.concatenate([settled, stage.net.pairs[best]])


def _positions(net: Network, pairs: IntArray) -> IntArray:
    n_mentors = net.problem.n_mentors
    return np.flatnonzero(are_among(net.pairs, pairs, n_mentors))
