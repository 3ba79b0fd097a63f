"""Programmes of HiGHS about sums over several mentors: the best choice of a small problem, and weights of trainees."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, vstack

from ..problem.assignment_problem import IntArray
from ..problem.solution import FloatArray
from .trainee_exchange import Sums


def whole_choice(case: Sums, taken: IntArray, target: int) -> IntArray:
    """Return the best choice of a small problem by HiGHS: first the lowest sum, then the total."""
    pairs = np.arange(len(case.net.pairs))
    table, most, fewest = _limits(case, pairs)
    own, who = _sum_rows(case, pairs)
    units = case.net.units.astype(np.float64)
    lowest = np.append(np.zeros(len(pairs)), -1.0)
    # The type stubs know no sparse matrix here; SciPy takes it.
    rows: Any = hstack([table, csr_array((table.shape[0], 1))])
    sums_less: Any = hstack([own, csr_array(-np.ones((len(who), 1)))])
    options: Any = {"mip_rel_gap": 0.0, "node_limit": 20_000}
    found = milp(
        lowest,
        constraints=[
            LinearConstraint(rows, fewest, most),
            LinearConstraint(sums_less, -case.base[who], np.inf),
        ],
        bounds=Bounds(np.append(np.zeros(len(pairs)), -np.inf), np.append(np.ones(len(pairs)), target)),
        integrality=np.ones(len(pairs) + 1, np.int64),
        options=options,
    )
    if found.x is not None:
        other = np.flatnonzero(found.x[:-1] > 0.5)
        taken = other if case.lowest(other) > case.lowest(taken) else taken
    floor = case.lowest(taken)
    limits: list[Any] = [
        LinearConstraint(table, fewest, most),
        LinearConstraint(own, floor - case.base[who] - 0.25, np.inf),
    ]
    found = milp(
        -units,
        constraints=limits,
        bounds=Bounds(0, 1),
        integrality=np.ones(len(pairs), np.int64),
        options=options,
    )
    if found.x is not None:
        other = np.flatnonzero(found.x > 0.5)
        better = case.net.units[other].sum() > case.net.units[taken].sum()
        taken = other if better and case.lowest(other) >= floor else taken
    return taken


def lowest_shares(case: Sums, pairs: IntArray, limit: int) -> tuple[FloatArray, float]:
    """Return how much each trainee holds the lowest sum down, and the highest there is among these positions.

    Shape (n_trainees,), all zero where nothing is found; `limit` is a mark that the lowest sum need not pass.
    """
    table, most, fewest = _limits(case, pairs)
    own, who = _sum_rows(case, pairs)
    asked, share = fewest > 0, np.zeros(len(case.base))
    # The type stubs know no sparse matrix here; SciPy takes it.
    left: Any = vstack(
        [
            hstack([table, csr_array((table.shape[0], 1))]),
            hstack([-table[asked], csr_array((int(asked.sum()), 1))]),
            hstack([-own, csr_array(np.ones((len(who), 1)))]),
        ]
    )
    right = np.concatenate([most, -fewest[asked], case.base[who]]).astype(np.float64)
    bounds = [(0.0, 1.0)] * len(pairs) + [(None, float(limit))]
    cost = np.append(np.zeros(len(pairs)), -1.0)
    found = linprog(cost, A_ub=left, b_ub=right, bounds=bounds, method="highs")
    if found.fun is None:
        return share, 0.0
    share[who] = np.maximum(-found.ineqlin.marginals[-len(who) :], 0)
    return share, -float(found.fun)


def total_shares(case: Sums, pairs: IntArray, floor: int) -> FloatArray:
    """Return what a unit more of each trainee's sum would cost in total, if the lowest sum has to stay."""
    found = np.zeros(case.net.problem.n_trainees)
    table, most, fewest = _limits(case, pairs)
    own, who = _sum_rows(case, pairs)
    asked = fewest > 0
    left: Any = vstack([table, -table[asked], -own])
    right = np.concatenate([most, -fewest[asked], case.base[who] - floor]).astype(np.float64)
    solution = linprog(
        -case.net.units[pairs].astype(np.float64), A_ub=left, b_ub=right, bounds=(0, 1), method="highs"
    )
    if solution.status == 0:
        found[who] = np.maximum(-solution.ineqlin.marginals[-len(who) :], 0)
    return found


def _limits(case: Sums, pairs: IntArray) -> tuple[csr_array, IntArray, IntArray]:
    """Return every limit on these positions as a row, with its most and fewest pairs."""
    net, blocks, most, fewest = case.net, [], [], []
    for tree in (net.trainees, net.mentors):
        cell, column = tree.leaf[pairs], np.arange(len(pairs))
        rows, columns = [], []
        while len(cell):
            rows.append(cell)
            columns.append(column)
            inside = tree.parent[cell] < tree.n_cells
            cell, column = tree.parent[cell][inside], column[inside]
        place = (np.concatenate(rows), np.concatenate(columns))
        blocks.append(csr_array((np.ones(len(place[0])), place), shape=(tree.n_cells, len(pairs))))
        most.append(tree.limit)
        fewest.append(tree.minimum)
    return vstack(blocks).tocsr(), np.concatenate(most), np.concatenate(fewest)


def _sum_rows(case: Sums, pairs: IntArray) -> tuple[csr_array, IntArray]:
    """Return the sums that count as rows over these positions, and who has them."""
    who = np.flatnonzero(case.counted)
    place = np.searchsorted(who, case.net.pairs[pairs, 0])
    inside = case.counted[case.net.pairs[pairs, 0]]
    values = case.net.units[pairs][inside].astype(np.float64)
    table = csr_array((values, (place[inside], np.flatnonzero(inside))), shape=(len(who), len(pairs)))
    return table, who
