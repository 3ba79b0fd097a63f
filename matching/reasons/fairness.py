"""How evenly a match treats people: scores and loads, pairs that would rather be together, envy, means by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.solution import FloatArray, Solution
from .questions import check_fits

QUANTILES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Spread:
    """How a figure spreads over the mentors.

    Attributes
    ----------
    smallest, largest, mean, std : float
        In the unit of the figure, `std` around the mean; 0 where there are no mentors.
    """

    smallest: float
    largest: float
    mean: float
    std: float


@dataclass(frozen=True)
class GroupFigures:
    """How one group of trainees fares.

    Attributes
    ----------
    attribute : str
        What the trainees are grouped by, such as ``"county"``.
    label : int
        The group.
    n_trainees, n_unmatched : int
        Trainees in the group, and those with fewer mentors than they need.
    mean, lowest : float
        Of the scores of the group's pairs; NaN without a pair.
    """

    attribute: str
    label: int
    n_trainees: int
    n_unmatched: int
    mean: float
    lowest: float


@dataclass(frozen=True, eq=False)
class Fairness:
    """Figures about a match; none of them puts people in an order.

    Attributes
    ----------
    blocking_pairs : int64 array of shape (n, 2)
        (trainee, mentor) that are allowed and not chosen although both would be better off: the trainee has a
        free need or a mentor of a lower score, the mentor a free place or a trainee of a lower score, and the
        quotas allow it once both have given these up. Pinned pairs are not given up.
    envious : int64 array of shape (n,)
        Trainees who would rather have a mentor whom somebody else has: an allowed pair of a higher score than
        their own lowest, or any allowed mentor of another if they have fewer than they need. Ascending.
    load : Spread
        Trainees per mentor.
    use : Spread
        Load divided by capacity, over the mentors with a place.
    worst_off : float
        Lowest score of a pair; NaN without pairs.
    lowest_sum : float
        Lowest sum of the scores of a trainee's pairs, over the trainees with a pair; NaN without pairs.
    quantiles : float array of shape (5,)
        Scores of the pairs at 0, 25, 50, 75 and 100 %; NaN without pairs.
    groups : tuple of GroupFigures
        By attribute in the order given, then by label.
    """

    blocking_pairs: IntArray
    envious: IntArray
    load: Spread
    use: Spread
    worst_off: float
    lowest_sum: float
    quantiles: FloatArray
    groups: tuple[GroupFigures, ...]

    @property
    def n_blocking(self) -> int:
        """Number of blocking pairs."""
        return len(self.blocking_pairs)


def fairness(
    problem: AssignmentProblem, solution: Solution, groups: Mapping[str, ArrayLike] | None = None
) -> Fairness:
    """Report how evenly a match treats trainees and mentors.

    Parameters
    ----------
    problem, solution
        The problem and a solution of any objective.
    groups : mapping of str to integer array of shape (n_trainees,), optional
        Labels of the trainees by attribute (county, role), from 0; -1 for a trainee in no group.

    Returns
    -------
    Fairness

    Raises
    ------
    InvalidInputError
        If the solution is none of this problem, or labels have a wrong shape or are not whole numbers from -1 up.

    Notes
    -----
    A few passes over the table of scores. One score serves both sides, so that a blocking pair is one that both
    would be worth more in; a match of highest total or of even scores may have some, and need not avoid them.

    References
    ----------
    D. Gale and L. S. Shapley, "College admissions and the stability of marriage", American Mathematical
    Monthly 69 (1962).

    Examples
    --------
    >>> from matching import assign
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> report = fairness(problem, assign(problem), groups={"county": [0, 1]})
    >>> report.blocking_pairs.tolist(), report.envious.tolist(), report.worst_off
    ([[0, 0]], [0], 0.8)
    >>> [(figures.attribute, figures.label, figures.mean) for figures in report.groups]
    [('county', 0, 0.8), ('county', 1, 0.8)]
    """
    check_fits("fairness", problem, solution)
    if groups is not None and not isinstance(groups, Mapping):
        raise InvalidInputError(
            "The 'groups' parameter of fairness must be a mapping of attributes to labels. "
            f"Got {type(groups).__name__} instead."
        )
    rows, columns = solution.pairs.T
    scores = problem.units[rows, columns] / problem.units_per_score
    used = problem.capacity > 0
    return Fairness(
        blocking_pairs=np.argwhere(_blocking(problem, solution)).astype(np.int64),
        envious=np.flatnonzero(_envious(problem, solution)),
        load=_spread(solution.load),
        use=_spread(solution.load[used] / problem.capacity[used]),
        worst_off=float(scores.min()) if len(scores) else float("nan"),
        lowest_sum=_lowest_sum(rows, scores),
        quantiles=np.quantile(scores, QUANTILES) if len(scores) else np.full(len(QUANTILES), np.nan),
        groups=_group_figures(problem, solution, groups or {}),
    )


def _lowest_sum(trainees: IntArray, scores: FloatArray) -> float:
    _, place = np.unique(trainees, return_inverse=True)
    return float(np.bincount(place, scores).min()) if len(scores) else float("nan")


def _spread(values: ArrayLike) -> Spread:
    given = np.asarray(values, dtype=np.float64)
    if not given.size:
        return Spread(0.0, 0.0, 0.0, 0.0)
    return Spread(float(given.min()), float(given.max()), float(given.mean()), float(given.std()))


def _chosen(problem: AssignmentProblem, solution: Solution) -> BoolArray:
    chosen = np.zeros(problem.units.shape, dtype=bool)
    chosen[solution.pairs[:, 0], solution.pairs[:, 1]] = True
    return chosen


def _lowest(problem: AssignmentProblem, given_up: BoolArray, axis: int) -> tuple[IntArray, IntArray]:
    """Return the lowest score of each row or column among the pairs that may be given up, and its place."""
    most = np.iinfo(np.int64).max
    worth = np.where(given_up, problem.units, most)
    if not worth.shape[axis]:
        length = worth.shape[1 - axis]
        return np.full(length, np.iinfo(np.int64).min), np.full(length, -1)
    lowest, place = worth.min(axis=axis), worth.argmin(axis=axis)
    nobody = lowest == most
    return np.where(nobody, np.iinfo(np.int64).min, lowest), np.where(nobody, -1, place)


def _blocking(problem: AssignmentProblem, solution: Solution) -> BoolArray:
    chosen = _chosen(problem, solution)
    given_up = chosen & problem.open
    degree = chosen.sum(axis=1)
    own, own_place = _lowest(problem, given_up, axis=1)
    held, held_place = _lowest(problem, given_up, axis=0)
    short, room = degree < problem.need, solution.load < problem.capacity
    # Nobody who has all that is needed, pinned, can give anything up, and no full mentor of pins either.
    trainee_would = short[:, None] | ((own_place >= 0)[:, None] & (problem.units > own[:, None]))
    mentor_would = room | ((held_place >= 0) & (problem.units > held))
    may: BoolArray = problem.open & ~chosen & trainee_would & mentor_would
    rows, columns = np.nonzero(may)
    left = np.where(short, -1, own_place), np.where(room, -1, held_place)
    for quota in problem.quotas:
        cell = quota.cells(rows, columns)
        left_over = np.append((quota.limit - quota.counts(solution.pairs)).ravel(), 1)
        by_trainee = (left[0][rows] >= 0) & (quota.cells(rows, left[0][rows]) == cell)
        by_mentor = (left[1][columns] >= 0) & (quota.cells(left[1][columns], columns) == cell)
        over = (cell >= 0) & (left_over[cell] + by_trainee + by_mentor <= 0)
        may[rows[over], columns[over]] = False
    return may


def _envious(problem: AssignmentProblem, solution: Solution) -> BoolArray:
    chosen = _chosen(problem, solution)
    own, place = _lowest(problem, chosen & problem.open, axis=1)
    short = chosen.sum(axis=1) < problem.need
    others = (solution.load - chosen) > 0
    wanted = short[:, None] | ((place >= 0)[:, None] & (problem.units > own[:, None]))
    found: BoolArray = (problem.open & ~chosen & others & wanted).any(axis=1)
    return found


def _group_figures(
    problem: AssignmentProblem, solution: Solution, groups: Mapping[str, ArrayLike]
) -> tuple[GroupFigures, ...]:
    rows, columns = solution.pairs.T
    scores = problem.units[rows, columns] / problem.units_per_score
    unmatched = np.zeros(problem.n_trainees, dtype=bool)
    unmatched[solution.unmatched] = True
    found = []
    for attribute, given in groups.items():
        labels = _labels(attribute, given, problem.n_trainees)
        for label in np.unique(labels[labels >= 0]):
            inside, of_group = labels == label, scores[labels[rows] == label]
            figures = (float(of_group.mean()), float(of_group.min())) if len(of_group) else (np.nan, np.nan)
            counts = int(inside.sum()), int(unmatched[inside].sum())
            found.append(GroupFigures(attribute, int(label), *counts, *figures))
    return tuple(found)


def _labels(attribute: str, given: ArrayLike, n_trainees: int) -> IntArray:
    labels = np.asarray(given)
    whole = labels.dtype.kind in "iu" or labels.size == 0
    if labels.shape != (n_trainees,) or not whole or (labels < -1).any():
        raise InvalidInputError(
            f"The 'groups' parameter of fairness must give each trainee a label from -1 up under '{attribute}', "
            f"integers of shape ({n_trainees},). Got {labels.dtype} of shape {labels.shape} instead."
        )
    return labels.astype(np.int64)
