"""Stamps of what a cohort's needs are computed from: equal ones say that nothing of it changed in between."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from studio.store.tables import metadata

Stamp = tuple[tuple[Any, ...], ...]


async def needs_stamp(session: AsyncSession, studio_id: UUID, cohort_id: UUID) -> Stamp:
    """Return count, sum of versions and latest change of every table that needs are computed from.

    A row that is added or deleted changes the count, one that is written its version; one that takes another's place
    has a later time. Answers are written with their response only.
    """
    t = metadata.tables
    surveys = sa.select(t["survey"].c.id).where(t["survey"].c.cohort_id == cohort_id)
    points = sa.select(t["pain_point"].c.id).where(t["pain_point"].c.cohort_id == cohort_id)
    emerging = sa.select(t["emerging_point"].c.id).where(t["emerging_point"].c.cohort_id == cohort_id)
    of = {
        "topic": t["topic"].c.studio_id == studio_id,
        "topic_phrase": t["topic_phrase"].c.studio_id == studio_id,
        "survey": t["survey"].c.cohort_id == cohort_id,
        "question": t["question"].c.survey_id.in_(surveys),
        "survey_response": t["survey_response"].c.survey_id.in_(surveys),
        "pain_point": t["pain_point"].c.cohort_id == cohort_id,
        "pain_point_topic": t["pain_point_topic"].c.pain_point_id.in_(points),
        "topic_correction": t["topic_correction"].c.pain_point_id.in_(points),
        "emerging_point": t["emerging_point"].c.cohort_id == cohort_id,
        "emerging_member": t["emerging_member"].c.emerging_point_id.in_(emerging),
    }
    stamp = []
    for name, condition in of.items():
        table = t[name]
        figures = sa.select(
            sa.func.count(), sa.func.sum(table.c.version), sa.func.max(table.c.updated_at)
        ).where(condition)
        count, versions, latest = (await session.execute(figures)).one()
        stamp.append((name, count, int(versions or 0), latest))
    return tuple(stamp)
