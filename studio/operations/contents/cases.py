"""Cases for pain points: what others did in a trouble like this, with where the story comes from."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from matching import nearest_cases
from studio.arrays.contents import CatalogueArrays, Floats, TraineeArrays
from studio.store.enums import ContentKind
from studio.store.rows import chunks, replace_values
from studio.store.tables import metadata

CASES_PER_POINT = 3
DECIMALS = 6
_SIMILAR = metadata.tables["similar_case"]

Wanted = dict[tuple[UUID, UUID], dict[str, Any]]


def similar_cases(catalogue: CatalogueArrays, arrays: TraineeArrays, text_scores: Floats) -> Wanted:
    """Return the nearest cases of each pain point, by point and content.

    `text_scores` of shape (n_points, n_contents) tell how near each content's words are to each point's.
    """
    cases = [place for place, each in enumerate(catalogue.contents) if each.kind is ContentKind.CASE]
    if not cases:
        return {}
    found, scores = nearest_cases(
        text_scores[:, cases], arrays.point_topics, catalogue.topics[cases], CASES_PER_POINT
    )
    return {
        (point.id, catalogue.contents[cases[case]].id): {
            "position": position,
            "score": round(score, DECIMALS),
        }
        for point, row, row_scores in zip(arrays.points, found.tolist(), scores.tolist(), strict=True)
        for position, (case, score) in enumerate(zip(row, row_scores, strict=True))
        if case >= 0
    }


async def store_similar_cases(
    session: AsyncSession, studio_id: UUID, arrays: TraineeArrays, wanted: Wanted
) -> None:
    """Store the nearest cases of these pain points, and nothing else for them."""
    for some in chunks([point.id for point in arrays.points]):
        own = set(some)
        chosen = {key: values for key, values in wanted.items() if key[0] in own}
        shared: Mapping[tuple[UUID, UUID], Mapping[str, Any]] = {
            key: {"studio_id": studio_id, "pain_point_id": key[0], "content_id": key[1]} for key in chosen
        }
        names = ("id", "pain_point_id", "content_id", "position", "score")
        stored = await session.execute(
            sa.select(*(_SIMILAR.c[name] for name in names)).where(_SIMILAR.c.pain_point_id.in_(some))
        )
        existing = {
            (point_id, content_id): {"id": row_id, "position": position, "score": score}
            for row_id, point_id, content_id, position, score in stored.all()
        }
        await replace_values(session, _SIMILAR, existing, chosen, shared)
