"""Why a trainee of a large problem stayed without a mentor, from the shortest chains of exchanges."""

from __future__ import annotations

import numpy as np

from ..problem.assignment_problem import BoolArray, IntArray
from ..problem.pair_rules import pair_codes
from ..problem.solution import Solution
from ..solver.exchange_graph import ExchangeGraph
from ..solver.residual import split
from .statements import Repair, RepairCode, UnmatchedCode, UnmatchedReason
from .unmatched import best_of_each


def graph_unmatched(graph: ExchangeGraph, solution: Solution, trainee: int) -> UnmatchedReason:
    """Explain one unmatched trainee of a problem without quotas, as :func:`unmatched_reason` does.

    Notes
    -----
    The mentors in conflict come from bans and places alone, without any score; the repairs from two trees of
    shortest chains, one from the trainee and one to the places that are free.
    """
    reached = _reached(graph, trainee)
    code = _code(graph, trainee, reached)
    is_contested = code == "NO_CAPACITY_LEFT"
    mentors = np.flatnonzero(reached & (graph.problem.capacity > 0) & is_contested)
    rivals = np.unique(solution.pairs[np.isin(solution.pairs[:, 1], mentors), 0])
    repairs = () if code == "NOT_WORTH_IT" else tuple(best_of_each(_repairs(graph, trainee)))
    return UnmatchedReason(
        trainee, code, tuple(mentors.tolist()), tuple(rivals[rivals != trainee].tolist()), repairs
    )


def _code(graph: ExchangeGraph, trainee: int, reached: BoolArray) -> UnmatchedCode:
    problem, with_place = graph.problem, graph.problem.capacity > 0
    allowed = with_place & ~_forbidden(graph, trainee)
    if not with_place.any():
        return "NO_MENTORS"
    if not allowed.any():
        return "ALL_FORBIDDEN"
    if allowed.sum() < problem.need[trainee]:
        return "TOO_FEW_ALLOWED"
    if not graph.bonus and (reached & (graph.load < problem.free_capacity)).any():
        return "NOT_WORTH_IT"
    return "NO_CAPACITY_LEFT"


def _forbidden(graph: ExchangeGraph, trainee: int) -> BoolArray:
    columns = np.arange(graph.problem.n_mentors)
    return graph.problem.is_forbidden(np.stack([np.full_like(columns, trainee), columns], axis=1))


def _reached(graph: ExchangeGraph, trainee: int) -> BoolArray:
    """Return the mentors whom the trainee could reach if those who hold their places moved on, shape (n_mentors,)."""
    reached = _open_to_any(graph, np.array([trainee]))
    pending = reached
    while pending.any():
        movers = np.unique(graph.chosen.rows[pending[graph.chosen.columns]])
        further = _open_to_any(graph, movers)
        pending = further & ~reached
        reached = reached | further
    return reached


def _open_to_any(graph: ExchangeGraph, trainees: IntArray) -> BoolArray:
    """Return the mentors whom one of the trainees could join and has not."""
    problem, step = graph.problem, graph.problem.step_rows
    held = np.stack([graph.chosen.rows, graph.chosen.columns], axis=1)
    held = held[np.isin(held[:, 0], trainees)]
    blocked = np.zeros(problem.n_mentors, np.int64)
    for group in np.unique(trainees // step).tolist():
        start, stop = group * step, min((group + 1) * step, problem.n_trainees)
        rows, columns = problem.closed_in(start, stop)
        closed = np.stack([rows + start, columns], axis=1)
        closed = closed[np.isin(closed[:, 0], trainees)]
        own = held[(held[:, 0] >= start) & (held[:, 0] < stop)]
        codes = np.unique(pair_codes(np.concatenate([closed, own]), problem.n_mentors))
        blocked += np.bincount(codes % problem.n_mentors, minlength=problem.n_mentors)
    return blocked < len(trainees)


def _repairs(graph: ExchangeGraph, trainee: int) -> list[Repair]:
    problem, n_trainees = graph.problem, graph.problem.n_trainees
    lengths, graph = graph.lengths_from(trainee)
    full = np.flatnonzero(graph.load >= problem.free_capacity)
    gained = graph.prices[full] + graph.utilities[trainee] - lengths[n_trainees + full]
    found = _enough(graph, "ADD_PLACE", full, gained)
    barred = np.flatnonzero(_forbidden(graph, trainee) & (problem.capacity > 0))
    if len(barred) and (graph.load < problem.free_capacity).any():
        outward, graph = graph.lengths_to(np.array([graph.outside]), kept=True)
        worth = problem.unit_rows(trainee, trainee + 1)[0, barred] + graph.bonus
        gained = worth - graph.prices[barred] - outward[0, n_trainees + barred]
        found += _enough(graph, "ALLOW_PAIR", barred, gained)
    return found


def _enough(graph: ExchangeGraph, code: RepairCode, mentors: IntArray, gained: np.ndarray) -> list[Repair]:
    """Return the repairs that give the trainee a mentor without taking another's; `gained` are units."""
    possible = np.isfinite(gained)
    places, units = split(np.where(possible, gained, 0).astype(np.int64), graph.bonus)
    enough = possible & ((places if graph.bonus else units) > 0)
    scores = units / graph.problem.units_per_score
    return [Repair(code, int(mentors[at]), float(scores[at])) for at in np.flatnonzero(enough)]
