"""Objectives between coverage and total: the worst off first, leximin, an even load."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..problem.assignment_problem import MICRO, AssignmentProblem, BoolArray, IntArray
from ..problem.solution import LevelPrices
from .network import Network
from .residual import ImprovableError, exchanges, potentials, trainee_worth
from .stage import Stage, after, is_met, level_prices, solved

# Weights of the search for a first choice near leximin, and how fast they fall from the lowest score up.
_STEEP, _FALL = 2**16, 10.0


def worst_off(stage: Stage) -> tuple[Stage, tuple[LevelPrices, ...]]:
    """Return the choices whose lowest score is as high as it can be, and the proof that it cannot be higher.

    Notes
    -----
    Search over the distinct scores between that of the given choice and what each trainee can reach, a flow
    each: about log2 of their number. The proof is the fewest pairs at or below the lowest score, which is not
    zero.
    """
    if not len(stage.units):
        return stage, ()
    best = _highest_floor(stage)
    floor = best.units.min()
    low = (stage.net.units <= floor).astype(np.int64)
    fewest = solved(stage, low, worth_of(stage.net, 1))
    left = exchanges(fewest.net, -low, 0, fewest.taken)
    held = potentials(left)
    return best, (level_prices(left, held, trainee_worth(left, held)),)


def _highest_floor(stage: Stage) -> Stage:
    floors = np.unique(stage.net.units)
    low, high = int(stage.units.min()), _ceiling(stage)
    floors = floors[(floors > low) & (floors <= high)]
    best = stage
    none = np.zeros(len(stage.net.pairs), np.int64)
    first, last = 0, len(floors)
    while first < last:
        middle = (first + last) // 2
        tried = solved(stage, none, 1, stage.net.units >= floors[middle])
        if is_met(tried):
            best = tried
            first = int(np.searchsorted(floors, best.units.min(), side="right"))
        else:
            last = middle
    floor = best.units.min()
    kept = stage.net.units >= floor
    chosen = np.isin(_codes(stage.net.problem, stage.net.pairs[kept]), _codes(stage.net.problem, best.pairs))
    return replace(stage, net=stage.net.only(kept), taken=np.flatnonzero(chosen))


def _codes(problem: AssignmentProblem, pairs: IntArray) -> IntArray:
    codes: IntArray = pairs[:, 0] * problem.n_mentors + pairs[:, 1]
    return codes


def _ceiling(stage: Stage) -> int:
    """Return a score that no choice's lowest can exceed: what is fixed, and each full trainee's best pairs."""
    net = stage.net
    fixed = net.problem.units[stage.fixed[:, 0], stage.fixed[:, 1]]
    must = net.trainees.minimum[: net.problem.n_trainees]
    order = np.lexsort((-net.units, net.pairs[:, 0]))
    start = np.searchsorted(net.pairs[order, 0], np.arange(net.problem.n_trainees))
    reachable = net.units[order][(start + must - 1)[must > 0]]
    return int(np.concatenate([fixed, reachable, [np.iinfo(np.int64).max]]).min())


def leximin(stage: Stage) -> tuple[Stage, tuple[LevelPrices, ...]]:
    """Return the choice whose scores, sorted from the lowest, are lexicographically largest, and its proof.

    Notes
    -----
    Score by score from the lowest: fewest pairs at it, among all choices that are best for those below. The
    first choice comes from one flow with costs that fall steeply with the score; each score then costs one
    pass over the pairs still open, and a flow only where that choice can be improved.

    References
    ----------
    R. E. Burkard and F. Rendl, "Lexicographic bottleneck problems", Operations Research Letters 10 (1991).
    """
    levels: list[LevelPrices] = []
    stage = solved(stage, _steep(stage, int(stage.net.units.min(initial=0))), worth_of(stage.net, _STEEP))
    floor = np.iinfo(np.int64).min
    while len(above := stage.units[stage.units > floor]):
        score = int(above.min())
        between = (stage.net.units > floor) & (stage.net.units < score)
        closed = _without(stage, between)
        at = (closed.net.units == score).astype(np.int64)
        try:
            stage, level = after(closed, -at)
        except ImprovableError:
            many = 4 * _STEEP * (stage.net.mentors.n_cells + 3)
            stage = solved(closed, many * at + _steep(closed, score), worth_of(stage.net, many + _STEEP))
            continue
        levels.append(level)
        floor = score
    return stage, tuple(levels)


def _steep(stage: Stage, low: int) -> IntArray:
    above = (stage.net.units - low).clip(0).astype(np.float64)
    costs: IntArray = np.rint(_STEEP * np.exp(-_FALL * above / above.max(initial=1.0))).astype(np.int64)
    return costs


def _without(stage: Stage, dropped: BoolArray) -> Stage:
    chosen = np.zeros(len(stage.net.pairs), dtype=bool)
    chosen[stage.taken] = True
    kept = ~dropped
    return replace(stage, net=stage.net.only(kept), taken=np.flatnonzero(chosen[kept]))


def worth_of(net: Network, largest: int) -> int:
    """Return more than any chain of exchanges can cost when no pair costs more than `largest`."""
    return 8 * (largest + 1) * (net.mentors.n_cells + 3)


def standing(problem: AssignmentProblem, pairs: IntArray, objective: str) -> tuple[object, ...]:
    """Return what the objective compares, aim after aim, without the total; larger is better."""
    rows, columns = pairs.T
    units = np.sort(problem.units[rows, columns][problem.open[rows, columns]])
    if objective == "worst_off_then_total":
        return (len(pairs), int(units.min(initial=np.iinfo(np.int64).max)))
    if objective == "leximin":
        return (len(pairs), tuple(units.tolist()))
    if objective == "balanced_load":
        load = np.bincount(columns, minlength=problem.n_mentors)
        number = np.arange(1, int(load.max(initial=0)) + 1)
        costs = (2 * number - 1) * MICRO // np.maximum(problem.capacity, 1)[:, None]
        return (len(pairs), -int(costs[number <= load[:, None]].sum()))
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
