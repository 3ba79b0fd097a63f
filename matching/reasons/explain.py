"""Why a pair was not chosen, and why a trainee stayed without a mentor."""

from __future__ import annotations

from dataclasses import replace
from typing import overload

import numpy as np

from ..exceptions import InfeasibleError, InvalidInputError, ProblemError
from ..problem.assignment_problem import AssignmentProblem
from ..problem.solution import Solution
from ..solver.assignment import assign
from ..solver.exchange_graph import ExchangeGraph, is_exact
from ..solver.network import Cell, cells_of
from ..solver.objectives import standing
from ..solver.residual import KeptChains, Residual, exchanges, residual
from .changes import changes_between
from .graph_prices import forced_moves
from .graph_unmatched import graph_unmatched
from .prices import MOST_IN_ONE_TABLE, PRICED
from .questions import check_fits, checked_position
from .rematch import OBJECTIVES as STEADY
from .rematch import rematch
from .statements import Move, PairCode, PairReason, Repair, UnmatchedReason
from .unmatched import COVERAGE_ALONE, Widened, unmatched_reason, with_bans, with_repair
from .unmatched_by_trial import is_full, unmatched_by_solving

__all__ = [
    "Move",
    "PairReason",
    "Repair",
    "UnmatchedReason",
    "explain",
    "explain_unmatched",
]


