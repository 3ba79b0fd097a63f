"""A match of rows as they would be, held against the pairs that there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import numpy as np

from matching import AssignmentProblem, Certificate, Solution
from studio.arrays.affinity import affinity_of
from studio.arrays.distinct import affinity_scores, solve_distinct
from studio.arrays.judging import judged
from studio.arrays.matches import Floats, MatchArrays, Quotas
from studio.arrays.rematches import rematched, rematched_weeks
from studio.arrays.week_matches import (
    judged_certificate,
    plain_problem,
    plain_solution,
    rematch_bookings,
    week_problem,
    weeks_by_seat,
)
from studio.store.enums import MatchObjective
from studio.store.pairings import Seat

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
    """Who would be with whom (seat → mentor), each pair's score by its seat, and what all are worth."""

    mentor_of: Mapping[Seat, UUID]
    score_of: Mapping[Seat, float]
    worth: Worth
    # The week of each seat, where the cohort offers weeks.
    week_of: Mapping[Seat, date] = field(default_factory=dict)


def propose(
    arrays: MatchArrays,
    weights: Mapping[str, float],
    previous: Iterable[tuple[Seat, UUID]],
    *stabilities: float,
    previous_weeks: Mapping[Seat, date | None] | None = None,
) -> list[Proposal]:
    """Return the match for each stability, as `matching.rematch` means it; among equals the previous pairs stay.

    Aims for which the engine has no re-match are answered with their own best match at any stability.
    """
    scores = affinity_scores(arrays, affinity_of(weights))
    if arrays.weeks is not None:
        return _with_weeks(arrays, scores, dict(previous), previous_weeks or {}, *stabilities)
    row_of = {seat: row for row, seat in enumerate(arrays.seats)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    before = np.array(
        [
            (row_of[seat], column_of[mentor_id])
            for seat, mentor_id in previous
            if seat in row_of and mentor_id in column_of
        ],
        dtype=np.int64,
    ).reshape(-1, 2)

    def match_again(stability: float) -> Proposal:
        def solve(quotas: Quotas) -> tuple[AssignmentProblem, Solution]:
            problem = arrays.problem(scores, groups=quotas)
            return problem, rematched(problem, before, stability, arrays.aim)

        problem, solution = solve_distinct(arrays, solve, lambda found: found[1].pairs)
        return _proposal(arrays, scores, solution, judged(problem, solution))

    return [match_again(stability) for stability in stabilities]


def _with_weeks(
    arrays: MatchArrays,
    scores: Floats,
    previous: Mapping[Seat, UUID],
    weeks: Mapping[Seat, date | None],
    *stabilities: float,
) -> list[Proposal]:
    problem, plain = week_problem(arrays, scores), plain_problem(arrays, scores)
    before = rematch_bookings(arrays, previous, weeks)
    proposals = []
    for stability in stabilities:
        found = rematched_weeks(problem, before, stability, arrays.aim)
        solution = plain_solution(plain, found)
        told = _proposal(arrays, scores, solution, judged_certificate(problem, found))
        proposals.append(replace(told, week_of=weeks_by_seat(arrays, found)))
    return proposals


def _proposal(arrays: MatchArrays, scores: Floats, solution: Solution, certificate: Certificate) -> Proposal:
    pairs = solution.pairs.tolist()
    open_to = arrays.capacity > 0
    return Proposal(
        {arrays.seats[row]: arrays.mentor_ids[column] for row, column in pairs},
        {arrays.seats[row]: float(scores[row, column]) for row, column in pairs},
        Worth(
            matched=solution.matched,
            total=len(arrays.seats),
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
