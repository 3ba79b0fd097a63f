"""The smallest change of a published run, from rows to arrays and back."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np

from matching import (
    AssignmentCancelledError,
    AssignmentProblem,
    Match,
    Solution,
    WeekProblem,
    WeekSolution,
    affinity_draws,
    assign,
    assign_weeks,
    fairness,
    rematch,
    rematch_weeks,
    sensitivity,
)
from matching.trust.draws import NeedDraw
from studio.arrays.affinity import affinity_of
from studio.arrays.distinct import affinity_scores, draws_apart, solve_distinct
from studio.arrays.fairness import to_place
from studio.arrays.judging import judged
from studio.arrays.matches import Booleans, Floats, Integers, MatchArrays, MatchRows, Quotas, match_arrays
from studio.arrays.week_matches import (
    WeekMatch,
    rematch_bookings,
    smallest_marks,
    week_changes,
    week_match,
    week_problem,
    weeks_found,
)
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Seat

if TYPE_CHECKING:
    from matching import MentorAffinity

Pair = tuple[Seat, UUID]
DECIMALS = 6
# As few moves as can be: only among those does the total decide.
SMALLEST = float("inf")
# Objectives for which the engine keeps pairs of before.
REMATCHED = frozenset({"coverage_then_total", "total", "worst_off_then_total", "balanced_load"})
# Shares of the work that are done after each step.
SCORED, SOLVED, EXAMINED = 0.3, 0.5, 0.9


@dataclass(frozen=True)
class StartingPoint:
    """What a proposal starts from: the pairs (seat → mentor) of the published run, by what may become of them."""

    # The mentor of each seat that is still open to change, or fixed; declined ones included.
    mentor_of: Mapping[Seat, UUID]
    # Confirmed or under way: they stay.
    fixed: frozenset[Pair]
    # Not yet confirmed: they stay unless somebody else could not be placed.
    awaiting: frozenset[Pair]
    # Came apart: not proposed again.
    apart: frozenset[Pair]
    # Seats that need no mentor any more.
    excluded: frozenset[Seat]
    # The weeks of these pairs by seat, and of the fixed ones those in which they stay.
    week_of: Mapping[Seat, date | None] = field(default_factory=dict)
    kept: Mapping[tuple[UUID, UUID], date] = field(default_factory=dict)


class Move(NamedTuple):
    """A trainee whose mentor would change, with the scores of both pairs; None is no mentor."""

    trainee_id: UUID
    kind: PairingKind
    from_mentor_id: UUID | None
    to_mentor_id: UUID | None
    score_before: float | None
    score_after: float | None
    from_week: date | None = None
    to_week: date | None = None


class Proposed(NamedTuple):
    """A proposal: the match, whom it moves, and the sum of the scores that it starts from."""

    match: Match
    moves: tuple[Move, ...]
    previous_objective: float
    n_placed: int


def rematch_arrays(rows: MatchRows, base: StartingPoint) -> MatchArrays:
    """Return the arrays of a proposal: fixed pairs are pinned, pairs that came apart are forbidden."""
    fixed = dict(base.fixed)
    seat_of = {pair: Seat(pair[0], kind) for pair, kind in rows.kinds_of(rows.locked).items()}
    # A lock of a later draft does not part what has been confirmed.
    locked = {
        pair: lock
        for pair, lock in rows.locked.items()
        if pair in seat_of
        and seat_of[pair] not in base.excluded
        and fixed.get(seat_of[pair], pair[1]) == pair[1]
    }
    weeks = None if rows.weeks is None else replace(rows.weeks, kept=base.kept)
    said = {**rows.said_kinds, **{(seat.trainee_id, mentor): seat.kind for seat, mentor in base.fixed}}
    arrays = match_arrays(replace(rows, locked=locked, weeks=weeks, said_kinds=said))
    pinned = arrays.pinned | _matrix(arrays, base.fixed)
    pinned[[seat in base.excluded for seat in arrays.seats]] = False
    forbidden = (arrays.forbidden | _matrix(arrays, base.apart)) & ~pinned
    return replace(
        arrays, pinned=pinned, forbidden=forbidden, input_hash=_digest(arrays, base, pinned, forbidden)
    )


def _digest(arrays: MatchArrays, base: StartingPoint, *rules: Booleans) -> str:
    """Return a hash of what a match would read and of where the proposal starts, the same in any database."""
    digest = hashlib.sha256(arrays.input_hash.encode())
    for matrix in (*rules, *(_matrix(arrays, pairs) for pairs in (base.fixed, base.awaiting, base.apart))):
        digest.update(np.ascontiguousarray(matrix).tobytes())
    digest.update(bytes(seat in base.excluded for seat in arrays.seats))
    if arrays.weeks is not None:
        before = rematch_bookings(arrays, _with_mentors(base), base.week_of)
        digest.update(np.ascontiguousarray(before).tobytes())
    return digest.hexdigest()


def propose_match(
    arrays: MatchArrays,
    base: StartingPoint,
    weights: Mapping[str, float],
    groups: Mapping[str, Integers] | None = None,
    *,
    needs: NeedDraw | None = None,
    n_draws: int = 0,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Proposed:
    """Match with as few changes as possible; solves the cohort twice. Fairness is told by `groups`, if given.

    With draws the pairs that are new are examined as in `matching.match`, while the others stay. `progress` is told
    the share that is done after each step, and `cancel` asked whether to go on.
    """

    def done(share: float) -> None:
        if progress is not None:
            progress(share)
        if cancel is not None and cancel():
            raise AssignmentCancelledError

    affinity = affinity_of(weights)
    scores = affinity_scores(arrays, affinity)
    need = [0 if seat in base.excluded else 1 for seat in arrays.seats]
    previous = _matrix(arrays, base.fixed | base.awaiting)
    done(SCORED)
    found: Match
    if arrays.weeks is not None:
        with_weeks = _smallest_with_weeks(arrays, base, affinity, scores, need, groups)
        done(SOLVED)
        marks = None
        if n_draws:
            draws = affinity_draws(affinity, arrays.trainees, needs)
            marks = smallest_marks(arrays, scores, need, with_weeks, previous, draws, n_draws, cancel)
        done(EXAMINED)
        found = replace(with_weeks, sensitivity=marks)
    else:

        def solve(quotas: Quotas) -> tuple[AssignmentProblem, Solution]:
            problem = arrays.problem(scores, need, quotas)
            return problem, rematched(problem, np.argwhere(previous), SMALLEST, arrays.aim)

        problem, solution = solve_distinct(arrays, solve, lambda found: found[1].pairs)
        done(SOLVED)
        rows, columns = solution.pairs.T
        marks = None
        if n_draws:
            kept = arrays.pinned.copy()
            kept[rows, columns] |= previous[rows, columns]
            calm = replace(arrays, pinned=kept)
            posed = calm.problem(scores, need)
            draws = affinity_draws(affinity, arrays.trainees, needs)
            marks = sensitivity(
                posed,
                assign(posed, arrays.aim).with_pairs(posed, solution.pairs),
                draws,
                n_draws,
                cancel=cancel,
                solve=draws_apart(calm, need),
            )
        done(EXAMINED)
        if groups is not None:
            groups = to_place(groups, problem.need)
        found = Match(
            affinity=affinity,
            problem=problem,
            solution=solution,
            certificate=judged(problem, solution),
            scores=scores[rows, columns],
            parts=affinity.weighed_parts(arrays.trainees, solution.pairs),
            evidence=affinity.nearest_cases(arrays.trainees, solution.pairs),
            sensitivity=marks,
            fairness=None if groups is None else fairness(problem, solution, groups),
        )
    done(1.0)
    pairs = found.solution.pairs.tolist()
    after = {arrays.seats[row]: arrays.mentor_ids[column] for row, column in pairs}
    weeks_after = weeks_found(arrays, found)
    worth = _Worth(arrays, scores)
    before = {seat: mentor for seat, mentor in base.mentor_of.items() if worth.knows(seat, mentor)}
    return Proposed(
        found,
        tuple(
            Move(
                *seat,
                before.get(seat),
                after.get(seat),
                worth.of(seat, before.get(seat)),
                worth.of(seat, after.get(seat)),
                base.week_of.get(seat) if seat in before else None,
                weeks_after.get(seat),
            )
            for seat in arrays.seats
            if before.get(seat) != after.get(seat) or week_changes(seat, base.week_of, weeks_after)
        ),
        round(float(sum(worth.of(*pair) or 0.0 for pair in before.items())), DECIMALS),
        sum(need),
    )


def rematched(problem: AssignmentProblem, previous: Integers, stability: float, objective: str) -> Solution:
    """Return the match for an objective that keeps previous pairs, as `matching.rematch` means it.

    The engine re-matches for some objectives only. For the others the best match is the answer, and where as few
    moves as can be are asked for, the one of the highest total with these; its `objective` says which it is.
    """
    if objective in REMATCHED:
        return rematch(problem, previous, stability, objective).solution
    if stability == SMALLEST:
        return rematch(problem, previous, stability).solution
    return assign(problem, objective)


def rematched_weeks(weeks: WeekProblem, before: Integers, stability: float, objective: str) -> WeekSolution:
    """Return the match with weeks for an objective that keeps previous bookings, as `rematched` does without."""
    if objective in REMATCHED:
        return rematch_weeks(weeks, before, stability, objective).found
    if stability == SMALLEST:
        return rematch_weeks(weeks, before, stability).found
    return assign_weeks(weeks, objective, before)


def _smallest_with_weeks(
    arrays: MatchArrays,
    base: StartingPoint,
    affinity: "MentorAffinity",
    scores: Floats,
    need: list[int],
    groups: Mapping[str, Integers] | None,
) -> WeekMatch:
    """Give up as few mentors as can be, and move few of the others to another week; trust is examined later."""
    problem = week_problem(arrays, scores, need)
    before = rematch_bookings(arrays, _with_mentors(base), base.week_of)
    booked = rematched_weeks(problem, before, SMALLEST, arrays.aim)
    told = None if groups is None else to_place(groups, np.array(need))
    return week_match(arrays, affinity.fit(arrays.mentors), scores, problem, booked, told, need)


def _with_mentors(base: StartingPoint) -> dict[Seat, UUID]:
    return dict(base.fixed | base.awaiting)


class _Worth:
    """Scores by seats and the ids of mentors."""

    def __init__(self, arrays: MatchArrays, scores: np.ndarray) -> None:
        self._rows = {seat: row for row, seat in enumerate(arrays.seats)}
        self._columns = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
        self._scores = scores

    def knows(self, seat: Seat, mentor_id: UUID) -> bool:
        return seat in self._rows and mentor_id in self._columns

    def of(self, seat: Seat, mentor_id: UUID | None) -> float | None:
        if mentor_id is None:
            return None
        return round(float(self._scores[self._rows[seat], self._columns[mentor_id]]), DECIMALS)


def _matrix(arrays: MatchArrays, pairs: frozenset[Pair]) -> Booleans:
    row_of = {seat: row for row, seat in enumerate(arrays.seats)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    matrix = np.zeros((len(row_of), len(column_of)), dtype=np.bool_)
    for seat, mentor_id in pairs:
        if seat in row_of and mentor_id in column_of:
            matrix[row_of[seat], column_of[mentor_id]] = True
    return matrix
