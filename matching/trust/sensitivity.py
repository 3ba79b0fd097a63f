"""How much to trust a pair: whether it stays chosen when the scores are somewhat different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.solution import FloatArray, Solution
from ..reasons.prices import PRICED, prices
from ..reasons.questions import check_fits
from ..solver.assignment import assign

ScoreDraw = Callable[[np.random.Generator], FloatArray]
ScoreSolver = Callable[[FloatArray], IntArray]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Which pairs of a solution are firm, and who comes next where they are not.

    Attributes
    ----------
    pairs : int64 array of shape (n_pairs, 2)
        The solution's pairs, in its order.
    stays : float array of shape (n_pairs,), in [0, 1]
        Share of the draws whose best choice holds the pair, too.
    runner_up : int64 array of shape (n_pairs,)
        The mentor, other than the trainee's own, whom the trainee gets most often in the draws; where that is
        nobody, or the same for several, the one who could be forced at the least loss. −1 where no other
        mentor is possible without leaving one more place of a trainee empty.
    margin : float array of shape (n_pairs,)
        What the total loses, with the scores as they are, if the runner-up is forced, as :func:`prices` has
        it; infinity where a trainee would be left out or there is no runner-up, NaN for an objective without
        such prices.
    firm : bool array of shape (n_pairs,)
        True where `stays` is at least the share asked for and no other mentor is exactly as good; otherwise
        the pair is close.
    pinned : bool array of shape (n_pairs,)
        True where a pin holds the pair, whatever the scores are; such pairs are firm and are not counted.
    n_draws : int
        How many scores were tried.
    """

    pairs: IntArray
    stays: FloatArray
    runner_up: IntArray
    margin: FloatArray
    firm: BoolArray
    pinned: BoolArray
    n_draws: int

    @property
    def share_firm(self) -> float:
        """Share of firm pairs among those that no pin holds; NaN where there are none."""
        free = self.firm[~self.pinned]
        return float(free.mean()) if len(free) else float("nan")


def sensitivity(
    problem: AssignmentProblem,
    solution: Solution,
    draws: ArrayLike | ScoreDraw,
    n_draws: int = 100,
    firm_from: float = 0.9,
    random_state: int = 0,
    cancel: Callable[[], bool] | None = None,
    solve: ScoreSolver | None = None,
) -> Sensitivity:
    """Solve again under other scores that may be the true ones, and mark each pair firm or close.

    Parameters
    ----------
    problem, solution
        The problem and its solution; the objective is the solution's.
    draws : array of shape (n_draws, n_trainees, n_mentors), or callable
        Scores in place of the problem's own, or a function of a random generator that returns one such table
        of shape (n_trainees, n_mentors), as :func:`affinity_draws` makes it.
    n_draws : int, default 100
        How often a callable is called; an array is used whole.
    firm_from : float in [0, 1], default 0.9
        The share of draws in which a firm pair stays at least.
    random_state : int, default 0
        Seed; draw k has a generator of its own that depends on the seed and k alone.
    cancel : callable, optional
        As in :func:`assign`.
    solve : callable, optional
        Returns the best pairs, int array of shape (n_pairs, 2), under the scores of a draw, where the problem does
        not say all that must hold; by default those of the problem with these scores.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InvalidInputError
        If a parameter is out of range, or a draw has another shape than the problem.
    ProblemError
        If a draw holds scores that no problem may hold.
    AssignmentCancelledError
        When `cancel` said so.

    Notes
    -----
    One solution a draw: 0.1 s for 100 draws at 64 × 20. With 100 draws a share has a standard error of at
    most 0.05, so a share near `firm_from` may fall on either side under another seed.

    References
    ----------
    A. Saltelli et al., "Global Sensitivity Analysis: The Primer" (2008), chapter 1: move all inputs at once,
    not one at a time.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.2], [0.50, 0.51]], capacity=[2, 2])
    >>> shaken = sensitivity(
    ...     problem, assign(problem), lambda random: problem.units / 1e6 + random.normal(0, 0.1, (2, 2))
    ... )
    >>> shaken.firm.tolist(), shaken.runner_up.tolist(), shaken.share_firm
    ([True, False], [1, 0], 0.5)
    """
    check_fits("sensitivity", problem, solution)
    count, draw = sampler(draws, n_draws, random_state)
    chosen = np.zeros((problem.n_trainees, problem.n_mentors), dtype=np.int64)
    for number in range(count):
        scores = draw(number)
        drawn = with_scores(problem, scores)
        if solve is None:
            rows, columns = assign(drawn, solution.objective, cancel=cancel).pairs.T
        else:
            rows, columns = solve(scores.astype(np.float64)).T
        chosen[rows, columns] += 1
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    pinned = np.array([(int(i), int(j)) in pins for i, j in solution.pairs], dtype=bool)
    return marks(solution.pairs, chosen, loss_of(problem, solution), pinned, count, firm_from)


