"""What a choice of pairs that people made is worth beside the best one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem
from ..proof.certificate import Certificate, verify
from ..solver.assignment import assign


def judge(
    problem: AssignmentProblem, pairs: ArrayLike, objective: str = "coverage_then_total"
) -> Certificate:
    """Check pairs from any source against the prices of the best choice.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem as it stands.
    pairs : integer array of shape (n_pairs, 2)
        (trainee, mentor), in any order.
    objective : str
        As in :func:`assign`.

    Returns
    -------
    Certificate
        `valid` only when the pairs obey every rule and no choice is better; otherwise `violations` says what
        is wrong. Its `dual` is what no choice of as many pairs as possible can exceed.

    Raises
    ------
    InvalidInputError
        If `pairs` are not pairs within the problem, or for an unknown objective.
    MinimumLoadError
        As :func:`assign`.

    Notes
    -----
    Solves the problem once and passes over the scores once.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> certificate = judge(problem, [[0, 0], [1, 1]])
    >>> certificate.valid, certificate.primal, certificate.dual, round(certificate.gap, 6)
    (False, 1.0, 1.6, 0.375)
    """
    chosen = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    if ((chosen < 0) | (chosen >= np.array([problem.n_trainees, problem.n_mentors]))).any():
        raise InvalidInputError(
            f"The 'pairs' parameter of judge must lie within {problem.n_trainees} trainees and "
            f"{problem.n_mentors} mentors. Got {chosen.max(axis=0).tolist()} as the largest instead."
        )
    return verify(problem, assign(problem, objective).with_pairs(problem, chosen))
