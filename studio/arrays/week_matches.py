"""Matches of a cohort that offers weeks: mentor and week together, from arrays to pairs and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from numpy.typing import ArrayLike

from matching import (
    AssignmentProblem,
    Certificate,
    Fairness,
    Match,
    Sensitivity,
    Solution,
    UnmatchedWeeks,
    WeekProblem,
    WeekSolution,
    affinity_draws,
    assign_weeks,
    explain_unmatched_weeks,
    fairness,
    verify_weeks,
    week_sensitivity,
)
from matching.trust.draws import NeedDraw
from matching.trust.sensitivity import ScoreDraw
from matching.weeks.week_solution import with_bookings
from studio.arrays.judging import BY_TOTAL
from studio.arrays.matches import Booleans, Floats, Integers, MatchArrays
from studio.arrays.weeks import WeekArrays, booking_positions
from studio.store.pairings import Seat

if TYPE_CHECKING:
    from matching import MentorAffinity


@dataclass(frozen=True, eq=False)
class WeekMatch(Match):
    """A match with the week of each pair, in the order of `solution.pairs`.

    `problem` and `solution` are of mentors alone, so that figures count mentors; `certificate` is of mentors and weeks.
    """

    weeks: WeekProblem | None = None
    found: WeekSolution | None = None

    @property
    def unmatched_weeks(self) -> tuple[UnmatchedWeeks, ...]:
        """Why, in weeks, for each of `solution.unmatched`."""
        assert self.weeks is not None  # noqa: S101  always given
        assert self.found is not None  # noqa: S101  always given
        return explain_unmatched_weeks(self.weeks, self.found)


def week_problem(arrays: MatchArrays, scores: ArrayLike, need: Sequence[int] | None = None) -> WeekProblem:
    """Return the problem of a match with weeks; pairs that stay are fixed in their weeks, pins in whichever."""
    weeks = weeks_of(arrays)
    anywhere = arrays.pinned.copy()
    anywhere[weeks.kept[:, 0], weeks.kept[:, 1]] = False
    forbidden = arrays.forbidden.copy()
    forbidden[weeks.kept[:, 0], weeks.kept[:, 1]] = False
    return WeekProblem.from_scores(
        scores,
        arrays.capacity,
        weeks.mentor_weeks,
        weeks.trainee_weeks,
        weeks.weekly_capacity,
        need=1 if need is None else need,
        forbidden=forbidden,
        pinned=weeks.kept,
        pinned_pairs=np.argwhere(anywhere),
        booked=weeks.booked,
        same_trainee=np.arange(len(arrays.seats)) // arrays.seats_each,
        same_person=weeks.same_person,
        **arrays.limits.keys(),
    )


def weeks_of(arrays: MatchArrays) -> WeekArrays:
    """Return the weeks of a match that has them."""
    assert arrays.weeks is not None  # noqa: S101  the caller has looked
    return arrays.weeks


def match_weeks(
    arrays: MatchArrays,
    affinity: "MentorAffinity",
    report_by: Mapping[str, Integers] | None = None,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
    n_draws: int = 0,
    needs: NeedDraw | None = None,
) -> WeekMatch:
    """Match trainees to mentors and weeks, as `matching.match` does without weeks."""
    affinity = affinity.fit(arrays.mentors)
    scores = affinity.transform(arrays.trainees)
    problem = week_problem(arrays, scores)
    found = assign_weeks(problem, arrays.aim, weeks_of(arrays).wanted, progress=progress, cancel=cancel)
    trust = None
    if n_draws:
        draws = affinity_draws(affinity, arrays.trainees, needs)
        trust = week_sensitivity(problem, found, draws, n_draws, cancel=cancel)
    return replace(week_match(arrays, affinity, scores, problem, found, report_by), sensitivity=trust)


def week_match(
    arrays: MatchArrays,
    affinity: "MentorAffinity",
    scores: Floats,
    problem: WeekProblem,
    found: WeekSolution,
    report_by: Mapping[str, Integers] | None,
    need: Sequence[int] | None = None,
) -> WeekMatch:
    """Put a match together from bookings."""
    plain = plain_problem(arrays, scores, need)
    solution = plain_solution(plain, found)
    rows, columns = solution.pairs.T
    return WeekMatch(
        affinity=affinity,
        problem=plain,
        solution=solution,
        certificate=judged_certificate(problem, found),
        scores=scores[rows, columns],
        parts=affinity.weighed_parts(arrays.trainees, solution.pairs),
        evidence=affinity.nearest_cases(arrays.trainees, solution.pairs),
        fairness=week_fairness(plain, solution, report_by),
        weeks=problem,
        found=found,
    )


def plain_problem(
    arrays: MatchArrays, scores: ArrayLike, need: Sequence[int] | None = None
) -> AssignmentProblem:
    """Return who may be with whom in some week, and how many trainees each mentor takes in all weeks together."""
    weeks = weeks_of(arrays)
    meet = (weeks.trainee_weeks.astype(np.int64) @ weeks.mentor_weeks.T.astype(np.int64)) > 0
    kept = np.zeros_like(arrays.forbidden)
    kept[weeks.kept[:, 0], weeks.kept[:, 1]] = True
    return AssignmentProblem.from_scores(
        scores,
        np.minimum(arrays.capacity, _weekly_places(weeks)),
        need=1 if need is None else need,
        forbidden=(arrays.forbidden | ~meet) & ~kept,
    )


def _weekly_places(weeks: WeekArrays) -> Integers:
    """Return how many trainees each mentor takes if only the weeks count, int64 of shape (n_mentors,)."""
    free = np.maximum(weeks.weekly_capacity[:, None] - weeks.booked, 0)
    places: Integers = np.where(weeks.mentor_weeks, free, 0).sum(axis=1)
    return places


def plain_solution(problem: AssignmentProblem, found: WeekSolution) -> Solution:
    """Return the pairs of a solution, without weeks, with what they are worth."""
    pairs = found.bookings[:, :2]
    return replace(
        found.solution,
        pairs=pairs,
        total=found.total,
        bound=found.bound,
        gap=found.gap,
        load=np.bincount(pairs[:, 1], minlength=problem.n_mentors),
    )


def judged_certificate(problem: WeekProblem, found: WeekSolution) -> Certificate:
    """Check pairs against what proves the best; where they miss an aim before the total, by their total alone."""
    certificate = verify_weeks(problem, found)
    if certificate.valid or found.solution.objective in BY_TOTAL:
        return certificate
    best = with_bookings(problem, assign_weeks(problem), found.bookings)
    return replace(verify_weeks(problem, best), valid=False)


def smallest_marks(
    arrays: MatchArrays,
    scores: Floats,
    need: Sequence[int],
    found: WeekMatch,
    previous: Booleans,
    draws: ScoreDraw,
    n_draws: int,
    cancel: Callable[[], bool] | None = None,
) -> Sensitivity:
    """Mark the pairs that are new in a proposal, while the `previous` ones stay that it keeps."""
    assert found.found is not None  # noqa: S101  always given
    rows, columns = found.solution.pairs.T
    kept = arrays.pinned.copy()
    kept[rows, columns] |= previous[rows, columns]
    calm = week_problem(replace(arrays, pinned=kept), scores, need)
    best = assign_weeks(calm, arrays.aim, found.found.bookings)
    held = with_bookings(calm, best, found.found.bookings)
    return week_sensitivity(calm, held, draws, n_draws, cancel=cancel)


def week_fairness(
    problem: AssignmentProblem, solution: Solution, report_by: Mapping[str, Integers] | None
) -> Fairness | None:
    """Return how evenly people are treated, mentors counted and weeks left aside."""
    return None if report_by is None else fairness(problem, solution, report_by)


def weeks_by_seat(arrays: MatchArrays, found: WeekSolution) -> dict[Seat, date]:
    """Return the Monday of each seat's week."""
    mondays = weeks_of(arrays).mondays
    return {arrays.seats[row]: mondays[week] for row, _, week in found.bookings.tolist()}