def marks(
    pairs: IntArray, chosen: IntArray, loss: FloatArray, pinned: BoolArray, count: int, firm_from: float
) -> Sensitivity:
    """Return the marks of pairs from how often each pair was chosen in the draws, and what each would cost.

    `chosen` and `loss` are of shape (n_trainees, n_mentors), the loss as `loss_of` returns it.
    """
    if not 0 <= firm_from <= 1:
        raise _refuse("firm_from", "from 0 to 1", f"{firm_from!r}")
    own = tuple(pairs.T)
    stays = chosen[own] / count
    loss = loss.copy()
    loss[own] = np.inf
    trainees = pairs[:, 0]
    runner_up = _runners_up(chosen, loss, own)[trainees]
    margin = np.where(runner_up >= 0, loss[trainees, runner_up], np.inf)
    tied = (loss[trainees] == 0).any(axis=1)
    return Sensitivity(pairs, stays, runner_up, margin, (stays >= firm_from) & ~tied, pinned, count)


def sampler(
    draws: ArrayLike | ScoreDraw, n_draws: int, random_state: int
) -> tuple[int, Callable[[int], NDArray[np.generic]]]:
    """Return how many draws there are, and the function that gives each."""
    if callable(draws):
        if n_draws < 1:
            raise _refuse("n_draws", "at least 1", f"{n_draws!r}")
        if random_state < 0:
            raise _refuse("random_state", "zero or more", f"{random_state!r}")
        drawn = draws
        return n_draws, lambda number: np.asarray(drawn(np.random.default_rng([random_state, number])))
    tables = np.asarray(draws)
    if tables.ndim != 3 or not len(tables):
        expected = "a function, or an array of shape (n_draws, n_trainees, n_mentors) with at least one draw"
        raise _refuse("draws", expected, f"shape {tables.shape}")
    return len(tables), lambda number: np.asarray(tables[number])


def with_scores(problem: AssignmentProblem, scores: NDArray[np.generic]) -> AssignmentProblem:
    """Return the problem with other scores, shape (n_trainees, n_mentors)."""
    check_draw(scores, (problem.n_trainees, problem.n_mentors))
    posed = AssignmentProblem.from_scores(scores, problem.capacity)
    scale = posed.units_per_score
    return replace(problem, units=posed.units, units_per_score=scale, blocks=None, rules=None)


def check_draw(scores: NDArray[np.generic], shape: tuple[int, int]) -> None:
    """Refuse a draw of another shape than (n_trainees, n_mentors)."""
    if scores.shape != shape:
        raise _refuse("draws", f"scores of shape {shape}", f"shape {scores.shape}")


def loss_of(problem: AssignmentProblem, solution: Solution) -> FloatArray:
    """Return what each other pair would cost; infinity where a trainee would be left out, NaN where it cannot be."""
    if solution.objective not in PRICED:
        loss = np.where(problem.open, np.nan, np.inf)
    else:
        loss = -prices(problem, solution)
        loss[np.isnan(loss)] = np.inf
    return loss


def _runners_up(chosen: IntArray, loss: FloatArray, own: tuple[IntArray, ...]) -> IntArray:
    """Return each trainee's first mentor outside the solution: most often chosen, then least loss, then first."""
    possible = (chosen > 0) | ~np.isposinf(loss)
    possible[own] = False
    best = np.full(len(chosen), -1, dtype=np.int64)
    for trainee in np.flatnonzero(possible.any(axis=1)):
        columns = np.flatnonzero(possible[trainee])
        order = np.lexsort((columns, np.nan_to_num(loss[trainee, columns]), -chosen[trainee, columns]))
        best[trainee] = columns[order[0]]
    return best


def _refuse(parameter: str, expected: str, came: str) -> InvalidInputError:
    return InvalidInputError(
        f"The '{parameter}' parameter of sensitivity must be {expected}. Got {came} instead."
    )
