"""Match again when people or rules have changed, and keep as much as possible of what people live with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import are_among, pair_codes
from ..problem.posed import check_problem
from ..problem.solution import Solution
from ..problem.trainee_sums import compares_sums
from ..solver.assignment import assign, assign_again
from ..solver.network import network
from ..solver.rewarded_sums import heaviest_beside
from .changes import changes_between
from .rewards import refuse_rematch, rewarded_problem

MoveCause = Literal["FORBIDDEN", "OVER_CAPACITY", "OVER_NEED", "EXCHANGE", "NEW"]
STABILITIES: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, float("inf"))
OBJECTIVES: Final = ("coverage_then_total", "total", "worst_off_then_total", "balanced_load")

# Relative gap, in the scores alone, at which a re-match of more than a million pairs stops.
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class RematchMove:
    """A trainee whose mentor changes.

    Attributes
    ----------
    trainee : int
        Row in the new problem.
    before, after : int or None
        Column of the mentor left and of the mentor joined; None stands for no mentor.
    cause : str
        FORBIDDEN (the pair of before is forbidden now); OVER_CAPACITY (the mentor has fewer free places now
        than trainees from before); OVER_NEED (the trainee needs fewer mentors now, or pins take the place);
        EXCHANGE (the pair could stay, and giving it up lets somebody be matched, a minimum load or a quota be
        met, or the total rise by more than the stability); NEW (`before` is None).
    """

    trainee: int
    before: int | None
    after: int | None
    cause: MoveCause


class Rematch(NamedTuple):
    """A new solution and how it differs from the pairs of before; unpacks into the two.

    Attributes
    ----------
    solution : Solution
        Its `total` is in the problem's own scores, its `bound` the best total without any regard for the
        pairs of before, and its `gap` therefore the share of the total that stability costs.
    moves : tuple of RematchMove
        By trainee, then mentor; those with cause NEW are not counted by `n_moved`.
    """

    solution: Solution
    moves: tuple[RematchMove, ...]

    @property
    def n_moved(self) -> int:
        """Pairs of before that are given up."""
        return sum(move.before is not None for move in self.moves)


class FrontierPoint(NamedTuple):
    """What one stability gives.

    Attributes
    ----------
    stability : float
        As it was asked for.
    n_moved : int
        Pairs of before that are given up.
    total : float
        Sum of the scores.
    gap : float
        Share by which the total falls short of the best one.
    """

    stability: float
    n_moved: int
    total: float
    gap: float


def rematch(
    problem: AssignmentProblem,
    previous_pairs: ArrayLike,
    stability: float = 0.05,
    objective: str = "coverage_then_total",
) -> Rematch:
    """Choose pairs anew and give up few of the previous ones.

    Every previous pair that is kept counts `stability` more than its score, so a pair is given up only where
    that wins more. The places filled come before both, except under "total", and so does the lowest score
    under "worst_off_then_total" and the evenest load under "balanced_load". Among equals the previous pairs stay.
    Leximin is refused: its scores are decided one by one and leave no total to weigh a move against.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem as it stands now, with the people who have joined and without those who have left.
    previous_pairs : integer array of shape (n_previous, 2)
        (trainee, mentor) of before, in rows and columns of `problem`; leave out the pairs of people who have
        left. Pairs that are not allowed any more may be given: they come back as moves.
    stability : float, default 0.05
        What keeping one pair is worth, from 0, as a share of the spread of the scores (largest minus smallest
        score among the open pairs). So it means the same for scores in any unit, and for scores from 0 to 1
        it is at most that much score. Infinity asks for the smallest re-match: as few previous pairs as
        possible are given up, and only among those choices the total decides.
    objective : {"coverage_then_total", "total", "worst_off_then_total", "balanced_load"}
        As in :func:`assign`.

    Returns
    -------
    Rematch

    Raises
    ------
    ProblemError
        If the pairs are not pairs of the problem, the stability is negative or NaN, or the problem is too
        large for exact arithmetic with this stability.
    InvalidInputError
        For another objective.
    MinimumLoadError
        As :func:`assign`.

    Notes
    -----
    Two solutions: one without the bonus on the previous pairs, for the bound, and one with it, which begins from
    the prices of the other; a problem of blocks is matched by rows, whatever its size. The bonus is held to a
    fraction of a unit of score, fine enough that ties alone go to the previous pairs at stability 0; where 64 bits
    have no room for so fine a fraction, a pair may also be kept at the cost of a unit, a millionth of a score.
    Beyond some thousands of mentors infinity is as much as 64 bits have room for: a pair may be given up where a
    chain of moves wins 64 best scores or more.
    Where the worst-off trainee is found by sums over several mentors, the result is a local optimum.
    `verify` finds nothing but the open gap, see :attr:`Certificate.is_bounded`.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.50, 0.52], [0.52, 0.50]], capacity=[1, 1])
    >>> rematch(problem, [[0, 0], [1, 1]], stability=0.0).solution.pairs.tolist()
    [[0, 1], [1, 0]]
    >>> kept = rematch(problem, [[0, 0], [1, 1]], stability=float("inf"))
    >>> kept.moves, kept.solution.total, kept.solution.bound
    ((), 1.0, 1.04)
    """
    check_problem("rematch", problem)
    before = _previous(problem, previous_pairs)
    _check_objective("rematch", objective)
    best = assign(problem, objective)
    return _rematch(problem, before, stability, best)


def frontier(
    problem: AssignmentProblem,
    previous: Solution | ArrayLike,
    stabilities: Iterable[float] = STABILITIES,
    objective: str = "coverage_then_total",
) -> tuple[FrontierPoint, ...]:
    """Return what score each number of moves buys.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem as it stands now.
    previous : Solution, or integer array of shape (n_previous, 2)
        The pairs of before, in rows and columns of `problem`.
    stabilities : iterable of float
        As in :func:`rematch`, in any order.
    objective : {"coverage_then_total", "total", "worst_off_then_total", "balanced_load"}
        As in :func:`assign`.

    Returns
    -------
    tuple of FrontierPoint
        One for each stability, in their order; ``np.array`` makes it an array of shape (n_stabilities, 4).
        A larger stability never gives up more pairs, nor reaches a higher total.

    Raises
    ------
    ProblemError, InvalidInputError, MinimumLoadError
        As :func:`rematch`.

    Notes
    -----
    One flow for each stability and one for the bound.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.50, 0.52], [0.52, 0.50]], capacity=[1, 1])
    >>> for point in frontier(problem, [[0, 0], [1, 1]], [0.0, 2.0]):
    ...     print(point.n_moved, point.total)
    2 1.04
    0 1.0
    """
    if not isinstance(stabilities, Iterable):
        expected = "a list of numbers of zero or more"
        raise refuse_rematch("STABILITIES_SHAPE", "stabilities", expected, f"{stabilities!r}", "frontier")
    check_problem("frontier", problem)
    pairs = previous.pairs if isinstance(previous, Solution) else previous
    before = _previous(problem, pairs)
    _check_objective("frontier", objective)
    best = assign(problem, objective)
    points = []
    for stability in stabilities:
        found = _rematch(problem, before, stability, best)
        points.append(
            FrontierPoint(float(stability), found.n_moved, found.solution.total, found.solution.gap)
        )
    return tuple(points)


def _rematch(problem: AssignmentProblem, before: IntArray, stability: float, best: Solution) -> Rematch:
    reward, objective = rewarded_problem(problem, before, stability), best.objective
    rewarded = reward.problem
    by_sums = objective == "worst_off_then_total" and compares_sums(problem, best.matched)
    if objective == "worst_off_then_total":
        objective = "coverage_then_total"
        rewarded = rewarded if by_sums else _above_floor(problem, rewarded, best)
    beginning = reward.beginning(best.slot_prices * problem.units_per_score)
    pairs = assign_again(rewarded, objective, _TOLERANCE * reward.share, beginning)
    net = network(problem) if by_sums else None
    if net is not None:
        pairs = heaviest_beside(net, best.pairs, pairs, rewarded)
    solution = best.with_pairs(problem, pairs)
    causes = _Causes.of(problem, before)
    moves = tuple(
        RematchMove(trainee, old, new, causes.cause(trainee, old))
        for trainee, old, new in changes_between(before, pairs)
    )
    return Rematch(solution, moves)


def _above_floor(
    problem: AssignmentProblem, rewarded: AssignmentProblem, best: Solution
) -> AssignmentProblem:
    """Close the pairs below the lowest score of the best choice, so that nobody falls below it."""
    rows, columns = best.pairs.T
    free = problem.open[rows, columns]
    floor = problem.units[rows, columns][free].min(initial=np.iinfo(np.int64).max)
    return replace(rewarded, open=problem.open & (problem.units >= floor))


@dataclass(frozen=True, eq=False)
class _Causes:
    """Which pairs of before are forbidden now, and who has more of the others than may stay."""

    forbidden: frozenset[tuple[int, int]]
    full_mentors: BoolArray
    full_trainees: BoolArray

    @classmethod
    def of(cls, problem: AssignmentProblem, before: IntArray) -> _Causes:
        barred = problem.is_forbidden(before)
        pinned = are_among(before, problem.pinned, problem.n_mentors)
        staying = before[~barred & ~pinned]
        of_trainee = np.bincount(staying[:, 0], minlength=problem.n_trainees)
        of_mentor = np.bincount(staying[:, 1], minlength=problem.n_mentors)
        forbidden = frozenset((int(i), int(j)) for i, j in before[barred])
        return cls(forbidden, of_mentor > problem.free_capacity, of_trainee > problem.free_need)

    def cause(self, trainee: int, mentor: int | None) -> MoveCause:
        if mentor is None:
            return "NEW"
        if (trainee, mentor) in self.forbidden:
            return "FORBIDDEN"
        if self.full_mentors[mentor]:
            return "OVER_CAPACITY"
        return "OVER_NEED" if self.full_trainees[trainee] else "EXCHANGE"


def _previous(problem: AssignmentProblem, given: ArrayLike) -> IntArray:
    """Return the checked pairs of before, sorted, each once."""
    pairs, shape = np.asarray(given), (problem.n_trainees, problem.n_mentors)
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu"):
        expected = "an integer array of (trainee, mentor) pairs of shape (n, 2)"
        came = f"{pairs.dtype} of shape {pairs.shape}"
        raise refuse_rematch("PREVIOUS_PAIRS_SHAPE", "previous_pairs", expected, came)
    pairs = pairs.reshape(-1, 2).astype(np.int64)
    outside = ((pairs < 0) | (pairs >= np.array(shape))).any(axis=1)
    if outside.any():
        expected = (
            f"pairs within {shape[0]} trainees and {shape[1]} mentors of the new problem, "
            "without the pairs of people who have left"
        )
        came = f"{pairs[outside][0].tolist()}"
        raise refuse_rematch("PREVIOUS_PAIRS_OUT_OF_RANGE", "previous_pairs", expected, came)
    return np.stack(np.divmod(np.unique(pair_codes(pairs, shape[1])), max(shape[1], 1)), axis=1)


def _check_objective(function: str, objective: str) -> None:
    if objective == "leximin":
        raise InvalidInputError(
            f"The 'objective' parameter of {function} must not be leximin, which decides every score and leaves "
            f"no total to weigh a move against. Got 'leximin' instead; match anew with assign, or ask for "
            "worst_off_then_total."
        )
    if objective not in OBJECTIVES:
        raise InvalidInputError(
            f"The 'objective' parameter of {function} must be one of {', '.join(OBJECTIVES)}. "
            f"Got {objective!r} instead."
        )
