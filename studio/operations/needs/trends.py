"""What changed in a cohort's needs since the wave before."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from matching import topic_trend
from studio.arrays.needs import NeedTable
from studio.store.cohorts import Cohort
from studio.store.rows import replace_rows
from studio.store.tables import metadata
from studio.store.topics import Topic

DECIMALS = 6


async def store_trends(
    session: AsyncSession, cohort: Cohort, topics: Sequence[Topic], said: NeedTable
) -> None:
    """Compare the last two waves that have respondents, and store what changed; nothing for a first wave."""
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    if len(said.waves) > 1:
        before, after = said.waves[-2:]
        trend = topic_trend(*said.named_in(before), *said.named_in(after))
        rise = [round(chance, DECIMALS) for chance in trend.rise_probability.tolist()]
        for position, column in enumerate(sorted(range(len(rise)), key=lambda column: -rise[column])):
            wanted[(topics[column].id,)] = {
                "position": position,
                "wave": after,
                "wave_before": before,
                "named_before": int(trend.n_before[column]),
                "named_after": int(trend.n_after[column]),
                "share_before": round(float(trend.share_before[column]), DECIMALS),
                "share_after": round(float(trend.share_after[column]), DECIMALS),
                "rise_probability": rise[column],
                "rising": bool(trend.rising[column]),
            }
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["topic_trend"], of, ("topic_id",), wanted)
