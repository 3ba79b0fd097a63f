"""What a choice of pairs that people made is worth beside the best one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem
from ..problem.posed import check_problem
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
    check_problem("judge", problem)
    given, shape = np.asarray(pairs), (problem.n_trainees, problem.n_mentors)
    chosen = given.reshape(-1, 2) if given.size == 0 else given
    if chosen.ndim != 2 or chosen.shape[1] != 2 or (chosen.size and chosen.dtype.kind not in "iu"):
        raise _refuse(
            "an integer array of (trainee, mentor) of shape (n, 2)", f"{given.dtype} of shape {given.shape}"
        )
    outside = ((chosen < 0) | (chosen >= np.array(shape))).any(axis=1)
    if outside.any():
        raise _refuse(
            f"pairs within {shape[0]} trainees and {shape[1]} mentors", f"{chosen[outside][0].tolist()}"
        )
    chosen = chosen.astype(np.int64)
    return verify(problem, assign(problem, objective).with_pairs(problem, chosen))


def _refuse(expected: str, came: str) -> InvalidInputError:
    return InvalidInputError(f"The 'pairs' parameter of judge must be {expected}. Got {came} instead.")
