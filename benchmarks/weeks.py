"""Matching in weeks that bind, beside HiGHS: `python -m benchmarks.weeks --help`.

Two mentors, one of theory and one of practice, for each trainee, in different weeks; a mentor has at most two trainees
in a week. Scores, kinds and free weeks are drawn at random. The peer gets the same rules as one integer programme over
all pairs and weeks (`scipy.optimize.milp`), for as many places and then as high a total as possible; it ends after
`--peer-limit` seconds of the clock. CPU seconds of this process; ratios count, absolute times depend on the machine.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matching import WeekProblem, assign_weeks, verify_weeks
from matching.solver.assignment import OBJECTIVES

KINDS = 2
FREE_TRAINEE, FREE_MENTOR, SPARE, WEEKLY = 0.6, 0.75, 1.3, 2


def problem(n_trainees: int, n_mentors: int, n_weeks: int) -> WeekProblem:
    """Return a problem whose rows are the seats of trainees: theory, practice, theory, ..."""
    random = np.random.default_rng(0)
    scores = np.repeat(random.random((n_trainees, n_mentors)), KINDS, axis=0)
    # A mentor is of theory, of practice or of both.
    kind_of_mentor = random.integers(0, KINDS + 1, n_mentors)
    kind_of_seat = np.tile(np.arange(KINDS), n_trainees)
    free = random.random((n_trainees, n_weeks)) < FREE_TRAINEE
    return WeekProblem.from_scores(
        scores,
        capacity=np.full(n_mentors, int(np.ceil(len(scores) / n_mentors * SPARE))),
        mentor_weeks=random.random((n_mentors, n_weeks)) < FREE_MENTOR,
        trainee_weeks=np.repeat(free, KINDS, axis=0),
        weekly_capacity=WEEKLY,
        forbidden=(kind_of_mentor != KINDS) & (kind_of_mentor != kind_of_seat[:, None]),
        same_trainee=np.repeat(np.arange(n_trainees), KINDS),
    )


def by_highs(weeks: WeekProblem, scores: NDArray[np.float64], limit: float) -> tuple[int, float, bool]:
    """Return places filled, their total, and whether HiGHS proved it within the limit."""
    n_mentors, n_weeks = weeks.mentor_weeks.shape
    row, mentor, week = np.nonzero(
        weeks.trainee_weeks[:, None] & weeks.mentor_weeks[None] & ~weeks.forbidden[:, :, None]
    )
    person = weeks.trainee_of[row]
    rules = []
    for group, most in (
        (row, 1),
        (person * n_weeks + week, 1),
        (person * n_mentors + mentor, 1),
        (mentor, weeks.capacity[0]),
        (mentor * n_weeks + week, WEEKLY),
    ):
        labels, place = np.unique(group, return_inverse=True)
        matrix = sparse.csr_array((np.ones(len(row)), (place, np.arange(len(row)))))
        rules.append(LinearConstraint(matrix, ub=np.full(len(labels), float(most))))
    worth = scores[row, mentor]
    found = milp(
        -(worth + len(scores) + 1.0),
        integrality=np.ones(len(row)),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"time_limit": limit},
    )
    if found.x is None:
        return 0, 0.0, False
    chosen = found.x > 0.5
    return int(chosen.sum()), float(worth[chosen].sum()), found.status == 0


def timed(work: Callable[..., Any], *arguments: object) -> tuple[Any, float]:
    """Return what the work returns, and its CPU seconds."""
    start = time.process_time()
    return work(*arguments), time.process_time() - start


def main() -> None:
    """Print one row per size and objective."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", nargs="+", default=["64x20x6", "300x90x6"], help="trainees x mentors x weeks"
    )
    parser.add_argument("--peer-limit", type=float, default=60, help="seconds of the clock (%(default)s)")
    asked = parser.parse_args()
    print(
        f"{'size':<12} {'solver':<24} {'CPU s':>7} {'matched':>11} {'total':>10} {'gap':>8} {'verify s':>8}"
    )
    for size in asked.sizes:
        weeks = problem(*(int(part) for part in size.split("x")))
        n_rows = len(weeks.trainee_of)
        for objective in OBJECTIVES:
            found, seconds = timed(assign_weeks, weeks, objective)
            checked, again = timed(verify_weeks, weeks, found)
            solution = found.solution
            proof = f"{checked.gap:.0e}" if checked.valid else "refused"
            print(
                f"{size:<12} {objective:<24} {seconds:>7.2f} {f'{solution.matched} of {n_rows}':>11} "
                f"{solution.total:>10.4f} {proof:>8} {again:>8.2f}",
                flush=True,
            )
        scores = weeks.pairs.units / weeks.pairs.units_per_score
        (matched, total, is_proven), seconds = timed(by_highs, weeks, scores, asked.peer_limit)
        print(
            f"{size:<12} {'HiGHS, coverage, total':<24} {seconds:>7.2f} {f'{matched} of {n_rows}':>11} "
            f"{total:>10.4f} {'proven' if is_proven else 'open':>8} {'–':>8}",
            flush=True,
        )


if __name__ == "__main__":
    main()
