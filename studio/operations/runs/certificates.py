"""The certificate of a run whose pairs people have changed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from matching import AssignmentProblem, Certificate, MatchingError, Solution, assign, fairness
from studio.arrays.distinct import affinity_scores, solve_distinct
from studio.arrays.fairness import FairnessFigures, fairness_figures, to_place, trainee_groups
from studio.arrays.judging import judged, stored_choice
from studio.arrays.matches import MatchArrays, MatchRows, Quotas, match_arrays
from studio.arrays.rematches import StartingPoint, rematch_arrays
from studio.arrays.week_matches import (
    judged_certificate,
    judged_weeks,
    plain_problem,
    plain_solution,
    week_fairness,
)
from studio.operations.runs.runs import DECIMALS
from studio.store.enums import MatchRunState
from studio.store.pairings import Seat
from studio.store.runs import MatchRun

if TYPE_CHECKING:
    from matching import MentorAffinity

# A seat with its mentor, and the score that counts.
Chosen = tuple[Seat, UUID, float]


@dataclass(frozen=True)
class RunFigures:
    """What a run's pairs are worth beside the best; bound and gap are None where nothing bounds them."""

    objective: float
    bound: float | None
    gap: float | None
    verified: bool
    # None where no problem can be made of today's rules and places, or where it is too large.
    fairness: FairnessFigures | None = None


def certify(
    rows: MatchRows,
    affinity: "MentorAffinity",
    chosen: Sequence[Chosen],
    kept: set[tuple[UUID, UUID]],
    base: StartingPoint | None = None,
    week_of: Mapping[Seat, date | None] | None = None,
) -> RunFigures:
    """Measure pairs against the best for the rows' objective that today's rules and places allow.

    Where pairs miss an aim before the total, as `judged` tells them, their total is held against the best total.

    The pairs count with the scores that they were stored with. `kept` are those that an earlier decision holds;
    what people changed in this run is no rule for the best: the gap tells what their changes cost. With the `base` of
    a proposal only those are to be placed whom it places, and what it keeps or leaves apart is so for the best, too.
    `week_of` are the weeks of the pairs by their seats, where the cohort offers weeks.
    """
    held = replace(rows, locked={pair: lock for pair, lock in rows.locked.items() if pair in kept})
    if base is None:
        arrays, excluded = match_arrays(held), frozenset[Seat]()
    else:
        # Whom a person has put together or placed is not out of the question any more.
        together = {(seat, mentor_id) for seat, mentor_id, _ in chosen}
        excluded = base.excluded - {seat for seat, _ in together}
        arrays = rematch_arrays(held, replace(base, apart=base.apart - together, excluded=excluded))
    if arrays.weeks is not None:
        return _certify_weeks(rows, arrays, affinity, chosen, week_of or {}, excluded)
    beside_best = _beside_best(arrays, affinity, chosen, excluded)
    objective = round(math.fsum(score for _, _, score in chosen), DECIMALS)
    if beside_best is None:
        return RunFigures(objective, None, None, verified=False)
    problem, solution = beside_best
    certificate = judged(problem, solution)
    groups = trainee_groups(rows)
    even = None
    if groups is not None:
        placed = to_place(groups, problem.need)
        even = fairness_figures(rows, fairness(problem, solution, placed), solution.unmatched.tolist())
    return _figures(objective, certificate, even)


def _certify_weeks(
    rows: MatchRows,
    arrays: MatchArrays,
    affinity: "MentorAffinity",
    chosen: Sequence[Chosen],
    week_of: Mapping[Seat, date | None],
    excluded: frozenset[Seat],
) -> RunFigures:
    objective = round(math.fsum(score for _, _, score in chosen), DECIMALS)
    scores, _ = stored_choice(arrays, affinity.transform(arrays.trainees), chosen)
    need = [0 if seat in excluded else 1 for seat in arrays.seats]
    groups = trainee_groups(rows)
    try:
        mentor_of = {seat: mentor_id for seat, mentor_id, _ in chosen}
        beside_best = judged_weeks(arrays, scores, mentor_of, week_of, need)
    except MatchingError:
        beside_best = None
    if beside_best is None:
        return RunFigures(objective, None, None, verified=False)
    problem, found = beside_best
    certificate = judged_certificate(problem, found)
    plain = plain_problem(arrays, scores, need)
    placed = None if groups is None else to_place(groups, plain.need)
    told = week_fairness(plain, plain_solution(plain, found), placed)
    even = None if told is None else fairness_figures(rows, told, found.solution.unmatched.tolist())
    return _figures(objective, certificate, even)


def _figures(objective: float, certificate: Certificate, even: FairnessFigures | None) -> RunFigures:
    # Pairs that break a rule or a capacity may be worth more than any that keep them: then nothing bounds them.
    if not certificate.is_bounded:
        return RunFigures(objective, None, None, verified=False, fairness=even)
    bound, gap = round(certificate.dual, DECIMALS), round(certificate.gap, DECIMALS)
    return RunFigures(objective, bound, gap, certificate.valid, even)


def note_figures(run: MatchRun, figures: RunFigures) -> None:
    """Write down what a run's pairs are worth now."""
    run.objective, run.bound, run.gap = figures.objective, figures.bound, figures.gap
    run.verified = figures.verified
    run.state = MatchRunState.OPTIMAL if run.verified else MatchRunState.FEASIBLE_WITH_BOUND
    run.version += 1


def _beside_best(
    arrays: MatchArrays, affinity: "MentorAffinity", chosen: Sequence[Chosen], excluded: frozenset[Seat]
) -> tuple[AssignmentProblem, Solution] | None:
    """Return the pairs beside the prices of the best, or None where the rules of today contradict one another."""
    scores, pairs = stored_choice(arrays, affinity_scores(arrays, affinity), chosen)
    need = [0 if seat in excluded else 1 for seat in arrays.seats]

    def solve(quotas: Quotas) -> tuple[AssignmentProblem, Solution]:
        problem = arrays.problem(scores, need, quotas)
        return problem, assign(problem, arrays.aim)

    try:
        problem, best = solve_distinct(arrays, solve, lambda found: found[1].pairs)
        return problem, best.with_pairs(problem, pairs)
    except MatchingError:
        return None
