"""Which limits are full around an unmatched trainee, and what would give one a mentor: rows that name the limit."""

from collections.abc import Iterable, Sequence
from itertools import chain
from uuid import UUID

from matching import AssignmentProblem, Repair, UnmatchedReason
from matching.solver.network import Cell
from studio.arrays.matches import MatchArrays, MatchRows
from studio.store.limits import LimitRule
from studio.store.runs import Unmatched, UnmatchedLimit, UnmatchedRepair

DECIMALS = 6
CAP_REACHED = "CAP_REACHED"


def unmatched_rows(
    unmatched: Unmatched,
    rows: MatchRows,
    arrays: MatchArrays,
    problem: AssignmentProblem,
    reason: UnmatchedReason,
) -> list[Unmatched | UnmatchedLimit | UnmatchedRepair]:
    """Return the row of somebody without a mentor with its reasons, the full limits, and the repairs by cost."""
    mentors = [arrays.mentor_ids[column] for column in _contested(arrays, reason)]
    capped = [mentor_id for mentor_id in mentors if rows.caps_holding(mentor_id)]
    told: list[tuple[str, list[UUID]]] = [
        (reason.code, [arrays.mentor_ids[column] for column in reason.mentors])
    ]
    told += [(CAP_REACHED, capped)] if capped else []
    unmatched.reasons = [{"code": code, "mentors": [each.hex for each in whom]} for code, whom in told]
    limits = full_limit_rows(unmatched, rows, arrays, problem, reason.limits, capped)
    return [unmatched, *limits, *repair_rows(unmatched, rows, arrays, problem, reason.repairs)]


def full_limit_rows(
    unmatched: Unmatched,
    rows: MatchRows,
    arrays: MatchArrays,
    problem: AssignmentProblem,
    cells: Iterable[Cell],
    capped: Iterable[UUID],
) -> list[UnmatchedLimit]:
    """Return the limits that stand against somebody: those of full `cells`, and the caps of the mentors `capped`."""
    quotas = (arrays.limits.rule_at(problem.quotas, cell.place) for cell in cells)
    caps = chain.from_iterable(rows.caps_holding(mentor_id) for mentor_id in capped)
    full = dict.fromkeys(rule.id for rule in (*quotas, *caps) if rule is not None)
    return [
        UnmatchedLimit(
            studio_id=unmatched.studio_id,
            unmatched_id=unmatched.id,
            position=position,
            limit_rule_id=limit_id,
        )
        for position, limit_id in enumerate(full)
    ]


def _contested(arrays: MatchArrays, reason: UnmatchedReason) -> list[int]:
    """Return the mentors whose places are all taken, and those who may have none at all."""
    closed = (arrays.capacity == 0) & ~arrays.forbidden[reason.trainee]
    return [*reason.mentors, *closed.nonzero()[0].tolist()]


def repair_rows(
    unmatched: Unmatched,
    rows: MatchRows,
    arrays: MatchArrays,
    problem: AssignmentProblem,
    repairs: Sequence[Repair],
) -> list[UnmatchedRepair]:
    """Return what would be enough for somebody without a mentor, each with the limit that it would change."""
    found = []
    for position, repair in enumerate(repairs):
        mentor_id = arrays.mentor_ids[repair.mentor]
        code, rule = repair.code, _limit(arrays, problem, repair)
        caps = rows.caps_holding(mentor_id) if repair.code == "ADD_PLACE" else []
        found.append(
            UnmatchedRepair(
                studio_id=unmatched.studio_id,
                unmatched_id=unmatched.id,
                position=position,
                # There is a place, and the cap keeps it closed.
                code="RAISE_CAP" if caps else code,
                mentor_id=mentor_id,
                limit_rule_id=caps[0].id if len(caps) == 1 else rule,
                change=round(repair.change, DECIMALS),
            )
        )
    return found


def _limit(arrays: MatchArrays, problem: AssignmentProblem, repair: Repair) -> UUID | None:
    limit = repair.limit
    if limit is None:
        return None
    rule: LimitRule | None
    if limit.place < 0:
        rule = arrays.limits.minimum_rules[repair.mentor]
    else:
        rule = arrays.limits.rule_at(problem.quotas, limit.place)
    return None if rule is None else rule.id
