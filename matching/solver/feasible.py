"""Whether all limits of a network can be met with some of its pairs alone: a maximum flow, or the cut in the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.max_flow import SimpleMaxFlow

from ..exceptions import MatchingError
from ..problem.assignment_problem import BoolArray, IntArray
from .network import Network


@dataclass(frozen=True, eq=False)
class Attempt:
    """The outcome of trying to meet every limit.

    Attributes
    ----------
    taken : int64 array of shape (n_taken,), or None
        Positions in `net.pairs` of pairs that meet every limit, ascending; None where none do.
    mentors, trainees : int64 arrays of shape (n_cells,)
        Where none do: 1, 0 or -1 a cell, the price of a cell less that of what encloses it all. Together they
        prove it by weak duality of the number of further pairs that would be needed.
    blocked : bool array of shape (n_pairs,)
        Where none do: the pairs of which at least one more would have to be allowed.
    """

    taken: IntArray | None
    mentors: IntArray
    trainees: IntArray
    blocked: BoolArray


def attempt(net: Network, allowed: BoolArray) -> Attempt:
    """Try to meet every limit of a network with the allowed pairs alone; `allowed` has shape (n_pairs,).

    Notes
    -----
    OR-tools' push-relabel flow. Minimums are taken out of the limits and asked of a source and a sink of their
    own, so that they are met where these are saturated; else the minimum cut says why not.

    References
    ----------
    R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows" (1993), section 6.7: flows with lower bounds.
    """
    upper, lower = net.trainees, net.mentors
    outside = upper.n_cells + lower.n_cells
    source, sink = outside + 1, outside + 2
    usable = np.flatnonzero(allowed)
    above = np.where(upper.parent < upper.n_cells, upper.parent, outside)
    below = np.where(lower.parent < lower.n_cells, lower.parent + upper.n_cells, outside)
    tails = np.concatenate([above, np.arange(upper.n_cells, outside)])
    heads = np.concatenate([np.arange(upper.n_cells), below])
    limit, minimum = (
        np.concatenate(pair) for pair in ((upper.limit, lower.limit), (upper.minimum, lower.minimum))
    )
    excess = np.bincount(heads, minimum, outside + 1) - np.bincount(tails, minimum, outside + 1)
    excess = excess.astype(np.int64)
    over, under = np.flatnonzero(excess > 0), np.flatnonzero(excess < 0)
    # Back along a limit without a minimum: no use to a flow, but keeps a cut from a price that nothing forces.
    unforced = np.flatnonzero(minimum == 0)
    flow = SimpleMaxFlow()
    arcs = flow.add_arcs_with_capacity(
        np.concatenate(
            [upper.leaf[usable], tails, heads[unforced], np.full(len(over), source), under]
        ).astype(np.int32),
        np.concatenate(
            [lower.leaf[usable] + upper.n_cells, heads, tails[unforced], over, np.full(len(under), sink)]
        ).astype(np.int32),
        np.concatenate(
            [
                np.ones(len(usable), np.int64),
                limit - minimum,
                np.full(len(unforced), int(excess[over].sum())),
                excess[over],
                -excess[under],
            ]
        ),
    )
    status = flow.solve(source, sink)
    if status != flow.OPTIMAL:
        raise MatchingError(f"The flow solver ended with status {status} instead of an optimum.")
    none = np.zeros(0, np.int64)
    if flow.optimal_flow() == int(excess[over].sum()):
        used = flow.flows(arcs[: len(usable)]) > 0
        return Attempt(usable[used], none, none, np.zeros(0, dtype=bool))
    side = np.zeros(sink + 1, np.int64)
    side[flow.get_source_side_min_cut()] = 1
    mentors, trainees = side[upper.n_cells : outside], side[: upper.n_cells]
    blocked = (trainees[upper.leaf] == 1) & (mentors[lower.leaf] == 0) & ~allowed
    return Attempt(None, mentors - side[outside], side[outside] - trainees, blocked)
