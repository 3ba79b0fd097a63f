"""The cheapest pairs of a small problem by SciPy's dense solver, in which every place of a mentor is a column."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..problem.assignment_problem import IntArray
from ..problem.solution import FloatArray
from .network import Network

# The dense solver may be expected to take so many steps for each pair, which is when it takes as long as a flow,
# and at most so many in all, a fiftieth of a second.
_STEPS_A_PAIR: Final = 350
_MOST_STEPS: Final = 2**25
# Pairs of a trainee and a place.
_MOST_SLOTS: Final = 2**19
# Whole numbers up to here are exact as floats.
_EXACT: Final = 2**52


def cheapest_by_slots(net: Network, costs: IntArray, empty_cost: int, minimum_worth: int) -> IntArray | None:
    """Return the same as :func:`cheapest_pairs`, or None where the problem is not small and plain enough.

    Notes
    -----
    Plain: nobody needs two mentors, and there are no limits but those of trainees and mentors. Shortest
    augmenting paths: at most min(n, N)² × max(n, N) steps for n trainees and N places. Of these about the square
    of the share of trainees whose best mentors have no place for them all is taken, as measured for independent
    scores, ties and factors: the flow is quicker where everybody wants the same few. Numbers are whole, and
    floats hold them exactly.

    References
    ----------
    D. F. Crouse, "On implementing 2D rectangular assignment algorithms", IEEE Transactions on Aerospace and
    Electronic Systems 52 (2016).
    """
    n_trainees, n_mentors = net.problem.n_trainees, net.problem.n_mentors
    upper, lower = net.trainees, net.mentors
    if not net.is_plain or upper.limit.max(initial=0) > 1:
        return None
    limit = np.minimum(lower.limit, n_trainees)
    few, many = sorted((n_trainees, int(limit.sum())))
    if few * many > _MOST_SLOTS:
        return None
    most = int(np.abs(costs).max(initial=0)) + abs(empty_cost) + 2 * minimum_worth
    if most * (few + many) > _EXACT:
        return None
    # What a pair costs beyond leaving the trainee's place empty; a pair that is not open costs as much as that.
    rows, columns = net.pairs.T
    table = np.zeros((n_trainees, n_mentors))
    table[rows, columns] = costs - empty_cost - minimum_worth * upper.minimum[rows]
    table[upper.limit == 0] = 0
    steps, most_steps = few * few * many, min(_STEPS_A_PAIR * len(net.pairs), _MOST_STEPS)
    if steps > most_steps and steps * _crowded(table, limit) ** 2 > most_steps:
        return None
    mentor = np.repeat(np.arange(n_mentors), limit)
    slots = table[:, mentor]
    if lower.minimum.any():
        forced = np.arange(len(mentor)) - np.repeat(np.cumsum(limit) - limit, limit) < lower.minimum[mentor]
        is_pair = np.zeros((n_trainees, n_mentors), dtype=bool)
        is_pair[rows, columns] = (upper.limit > 0)[rows]
        slots[:, forced] -= minimum_worth * is_pair[:, mentor[forced]]
    np.minimum(slots, 0, out=slots)
    trainee, slot = linear_sum_assignment(slots)
    used = slots[trainee, slot] < 0
    codes = trainee[used] * n_mentors + mentor[slot[used]]
    found: IntArray = np.searchsorted(rows * n_mentors + columns, codes)
    return found


def _crowded(table: FloatArray, limit: IntArray) -> float:
    """Return the share of trainees whose cheapest mentors have no place for them."""
    best = table.min(axis=1, initial=0)
    cheapest = (table == best[:, None]) & (best < 0)[:, None]
    wanted = (cheapest / np.maximum(cheapest.sum(axis=1), 1)[:, None]).sum(axis=0)
    return float(np.maximum(wanted - limit, 0).sum()) / max(len(table), 1)
