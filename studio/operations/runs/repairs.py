"""What would give an unmatched trainee a mentor: repairs as rows, with the limit that each would change."""

from collections.abc import Sequence
from uuid import UUID

from matching import AssignmentProblem, Repair
from studio.arrays.matches import MatchArrays
from studio.store.runs import Unmatched, UnmatchedRepair

DECIMALS = 6


def repair_rows(
    unmatched: Unmatched, arrays: MatchArrays, problem: AssignmentProblem, repairs: Sequence[Repair]
) -> list[UnmatchedRepair]:
    """Return the rows of a trainee's repairs, the cheapest first."""
    return [
        UnmatchedRepair(
            studio_id=unmatched.studio_id,
            unmatched_id=unmatched.id,
            position=position,
            code=repair.code,
            mentor_id=arrays.mentor_ids[repair.mentor],
            limit_rule_id=_limit(arrays, problem, repair),
            change=round(repair.change, DECIMALS),
        )
        for position, repair in enumerate(repairs)
    ]


def _limit(arrays: MatchArrays, problem: AssignmentProblem, repair: Repair) -> UUID | None:
    limit = repair.limit
    if limit is None:
        return None
    if limit.place < 0:
        rule = arrays.limits.minimum_rules[repair.mentor]
    else:
        rule = arrays.limits.rule_at(problem.quotas, limit.place)
    return None if rule is None else rule.id
