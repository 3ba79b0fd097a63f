"""Rules that are no flow, such as quotas of a county and of a role: an integer programme, aim after aim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array, vstack

from ..exceptions import MatchingError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import LevelPrices, Solution
from ..problem.trainee_sums import compares_sums
from ..watch import Watch
from .crossing_aims import balanced, leximin, worst_off
from .minimums import check_minimums
from .programme import Programme, programme

# What one pair more counts, in parts of the spread of the scores, where a choice of most pairs is looked for.
_BONUS: Final = 3
_AIMS: Final = {"worst_off_then_total": worst_off, "leximin": leximin, "balanced_load": balanced}


def assign_crossing(problem: AssignmentProblem, objective: str, report: Watch) -> Solution:
    """Choose the best pairs within rules that are no flow, for one aim after another.

    The bound is that of the linear programme (pairs may be chosen in part), so the gap says how far the answer
    is from what is proven; HiGHS's own proof by branching cannot be recomputed from the answer.

    Raises
    ------
    ProblemError
        OBJECTIVE_CROSSING, where the worst-off trainee would be found by sums over several mentors.
    MinimumLoadError
        When the minimums cannot all be met.

    References
    ----------
    Q. Huangfu and J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical Programming
    Computation 10 (2018).
    """
    every = _with_minimums(problem, programme(problem))
    report(0.1)
    units, steady = without_steady(problem, every.pairs)
    stage, n_pairs = (every, 0) if objective == "total" else _of_most_pairs(every, units)
    if objective == "worst_off_then_total" and compares_sums(problem, len(problem.pinned) + n_pairs):
        raise ProblemError(
            "OBJECTIVE_CROSSING",
            "objective",
            "The 'objective' parameter of assign must not compare sums over several mentors where quotas cross. "
            f"Got {objective!r} instead; make the quotas nested, or ask for leximin.",
        )
    report(0.3)
    chosen = np.zeros(0, np.int64)
    if objective in _AIMS:
        stage, chosen = _AIMS[objective](problem, stage, report)
    if objective != "leximin":
        richest = stage.best(units)
        chosen = chosen if richest is None else richest
    report(0.9)
    limit, prices = stage.bound(units)
    pins = int(problem.units_of(problem.pinned).sum())
    free = int(units[chosen].sum())
    bound = free if objective == "leximin" else max(limit, free)
    pairs = np.concatenate([problem.pinned, every.pairs[chosen]])
    quotas = tuple(np.zeros_like(quota.limit) for quota in problem.quotas)
    none = LevelPrices(np.zeros_like(problem.capacity), np.zeros_like(problem.need), quotas)
    score = _score_prices(problem, prices)
    solution = Solution.proven(problem, objective, pairs, bound + pins + steady, none, score)
    return replace(solution, proof="linear_programme")


def without_steady(problem: AssignmentProblem, pairs: IntArray) -> tuple[IntArray, int]:
    """Return what each pair is worth, less what its trainee brings in any choice, and the sum of the latter.

    A trainee who must have all mentors needed may count far more than others; such numbers would drown theirs.
    """
    units = problem.units[pairs[:, 0], pairs[:, 1]]
    must = np.zeros(problem.n_trainees, dtype=bool)
    for quota in problem.quotas:
        if quota.parameter == "need":
            must |= quota.free_minimum(problem.pinned)[:, 0] >= problem.free_need
    least = np.full(problem.n_trainees, np.iinfo(np.int64).max)
    np.minimum.at(least, pairs[:, 0], units)
    found = must & (problem.free_need > 0) & (least < np.iinfo(np.int64).max)
    steady = np.where(found, least, 0)
    return units - steady[pairs[:, 0]], int((steady * problem.free_need).sum())


def _with_minimums(problem: AssignmentProblem, every: Programme) -> Programme:
    """Return the programme with a choice that meets the minimums.

    Raises
    ------
    MinimumLoadError
        Where there is none, with the fewest minimums that would have to be given up.
    """
    asked = np.isfinite(every.minimum)
    if not asked.any():
        return replace(every, known=np.zeros(0, np.int64))
    # A column for each pair that could be missing.
    short = np.repeat(np.arange(int(asked.sum())), every.minimum[asked].astype(np.int64))
    place = short, len(every.pairs) + np.arange(len(short))
    lack = csr_array((np.ones(len(short), np.int64), place), shape=(int(asked.sum()), place[1][-1] + 1))
    loose = replace(every, minimum=np.full(len(every.limit), -np.inf))
    loose = loose.with_columns(csr_array((len(every.limit), len(short)), dtype=np.int64))
    wide = every.with_columns(csr_array((len(every.limit), len(short)), dtype=np.int64))
    # The type stubs know no sparse matrix here; SciPy takes it.
    matrix: Any = vstack([loose.matrix, wide.matrix[asked] + lack])
    loose = replace(
        loose,
        matrix=matrix.tocsr(),
        limit=np.append(loose.limit, np.full(int(asked.sum()), np.inf)),
        minimum=np.append(loose.minimum, every.minimum[asked]),
    )
    chosen = loose.best(np.append(np.zeros(len(every.pairs), np.int64), np.full(len(short), -1)))
    if chosen is None:
        raise MatchingError("The integer programme of the minimums ended without a choice.")
    check_minimums(problem, np.concatenate([problem.pinned, every.pairs[chosen]]))
    return replace(every, known=chosen)


def _of_most_pairs(every: Programme, units: IntArray) -> tuple[Programme, int]:
    """Return the choices of most pairs, and how many those are.

    A choice in which one pair more counts as much as some good scores is quicker to find, since fewer are equal, and
    it mostly has as many as the linear programme allows.
    """
    ones = np.ones(len(every.pairs), np.int64)
    if len(units):
        every = replace(every, known=every.best(units + _BONUS * int(np.ptp(units)) - int(units.min()) + 1))
    most = every.best(ones)
    n_pairs = 0 if most is None else len(most)
    return every.within(ones, n_pairs, np.inf, most), n_pairs


def _score_prices(problem: AssignmentProblem, prices: IntArray) -> LevelPrices:
    """Return the prices of needs, mentors and quotas."""
    sizes = [problem.n_trainees, problem.n_mentors, *(quota.limit.size for quota in problem.quotas)]
    parts = np.split(prices[: sum(sizes)], np.cumsum(sizes[:-1]))
    quotas = tuple(
        part.reshape(quota.limit.shape) for part, quota in zip(parts[2:], problem.quotas, strict=True)
    )
    return LevelPrices(parts[1], parts[0], quotas)
