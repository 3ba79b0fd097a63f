"""Limits of people over their weeks: of groups, of two seats, and of persons on both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.exclusions import Exclusion
from ..problem.quotas import Quota


def spread(quotas: tuple[Quota, ...], mentor_of: IntArray, parameter: str) -> list[Quota]:
    """Return limits on mentors as limits on their weeks together."""
    return [
        replace(quota, columns=quota.columns[mentor_of]) for quota in quotas if quota.parameter == parameter
    ]


def one_each(trainee_of: IntArray, *labels: IntArray) -> list[Quota]:
    """Return that no trainee has two pairs in columns of one label; nothing where each has one row only."""
    n_trainees = int(trainee_of.max(initial=-1)) + 1
    if n_trainees == len(trainee_of):
        return []
    found = []
    for label in labels:
        limit = np.ones((n_trainees, int(label.max(initial=-1)) + 1), np.int64)
        found.append(Quota("groups", trainee_of, label, limit, np.zeros_like(limit)))
    return found


def exclusions(
    people: IntArray, trainee_of: IntArray, places: IntArray, pinned: IntArray
) -> tuple[Exclusion, ...]:
    """Return that each of these people, as (row, mentor), is on one side only in every week."""
    n_mentors, n_weeks = places.shape
    found = []
    for trainee, mentor in sorted({(int(trainee_of[row]), int(mentor)) for row, mentor in people}):
        own = np.flatnonzero(trainee_of == trainee)
        for week in np.flatnonzero(places[mentor]).tolist():
            every = np.arange(n_mentors) * n_weeks + week
            rule = Exclusion(own, every, mentor * n_weeks + week, int(places[mentor, week]))
            if not rule.exceeded(pinned):
                found.append(rule)
    return tuple(found)
