"""What pairs are worth under the aim that they were chosen for, and where they miss it, by their total."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import numpy as np

from matching import AssignmentProblem, Certificate, Solution, assign, verify
from studio.arrays.matches import Floats, Integers, MatchArrays
from studio.store.pairings import Seat

# Aims of which a choice is proven or not: there is no gap to tell how far it is from them.
BY_TOTAL = frozenset({"coverage_then_total", "total"})


def judged(problem: AssignmentProblem, solution: Solution) -> Certificate:
    """Check pairs against the prices beside them.

    Pairs that are allowed but miss an aim that comes before the total are no optimum. Then the bound is that of the
    total alone over as many pairs, which is what their own total can be held against.
    """
    certificate = verify(problem, solution)
    if certificate.valid or solution.objective in BY_TOTAL:
        return certificate
    best = assign(problem).with_pairs(problem, solution.pairs)
    return replace(verify(problem, best), valid=False)


def stored_choice(
    arrays: MatchArrays, scores: Floats, chosen: Iterable[tuple[Seat, UUID, float]]
) -> tuple[Floats, Integers]:
    """Return scores and pairs of a stored run: `chosen` (seat, mentor, score) count as they were stored."""
    row_of = {seat: row for row, seat in enumerate(arrays.seats)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    known = scores.copy()
    pairs = []
    for seat, mentor_id, score in chosen:
        pair = row_of[seat], column_of[mentor_id]
        known[pair] = score
        pairs.append(pair)
    return known, np.array(pairs, dtype=np.int64).reshape(-1, 2)
