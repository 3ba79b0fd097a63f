"""What an explanation says: limits, moves, reasons and repairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..solver.network import Cell

PairCode = Literal[
    "CHOSEN",
    "PINNED",
    "FORBIDDEN",
    "NO_CAPACITY",
    "QUOTA_CLOSED",
    "RULED_OUT",
    "LOWERS_COVERAGE",
    "LOWERS_OBJECTIVE",
    "LOWERS_TOTAL",
    "TIE",
]
UnmatchedCode = Literal[
    "NO_MENTORS", "ALL_FORBIDDEN", "TOO_FEW_ALLOWED", "NO_CAPACITY_LEFT", "QUOTA_FULL", "NOT_WORTH_IT"
]
RepairCode = Literal["ADD_PLACE", "ALLOW_PAIR", "RAISE_QUOTA", "LOWER_MINIMUM"]


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
        CHOSEN; PINNED (chosen by a pin); FORBIDDEN; NO_CAPACITY (the mentor takes nobody); QUOTA_CLOSED
        (`limits` of zero, or filled by pins, exclude it); RULED_OUT (pins or minimum loads leave no room for
        it); LOWERS_COVERAGE (somebody else would stay without a mentor); LOWERS_OBJECTIVE (worse by an aim
        that comes before the total); LOWERS_TOTAL; TIE (just as good, and the order of rows decided).
    price : float
        Change of the total if the pair were forced, as in :func:`prices`. It may be positive for an objective
        with an aim before the total.
    moves : tuple of Move
        Who else would change mentors if it were forced, and the trainee's own move.
    limits : tuple of Cell
        Quotas in the pair's way: closed ones, or else those that are full without the trainee's own pairs.
    """

    trainee: int
    mentor: int
    code: PairCode
    price: float
    moves: tuple[Move, ...]
    limits: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Repair:
    """One change that would give the trainee a mentor.

    Attributes
    ----------
    code : str
        ADD_PLACE (one more place at the mentor), ALLOW_PAIR (lift the ban on the pair), RAISE_QUOTA (one more
        pair within `limit`) or LOWER_MINIMUM (one pair less asked for by `limit`).
    mentor : int
        The mentor concerned; of several columns together the first.
    change : float
        Change of the total after the repair, with the trainee matched and nobody else left out.
    limit : Cell or None
        The quota or minimum to be changed.
    """

    code: RepairCode
    mentor: int
    change: float
    limit: Cell | None = None


@dataclass(frozen=True)
class UnmatchedReason:
    """Why a trainee has fewer mentors than needed.

    Attributes
    ----------
    code : str
        NO_MENTORS (no mentor has a place at all); ALL_FORBIDDEN (every mentor with a place is forbidden);
        TOO_FEW_ALLOWED (fewer allowed mentors with a place than the trainee needs); NO_CAPACITY_LEFT
        (`mentors` are full with `rivals`, none of whom can go elsewhere); QUOTA_FULL (the same, but places
        are left and `limits` keep the trainee from them); NOT_WORTH_IT (objective "total": no pair would
        add).
    mentors : tuple of int
        The mentors whose places are contested: with the trainee and the rivals, the smallest set of people
        who need more places than there are.
    rivals : tuple of int
        The other trainees who hold those places.
    repairs : tuple of Repair
        Changes that would each be enough, best total first.
    limits : tuple of Cell
        The quotas among the limits that are full and in conflict.
    """

    trainee: int
    code: UnmatchedCode
    mentors: tuple[int, ...]
    rivals: tuple[int, ...]
    repairs: tuple[Repair, ...]
    limits: tuple[Cell, ...] = ()
