"""Why a trainee stayed without a mentor where quotas cross: full limits, and repairs that were tried."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..exceptions import InfeasibleError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import Solution
from ..solver.assignment import assign
from ..solver.network import Cell, cells_of
from .statements import Repair, UnmatchedCode, UnmatchedReason
from .unmatched import best_of_each, with_repair


def unmatched_by_solving(problem: AssignmentProblem, solution: Solution, trainee: int) -> UnmatchedReason:
    """Explain one unmatched trainee where quotas cross: the limits around the trainee's own pairs, full now.

    Every repair is tried by solving again; kept are those that give the trainee a mentor and fill one place
    more, whoever else moves. A trial costs one integer programme.
    """
    with_place = problem.capacity > 0
    held = solution.pairs[solution.pairs[:, 0] == trainee, 1]
    may = problem.open[trainee] & with_place
    may[held] = False
    load = np.bincount(solution.pairs[:, 1], minlength=problem.n_mentors)
    limits = {
        cell: None
        for mentor in np.flatnonzero(may)
        for cell in cells_of(problem, trainee, int(mentor))
        if is_full(problem, solution.pairs, cell)
    }
    code: UnmatchedCode = "QUOTA_FULL" if limits else "NO_CAPACITY_LEFT"
    if not with_place.any():
        code = "NO_MENTORS"
    elif not (with_place & ~problem.forbidden[trainee]).any():
        code = "ALL_FORBIDDEN"
    elif (with_place & ~problem.forbidden[trainee]).sum() < problem.need[trainee]:
        code = "TOO_FEW_ALLOWED"
    mentors = np.flatnonzero(may & (load >= problem.capacity))
    rivals = np.unique(solution.pairs[np.isin(solution.pairs[:, 1], mentors), 0])
    repairs = [
        repair
        for tried in _possible(problem, trainee, list(limits), mentors)
        if (repair := _tried(problem, solution, trainee, tried)) is not None
    ]
    contested = code in ("NO_CAPACITY_LEFT", "QUOTA_FULL")
    return UnmatchedReason(
        trainee,
        code,
        tuple(mentors.tolist()) if contested else (),
        tuple(rivals[rivals != trainee].tolist()) if contested else (),
        tuple(best_of_each(repairs)),
        tuple(limits) if contested else (),
    )


def is_full(problem: AssignmentProblem, pairs: IntArray, cell: Cell) -> bool:
    """Return whether a quota's limit holds as many of the pairs as it may."""
    quota = problem.quotas[cell.place]
    return bool(quota.counts(pairs)[cell.row, cell.column] >= quota.limit[cell.row, cell.column])


def _possible(
    problem: AssignmentProblem, trainee: int, limits: list[Cell], mentors: IntArray
) -> list[Repair]:
    found = [Repair("ADD_PLACE", int(mentor), 0.0) for mentor in mentors]
    bans = np.flatnonzero(problem.forbidden[trainee] & (problem.capacity > 0))
    found += [Repair("ALLOW_PAIR", int(mentor), 0.0) for mentor in bans]
    for cell in limits:
        first = int(np.argmax(problem.quotas[cell.place].columns == cell.column))
        found.append(Repair("RAISE_QUOTA", first, 0.0, cell))
    return found


def _tried(problem: AssignmentProblem, solution: Solution, trainee: int, repair: Repair) -> Repair | None:
    repaired = with_repair(problem, trainee, repair)
    try:
        if repair.code == "ALLOW_PAIR":
            repaired = repaired.with_pin(trainee, repair.mentor)
        found = assign(repaired, solution.objective)
    except (ProblemError, InfeasibleError):  # Once allowed, the pair may still be closed by a limit of zero.
        return None
    degree = [(pairs[:, 0] == trainee).sum() for pairs in (solution.pairs, found.pairs)]
    if degree[1] <= degree[0] or found.matched <= solution.matched:
        return None
    scale = problem.units_per_score
    return replace(repair, change=round((found.total - solution.total) * scale) / scale)
