"""Minimum loads that cannot be met, reported with the smallest relaxation."""

from __future__ import annotations

import numpy as np

from ..exceptions import MinimumLoadError
from ..problem.assignment_problem import AssignmentProblem, IntArray


def check_minimums(problem: AssignmentProblem, pairs: IntArray) -> None:
    """Refuse pairs that miss a minimum, taken to be those that miss the fewest.

    Raises
    ------
    MinimumLoadError
        With the smallest relaxation.
    """
    missing = problem.minimum_load - np.bincount(pairs[:, 1], minlength=problem.n_mentors)
    shortfall = tuple((int(mentor), int(missing[mentor])) for mentor in np.flatnonzero(missing > 0))
    words = [f"mentor {mentor} by {count}" for mentor, count in shortfall]
    lacking, left_out = [], []
    for position, quota in enumerate(problem.quotas):
        if quota.parameter == "need":
            alone = (quota.minimum - quota.counts(pairs))[:, 0]
            left_out += np.flatnonzero(alone > 0).tolist()
            continue
        short = (quota.minimum - quota.counts(pairs))[0] if quota.minimum.any() else np.zeros(0, np.int64)
        lacking += [(position, int(group), int(short[group])) for group in np.flatnonzero(short > 0)]
    words += [f"column group {group} by {count}" for _, group, count in lacking]
    words += [f"what trainee {trainee} must have" for trainee in left_out]
    if words:
        raise MinimumLoadError(
            f"The minimum loads cannot all be met with the open pairs. The smallest relaxation lowers "
            f"{', '.join(words)}; or allow forbidden pairs with these mentors.",
            shortfall,
            tuple(lacking),
            tuple(left_out),
        )
