"""How much to trust a run's pairs: what is drawn anew, and what is stored of it.

Drawn anew are the weights of the policy and the topics of what trainees wrote: a topic that the classifier named stands
as often as it is sure of it, and of a text on which it abstained its best guess stands as often as it is sure of that.
What a person confirmed or corrected always stands. Ratings, ticks, orders, strengths and texts stay as they are.
"""

import math
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from matching import Match, Sensitivity
from matching.trust.draws import NeedDraw
from studio.arrays.matches import MatchArrays
from studio.arrays.sensitivity import drawn_needs
from studio.operations.needs.need_input import need_input
from studio.store.cohorts import Cohort
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun
from studio.store.sensitivity import PairSensitivity, RunSensitivity
from studio.store.topics import topics_of

DRAWS = 100
FIRM_FROM = 0.9
WEIGHT_CHANGE = 0.2
# Pairs of trainee and mentor that may be scored in all draws together: some seconds. Fewer draws than this tell little.
_MOST_SCORED = 10_000_000
_LEAST_DRAWS = 20
DECIMALS = 6


async def draw_needs(session: AsyncSession, cohort: Cohort, arrays: MatchArrays) -> NeedDraw:
    """Return what draws the needs of a run's trainees anew."""
    topics = await topics_of(session, cohort.studio_id)
    return drawn_needs(await need_input(session, cohort.id, topics), arrays.trainee_ids)


def draws_for(arrays: MatchArrays) -> int:
    """Return how often a cohort is matched anew: less often where that takes long, and not at all where too long."""
    pairs = len(arrays.trainee_ids) * len(arrays.mentor_ids)
    draws = min(DRAWS, _MOST_SCORED // max(pairs, 1))
    return draws if draws >= _LEAST_DRAWS else 0


def sensitivity_rows(
    run: MatchRun, arrays: MatchArrays, found: Match, pairings: Sequence[Pairing]
) -> list[RunSensitivity | PairSensitivity]:
    """Return what is stored of how much to trust a run; `pairings` are in the order of the solution."""
    marks = found.sensitivity
    if marks is None or marks.pinned.all():
        return []
    pairs = [
        _pair(arrays, marks, place, pairing)
        for place, pairing in enumerate(pairings)
        if not marks.pinned[place]
    ]
    firm = sum(pair.firm for pair in pairs)
    of_run = RunSensitivity(
        studio_id=run.studio_id,
        run_id=run.id,
        draws=marks.n_draws,
        firm_from=FIRM_FROM,
        weight_change=WEIGHT_CHANGE,
        examined=len(pairs),
        firm=firm,
        share=round(firm / len(pairs), DECIMALS),
    )
    return [of_run, *pairs]


def propensity(
    marks: Sensitivity | None, arrays: MatchArrays, place: int, pair: tuple[int, int]
) -> float | None:
    """Return how often a pair of the solution was chosen: 1 where a rule or a person holds it, None if unknown."""
    if arrays.pinned[pair]:
        return 1.0
    if marks is None or marks.pinned[place]:
        return None
    return round(float(marks.stays[place]), DECIMALS)


def _pair(arrays: MatchArrays, marks: Sensitivity, place: int, pairing: Pairing) -> PairSensitivity:
    runner_up, margin = int(marks.runner_up[place]), float(marks.margin[place])
    return PairSensitivity(
        studio_id=pairing.studio_id,
        pairing_id=pairing.id,
        mentor_id=pairing.mentor_id,
        stays=round(float(marks.stays[place]), DECIMALS),
        firm=bool(marks.firm[place]),
        runner_up_id=arrays.mentor_ids[runner_up] if runner_up >= 0 else None,
        margin=round(margin, DECIMALS) if math.isfinite(margin) else None,
    )
