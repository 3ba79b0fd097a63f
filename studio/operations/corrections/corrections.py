"""Confirming and correcting the topics of pain points."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import NotFound, StudioError
from studio.imports.corrections import CorrectionRow, parse_corrections
from studio.imports.issues import ImportCode, RowIssue
from studio.imports.tables import read_table
from studio.operations.audit import audit
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.idempotency import once, remember
from studio.operations.import_report import ImportReport, all_or_nothing
from studio.operations.needs.needs import refresh_needs, refresh_trainee_needs
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own, require_version
from studio.operations.topics.decisions import Author, Words, write_decision
from studio.operations.topics.topics import TopicTree, import_topics, topic_tree
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.corrections import TopicCorrection
from studio.store.enums import Role
from studio.store.locks import lock_cohort
from studio.store.needs import PainPoint
from studio.store.people import Trainee
from studio.store.review import ReviewItem
from studio.store.rows import chunks
from studio.store.topics import Topic

MOST_TOPICS = 10
# The needs of so many trainees are computed one by one; of more, the cohort's at once.
MOST_SINGLE = 20


class Corrected(NamedTuple):
    """A decided pain point, its cohort, and how many others were decided with it."""

    pain_point_id: UUID
    cohort_id: UUID
    copies: int


async def correct_topics(
    session: AsyncSession,
    actor: Actor,
    pain_point_id: UUID,
    codes: Sequence[str],
    *,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Corrected:
    """Give a pain point its right topics, or none; an organizer's word decides its near-copies in the cohort too.

    What people decided stays, whatever a classifier says later. Needs and recommendations of those concerned are
    computed at once, the cohort's in a job. A trainee decides about own words only, and about no copies.
    """
    require(actor, "correct_topics")
    given = {"pain_point_id": pain_point_id.hex, "codes": list(codes), "expected_version": expected_version}
    done = await once(session, actor, idempotency_key, "correct_topics", given)
    if done is not None:
        return await _corrected(session, await own(session, actor, PainPoint, done, "idempotencyKey"))
    point = await own(session, actor, PainPoint, pain_point_id, "painPointId")
    await _require_own_words(session, actor, point)
    await lock_cohort(session, point.cohort_id)
    await session.refresh(point)
    require_version(point, expected_version)
    tree = await topic_tree(session, actor.studio_id)
    decided = await _decide(session, actor, tree, point, _topics(tree, codes))
    await _refresh(session, point.cohort_id, decided)
    await remember(session, actor, idempotency_key, "correct_topics", given, point.id)
    await audit(
        session, actor, "correct_topics", "PainPoint", point.id, topics=list(codes), copies=len(decided) - 1
    )
    await session.refresh(point)
    return await _corrected(session, point)


async def import_corrections(
    session: AsyncSession,
    actor: Actor,
    content: bytes,
    file_name: str,
    *,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    overrides: Mapping[str, str] | None = None,
) -> ImportReport:
    """Take in a list of pain points with their right topics; cohorts concerned are computed anew."""
    require(actor, "correct_topics")
    tree = await topic_tree(session, actor.studio_id)
    names = await import_topics(session, actor.studio_id)
    sheet = parse_corrections(read_table(content, file_name), names, overrides=overrides or {})
    report = ImportReport(rows=sheet.n_rows, mapping=sheet.mapping, rejected=list(sheet.issues))
    cohorts: set[UUID] = set()
    async with all_or_nothing(session, report, dry_run=dry_run, skip_bad_rows=skip_bad_rows):
        points = await _points(session, actor, sheet.rows, report)
        cohorts = {point.cohort_id for _, point in points}
        for cohort_id in sorted(cohorts):
            await lock_cohort(session, cohort_id)
        for row, point in points:
            if await _correction(session, point.id) is None:
                report.new += 1
            else:
                report.updated += 1
            await _decide(session, actor, tree, point, _topics(tree, row.codes))
        report.pain_points = len(points)
        for cohort_id in sorted(cohorts) if not dry_run else ():
            await refresh_needs(session, cohort_id)
            await refresh_recommendations(session, cohort_id)
    if report.written and points:
        await audit(session, actor, "import_corrections", "Studio", actor.studio_id, rows=report.rows)
    return report


async def _points(
    session: AsyncSession, actor: Actor, rows: Sequence[CorrectionRow], report: ImportReport
) -> list[tuple[CorrectionRow, PainPoint]]:
    """Return the pain points that the rows name, in their order; unknown ones are added to the report."""
    points: dict[UUID, PainPoint] = {}
    for some in chunks([row.pain_point_id for row in rows]):
        found = await session.execute(
            select(PainPoint).where(col(PainPoint.id).in_(some), PainPoint.studio_id == actor.studio_id)
        )
        points.update({point.id: point for point in found.scalars()})
    for row in rows:
        if row.pain_point_id not in points:
            column = report.column("pain_point")
            report.rejected.append(
                RowIssue(row.row, column, ImportCode.UNKNOWN_PAIN_POINT, {"value": row.id})
            )
    return [(row, points[row.pain_point_id]) for row in rows if row.pain_point_id in points]


async def _require_own_words(session: AsyncSession, actor: Actor, point: PainPoint) -> None:
    if actor.role is not Role.TRAINEE:
        return
    trainee = await session.get_one(Trainee, point.trainee_id) if point.trainee_id else None
    if trainee is None or trainee.person_id != actor.person_id:
        raise NotFound("PainPoint", field="painPointId")


def _topics(tree: TopicTree, codes: Sequence[str]) -> list[Topic]:
    """Return the topics of these codes, each leaf after its parent."""
    if len(codes) > MOST_TOPICS:
        raise StudioError("TOO_MANY_TOPICS", field="topicCodes", longest=MOST_TOPICS)
    by_id = {topic.id: topic for topic in tree.topics.values()}
    found: dict[UUID, Topic] = {}
    for place, code in enumerate(codes):
        if code not in tree.topics:
            raise StudioError("UNKNOWN_TOPIC_CODE", field=f"topicCodes.{place}", topic=code[:60])
        topic = tree.topics[code]
        for one in (by_id[topic.parent_id], topic) if topic.parent_id else (topic,):
            found[one.id] = one
    return list(found.values())


async def _decide(
    session: AsyncSession, actor: Actor, tree: TopicTree, point: PainPoint, topics: Sequence[Topic]
) -> list[PainPoint]:
    """Write a decision about a pain point and its copies; return all that were decided."""
    author = Author(actor.role, actor.person_id, actor.token_id, now())
    copies = await _copies(session, point) if actor.role is Role.ORGANIZER else []
    await write_decision(session, tree, actor.studio_id, [_words(point)], topics, author)
    if copies:
        words = [_words(copy) for copy in copies]
        source_id = await _correction(session, point.id)
        await write_decision(session, tree, actor.studio_id, words, topics, author, source_id)
    return [point, *copies]


def _words(point: PainPoint) -> Words:
    return Words(point.id, point.response_id, point.measures, point.text)


async def _correction(session: AsyncSession, pain_point_id: UUID) -> UUID | None:
    """Return the decision about a pain point, None where nobody has decided."""
    found: UUID | None = await session.scalar(
        select(TopicCorrection.id).where(TopicCorrection.pain_point_id == pain_point_id)
    )
    return found


async def _copies(session: AsyncSession, point: PainPoint) -> list[PainPoint]:
    """Return the cohort's pain points that the decision decides too.

    They are the near-copies that the queue showed, those of the very same words, and those that an earlier decision
    about this pain point decided; not those that somebody looked at.
    """
    correction = sa.orm.aliased(TopicCorrection)
    source = select(TopicCorrection.id).where(TopicCorrection.pain_point_id == point.id)
    led = select(ReviewItem.pain_point_id).where(ReviewItem.leader_id == point.id)
    undecided = sa.and_(
        col(correction.id).is_(None),
        sa.or_(col(PainPoint.text) == point.text, col(PainPoint.id).in_(led)),
    )
    found = await session.execute(
        select(PainPoint)
        .join(correction, col(correction.pain_point_id) == PainPoint.id, isouter=True)
        .where(
            PainPoint.cohort_id == point.cohort_id,
            PainPoint.id != point.id,
            sa.or_(undecided, col(correction.source_id).in_(source)),
        )
        .order_by(col(PainPoint.id))
    )
    return list(found.scalars())


async def _refresh(session: AsyncSession, cohort_id: UUID, decided: Sequence[PainPoint]) -> None:
    """Compute the needs and recommendations of those who said it; the cohort's needs follow in a job."""
    trainees = sorted({point.trainee_id for point in decided if point.trainee_id})
    if len(trainees) > MOST_SINGLE:
        await refresh_needs(session, cohort_id)
    else:
        for trainee_id in trainees:
            await refresh_trainee_needs(session, cohort_id, trainee_id)
        await refresh_soon(session, cohort_id)
    if trainees:
        await refresh_recommendations(session, cohort_id, trainees)


async def _corrected(session: AsyncSession, point: PainPoint) -> Corrected:
    source = select(TopicCorrection.id).where(TopicCorrection.pain_point_id == point.id)
    copies = await session.scalar(select(sa.func.count()).where(col(TopicCorrection.source_id).in_(source)))
    return Corrected(point.id, point.cohort_id, copies or 0)
