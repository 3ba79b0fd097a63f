"""Match a whole cohort at once: one minimum-cost flow, with the prices that prove it optimal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from .exceptions import InfeasibleError, InvalidInputError, MinimumLoadError
from .network import cheapest_pairs, network
from .problem import AssignmentProblem, IntArray
from .residual import Residual, potentials, residual, split, trainee_worth
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
    pairs = np.concatenate([problem.pinned, free])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    _check_minimum(problem, pairs)
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
    """Return the free pairs of an optimal flow."""
    net = network(problem)
    if net is None:
        raise InfeasibleError("Quotas that cross on one side are not supported yet.")
    # A minimum may cost a filled place and a chain of exchanges.
    worth = problem.step + 2 * bonus if problem.quotas else problem.step
    taken = cheapest_pairs(net, -problem.units[net.pairs[:, 0], net.pairs[:, 1]], bonus, worth)
    return net.pairs[taken]


def _check_minimum(problem: AssignmentProblem, pairs: IntArray) -> None:
    missing = problem.minimum_load - np.bincount(pairs[:, 1], minlength=problem.n_mentors)
    shortfall = tuple((int(mentor), int(missing[mentor])) for mentor in np.flatnonzero(missing > 0))
    words = [f"mentor {mentor} by {count}" for mentor, count in shortfall]
    lacking = []
    for position, quota in enumerate(problem.quotas):
        short = (quota.minimum - quota.counts(pairs))[0] if quota.minimum.any() else np.zeros(0, np.int64)
        lacking += [(position, int(group), int(short[group])) for group in np.flatnonzero(short > 0)]
    words += [f"column group {group} by {count}" for _, group, count in lacking]
    if words:
        raise MinimumLoadError(
            f"The minimum loads cannot all be met with the open pairs. The smallest relaxation lowers "
            f"{', '.join(words)}; or allow forbidden pairs with these mentors.",
            shortfall,
            tuple(lacking),
        )


def _with_prices(problem: AssignmentProblem, pairs: IntArray, objective: str) -> Solution:
    left = residual(problem, pairs, objective)
    held = potentials(left)
    worth = trainee_worth(left, held)
    utilities = worth[: problem.n_trainees]
    own = left.mentors.own(held)
    total = int(problem.units[pairs[:, 0], pairs[:, 1]].sum())
    bound = _bound(left, held, worth)
    degree = np.bincount(pairs[:, 0], minlength=problem.n_trainees)
    slot_coverage, slot_units = split(own[: problem.n_mentors], left.bonus)
    utility_coverage, utility_units = split(utilities, left.bonus)
    quota_coverage, quota_units = split_quotas(problem, own, left.trainees.own(worth), left.bonus)
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
        quota_prices=tuple(_frozen(units / scale) for units in quota_units),
        quota_coverage=tuple(_frozen(places) for places in quota_coverage),
    )


def split_quotas(
    problem: AssignmentProblem, mentors: IntArray, trainees: IntArray, bonus: int
) -> tuple[list[IntArray], list[IntArray]]:
    """Return the prices of both sides' cells as (places filled, score units) per quota, in the problem's order."""
    next_mentor, next_trainee = problem.n_mentors, problem.n_trainees
    places: list[IntArray] = []
    units: list[IntArray] = []
    for quota in problem.quotas:
        if quota.parameter == "kinds":
            flat = trainees[next_trainee : next_trainee + quota.limit.size]
            next_trainee += quota.limit.size
        else:
            flat = mentors[next_mentor : next_mentor + quota.limit.size]
            next_mentor += quota.limit.size
        for found, part in zip((places, units), split(flat, bonus), strict=True):
            found.append(part.reshape(quota.limit.shape))
    return places, units


def _frozen(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    array.setflags(write=False)
    return array


def _bound(left: Residual, held: IntArray, worth: IntArray) -> int:
    """Return the dual value in score units: what places, quotas and trainees are worth, with the pins' own scores."""
    problem = left.problem
    rows, columns = left.free_pairs.T
    surplus = left.chosen_units - held[left.chosen_leaf] - worth[left.trainee_leaf[rows, columns]]
    dual = int(np.maximum(surplus, 0).sum())
    for tree, price in ((left.mentors, held), (left.trainees, worth)):
        own = tree.own(price)
        dual += int(np.maximum(own * tree.limit, own * tree.minimum).sum())
    pins = int(problem.units[problem.pinned[:, 0], problem.pinned[:, 1]].sum())
    return dual - left.bonus * len(left.free_pairs) + pins
