"""The cheapest flow through a network of pairs and limits, solved by OR-tools."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from ..exceptions import MatchingError
from ..problem.assignment_problem import IntArray
from .network import Network
from .slots import cheapest_by_slots


@dataclass(eq=False)
class _Arcs:
    tails: list[IntArray] = field(default_factory=list)
    heads: list[IntArray] = field(default_factory=list)
    limits: list[IntArray] = field(default_factory=list)
    costs: list[IntArray] = field(default_factory=list)

    def add(self, tails: IntArray, heads: IntArray, limits: IntArray, costs: IntArray | int) -> None:
        for kept, given in zip(
            (self.tails, self.heads, self.limits, self.costs), (tails, heads, limits, costs), strict=True
        ):
            kept.append(np.broadcast_to(np.asarray(given, np.int64), tails.shape))

    def flows(self, supplies: IntArray) -> IntArray:
        flow = SimpleMinCostFlow()
        arcs = flow.add_arcs_with_capacity_and_unit_cost(
            np.concatenate(self.tails).astype(np.int32),
            np.concatenate(self.heads).astype(np.int32),
            np.concatenate(self.limits),
            np.concatenate(self.costs),
        )
        flow.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise MatchingError(f"The flow solver ended with status {status} instead of an optimum.")
        flows: IntArray = flow.flows(arcs)
        return flows


def cheapest_pairs(
    net: Network, costs: IntArray, empty_cost: int, minimum_worth: int, places: IntArray | None = None
) -> IntArray:
    """Return the positions in `net.pairs` of a flow of least cost, ascending.

    Parameters
    ----------
    net : Network
        The limits.
    costs : int64 array of shape (n_pairs,)
        Cost of choosing each pair.
    empty_cost : int
        Cost of each place of a trainee that stays empty.
    minimum_worth : int
        What each pair that a minimum asks for saves; more than any chain of exchanges costs, so that the
        minimums are the first part of the same arcs' limits and the flow is solved once.
    places : int64 array of shape (n_mentors, n_places + 1), optional
        Cost of each mentor's last place that is fixed, which does not matter here, and of the first, second,
        ... place beyond it, never falling; nothing when left out. Only n_places can then be used.

    Notes
    -----
    OR-tools' cost-scaling flow: about 60 bytes a pair while it runs, one thread.

    References
    ----------
    A. V. Goldberg, "An efficient implementation of a scaling minimum-cost flow algorithm",
    Journal of Algorithms 22 (1997).
    """
    found = cheapest_by_slots(net, costs, empty_cost, minimum_worth) if places is None else None
    if found is not None:
        return found
    n_trainees, upper, lower = net.problem.n_trainees, net.trainees, net.mentors
    sink = upper.n_cells + lower.n_cells
    need, must = upper.limit[:n_trainees], upper.minimum[:n_trainees]
    trainees, inner = np.arange(n_trainees), np.flatnonzero(upper.parent < upper.n_cells)
    arcs = _Arcs()
    arcs.add(upper.leaf, lower.leaf + upper.n_cells, np.ones(len(net.pairs), np.int64), costs)
    arcs.add(trainees, np.full(n_trainees, sink), need - must, empty_cost)
    if must.any():
        arcs.add(trainees, np.full(n_trainees, sink), must, empty_cost + minimum_worth)
    if len(inner):
        _add_limited(
            arcs, upper.parent[inner], inner, upper.limit[inner], upper.minimum[inner], minimum_worth
        )
    cells = np.arange(lower.n_cells)
    outer = np.where(lower.parent < lower.n_cells, lower.parent + upper.n_cells, sink)
    if places is not None:
        _add_places(arcs, net, outer, places, minimum_worth)
        cells = cells[net.problem.n_mentors :]
    _add_limited(
        arcs, cells + upper.n_cells, outer[cells], lower.limit[cells], lower.minimum[cells], minimum_worth
    )
    supplies = np.zeros(sink + 1, np.int64)
    supplies[:n_trainees], supplies[sink] = need, -need.sum()
    return np.flatnonzero(arcs.flows(supplies)[: len(net.pairs)])


def _add_limited(
    arcs: _Arcs, tails: IntArray, heads: IntArray, limit: IntArray, minimum: IntArray, worth: int
) -> None:
    if minimum.any():
        arcs.add(tails, heads, minimum, -worth)
    arcs.add(tails, heads, limit - minimum, 0)


def _add_places(arcs: _Arcs, net: Network, outer: IntArray, places: IntArray, worth: int) -> None:
    mentors, place = np.nonzero(np.arange(places.shape[1] - 1) < net.mentors.limit[: len(places), None])
    forced = place < net.mentors.minimum[mentors]
    cost = places[mentors, place + 1] - worth * forced
    arcs.add(mentors + net.trainees.n_cells, outer[mentors], np.ones(len(mentors), np.int64), cost)
