"""Prices of the pairs of some trainees, and who would move, from the shortest chains of exchanges."""

from __future__ import annotations

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.solution import FloatArray, Solution
from ..solver.exchange_graph import ExchangeGraph
from ..solver.residual import split

# Trainees whose chains are looked for in the same passes over the pairs.
_TOGETHER = 16


def graph_prices(graph: ExchangeGraph, solution: Solution, trainees: IntArray) -> FloatArray:
    """Return the rows of :func:`prices` of some trainees, shape (n_rows, n_mentors).

    Notes
    -----
    Forcing a pair loses what the pair loses by itself, and the shortest chain from its mentor back to its
    trainee. One shortest-path tree a trainee.
    """
    problem = graph.problem
    table = np.full((len(trainees), problem.n_mentors), np.nan)
    wanted, place = np.unique(trainees, return_inverse=True)
    for first in range(0, len(wanted), _TOGETHER):
        targets = wanted[first : first + _TOGETHER]
        lengths, graph = graph.lengths_to(targets)
        for target, length in zip(targets.tolist(), lengths, strict=True):
            row = _changes(graph, target, length)
            row[solution.pairs[solution.pairs[:, 0] == target, 1]] = 0.0
            table[place == np.searchsorted(wanted, target)] = row
    return table


def _changes(graph: ExchangeGraph, trainee: int, lengths: FloatArray) -> FloatArray:
    problem = graph.problem
    lost = graph.losses_of(trainee, trainee + 1)[0] + lengths[problem.n_trainees : -1]
    possible = np.isfinite(lost)
    places, units = split(-np.where(possible, lost, 0).astype(np.int64), graph.bonus)
    change = np.where(places < 0, -np.inf, units / problem.units_per_score)
    return np.where(possible, change, np.nan)


def forced_moves(
    graph: ExchangeGraph, trainee: int, mentor: int
) -> tuple[float, list[tuple[int, int | None, int | None]]]:
    """Return what forcing a pair changes, NaN if it cannot be, and (trainee, mentor left, mentor joined) by trainee.

    Of the chains that lose least it is one with the fewest moves among the pairs of the graph.
    """
    lengths, graph = graph.lengths_to(np.array([trainee]))
    price = float(_changes(graph, trainee, lengths[0])[mentor])
    if np.isnan(price):
        return price, []
    n_trainees = graph.problem.n_trainees
    nodes = graph.path(n_trainees + mentor, trainee, lengths[0])
    moves = []
    for place, node in enumerate(nodes):
        if node < n_trainees:
            ends = nodes[place - 1], nodes[place + 1] if node != trainee else n_trainees + mentor
            left, joined = (None if end == graph.outside else end - n_trainees for end in ends)
            moves.append((node, left, joined))
    return price, sorted(moves, key=lambda move: move[0])
