"""Aims between coverage and total where rules are no flow: each narrows the programme to what is best for it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.loads import column_loads, load_costs
from ..watch import Watch
from .programme import Programme

# Weights of the search for a first choice near leximin, and how fast they fall from the lowest score up.
_STEEP, _FALL = 2.0**16, 10.0
# Columns in the programmes of all levels together.
_MOST_LEVELS = 4_000_000


def worst_off(problem: AssignmentProblem, stage: Programme, report: Watch) -> tuple[Programme, IntArray]:
    """Return the choices whose lowest score is as high as it can be, and one of them.

    The linear programme says how high no choice can be; mostly a whole choice gets there, else the search goes on
    below.
    """
    units = _units(problem, stage)
    floors = np.unique(units[stage.open[: len(units)]])
    zero = np.zeros(len(units), np.int64)

    low, high, near = 0, len(floors) - 1, None
    while low < high:
        middle = (low + high + 1) // 2
        possible, near = stage.without(units < floors[middle]).is_possible(near)
        low, high = (middle, high) if possible else (low, middle - 1)
        report(0.4)
    chosen = stage.best(zero)
    if chosen is None or not len(floors):
        return stage, zero[:0]
    # Up to `low` is possible in part; what the whole choice at hand reaches is possible for sure.
    sure, most, first = int(np.searchsorted(floors, units[chosen].min(initial=floors[0]))), low, True
    while sure < most or first:
        tried = most if first else (sure + most + 1) // 2
        found = stage.without(units < floors[tried]).best(units)
        first = False
        if found is None:
            most = max(tried - 1, sure)
        else:
            sure, chosen = tried, found
        report(0.5)
    return stage.without(units < floors[sure]), chosen


def leximin(problem: AssignmentProblem, stage: Programme, report: Watch) -> tuple[Programme, IntArray]:
    """Return the choices whose scores, sorted from the lowest, are lexicographically largest, and one of them.

    Score by score from the lowest, the fewest pairs at it. The linear programme says how few there must be; only
    where the choice at hand has more is an integer programme solved. So many scores are looked at as the size allows;
    the others are as the search for a first choice has them.
    """
    stage, chosen = worst_off(problem, stage, report)
    units = _units(problem, stage)
    if not len(chosen):
        return stage, chosen
    above = (units - units[chosen].min()).clip(0)
    steep = np.rint(_STEEP * np.exp(-_FALL * above / above.max(initial=1)))
    first = stage.best(-steep.astype(np.int64))
    chosen = chosen if first is None else first
    floor, near = np.iinfo(np.int64).min, None
    for _ in range(max(_MOST_LEVELS // len(units), 1)):
        left = units[chosen][units[chosen] > floor]
        if not len(left):
            break
        score = int(left.min())
        closed = stage.without((units > floor) & (units < score))
        at = (units == score).astype(np.int64)
        fewest, near = closed.fewest(at, near)
        if at[chosen].sum() > fewest:
            better = closed.best(-at)
            if better is not None and at[better].sum() < at[chosen].sum():
                chosen = better
                if not at[chosen].any():
                    continue
        stage, floor = closed.within(at, -np.inf, float(at[chosen].sum()), chosen), score
        report(0.5)
    return stage, chosen


def balanced(problem: AssignmentProblem, stage: Programme, report: Watch) -> tuple[Programme, IntArray]:
    """Return the choices of least sum of load² / capacity over the mentors, and one of them."""
    stage, costs = with_places(problem, stage)
    worth = np.append(np.zeros(len(stage.pairs), np.int64), -costs)
    chosen = stage.best(worth)
    if chosen is None:
        return stage, np.zeros(0, np.int64)
    report(0.5)
    cost = float(_load_cost(problem, stage.pairs[chosen]))
    return stage.within(-worth, -np.inf, cost, chosen), chosen


def with_places(problem: AssignmentProblem, stage: Programme) -> tuple[Programme, IntArray]:
    """Return the programme with a column for every place of each mentor that pairs may fill, and what each costs."""
    loads = column_loads(problem)
    n_mentors = len(loads.capacity)
    pinned = np.bincount(loads.labels[problem.pinned[:, 1]], minlength=n_mentors)
    owner = loads.labels[stage.pairs[:, 1]]
    n_places = np.minimum(np.bincount(owner, minlength=n_mentors), (loads.capacity - pinned).clip(0))
    mentor = np.repeat(np.arange(n_mentors), n_places)
    number = np.arange(len(mentor)) - np.repeat(np.cumsum(n_places) - n_places, n_places)
    table = load_costs(loads.capacity, int((pinned + n_places).max(initial=0)))
    costs = table[mentor, pinned[mentor] + number]
    stage = stage.with_columns(csr_array((len(stage.limit), len(mentor)), dtype=np.int64))
    for each in range(n_mentors):
        # As many places as pairs.
        filled = np.append((owner == each).astype(np.int64), -(mentor == each).astype(np.int64))
        stage = stage.within(filled, -np.inf, 0)
    return stage, costs


def _load_cost(problem: AssignmentProblem, pairs: IntArray) -> int:
    """Return what the pairs' places beyond those of the pins cost."""
    loads = column_loads(problem)
    counts = [
        np.bincount(loads.labels[each[:, 1]], minlength=len(loads.capacity))
        for each in (problem.pinned, np.concatenate([problem.pinned, pairs]))
    ]
    table = load_costs(loads.capacity, int(counts[1].max(initial=0)))
    number = np.arange(table.shape[1])
    beyond = (number >= counts[0][:, None]) & (number < counts[1][:, None])
    return int(table[beyond].sum())


def _units(problem: AssignmentProblem, stage: Programme) -> IntArray:
    units: IntArray = problem.units[stage.pairs[:, 0], stage.pairs[:, 1]]
    return units
