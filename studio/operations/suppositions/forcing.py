"""A match with one pair as somebody wants it, and all else as rules, locks and people's changes ask for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from studio.arrays.matches import MatchRows
from studio.arrays.what_if import Proposal
from studio.operations.suppositions.suppositions import Supposition, suppose
from studio.operations.suppositions.what_if import solve
from studio.store.enums import PairingOrigin, RuleKind
from studio.store.pairings import Lock, Pairing, Seat


async def forced(
    rows: MatchRows,
    pairings: Sequence[Pairing],
    seat: Seat,
    mentor_id: UUID,
    *stabilities: float,
    week: date | None = None,
) -> Sequence[Proposal]:
    """Match with this mentor in this seat and with what rules, locks and people's changes in the run ask for.

    One proposal for each stability, as `solve` gives them; the pair is in `week`, if one is given, or in any that is
    free. Raises InfeasibleRules when they leave no room for it.
    """
    decided = {
        (pairing.trainee_id, pairing.mentor_id): Lock(
            pairing.origin, pairing.reason, pairing.decided_at or pairing.created_at, pairing.kind
        )
        for pairing in pairings
        if pairing.origin is PairingOrigin.OVERRIDE
    }
    # Where a rule or a lock says otherwise, it was set after the change.
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    fixed = {(trainee_id, kind) for (trainee_id, _), kind in rows.kinds_of({*pins, *rows.locked}).items()}
    kept = {each: lock for each, lock in decided.items() if (each[0], lock.kind) not in fixed}
    held = replace(rows, locked={**rows.locked, **kept})
    pair = seat.trainee_id, mentor_id
    supposed = suppose(held, Supposition(pins=[pair], said_kinds={pair: seat.kind}), (), "")
    if supposed.weeks is not None and week is not None:
        supposed = replace(supposed, weeks=replace(supposed.weeks, kept={**supposed.weeks.kept, pair: week}))
    previous = {pairing.seat: pairing.mentor_id for pairing in pairings}
    weeks = {pairing.seat: pairing.week for pairing in pairings}
    return await solve(supposed, previous, *stabilities, previous_weeks=weeks)