@overload
def explain(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> PairReason: ...
@overload
def explain(problem: AssignmentProblem, solution: Solution, trainee: int) -> UnmatchedReason: ...
def explain(
    problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int | None = None
) -> PairReason | UnmatchedReason:
    """Explain a pair, or, without a mentor, why the trainee is unmatched.

    Parameters
    ----------
    problem, solution
        The problem and its optimal solution.
    trainee : int
        Row of the trainee.
    mentor : int, optional
        Column of the mentor; when left out the trainee must be unmatched.

    Returns
    -------
    PairReason or UnmatchedReason

    Raises
    ------
    InvalidInputError
        If a position is out of range, or no mentor is given and the trainee has all the mentors needed.

    Notes
    -----
    A pair: without quotas, for the total or coverage and then the total, the shortest chain of exchanges, at
    any size; else two more solutions with the pair pinned. An unmatched trainee: a few passes over a table of
    exchanges; for an objective with an aim before the total also one more solution for each repair, whose
    `change` is then that of the total when all is chosen anew.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9], [0.8]], capacity=[1])
    >>> reason = explain(problem, assign(problem), 1)
    >>> reason.code, reason.rivals, reason.repairs[0]
    ('NO_CAPACITY_LEFT', (0,), Repair(code='ADD_PLACE', mentor=0, change=0.8, limit=None))
    """
    check_fits("explain", problem, solution)
    trainee = checked_position("explain", "trainee", trainee, problem.n_trainees)
    if mentor is None:
        return _explain_unmatched(problem, solution, trainee)
    mentor = checked_position("explain", "mentor", mentor, problem.n_mentors)
    return _explain_pair(problem, solution, trainee, mentor)


def _explain_pair(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> PairReason:
    code = _fixed_code(problem, solution, trainee, mentor)
    if code is not None:
        price = 0.0 if code in ("PINNED", "CHOSEN") else np.nan
        return PairReason(trainee, mentor, code, price, (), _closed(problem, trainee, mentor))
    if is_exact(problem) and solution.objective in PRICED:
        price, changes = forced_moves(ExchangeGraph.of(problem, solution), trainee, mentor)
        moves = tuple(Move(*change) for change in changes)
        return PairReason(trainee, mentor, _priced_code(price), price, moves)
    try:
        forced = _forced(problem.with_pin(trainee, mentor), solution)
    except (ProblemError, InfeasibleError):
        return PairReason(trainee, mentor, "RULED_OUT", np.nan, ())
    code, price = _compared(problem, solution, forced)
    limits = _full(problem, solution, trainee, mentor)
    moves = tuple(Move(*change) for change in changes_between(solution.pairs, forced.pairs))
    return PairReason(trainee, mentor, code, price, moves, limits)


def _priced_code(price: float) -> PairCode:
    if np.isnan(price):
        return "RULED_OUT"
    if np.isneginf(price):
        return "LOWERS_COVERAGE"
    return "LOWERS_TOTAL" if price < 0 else "TIE"


def _forced(pinned: AssignmentProblem, solution: Solution) -> Solution:
    """Return the best choice with the pin, and among equals the one with the fewest moves where that is known."""
    if solution.objective in STEADY and solution.proof == "prices":
        return rematch(pinned, solution.pairs, 0.0, solution.objective).solution
    return assign(pinned, solution.objective)


def _fixed_code(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> PairCode | None:
    """Return the code of a pair that is chosen or excluded by one rule alone."""
    if (problem.pinned == (trainee, mentor)).all(axis=1).any():
        return "PINNED"
    if (solution.pairs == (trainee, mentor)).all(axis=1).any():
        return "CHOSEN"
    if problem.is_forbidden(np.array([[trainee, mentor]]))[0]:
        return "FORBIDDEN"
    if problem.capacity[mentor] == 0:
        return "NO_CAPACITY"
    return "QUOTA_CLOSED" if _closed(problem, trainee, mentor) else None


def _compared(problem: AssignmentProblem, solution: Solution, forced: Solution) -> tuple[PairCode, float]:
    objective = solution.objective
    price = forced.total - solution.total
    if objective != "total" and forced.matched < solution.matched:
        return "LOWERS_COVERAGE", -np.inf
    before, after = (standing(problem, found.pairs, objective) for found in (solution, forced))
    units = round(price * problem.units_per_score)
    code: PairCode = "LOWERS_TOTAL" if units < 0 else "TIE"
    return (code if after == before else "LOWERS_OBJECTIVE"), units / problem.units_per_score


def _closed(problem: AssignmentProblem, trainee: int, mentor: int) -> tuple[Cell, ...]:
    """Return the quotas that leave no room for the pair whatever is chosen."""
    return tuple(
        cell
        for cell in cells_of(problem, trainee, mentor)
        if problem.quotas[cell.place].free_limit(problem.pinned)[cell.row, cell.column] <= 0
    )


def _full(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> tuple[Cell, ...]:
    """Return the quotas around the pair that are full with pairs of others or with the trainee's others."""
    own = {
        cell
        for held in solution.pairs[solution.pairs[:, 0] == trainee, 1]
        for cell in cells_of(problem, trainee, int(held))
    }
    around = cells_of(problem, trainee, mentor)
    return tuple(cell for cell in around if cell not in own and is_full(problem, solution.pairs, cell))


def explain_unmatched(problem: AssignmentProblem, solution: Solution) -> tuple[UnmatchedReason, ...]:
    """Explain all the unmatched trainees, in the order of `solution.unmatched`.

    Parameters
    ----------
    problem, solution
        The problem and its optimal solution.

    Returns
    -------
    tuple of UnmatchedReason

    Notes
    -----
    One table of exchanges serves them all.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9], [0.8]], capacity=[1])
    >>> [reason.code for reason in explain_unmatched(problem, assign(problem))]
    ['NO_CAPACITY_LEFT']
    """
    check_fits("explain_unmatched", problem, solution)
    if not len(solution.unmatched):
        return ()
    if solution.proof == "linear_programme":
        return tuple(unmatched_by_solving(problem, solution, int(trainee)) for trainee in solution.unmatched)
    if _is_large(problem, solution):
        graph = ExchangeGraph.of(problem, solution)
        return tuple(graph_unmatched(graph, solution, int(trainee)) for trainee in solution.unmatched)
    left = _exchanges(problem, solution)
    kept = KeptChains.of(left)
    widened = with_bans(left, kept, solution.unmatched)
    return tuple(
        _unmatched(problem, solution, left, kept, int(trainee), widened) for trainee in solution.unmatched
    )


def _explain_unmatched(problem: AssignmentProblem, solution: Solution, trainee: int) -> UnmatchedReason:
    if trainee not in solution.unmatched:
        raise InvalidInputError(
            "The 'trainee' parameter of explain must be an unmatched trainee when no mentor is given. "
            f"Got {trainee} instead, who has every mentor needed; give a mentor to ask about."
        )
    if solution.proof == "linear_programme":
        return unmatched_by_solving(problem, solution, trainee)
    if _is_large(problem, solution):
        return graph_unmatched(ExchangeGraph.of(problem, solution), solution, trainee)
    left = _exchanges(problem, solution)
    return _unmatched(problem, solution, left, KeptChains.of(left), trainee)


def _is_large(problem: AssignmentProblem, solution: Solution) -> bool:
    n_pairs = problem.n_trainees * problem.n_mentors
    return n_pairs > MOST_IN_ONE_TABLE and solution.objective in PRICED and is_exact(problem)


def _exchanges(problem: AssignmentProblem, solution: Solution) -> Residual:
    left = residual(problem, solution.pairs, solution.objective)
    if solution.objective in PRICED:
        return left
    # The other objectives are best in coverage only, as far as chains of exchanges can tell.
    return exchanges(left.net, np.zeros_like(left.weights), COVERAGE_ALONE, left.taken)


def _unmatched(
    problem: AssignmentProblem,
    solution: Solution,
    left: Residual,
    kept: KeptChains,
    trainee: int,
    widened: Widened | None = None,
) -> UnmatchedReason:
    reason = unmatched_reason(solution, left, kept, trainee, widened)
    if solution.objective in PRICED:
        return reason
    solved = [
        (repair, assign(with_repair(problem, trainee, repair), solution.objective))
        for repair in reason.repairs
    ]
    scale = problem.units_per_score
    priced = [
        replace(repair, change=round((found.total - solution.total) * scale) / scale)
        for repair, found in solved
    ]
    ordered = sorted(priced, key=lambda repair: (-repair.change, repair.code, repair.mentor))
    return replace(reason, repairs=tuple(ordered))
