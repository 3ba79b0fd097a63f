"""Objectives between coverage and total: the worst off first, an even load."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Final

import numpy as np

from ..problem.assignment_problem import MICRO, AssignmentProblem, IntArray
from ..problem.loads import column_loads, load_costs
from ..problem.solution import LevelPrices
from ..problem.trainee_sums import compares_sums, lowest_sum
from .feasible import Attempt, attempt
from .network import Network
from .stage import Stage, after, prices_by_owner

# So many thresholds are first tried from the top.
_FROM_ABOVE: Final = 2


def worst_off(stage: Stage) -> tuple[Stage, tuple[LevelPrices, ...]]:
    """Return the choices whose lowest score is as high as it can be, and the proof that it cannot be higher.

    Notes
    -----
    Search between the lowest score of the given choice and what each trainee and mentor can reach, by maximum
    flows over the pairs above a score. Where one fails, its minimum cut names the pairs of which one more is
    needed: their best score is the most that the lowest can be, and the cut is the proof.
    """
    if not len(stage.units):
        return stage, ()
    low, high, failed = int(stage.units.min()), _ceiling(stage), None
    units, free = stage.net.units, stage.taken
    fixed = stage.net.problem.units_of(stage.fixed).min(initial=np.iinfo(np.int64).max)
    floors = units[(units > low) & (units <= high)]
    for number in count():
        if not len(floors):
            break
        # Often one trainee alone, or one cut, decides; else the middle halves what is left.
        middle = len(floors) // 2
        floor = floors.max() if number < _FROM_ABOVE else np.partition(floors, middle)[middle]
        tried = attempt(stage.net, units >= floor)
        if tried.taken is None:
            failed, high = tried, int(units[tried.blocked].max(initial=low))
            floors = floors[floors <= high]
        else:
            free, low = tried.taken, min(int(units[tried.taken].min(initial=fixed)), int(fixed))
            floors = floors[floors > low]
    if failed is None or units[failed.blocked].max(initial=low) > low:
        failed = attempt(stage.net, units > low)
    kept = units >= low
    proof = _price_of_cut(stage.net, failed)
    return replace(stage, net=stage.net.only(kept), taken=np.searchsorted(np.flatnonzero(kept), free)), proof


def _price_of_cut(net: Network, failed: Attempt) -> tuple[LevelPrices, ...]:
    """Return the cut as prices: one pair more at or below the lowest score is needed than there may be."""
    if failed.taken is not None:
        return ()
    return (prices_by_owner(net, failed.mentors, failed.trainees),)


def _ceiling(stage: Stage) -> int:
    """Return what no lowest score can exceed: what is fixed, and the best pairs of whoever must have some."""
    net, most = stage.net, int(np.iinfo(np.int64).max)
    problem = net.problem
    highest = int(problem.units_of(stage.fixed).min(initial=most))
    table = np.full((problem.n_trainees, problem.n_mentors), -most)
    table[net.pairs[:, 0], net.pairs[:, 1]] = net.units
    for scores, tree in ((table, net.trainees), (table.T, net.mentors)):
        must = tree.minimum[: len(scores)]
        for number in np.unique(must[must > 0]).tolist():
            rows = scores[must == number]
            place = rows.shape[1] - number
            best = rows.max(axis=1) if number == 1 else np.partition(rows, place, axis=1)[:, place]
            highest = min(highest, int(best.min()))
    return highest


def standing(problem: AssignmentProblem, pairs: IntArray, objective: str) -> tuple[object, ...]:
    """Return what the objective compares, aim after aim, without the total; larger is better."""
    rows, columns = pairs.T
    units = np.sort(problem.units[rows, columns][problem.open[rows, columns]])
    if objective == "worst_off_then_total" and compares_sums(problem, len(pairs)):
        return (len(pairs), lowest_sum(problem, pairs))
    if objective == "worst_off_then_total":
        return (len(pairs), int(units.min(initial=np.iinfo(np.int64).max)))
    if objective == "leximin":
        return (len(pairs), tuple(units.tolist()))
    if objective == "balanced_load":
        loads = column_loads(problem)
        load = np.bincount(loads.labels[columns], minlength=len(loads.capacity))
        costs = load_costs(loads.capacity, int(load.max(initial=0)))
        return (len(pairs), -int(costs[np.arange(costs.shape[1]) < load[:, None]].sum()))
    return (len(pairs),) if objective == "coverage_then_total" else ()


def balanced_load(stage: Stage) -> tuple[Stage, tuple[LevelPrices, ...]]:
    """Return the choices of least sum of load² / capacity, and the proof; the given choice must be one."""
    none = np.zeros(len(stage.net.pairs), np.int64)
    stage, level = after(stage, none, place_costs(stage.net, stage.fixed))
    return stage, (level,)


def place_costs(net: Network, fixed: IntArray) -> IntArray:
    """Return what each mentor's last fixed place and those beyond it cost in millionths.

    A place costs (2 × number - 1) / capacity, so the places of a mentor with `load` trainees cost load² /
    capacity together; for a given number of pairs their sum over the mentors is least where every mentor is
    used to the same share of the capacity. Shape (n_mentors, n_places + 1), with as many places as any mentor
    can fill; the last fixed place of a mentor without any costs nothing.
    """
    problem = net.problem
    held = np.bincount(np.concatenate([problem.pinned, fixed])[:, 1], minlength=problem.n_mentors)
    pairs = np.bincount(net.pairs[:, 1], minlength=problem.n_mentors)
    n_places = int(np.minimum(net.mentors.limit[: problem.n_mentors], pairs).max(initial=1))
    number = held[:, None] + np.arange(n_places + 1)
    costs: IntArray = (2 * number - 1).clip(0) * MICRO // np.maximum(problem.capacity, 1)[:, None]
    return costs
