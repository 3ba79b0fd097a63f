"""A match of rows as they would be, held against the pairs that there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from matching import AssignmentProblem, MentorAffinity, Solution
from studio.arrays.judging import judged
from studio.arrays.matches import Floats, MatchArrays
from studio.arrays.rematches import rematched
from studio.store.enums import MatchObjective

DECIMALS = 6


@dataclass(frozen=True)
class Worth:
    """What pairs are worth.

    `objective` is the sum of their scores and `bound` what no choice of as many pairs can exceed; `gap` is the share
    of the bound that is missing. `verified`: an independent check has proven that none are better by the aim.
    """

    matched: int
    total: int
    objective: float
    bound: float | None
    gap: float | None
    verified: bool
    aim: MatchObjective
    # The score of the worst-off pair, and how many trainees mentors who have a place take: fewest and most.
    lowest_score: float | None
    least_load: int
    most_load: int


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
    """Return the match for each stability, as `matching.rematch` means it; among equals the previous pairs stay.

    Aims for which the engine has no re-match are answered with their own best match at any stability.
    """
    affinity = MentorAffinity().set_params(**weights).fit(arrays.mentors)
    scores = affinity.transform(arrays.trainees)
    problem = arrays.problem(scores)
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
        _proposal(arrays, scores, problem, rematched(problem, before, stability, arrays.aim))
        for stability in stabilities
    ]


def _proposal(
    arrays: MatchArrays, scores: Floats, problem: AssignmentProblem, solution: Solution
) -> Proposal:
    certificate = judged(problem, solution)
    pairs = solution.pairs.tolist()
    open_to = arrays.capacity > 0
    return Proposal(
        {arrays.trainee_ids[row]: arrays.mentor_ids[column] for row, column in pairs},
        {arrays.trainee_ids[row]: float(scores[row, column]) for row, column in pairs},
        Worth(
            matched=solution.matched,
            total=len(arrays.trainee_ids),
            objective=round(certificate.primal, DECIMALS),
            bound=round(certificate.dual, DECIMALS),
            gap=round(certificate.gap, DECIMALS),
            verified=certificate.valid,
            aim=MatchObjective(solution.objective.upper()),
            lowest_score=min((float(scores[row, column]) for row, column in pairs), default=None),
            least_load=int(solution.load[open_to].min(initial=len(pairs))),
            most_load=int(solution.load.max(initial=0)),
        ),
    )
