"""A match of rows as they would be, held against the pairs that there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching import AssignmentProblem, MentorAffinity, Rematch, rematch, verify
from studio.arrays.matches import Floats, MatchArrays

DECIMALS = 6


@dataclass(frozen=True)
class Worth:
    """What pairs are worth.

    `objective` is the sum of their scores and `bound` what no choice of as many pairs can exceed; `gap` is the share
    of the bound that is missing. `verified`: an independent check has proven that none are better.
    """

    matched: int
    total: int
    objective: float
    bound: float | None
    gap: float | None
    verified: bool


@dataclass(frozen=True)
class Proposal:
    """Who would be with whom (trainee → mentor), each pair's score by its trainee, and what all are worth."""

    mentor_of: Mapping[UUID, UUID]
    score_of: Mapping[UUID, float]
    worth: Worth


def propose(
    arrays: MatchArrays,
    weights: Mapping[str, float],
    previous: Iterable[tuple[UUID, UUID]],
    *stabilities: float,
) -> list[Proposal]:
    """Return the match for each stability, as `matching.rematch` means it; among equals the previous pairs stay."""
    affinity = MentorAffinity().set_params(**weights).fit(arrays.mentors)
    scores = affinity.transform(arrays.trainees)
    problem = AssignmentProblem.from_scores(
        scores, arrays.capacity, forbidden=arrays.forbidden, pinned=arrays.pinned
    )
    row_of = {trainee_id: row for row, trainee_id in enumerate(arrays.trainee_ids)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    before = np.array(
        [
            (row_of[trainee_id], column_of[mentor_id])
            for trainee_id, mentor_id in previous
            if trainee_id in row_of and mentor_id in column_of
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    return [
        _proposal(arrays, scores, problem, rematch(problem, before, stability=stability))
        for stability in stabilities
    ]


def _proposal(arrays: MatchArrays, scores: Floats, problem: AssignmentProblem, found: Rematch) -> Proposal:
    certificate = verify(problem, found.solution)
    pairs = found.solution.pairs.tolist()
    return Proposal(
        {arrays.trainee_ids[row]: arrays.mentor_ids[column] for row, column in pairs},
        {arrays.trainee_ids[row]: float(scores[row, column]) for row, column in pairs},
        Worth(
            matched=found.solution.matched,
            total=len(arrays.trainee_ids),
            objective=round(certificate.primal, DECIMALS),
            bound=round(certificate.dual, DECIMALS),
            gap=round(certificate.gap, DECIMALS),
            verified=certificate.valid,
        ),
    )
