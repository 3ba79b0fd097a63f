"""Which limits pins, places or one another leave no room for, and which ones given pairs break."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np

from studio.arrays.limits import Integers
from studio.arrays.matches import MatchArrays
from studio.store.limits import LimitRule
from studio.store.pairings import Seat

# A rule with the pairs that are asked for and that there can be.
Excess = tuple[LimitRule, int, int]


def minimums_over_places(arrays: MatchArrays) -> dict[int, int]:
    """Return mentors (columns) whose minimum is above their places, with how many there are."""
    minimum, capacity = arrays.limits.minimum_load, arrays.capacity
    return {column: int(capacity[column]) for column in np.flatnonzero(minimum > capacity).tolist()}


def minimums_over_trainees(arrays: MatchArrays) -> dict[int, int]:
    """Return mentors (columns) whose minimums together ask for more trainees than there are, and lower ones that fit.

    As few as can be are taken away in all, and from those that ask most.
    """
    minimum = arrays.limits.minimum_load.copy()
    lowered: set[int] = set()
    while minimum.sum() > len(arrays.seats):
        column = int(np.argmax(minimum))
        minimum[column] -= 1
        lowered.add(column)
    return {column: int(minimum[column]) for column in sorted(lowered)}


def quotas_below_pins(arrays: MatchArrays) -> list[Excess]:
    """Return the quotas that pins and locks exceed."""
    pins = np.argwhere(arrays.pinned).astype(np.int64).reshape(-1, 2)
    return arrays.limits.exceeded(pins, len(arrays.seats))


def quotas_below_minimums(arrays: MatchArrays) -> list[Excess]:
    """Return the quotas of mentors together that lie below what their minimums ask in all."""
    found = []
    for quota, rule in arrays.limits.column_groups:
        labels = np.asarray(quota.labels)
        asked = [
            int(arrays.limits.minimum_load[labels == label].sum()) for label in range(int(labels.max()) + 1)
        ]
        if max(asked, default=0) > rule.number:
            found.append((rule, max(asked), rule.number))
    return found


def quotas_broken_by(arrays: MatchArrays, mentor_of: Mapping[Seat, UUID]) -> list[LimitRule]:
    """Return the quotas that pairs (seat → mentor) exceed."""
    pairs = _pair_array(arrays, mentor_of)
    return [rule for rule, _, _ in arrays.limits.exceeded(pairs, len(arrays.seats))]


def minimums_missed_by(arrays: MatchArrays, mentor_of: Mapping[Seat, UUID]) -> list[LimitRule]:
    """Return the minimums that pairs (seat → mentor) do not meet."""
    return [rule for rule, _, _ in arrays.limits.missed(_pair_array(arrays, mentor_of))]


def _pair_array(arrays: MatchArrays, mentor_of: Mapping[Seat, UUID]) -> Integers:
    """Return pairs as (row, column), shape (n_pairs, 2); who is not in the arrays is left out."""
    row_of = {seat: row for row, seat in enumerate(arrays.seats)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    pairs = [
        (row_of[seat], column_of[mentor_id])
        for seat, mentor_id in mentor_of.items()
        if seat in row_of and mentor_id in column_of
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
