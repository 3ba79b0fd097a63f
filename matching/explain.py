"""Why a pair was not chosen, and why a trainee stayed without a mentor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, overload

import numpy as np

from .assignment import assign
from .exceptions import InvalidInputError
from .prices import prices
from .problem import AssignmentProblem, BoolArray, IntArray
from .residual import IMPOSSIBLE, Residual, add, chain_gains, residual, split
from .solution import Solution

PairCode = Literal[
    "CHOSEN", "PINNED", "FORBIDDEN", "NO_CAPACITY", "RULED_OUT", "LOWERS_COVERAGE", "LOWERS_TOTAL", "TIE"
]
UnmatchedCode = Literal["NO_MENTORS", "ALL_FORBIDDEN", "TOO_FEW_ALLOWED", "NO_CAPACITY_LEFT", "NOT_WORTH_IT"]
RepairCode = Literal["ADD_PLACE", "ALLOW_PAIR"]


@dataclass(frozen=True)
class Move:
    """A trainee who would change mentors; None stands for no mentor."""

    trainee: int
    before: int | None
    after: int | None


@dataclass(frozen=True)
class PairReason:
    """Why a pair is or is not in the solution.

    Attributes
    ----------
    code : str
        CHOSEN; PINNED (chosen by a pin); FORBIDDEN; NO_CAPACITY (the mentor takes nobody); RULED_OUT (pins
        or minimum loads leave no room for it); LOWERS_COVERAGE (somebody else would stay without a mentor);
        LOWERS_TOTAL; TIE (just as good, and the order of rows decided).
    price : float
        Change of the total if the pair were forced, as in :func:`prices`.
    moves : tuple of Move
        Who else would change mentors if it were forced, and the trainee's own move.
    """

    trainee: int
    mentor: int
    code: PairCode
    price: float
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Repair:
    """One change that would give the trainee a mentor.

    Attributes
    ----------
    code : str
        ADD_PLACE (one more place at the mentor) or ALLOW_PAIR (lift the ban on the pair).
    mentor : int
        The mentor concerned.
    change : float
        Change of the total after the repair, with the trainee matched and nobody else left out.
    """

    code: RepairCode
    mentor: int
    change: float


@dataclass(frozen=True)
class UnmatchedReason:
    """Why a trainee has fewer mentors than needed.

    Attributes
    ----------
    code : str
        NO_MENTORS (no mentor has a place at all); ALL_FORBIDDEN (every mentor with a place is forbidden);
        TOO_FEW_ALLOWED (fewer allowed mentors with a place than the trainee needs); NO_CAPACITY_LEFT
        (`mentors` are full with `rivals`, none of whom can go elsewhere); NOT_WORTH_IT (objective "total":
        no pair would add).
    mentors : tuple of int
        The mentors whose places are contested: with the trainee and the rivals, the smallest set of people
        who need more places than there are.
    rivals : tuple of int
        The other trainees who hold those places.
    repairs : tuple of Repair
        Changes that would each be enough, best total first.
    """

    trainee: int
    code: UnmatchedCode
    mentors: tuple[int, ...]
    rivals: tuple[int, ...]
    repairs: tuple[Repair, ...]


@overload
def explain(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> PairReason: ...
@overload
def explain(problem: AssignmentProblem, solution: Solution, trainee: int) -> UnmatchedReason: ...
def explain(
    problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int | None = None
) -> PairReason | UnmatchedReason:
    """Explain a pair, or, without a mentor, why the trainee is unmatched.

    Parameters
    ----------
    problem, solution
        The problem and its optimal solution.
    trainee : int
        Row of the trainee.
    mentor : int, optional
        Column of the mentor; when left out the trainee must be unmatched.

    Returns
    -------
    PairReason or UnmatchedReason

    Raises
    ------
    InvalidInputError
        If a position is out of range, or no mentor is given and the trainee has all the mentors needed.

    Notes
    -----
    A pair: one table of exchange chains and one more solution, a few milliseconds at 64 × 20. An unmatched
    trainee: one table of exchange chains.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9], [0.8]], capacity=[1])
    >>> reason = explain(problem, assign(problem), 1)
    >>> reason.code, reason.rivals, reason.repairs[0]
    ('NO_CAPACITY_LEFT', (0,), Repair(code='ADD_PLACE', mentor=0, change=0.8))
    """
    _check_position("trainee", trainee, problem.n_trainees)
    if mentor is None:
        return _explain_unmatched(problem, solution, trainee)
    _check_position("mentor", mentor, problem.n_mentors)
    return _explain_pair(problem, solution, trainee, mentor)


def _check_position(name: str, position: int, length: int) -> None:
    if not 0 <= position < length:
        raise InvalidInputError(
            f"The '{name}' parameter of explain must be from 0 to {length - 1}. Got {position} instead."
        )


def _explain_pair(problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int) -> PairReason:
    price = float(prices(problem, solution, [trainee])[0, mentor])
    code = _pair_code(problem, solution, trainee, mentor, price)
    moves: tuple[Move, ...] = ()
    if code in ("LOWERS_COVERAGE", "LOWERS_TOTAL", "TIE"):
        moves = moves_between(solution, assign(problem.with_pin(trainee, mentor), solution.objective))
    return PairReason(trainee, mentor, code, price, moves)


def _pair_code(
    problem: AssignmentProblem, solution: Solution, trainee: int, mentor: int, price: float
) -> PairCode:
    if (problem.pinned == (trainee, mentor)).all(axis=1).any():
        return "PINNED"
    if (solution.pairs == (trainee, mentor)).all(axis=1).any():
        return "CHOSEN"
    if problem.forbidden[trainee, mentor]:
        return "FORBIDDEN"
    if problem.capacity[mentor] == 0:
        return "NO_CAPACITY"
    if np.isnan(price):
        return "RULED_OUT"
    if np.isneginf(price):
        return "LOWERS_COVERAGE"
    return "LOWERS_TOTAL" if price < 0 else "TIE"


def moves_between(before: Solution, after: Solution) -> tuple[Move, ...]:
    """Return who changes mentors from one solution to another, by trainee."""
    return tuple(Move(*change) for change in changes_between(before.pairs, after.pairs))


def changes_between(before: IntArray, after: IntArray) -> list[tuple[int, int | None, int | None]]:
    """Return (trainee, mentor left, mentor joined) for what differs between pairs, by trainee."""
    old, new = ({(int(i), int(j)) for i, j in pairs} for pairs in (before, after))
    changes: list[tuple[int, int | None, int | None]] = []
    for trainee in sorted({i for i, _ in old ^ new}):
        left: list[int | None] = [j for i, j in sorted(old - new) if i == trainee]
        joined: list[int | None] = [j for i, j in sorted(new - old) if i == trainee]
        length = max(len(left), len(joined))
        left += [None] * (length - len(left))
        joined += [None] * (length - len(joined))
        changes += [(trainee, a, b) for a, b in zip(left, joined, strict=True)]
    return changes


def explain_unmatched(problem: AssignmentProblem, solution: Solution) -> tuple[UnmatchedReason, ...]:
    """Explain all the unmatched trainees, in the order of `solution.unmatched`.

    Parameters
    ----------
    problem, solution
        The problem and its optimal solution.

    Returns
    -------
    tuple of UnmatchedReason

    Notes
    -----
    One table of exchange chains (n_mentors³ additions) serves them all.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9], [0.8]], capacity=[1])
    >>> [reason.code for reason in explain_unmatched(problem, assign(problem))]
    ['NO_CAPACITY_LEFT']
    """
    if not len(solution.unmatched):
        return ()
    left = residual(problem, solution.pairs, solution.objective)
    best = chain_gains(left.gains)
    return tuple(_unmatched_reason(solution, left, best, int(trainee)) for trainee in solution.unmatched)


def _explain_unmatched(problem: AssignmentProblem, solution: Solution, trainee: int) -> UnmatchedReason:
    if trainee not in solution.unmatched:
        raise InvalidInputError(
            "The 'trainee' parameter of explain must be an unmatched trainee when no mentor is given. "
            f"Got {trainee} instead, who has every mentor needed; give a mentor to ask about."
        )
    left = residual(problem, solution.pairs, solution.objective)
    return _unmatched_reason(solution, left, chain_gains(left.gains), trainee)


def _unmatched_reason(solution: Solution, left: Residual, best: IntArray, trainee: int) -> UnmatchedReason:
    code = _unmatched_code(left.problem, left, trainee)
    mentors = _contested(left, trainee) if code == "NO_CAPACITY_LEFT" else np.zeros(0, np.int64)
    rivals = solution.pairs[np.isin(solution.pairs[:, 1], mentors), 0]
    rivals = np.unique(rivals[rivals != trainee])
    repairs = () if code == "NOT_WORTH_IT" else _repairs(left, best, trainee)
    return UnmatchedReason(trainee, code, tuple(mentors.tolist()), tuple(rivals.tolist()), repairs)


def _unmatched_code(problem: AssignmentProblem, left: Residual, trainee: int) -> UnmatchedCode:
    with_place = problem.capacity > 0
    if not with_place.any():
        return "NO_MENTORS"
    allowed = with_place & ~problem.forbidden[trainee]
    if not allowed.any():
        return "ALL_FORBIDDEN"
    if allowed.sum() < problem.need[trainee]:
        return "TOO_FEW_ALLOWED"
    if left.bonus == 0 and _has_room(left, trainee):
        return "NOT_WORTH_IT"
    return "NO_CAPACITY_LEFT"


def _has_room(left: Residual, trainee: int) -> bool:
    reached = _contested(left, trainee)
    return bool((left.load[reached] < left.net.mentors.limit[reached]).any())


def _contested(left: Residual, trainee: int) -> IntArray:
    """Return the mentors that the trainee could reach if those who hold their places moved on, ascending."""
    possible = left.gains[:-1, :-1] > IMPOSSIBLE
    with_place = left.problem.capacity > 0
    reached = _joinable(left, trainee) & with_place
    while True:
        further = reached | (possible[reached].any(axis=0) & with_place)
        if np.array_equal(further, reached):
            return np.flatnonzero(reached)
        reached = further


def _joinable(left: Residual, trainee: int) -> BoolArray:
    """Return the mentors the trainee may join and has not, shape (n_mentors,)."""
    may: BoolArray = left.problem.open[trainee].copy()
    may[left.free_pairs[left.free_pairs[:, 0] == trainee, 1]] = False
    return may


def _repairs(left: Residual, best: IntArray, trainee: int) -> tuple[Repair, ...]:
    problem = left.problem
    worth = problem.units[trainee] + left.bonus
    enter = np.where(_joinable(left, trainee), worth, IMPOSSIBLE)
    one_more = add(enter[:, None], best[:-1, :-1]).max(axis=0, initial=IMPOSSIBLE)
    lifted = np.where(
        problem.forbidden[trainee] & (problem.capacity > 0), add(best[:-1, -1], worth), IMPOSSIBLE
    )
    found: list[Repair] = []
    kinds: tuple[tuple[RepairCode, IntArray], ...] = (("ADD_PLACE", one_more), ("ALLOW_PAIR", lifted))
    for code, change in kinds:
        coverage, units = split(np.where(change == IMPOSSIBLE, 0, change), left.bonus)
        enough = (change > IMPOSSIBLE) & (coverage > 0 if left.bonus else units > 0)
        scores = units / problem.units_per_score
        found += [Repair(code, int(mentor), float(scores[mentor])) for mentor in np.flatnonzero(enough)]
    return tuple(sorted(found, key=lambda repair: (-repair.change, repair.code, repair.mentor)))