def weeks_found(arrays: MatchArrays, found: Match) -> dict[Seat, date]:
    """Return the Monday of each seat's week; none where the match has no weeks."""
    return weeks_by_seat(arrays, found.found) if isinstance(found, WeekMatch) and found.found else {}


def week_changes(seat: Seat, before: Mapping[Seat, date | None], after: Mapping[Seat, date]) -> bool:
    """Tell whether the week of a seat changes; what no run has told yet changes nothing."""
    return seat in after and before.get(seat) not in (None, after[seat])


def rematch_bookings(
    arrays: MatchArrays, mentor_of: Mapping[Seat, UUID], week_of: Mapping[Seat, date | None]
) -> Integers:
    """Return (seat, mentor, week) of pairs to start from; one without a week that is offered counts from the first.

    The mentor is what matters first; a week that nobody has had is given up for nothing.
    """
    known = weeks_of(arrays).mondays
    first = known[0] if known else None
    return _bookings(
        arrays,
        {
            (seat, mentor_id): week if (week := week_of.get(seat)) in known else first
            for seat, mentor_id in mentor_of.items()
        },
    )


def judged_weeks(
    arrays: MatchArrays,
    scores: Floats,
    mentor_of: Mapping[Seat, UUID],
    week_of: Mapping[Seat, date | None],
    need: Sequence[int],
) -> tuple[WeekProblem, WeekSolution] | None:
    """Return pairs with their weeks beside the prices of the best; None where one has no week that is offered."""
    problem = week_problem(arrays, scores, need)
    best = assign_weeks(problem, arrays.aim)
    bookings = _bookings(
        arrays, {(seat, mentor_id): week_of.get(seat) for seat, mentor_id in mentor_of.items()}
    )
    if len(bookings) < len(mentor_of):
        return None
    return problem, with_bookings(problem, best, bookings)


def _bookings(arrays: MatchArrays, week_of: Mapping[tuple[Seat, UUID], date | None]) -> Integers:
    rows = {each: row for row, each in enumerate(arrays.seats)}
    columns = {each: column for column, each in enumerate(arrays.mentor_ids)}
    known = {pair: week for pair, week in week_of.items() if week is not None}
    return booking_positions(known, rows, columns, weeks_of(arrays).mondays)
