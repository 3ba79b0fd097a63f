"""Match a whole cohort at once: one minimum-cost flow, with the prices that prove it optimal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import LevelPrices, Solution
from ..watch import Watch
from .balance import Beginning
from .crossing import assign_crossing
from .flow import cheapest_pairs
from .large import choose
from .levelled import LEVELLED, assign_by_levels, most_pairs
from .minimums import check_minimums
from .network import Network, network
from .residual import Residual, exchanges, potentials, split, trainee_worth
from .slots import cheapest_by_slots
from .stage import level_prices

# Up to so many open pairs one flow over all of them is as quick as a flow over few and a proof for the others, unless
# there are many mentors: between any two of them it keeps what an exchange wins.
_MOST_ARCS, _MOST_MENTORS = 60_000, 1_000
# Up to so many pairs it may still be left to SciPy's dense solver.
_MOST_BY_SLOTS: Final = 2**17
OBJECTIVES: Final = ("coverage_then_total", "total", *LEVELLED)


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
    objective : {"coverage_then_total", "total", "worst_off_then_total", "leximin", "balanced_load"}
        ``"total"`` maximises the total alone; a pair with a negative score is then chosen only to meet a
        minimum load. All the others first fill as many of the trainees' places as possible, and then:
        ``"coverage_then_total"`` maximises the total; ``"worst_off_then_total"`` what the worst-off trainee
        has (the score of the pair, or the sum over several mentors), then the total; ``"leximin"`` the lowest
        score, then how few pairs have it, then the next score, and so on; ``"balanced_load"`` spreads the
        trainees so that the sum of load² / capacity over the mentors (counted in millionths, pins included)
        is least, which is where all are used to the same share of their capacity, then maximises the total.
        Pins have no say in which score is the lowest. Leximin counts a trainee who needs several mentors once
        for each, and so does the worst off in a shortage.
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
        Proven optimal: its `bound` equals its `total`, or above a million pairs lies within `tolerance` of it.
        Not always where quotas cross, or sums over several mentors are compared: integer programmes, of which
        :func:`verify` says what is proven.

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
    OR-tools' cost-scaling flow, or SciPy's dense solver where that is quicker: few places, no quotas, and
    mentors whom not everybody wants. All open pairs are its arcs up to some ten thousand pairs, and beside
    quotas and objectives of several aims: about 60 bytes a pair while it runs. Else the flow has the few
    pairs that may matter, and passes over all pairs, in joblib's threads, prove what is still missing: about
    2 KB a trainee and some blocks of rows. Integer costs and parts joined in order: the same input gives the same
    pairs, whatever the number of threads. Prices come from the longest chain of exchanges and not from the
    solver, which does not show its own; above a million pairs with an open gap, slot prices are as near to
    exact as the gap says.

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
    _check_steering(problem, tolerance, random_state, progress, cancel)
    report = Watch(progress, cancel)
    report(0.0)
    # Scores that are too large are refused here, before any array is made of them.
    bonus = _bonus(problem, objective)
    if _is_in_parts(problem, objective):
        solution = _of_large(problem, objective, bonus, tolerance, random_state, report)
        report(1.0)
        return solution
    uneven = objective == "balanced_load" and problem.evened is not None
    net = None if problem.exclusions or uneven else network(problem)
    if net is None:
        solution = assign_crossing(problem, objective, report)
        report(1.0)
        return solution
    taken = most_pairs(net) if objective in LEVELLED else _chosen(net, bonus)
    pairs = np.concatenate([problem.pinned, net.pairs[taken]])
    check_minimums(problem, pairs)
    if objective in LEVELLED:
        solution = assign_by_levels(net, taken, objective, report)
    else:
        solution = _with_prices(net, taken, bonus, objective)
    report(1.0)
    return solution


def assign_again(
    problem: AssignmentProblem, objective: str, tolerance: float, beginning: Beginning
) -> IntArray:
    """Return the pairs of :func:`assign`, found from what is known of a large problem beforehand."""
    if not _is_in_parts(problem, objective):
        return assign(problem, objective, tolerance).pairs
    bonus = _bonus(problem, objective)
    return _of_large(problem, objective, bonus, tolerance, 0, Watch(), beginning).pairs


def _bonus(problem: AssignmentProblem, objective: str) -> int:
    """Return how many units filling a place counts on top of its score."""
    return 0 if objective == "total" else problem.step


def _is_in_parts(problem: AssignmentProblem, objective: str) -> bool:
    """Return whether few pairs are looked at, and all others proven not to matter."""
    return _is_large(problem) and not (problem.quotas or problem.exclusions) and objective not in LEVELLED


def _is_large(problem: AssignmentProblem) -> bool:
    every = problem.n_trainees * problem.n_mentors
    n_open = int(np.count_nonzero(problem.open)) if problem.blocks is None else every
    return n_open > _MOST_ARCS or problem.n_mentors > _MOST_MENTORS


def _by_slots(problem: AssignmentProblem, objective: str, bonus: int) -> Solution | None:
    """Return the answer if the table is not much too large and SciPy's dense solver is quick with it."""
    every = problem.n_trainees * problem.n_mentors
    if not problem.is_dense or every > _MOST_BY_SLOTS or problem.n_mentors > _MOST_MENTORS:
        return None
    net = network(problem)
    if net is None:
        return None
    taken = cheapest_by_slots(net, -net.units, bonus, problem.step)
    if taken is None:
        return None
    check_minimums(problem, np.concatenate([problem.pinned, net.pairs[taken]]))
    return _with_prices(net, taken, bonus, objective)


