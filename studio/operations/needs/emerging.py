"""Emerging points of a cohort: what at least three people say that no topic covers, found with the needs."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.emerging import Group, OpenRow, groups_of
from studio.store.cohorts import Cohort
from studio.store.corrections import TopicCorrection
from studio.store.emerging import EmergingMember, EmergingPoint
from studio.store.enums import EmergingState
from studio.store.needs import PainPoint, PainPointTopic
from studio.store.rows import changed, chunks, insert_rows
from studio.store.surveys import SurveyResponse
from studio.store.topics import phrases_of


async def find_emerging(
    session: AsyncSession, studio_id: UUID, cohort_id: UUID, voices: Mapping[UUID, UUID]
) -> list[Group]:
    """Group the answers that the classifier left open or filed without conviction.

    `voices` tells whose words the copies among them repeat.
    """
    points = await _undecided_points(session, cohort_id, voices)
    phrases = await phrases_of(session, studio_id) if points else {}
    known = [text for topic_id in sorted(phrases) for text in phrases[topic_id]]
    return await asyncio.to_thread(groups_of, points, known)


async def _undecided_points(
    session: AsyncSession, cohort_id: UUID, voices: Mapping[UUID, UUID]
) -> list[OpenRow]:
    decided = (
        select(EmergingMember.pain_point_id)
        .join(EmergingPoint, col(EmergingPoint.id) == EmergingMember.emerging_point_id)
        .where(EmergingPoint.cohort_id == cohort_id, EmergingPoint.state != EmergingState.OPEN)
    )
    surest = (
        select(sa.func.max(PainPointTopic.confidence))
        .where(PainPointTopic.pain_point_id == PainPoint.id)
        .scalar_subquery()
    )
    confidence = sa.case((col(PainPoint.abstained), 0.0), else_=sa.func.coalesce(surest, 0.0))
    said_by = sa.func.coalesce(PainPoint.trainee_id, PainPoint.response_id)
    found = await session.execute(
        sa.select(col(PainPoint.id), col(PainPoint.text), said_by, confidence)
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .join(TopicCorrection, col(TopicCorrection.pain_point_id) == PainPoint.id, isouter=True)
        .where(
            col(PainPoint.cohort_id) == cohort_id,
            col(SurveyResponse.current),
            col(TopicCorrection.id).is_(None),
            sa.not_(col(PainPoint.junk)),
            sa.not_(col(PainPoint.resolved)),
            col(PainPoint.id).not_in(decided),
        )
        .order_by(col(PainPoint.wave), col(PainPoint.text), col(SurveyResponse.respondent_key))
    )
    return [
        OpenRow(point_id, text, voices.get(point_id, respondent), sure)
        for point_id, text, respondent, sure in found.all()
    ]


async def store_emerging(session: AsyncSession, cohort: Cohort, groups: Sequence[Group]) -> None:
    """Make the open groups of a cohort those that were found.

    What somebody has dismissed stays with its group and is not asked again. A group that shares members with one
    that is open already is that one, so that its id holds while people look at it.
    """
    of_cohort = (EmergingPoint.cohort_id == cohort.id, EmergingPoint.state == EmergingState.OPEN)
    stored = {
        row.id: row for row in (await session.execute(select(EmergingPoint).where(*of_cohort))).scalars()
    }
    members = await session.execute(
        select(EmergingMember.pain_point_id, EmergingMember.emerging_point_id).where(
            col(EmergingMember.emerging_point_id).in_(select(EmergingPoint.id).where(*of_cohort))
        )
    )
    was_in: dict[UUID, UUID] = dict(members.all())
    kept: dict[UUID, Group] = {}
    new: list[tuple[EmergingPoint, Group]] = []
    for position, group in enumerate(groups):
        shared = Counter(was_in[member] for member in group.members if member in was_in)
        before = next((row for row, _ in shared.most_common() if row not in kept), None)
        values: dict[str, Any] = {
            "position": position,
            "label": group.label,
            "people": group.people,
            "pain_point_id": group.central,
        }
        if before is None:
            new.append((EmergingPoint(studio_id=cohort.studio_id, cohort_id=cohort.id, **values), group))
        else:
            kept[before] = group
            changed(stored[before], **values)
    await session.flush()
    for some in chunks([row for row in stored if row not in kept]):
        await session.execute(sa.delete(EmergingPoint).where(col(EmergingPoint.id).in_(some)))
    await insert_rows(session, [row for row, _ in new])
    await _replace_members(session, cohort, was_in, kept | {row.id: group for row, group in new})


async def _replace_members(
    session: AsyncSession, cohort: Cohort, was_in: dict[UUID, UUID], groups: dict[UUID, Group]
) -> None:
    wanted = {member: group for group, found in groups.items() for member in found.members}
    if wanted == was_in:
        return
    for some in chunks(list(groups)):
        await session.execute(
            sa.delete(EmergingMember).where(col(EmergingMember.emerging_point_id).in_(some))
        )
    await insert_rows(
        session,
        [
            EmergingMember(
                studio_id=cohort.studio_id, emerging_point_id=group, pain_point_id=member, position=position
            )
            for group, found in groups.items()
            for position, member in enumerate(found.members)
        ],
    )
