"""Pins and locks of one mentor that do not fit into the weeks in which both sides are free."""

import numpy as np

from matching import AssignmentProblem, assign
from studio.arrays.matches import MatchArrays
from studio.arrays.week_matches import weeks_of


def most_in_weeks(arrays: MatchArrays, column: int, rows: list[int]) -> int:
    """Return how many of these trainees can be with a mentor, each in a week in which both are free.

    A trainee is fixed to one mentor, so what is fixed to others takes nothing away.
    """
    weeks = weeks_of(arrays)
    places = np.maximum(weeks.weekly_capacity[column] - weeks.booked[column], 0)
    places = np.where(weeks.mentor_weeks[column], places, 0)
    free = weeks.trainee_weeks[rows].copy()
    for row, of, week in weeks.kept.tolist():
        if row in rows and of == column:
            # It stays in its own week.
            free[rows.index(row)] = np.arange(len(weeks.mondays)) == week
    problem = AssignmentProblem.from_scores(np.zeros(free.shape), places, forbidden=~free)
    return assign(problem).matched
