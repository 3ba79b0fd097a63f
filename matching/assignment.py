"""Match a whole cohort at once: one minimum-cost flow, with the prices that prove it optimal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from .exceptions import InvalidInputError, MatchingError, MinimumLoadError
from .problem import AssignmentProblem, IntArray
from .residual import Residual, place_prices, residual, split, trainee_utilities
from .solution import Solution, relative_gap
from .watch import Watch

_Scalar = TypeVar("_Scalar", bound=np.generic)

OBJECTIVES: Final = ("coverage_then_total", "total")


def assign(
    problem: AssignmentProblem,
    objective: str = "coverage_then_total",
    tolerance: float = 1e-6,
    random_state: int = 0,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Solution:
    """Choose the pairs of highest total score within capacities, minimum loads and rules.

    Parameters
    ----------
    problem : AssignmentProblem
        Scores and rules.
    objective : {"coverage_then_total", "total"}
        ``"coverage_then_total"`` first fills as many of the trainees' places as possible, then maximises the
        total. ``"total"`` maximises the total alone; a pair with a negative score is then chosen only to
        meet a minimum load.
    tolerance : float, default 1e-6
        Largest proven relative gap to stop at. Small problems are solved to a gap of 0 whatever it says.
    random_state : int, default 0
        Decides which pairs of a large problem are looked at first, and so among equally good assignments.
    progress : callable (float) -> object, optional
        Told now and then how much is done, from 0 to 1, never going down.
    cancel : callable () -> bool, optional
        Asked now and then; the work ends with AssignmentCancelledError once it says True.

    Returns
    -------
    Solution
        Proven optimal: its `bound` equals its `total`.

    Raises
    ------
    InvalidInputError
        For an unknown objective, or another parameter out of range.
    AssignmentCancelledError
        When `cancel` said so.
    MinimumLoadError
        When the minimum loads cannot all be met; it carries the smallest relaxation.

    Notes
    -----
    OR-tools' cost-scaling flow, all open pairs as arcs: about 60 bytes a pair while it runs. One thread and
    integer costs: the same input gives the same pairs. Prices come from the longest chain of exchanges and
    not from the solver, which does not show its own.

    References
    ----------
    A. V. Goldberg, "An efficient implementation of a scaling minimum-cost flow algorithm",
    Journal of Algorithms 22 (1997).

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> solution = assign(problem)
    >>> solution.pairs.tolist(), solution.total, solution.gap
    ([[0, 1], [1, 0]], 1.6, 0.0)
    """
    if objective not in OBJECTIVES:
        raise InvalidInputError(
            f"The 'objective' parameter of assign must be one of {', '.join(OBJECTIVES)}. "
            f"Got {objective!r} instead."
        )
    _check_steering(tolerance, random_state)
    report = Watch(progress, cancel)
    report(0.0)
    free = _solve(problem, problem.step if objective == "coverage_then_total" else 0)
    _check_minimum(problem, free)
    pairs = np.concatenate([problem.pinned, free])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    solution = _with_prices(problem, pairs, objective)
    report(1.0)
    return solution


def _check_steering(tolerance: float, random_state: int) -> None:
    if not 0 <= tolerance < 1:
        expected = "from 0 to less than 1"
        raise InvalidInputError(
            f"The 'tolerance' parameter of assign must be {expected}. Got {tolerance!r} instead."
        )
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer) or random_state < 0:
        expected = "a whole number of zero or more"
        raise InvalidInputError(
            f"The 'random_state' parameter of assign must be {expected}. Got {random_state!r} instead."
        )


def _solve(problem: AssignmentProblem, bonus: int) -> IntArray:
    """Return the free pairs of an optimal flow trainee → mentor → sink; a direct arc leaves a place empty."""
    need, capacity, minimum = problem.free_need, problem.free_capacity, problem.free_minimum
    n_trainees, n_mentors = problem.units.shape
    usable = problem.open & (need > 0)[:, None] & (capacity > 0)
    rows, columns = np.nonzero(usable)
    sink = n_trainees + n_mentors
    mentors = np.arange(n_trainees, sink)
    # The minimum is the first part of the same arc's capacity, worth more than any chain of exchanges can
    # lose.
    tails = np.concatenate([rows, np.arange(n_trainees), mentors, mentors])
    heads = np.concatenate([columns + n_trainees, np.full(n_trainees + 2 * n_mentors, sink)])
    capacities = np.concatenate([np.ones(len(rows), np.int64), need, minimum, capacity - minimum])
    costs = np.concatenate(
        [
            -problem.units[usable],
            np.full(n_trainees, bonus),
            np.full(n_mentors, -problem.step),
            np.zeros(n_mentors, np.int64),
        ]
    )
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), capacities, costs
    )
    supplies = np.concatenate([need, np.zeros(n_mentors, np.int64), [-need.sum()]])
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise MatchingError(f"The flow solver ended with status {status} instead of an optimum.")
    taken = flow.flows(arcs[: len(rows)]) > 0
    return np.stack([rows[taken], columns[taken]], axis=1).astype(np.int64)


def _check_minimum(problem: AssignmentProblem, free: IntArray) -> None:
    missing = problem.free_minimum - np.bincount(free[:, 1], minlength=problem.n_mentors)
    short = np.flatnonzero(missing > 0)
    if not len(short):
        return
    shortfall = tuple((int(mentor), int(missing[mentor])) for mentor in short)
    words = ", ".join(f"mentor {mentor} by {count}" for mentor, count in shortfall)
    raise MinimumLoadError(
        f"The minimum loads cannot all be met with the open pairs. The smallest relaxation lowers {words}; "
        "or allow forbidden pairs with these mentors.",
        shortfall,
    )


def _with_prices(problem: AssignmentProblem, pairs: IntArray, objective: str) -> Solution:
    left = residual(problem, pairs, objective)
    prices = place_prices(left)
    utilities = trainee_utilities(left, prices)
    total = int(problem.units[pairs[:, 0], pairs[:, 1]].sum())
    bound = _bound(left, prices, utilities, total)
    degree = np.bincount(pairs[:, 0], minlength=problem.n_trainees)
    slot_coverage, slot_units = split(prices, left.bonus)
    utility_coverage, utility_units = split(utilities, left.bonus)
    scale = problem.units_per_score
    return Solution(
        objective=objective,
        pairs=_frozen(pairs),
        unmatched=_frozen(np.flatnonzero(degree < problem.need)),
        total=total / scale,
        bound=bound / scale,
        gap=relative_gap(bound / scale, total / scale),
        load=_frozen(np.bincount(pairs[:, 1], minlength=problem.n_mentors)),
        slot_prices=_frozen(slot_units / scale),
        slot_coverage=_frozen(slot_coverage),
        utilities=_frozen(utility_units / scale),
        utility_coverage=_frozen(utility_coverage),
    )


def _frozen(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    array.setflags(write=False)
    return array


def _bound(left: Residual, prices: IntArray, utilities: IntArray, total: int) -> int:
    """Return the dual value in score units: what places and trainees are worth, with the pins' own scores."""
    problem = left.problem
    free_rows, free_columns = left.free_pairs.T
    surplus = left.chosen_units - prices[free_columns] - utilities[free_rows]
    places = np.maximum(prices * left.capacity, prices * left.minimum)
    dual = int((utilities * problem.free_need).sum()) + int(places.sum()) + int(np.maximum(surplus, 0).sum())
    pins = int(problem.units[problem.pinned[:, 0], problem.pinned[:, 1]].sum())
    filled = left.bonus * len(left.free_pairs)
    return dual - filled + pins
