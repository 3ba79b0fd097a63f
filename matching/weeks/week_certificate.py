"""Check of a solution with weeks from the problem alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..proof.certificate import Certificate, rule_faults, verify
from .week_problem import WeekProblem
from .week_solution import WeekSolution


def verify_weeks(weeks: WeekProblem, found: WeekSolution, tolerance: float = 1e-6) -> Certificate:
    """Check mentors and weeks against every rule, and that no choice is better, without any code of the solver.

    Parameters
    ----------
    weeks : WeekProblem
        The problem as it was posed.
    found : WeekSolution
        The answer to check.
    tolerance : float, default 1e-6
        As in :func:`verify`.

    Returns
    -------
    Certificate
        In scores alone. Its limit is that of the prices of mentors alone, of those of mentors and weeks where rules
        that are no flow are left out (both limit every choice within more rules, too), or of a linear programme.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> weeks = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=[[True, True]])
    >>> verify_weeks(weeks, assign_weeks(weeks)).valid
    True
    """
    whole, columns = weeks.whole, found.solution
    if not np.array_equal(weeks.bookings(columns.pairs), found.bookings):
        return _refused(verify(whole, columns), "BOOKINGS_WRONG: bookings are not the pairs of the solution")
    faults = rule_faults(whole, columns)
    if found.by_mentors is not None:
        mentors = weeks.by_mentors if found.apart is None else weeks.apart(found.apart)
        judged = verify(mentors, found.by_mentors, tolerance)
        if not np.array_equal(found.by_mentors.pairs, found.bookings[:, :2]):
            return _refused(judged, "BOOKINGS_WRONG: bookings are not the pairs of the mentors alone")
    else:
        # Prices are of the problem that was solved: all rules, or those that are a flow.
        posed = whole if len(columns.quota_prices) == len(whole.quotas) else weeks.loose
        judged = verify(posed, columns, tolerance)
        judged = replace(judged, primal=judged.primal - found.lift, dual=judged.dual - found.lift)
    more = [fault for fault in faults if fault not in judged.violations]
    return replace(judged, valid=judged.valid and not more, violations=(*judged.violations, *more))


def _refused(judged: Certificate, fault: str) -> Certificate:
    return replace(judged, valid=False, violations=(*judged.violations, fault))