def _of_large(
    problem: AssignmentProblem,
    objective: str,
    bonus: int,
    tolerance: float,
    random_state: int,
    watch: Watch,
    beginning: Beginning | None = None,
) -> Solution:
    """Return the answer to a large problem, from what is known of it beforehand if anything is."""
    solution = _by_slots(problem, objective, bonus)
    if solution is not None:
        return solution
    choice = choose(problem, bonus, tolerance, random_state, watch, beginning)
    pairs = np.concatenate([problem.pinned, choice.pairs])
    check_minimums(problem, pairs)
    slot, utility = split(choice.prices, choice.bonus), split(choice.utilities, choice.bonus)
    coverage, score = (LevelPrices(*each, ()) for each in zip(slot, utility, strict=True))
    pins = int(problem.units_of(problem.pinned).sum())
    bound, units = choice.limit[1] + pins, choice.units + pins
    solution = Solution.proven(problem, objective, pairs, bound, coverage, score, units=units)
    open_places, _ = choice.open_gap(bonus > 0)
    return replace(solution, gap=float("inf")) if open_places else solution


def _check_steering(
    problem: object, tolerance: object, random_state: object, progress: object, cancel: object
) -> None:
    is_number = isinstance(tolerance, int | float | np.integer | np.floating)
    is_whole = isinstance(random_state, int | np.integer) and not isinstance(random_state, bool)
    for name, came, fits, expected in (
        ("problem", type(problem).__name__, isinstance(problem, AssignmentProblem), "an AssignmentProblem"),
        ("tolerance", tolerance, is_number and 0 <= tolerance < 1, "from 0 to less than 1"),  # type: ignore[operator]
        ("random_state", random_state, is_whole and random_state >= 0, "a whole number of zero or more"),  # type: ignore[operator]
        ("progress", progress, progress is None or callable(progress), "a function or None"),
        ("cancel", cancel, cancel is None or callable(cancel), "a function or None"),
    ):
        if not fits:
            raise InvalidInputError(
                f"The '{name}' parameter of assign must be {expected}. Got {came!r} instead."
            )


def _chosen(net: Network, bonus: int) -> IntArray:
    """Return the positions in `net.pairs` of an optimal flow."""
    # A minimum may cost a chain of exchanges and, within a column group, a filled place.
    worth = net.problem.step + 2 * bonus if net.problem.quotas else net.problem.step
    return cheapest_pairs(net, -net.units, bonus, worth)


def _with_prices(net: Network, taken: IntArray, bonus: int, objective: str) -> Solution:
    left = exchanges(net, net.units, bonus, taken)
    held = potentials(left)
    worth = trainee_worth(left, held)
    prices = level_prices(left, held, worth)
    slot, utility = split(prices.slot, left.bonus), split(prices.utility, left.bonus)
    quotas = [split(quota, left.bonus) for quota in prices.quotas]
    coverage = LevelPrices(slot[0], utility[0], tuple(places for places, _ in quotas))
    score = LevelPrices(slot[1], utility[1], tuple(units for _, units in quotas))
    pairs = np.concatenate([net.problem.pinned, left.free_pairs])
    return Solution.proven(net.problem, objective, pairs, _bound(left, held, worth), coverage, score)


def _bound(left: Residual, held: IntArray, worth: IntArray) -> int:
    """Return the dual value in score units: what places, quotas and trainees are worth, and the pins."""
    problem = left.problem
    surplus = left.chosen_units - held[left.chosen_leaf] - worth[left.net.trainees.leaf[left.taken]]
    dual = int(np.maximum(surplus, 0).sum())
    for tree, price in ((left.net.mentors, held), (left.net.trainees, worth)):
        own = tree.own(price)
        dual += int(np.maximum(own * tree.limit, own * tree.minimum).sum())
    pins = int(problem.units[problem.pinned[:, 0], problem.pinned[:, 1]].sum())
    return dual - left.bonus * len(left.free_pairs) + pins
