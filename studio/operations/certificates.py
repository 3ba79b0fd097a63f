"""The certificate of a run whose pairs people have changed."""

import asyncio
import math
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from matching import AssignmentProblem, Certificate, MatchingError, MentorAffinity, judge
from studio.arrays.matches import MatchArrays, MatchRows, match_arrays, stored_choice
from studio.operations.runs import DECIMALS
from studio.store.clock import today
from studio.store.enums import MatchRunState
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun


async def certify_again(
    session: AsyncSession, run: MatchRun, rows: MatchRows, affinity: MentorAffinity
) -> None:
    """Measure the run's pairs, as they now are, against the best that today's rules and places allow.

    The pairs count with the scores that they were stored with. What people changed in this run is no rule for
    the best: the gap tells what their changes cost. Solves the cohort once more.
    """
    found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
    pairings = list(found.scalars())
    kept = {
        (pairing.trainee_id, pairing.mentor_id): lock
        for pairing in pairings
        if pairing.decided_before
        and (lock := rows.locked.get((pairing.trainee_id, pairing.mentor_id))) is not None
    }
    arrays = match_arrays(replace(rows, locked=kept), today())
    certificate = await asyncio.to_thread(_judge, arrays, affinity, pairings)
    run.objective = round(math.fsum(pairing.score for pairing in pairings), DECIMALS)
    run.bound, run.gap, run.verified = None, None, False
    # Pairs that break a rule or a capacity may be worth more than any that keep them: then nothing bounds them.
    if certificate is not None and certificate.is_bounded:
        run.bound, run.gap = round(certificate.dual, DECIMALS), round(certificate.gap, DECIMALS)
        run.verified = certificate.valid
    run.state = MatchRunState.OPTIMAL if run.verified else MatchRunState.FEASIBLE_WITH_BOUND
    run.version += 1
    await session.flush()


def _judge(arrays: MatchArrays, affinity: MentorAffinity, pairings: list[Pairing]) -> Certificate | None:
    """Return the certificate, or None where the rules and places of today contradict one another."""
    chosen = ((pairing.trainee_id, pairing.mentor_id, pairing.score) for pairing in pairings)
    scores, pairs = stored_choice(arrays, affinity.transform(arrays.trainees), chosen)
    try:
        problem = AssignmentProblem.from_scores(
            scores, arrays.capacity, forbidden=arrays.forbidden, pinned=arrays.pinned
        )
        return judge(problem, pairs)
    except MatchingError:
        return None
