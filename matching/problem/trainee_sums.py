"""What each trainee's mentors are worth together, and when trainees are compared by it."""

from __future__ import annotations

import numpy as np

from .assignment_problem import AssignmentProblem, BoolArray, IntArray


def compares_sums(problem: AssignmentProblem, n_pairs: int) -> bool:
    """Return whether the worst-off trainee of a choice of `n_pairs` pairs is the one of the lowest sum of scores.

    So it is where somebody has several mentors and everybody as many as their own rules allow; where places
    stay empty, sums of different numbers of mentors would be compared, so pairs are compared instead.
    """
    held = np.bincount(problem.pinned[:, 0], minlength=problem.n_trainees)
    reach = reachable(problem)
    several = (reach + np.where(reach > 0, held, 0)).max(initial=0) > 1
    return bool(several) and n_pairs - len(problem.pinned) == int(reach.sum())


def reachable(problem: AssignmentProblem) -> IntArray:
    """Return how many mentors beside the pins each trainee can have by own rules at most, shape (n_trainees,)."""
    offered = problem.open & (problem.free_capacity > 0)
    most: IntArray = np.minimum(problem.free_need, offered.sum(axis=1))
    columns = np.arange(problem.n_mentors)
    for quota in problem.quotas:
        if quota.parameter != "kinds":
            continue
        limit = quota.free_limit(problem.pinned)
        within = offered[:, quota.columns < 0].sum(axis=1)
        for kind in range(limit.shape[1]):
            within += np.minimum(
                offered[:, columns[quota.columns == kind]].sum(axis=1), limit[quota.rows, kind]
            )
        most = np.minimum(most, within)
    return np.maximum(most, 0)


def sums(problem: AssignmentProblem, pairs: IntArray) -> IntArray:
    """Return each trainee's sum of units over the given pairs, shape (n_trainees,)."""
    found = np.zeros(problem.n_trainees, np.int64)
    np.add.at(found, pairs[:, 0], problem.units[pairs[:, 0], pairs[:, 1]])
    return found


def have_a_say(problem: AssignmentProblem) -> BoolArray:
    """Return whose sum is compared, shape (n_trainees,): all who can have a mentor beside the pinned ones."""
    found: BoolArray = reachable(problem) > 0
    return found


def lowest_sum(problem: AssignmentProblem, pairs: IntArray) -> int:
    """Return the lowest sum of a trainee who has a say; `pairs` are all pairs, pins included."""
    return int(sums(problem, pairs)[have_a_say(problem)].min())
