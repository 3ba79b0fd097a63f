"""Copied answers: which pain points say word for word what somebody else had handed in before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from studio.arrays.copies import SaidRow, originals
from studio.store.needs import PainPoint
from studio.store.rows import update_values
from studio.store.surveys import SurveyResponse
from studio.store.tables import metadata


class Copies(NamedTuple):
    """What was copied: pain points whose mark has to change, and whose words each copy repeats."""

    differing: Sequence[Mapping[str, Any]]
    # By copy: the trainee, or the anonymous response, that handed the words in first.
    voices: Mapping[UUID, UUID]


async def find_copied(session: AsyncSession, cohort_id: UUID) -> Copies:
    """Find the current pain points of a cohort that are copies, wave by wave, and those that no longer are."""
    given = sa.func.coalesce(SurveyResponse.submitted_at, SurveyResponse.created_at)
    in_use = sa.and_(col(SurveyResponse.current), sa.not_(col(PainPoint.junk)))
    found = await session.execute(
        sa.select(
            col(PainPoint.id),
            col(PainPoint.text),
            sa.func.coalesce(PainPoint.trainee_id, PainPoint.response_id),
            col(PainPoint.copy_of_id),
            in_use,
            col(PainPoint.wave),
        )
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(
            col(PainPoint.cohort_id) == cohort_id,
            sa.or_(in_use, col(PainPoint.copy_of_id).is_not(None)),
        )
        .order_by(col(PainPoint.wave), given, col(SurveyResponse.respondent_key), col(PainPoint.position))
    )
    points = [SaidRow(*row) for row in found.all()]
    wanted = await asyncio.to_thread(originals, points)
    differing = [
        {"id": point.id, "copy_of_id": wanted.get(point.id)}
        for point in points
        if point.copy_of_id != wanted.get(point.id)
    ]
    firsts = set(wanted.values())
    said_by = {point.id: point.respondent_id for point in points if point.id in firsts}
    return Copies(differing, {copy: said_by[first] for copy, first in wanted.items()})


async def mark_copies(session: AsyncSession, copies: Copies) -> None:
    """Mark what is a copy, and unmark what no longer is."""
    await update_values(session, metadata.tables["pain_point"], copies.differing)
