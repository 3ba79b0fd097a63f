"""How much to trust the mentors of a match with weeks; weeks follow the mentors and are not marked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..problem.solution import FloatArray
from ..solver.assignment import assign
from ..trust.sensitivity import ScoreDraw, Sensitivity, check_draw, loss_of, marks, sampler, with_scores
from .week_assignment import BY_TOTAL, is_one_flow
from .week_problem import WeekProblem
from .week_solution import WeekSolution


def week_sensitivity(
    weeks: WeekProblem,
    found: WeekSolution,
    draws: ArrayLike | ScoreDraw,
    n_draws: int = 100,
    firm_from: float = 0.9,
    random_state: int = 0,
    cancel: Callable[[], bool] | None = None,
) -> Sensitivity:
    """Solve again under other scores, and mark each pair firm or close, in whichever week it meets.

    Parameters
    ----------
    weeks, found
        The problem and its solution.
    draws, n_draws, firm_from, random_state, cancel
        As in :func:`sensitivity`; a draw is of shape (n_trainees, n_mentors).

    Returns
    -------
    Sensitivity
        Of (trainee, mentor). A pair stays where its trainee gets the same mentor; the loss of another mentor is that
        in the week that costs least.

    Raises
    ------
    InvalidInputError, ProblemError, AssignmentCancelledError
        As :func:`sensitivity`.

    Notes
    -----
    One solution a draw: 1 s for 100 draws at 64 trainees, 20 mentors and 6 weeks. Where rules are no flow, a draw
    chooses mentors as the solution was proven: by mentors alone, or by mentors and weeks without the rules that are
    no flow, and then by coverage and the total. So a share may be a little off where such a rule decides.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> weeks = WeekProblem.from_scores([[0.9, 0.2]], [1, 1], [[True, True], [True, True]])
    >>> shaken = week_sensitivity(weeks, assign_weeks(weeks), [[[0.8, 0.3]], [[0.7, 0.4]]])
    >>> shaken.firm.tolist(), shaken.runner_up.tolist(), shaken.margin.tolist()
    ([True], [1], [0.7])
    """
    count, draw = sampler(draws, n_draws, random_state)
    shape = weeks.problem.n_trainees, len(weeks.capacity)
    objective = found.solution.objective
    alone = found.by_mentors is not None
    problem = weeks.by_mentors if alone else weeks.loose
    if not alone and objective not in BY_TOTAL and not is_one_flow(weeks, objective):
        objective = "coverage_then_total"
    chosen = np.zeros(shape, dtype=np.int64)
    for number in range(count):
        scores = draw(number) if alone else _columns(weeks, draw(number))
        pairs = assign(with_scores(problem, scores), objective, cancel=cancel).pairs
        chosen[pairs[:, 0], pairs[:, 1] // (1 if alone else max(weeks.n_weeks, 1))] += 1
    pairs = found.bookings[:, :2]
    pins = {(int(i), int(j) // weeks.n_weeks) for i, j in weeks.problem.pinned}
    held = [bool(weeks.lifted[i]) or (int(i), int(j)) in pins for i, j in pairs]
    return marks(pairs, chosen, _loss(weeks, found), np.array(held, dtype=bool), count, firm_from)


def _loss(weeks: WeekProblem, found: WeekSolution) -> FloatArray:
    """Return what each other mentor would cost, in the best week; NaN where it is not known."""
    shape = weeks.problem.n_trainees, len(weeks.capacity)
    if is_one_flow(weeks, found.solution.objective):
        by_week = loss_of(weeks.problem, found.solution).reshape(*shape, weeks.n_weeks)
        best: FloatArray = by_week.min(axis=2, initial=np.inf)
        return best
    alone = found.by_mentors
    if alone is not None and found.apart is None and alone.gap == 0:
        return loss_of(weeks.by_mentors, alone)
    return np.where(weeks.by_mentors.open, np.nan, np.inf)


def _columns(weeks: WeekProblem, scores: NDArray[np.generic]) -> FloatArray:
    check_draw(scores, weeks.fixed.shape)
    drawn = scores.astype(np.float64)
    # Above what any choice of all other pairs can win with these scores, too.
    lift = max(weeks.lift, (len(drawn) + 1) * float(np.abs(drawn).max(initial=0.0)))
    lifted = drawn + np.where(weeks.lifted, lift, 0.0)[:, None]
    columns: FloatArray = np.repeat(lifted, weeks.n_weeks, axis=1)
    return columns
