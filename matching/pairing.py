"""From mentors and trainees to proven pairs in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from .affinity.affinity_part import AffinityPart
from .affinity.case_similarity import Evidence
from .affinity.tables import MentorTable, TraineeTable
from .exceptions import InvalidInputError
from .problem.assignment_problem import AssignmentProblem
from .problem.quotas import Columns, Groups, Kinds
from .problem.solution import FloatArray, Solution
from .proof.certificate import Certificate, verify
from .reasons.explain import UnmatchedReason, explain_unmatched
from .reasons.fairness import Fairness, fairness
from .solver.assignment import assign
from .trust.draws import NeedDraw, affinity_draws
from .trust.sensitivity import ScoreSolver, Sensitivity, sensitivity

if TYPE_CHECKING:
    from .affinity.mentor_affinity import MentorAffinity


@dataclass(frozen=True, eq=False)
class Match:
    """A whole cohort matched.

    Attributes
    ----------
    affinity : MentorAffinity
        Fitted on the mentors.
    problem, solution, certificate
        What was asked, the answer, and its independent check.
    scores : float array of shape (n_pairs,)
        Affinity of each pair of `solution.pairs`, six decimals; they sum to `solution.total`.
    parts : dict of str to AffinityPart
        Parts of each of these scores, values of shape (n_pairs,); their contributions sum to the score.
    evidence : tuple of n_pairs Evidence or None
        The pain point and the case that are nearest to each other; None where they share nothing.
    sensitivity : Sensitivity or None
        How much to trust each pair; None unless draws were asked for.
    fairness : Fairness or None
        How evenly people are treated; None unless groups to report by were given.
    """

    affinity: MentorAffinity
    problem: AssignmentProblem
    solution: Solution
    certificate: Certificate
    scores: FloatArray
    parts: dict[str, AffinityPart]
    evidence: tuple[Evidence | None, ...]
    sensitivity: Sensitivity | None = None
    fairness: Fairness | None = None

    @cached_property
    def unmatched(self) -> tuple[UnmatchedReason, ...]:
        """Why, and what would help, for each of `solution.unmatched`; worked out when first asked for."""
        return explain_unmatched(self.problem, self.solution)


def match(
    trainees: TraineeTable | ArrayLike,
    mentors: MentorTable | ArrayLike,
    capacity: ArrayLike,
    minimum_load: ArrayLike | None = None,
    need: int | ArrayLike = 1,
    forbidden: ArrayLike | None = None,
    pinned: ArrayLike | None = None,
    affinity: MentorAffinity | None = None,
    objective: str = "coverage_then_total",
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
    n_draws: int = 0,
    needs: NeedDraw | None = None,
    groups: Groups | Sequence[Groups] | None = None,
    kinds: Kinds | Sequence[Kinds] | None = None,
    column_groups: Columns | Sequence[Columns] | None = None,
    report_by: Mapping[str, ArrayLike] | None = None,
    solve_draw: ScoreSolver | None = None,
) -> Match:
    """Match trainees to mentors: score every pair, choose the best pairs together, check and explain them.

    Parameters
    ----------
    trainees : TraineeTable, or array of needs of shape (n_trainees, n_topics)
        Who is to be mentored; sort by a natural key, since the order decides among equals.
    mentors : MentorTable, or array of strengths of shape (n_mentors, n_topics)
        Who mentors; sorted likewise.
    capacity, minimum_load, need, forbidden, pinned
        As in :meth:`AssignmentProblem.from_scores`.
    affinity : MentorAffinity, optional
        Weights to use; the defaults when left out. It is copied, not changed.
    objective, progress, cancel
        As in :func:`assign`.
    n_draws : int, default 0
        How often the cohort is matched anew under weights moved by ±20 %, for `Match.sensitivity`; 0 leaves
        that out.
    needs : callable, optional
        Draws the trainees' needs anew at each of these times, as :func:`need_draws` makes it.
    groups, kinds, column_groups
        Quotas, as in :meth:`AssignmentProblem.from_scores`.
    report_by : mapping of str to integer array of shape (n_trainees,), optional
        Labels of the trainees by attribute, as in :func:`fairness`, for `Match.fairness`; None leaves that out.
    solve_draw : callable, optional
        How each of these times is solved, as `solve` of :func:`sensitivity`.

    Returns
    -------
    Match

    Raises
    ------
    InvalidInputError
        If there is nobody on a side, or as raised by the steps.
    MinimumLoadError, AssignmentCancelledError
        As raised by the steps.

    Examples
    --------
    >>> found = match([[1.0, 0.0], [0.0, 1.0]], [[0.9, 0.1], [0.2, 0.8]], capacity=[1, 1])
    >>> found.solution.pairs.tolist(), found.scores.tolist(), found.certificate.valid
    ([[0, 0], [1, 1]], [0.45, 0.4], True)
    """
    for name, people in (("trainees", trainees), ("mentors", mentors)):
        _check_anybody(name, people)
    scorer = _scorer(affinity)
    with _naming("mentors"):
        scorer.fit(mentors)
    with _naming("trainees"):
        scores = scorer.transform(trainees)
    problem = AssignmentProblem.from_scores(
        scores, capacity, minimum_load, need, forbidden, pinned, groups, kinds, column_groups
    )
    solution = assign(problem, objective, progress=progress, cancel=cancel)
    rows, columns = solution.pairs.T
    marks = None
    if n_draws:
        draws = affinity_draws(scorer, trainees, needs)
        marks = sensitivity(problem, solution, draws, n_draws, cancel=cancel, solve=solve_draw)
    return Match(
        affinity=scorer,
        problem=problem,
        solution=solution,
        certificate=verify(problem, solution),
        scores=scores[rows, columns],
        parts=scorer.weighed_parts(trainees, solution.pairs),
        evidence=scorer.nearest_cases(trainees, solution.pairs),
        sensitivity=marks,
        fairness=None if report_by is None else fairness(problem, solution, report_by),
    )


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say whose table is wrong where scikit-learn's check of arrays refuses one."""
    try:
        yield
    except InvalidInputError:
        raise
    except ValueError as fault:
        raise InvalidInputError(f"The '{name}' parameter of match is wrong: {fault}") from fault


def _check_anybody(name: str, people: TraineeTable | MentorTable | ArrayLike) -> None:
    count = len(people) if isinstance(people, TraineeTable | MentorTable) else len(np.atleast_1d(people))
    if not count:
        raise InvalidInputError(
            f"The '{name}' parameter of match must be a table with at least one row, one for each of the {name}. "
            "Got none instead; AssignmentProblem.from_scores takes scores without rows or columns."
        )


def _scorer(affinity: MentorAffinity | None) -> MentorAffinity:
    """Return an affinity to fit: the caller's own is not changed."""
    from sklearn.base import clone

    from .affinity.mentor_affinity import MentorAffinity

    return MentorAffinity() if affinity is None else clone(affinity)
