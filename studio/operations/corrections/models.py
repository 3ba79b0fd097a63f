"""Topic models: training again on request, and the card of the one in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from studio.operations.audit import audit
from studio.operations.corrections.rereading import read_cohort, store_cohort
from studio.operations.corrections.training import Lessons, read_lessons, store_training, train, unseen_topics
from studio.operations.idempotency import once, remember
from studio.operations.own import own
from studio.operations.topics.topics import topic_tree
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import JobKind, RetrainOutcome
from studio.store.jobs import Job, enqueue
from studio.store.locks import lock_studio
from studio.store.models import ModelVersion


async def start_retraining(session: AsyncSession, actor: Actor, *, idempotency_key: str | None = None) -> Job:
    """Queue a training with all corrections and return its job; the model card tells what came of it."""
    require(actor, "retrain_topics")
    done = await once(session, actor, idempotency_key, "retrain_topics", {})
    if done is not None:
        return await own(session, actor, Job, done, "idempotencyKey")
    job = await enqueue(session, actor.studio_id, JobKind.RETRAIN, {}, author_token_id=actor.token_id)
    await remember(session, actor, idempotency_key, "retrain_topics", {}, job.id)
    await audit(session, actor, "retrain_topics", "Job", job.id)
    return job


async def retrain_now(engine: AsyncEngine, actor: Actor, *, dry_run: bool = False) -> ModelVersion:
    """Train here and now; on a dry run nothing is stored, and the row that is returned is none of the database.

    An adopted model reads the words of all cohorts again, those that people decided left alone.
    """
    require(actor, "retrain_topics")
    async with reading(engine) as session:
        lessons = await read_lessons(session, actor.studio_id)
    trained = await train(lessons)
    if dry_run:
        return ModelVersion(
            studio_id=actor.studio_id,
            number=0,
            outcome=trained.outcome,
            phrases=0,
            corrections=len(lessons.ids),
            sha256=lessons.sha256,
            measures=trained.measures,
            facts=trained.facts,
        )
    async with writing(engine) as session:
        await lock_studio(session, actor.studio_id)
        row = await store_training(session, actor.studio_id, trained)
        await audit(session, actor, "retrain_topics", "ModelVersion", row.id, outcome=row.outcome.value)
        cohorts = await cohorts_of(session, actor.studio_id)
    for cohort_id in cohorts if row.outcome is RetrainOutcome.ADOPTED else ():
        read = await read_cohort(engine, actor.studio_id, cohort_id)
        async with writing(engine) as session:
            await store_cohort(session, actor.studio_id, cohort_id, read)
    return row


async def cohorts_of(session: AsyncSession, studio_id: UUID) -> Sequence[UUID]:
    """Return the studio's cohorts by number."""
    found = await session.execute(
        select(Cohort.id).where(Cohort.studio_id == studio_id).order_by(col(Cohort.number))
    )
    return list(found.scalars())


@dataclass(frozen=True)
class TopicModelCard:
    """The model in force, how it and plain ways were measured, and what limits the figures."""

    # None where the topics' phrases alone decide.
    in_force: ModelVersion | None
    # Whether the topics have changed since, so that the phrases alone decide until the next training.
    is_stale: bool
    threshold: float
    phrases: int
    # Decisions that it has learned, and those that it has not.
    learned: int
    waiting: int
    # The latest training whose trial was possible.
    measured: ModelVersion | None
    trainings: Sequence[ModelVersion]
    unseen: Sequence[str]

    @property
    def measures(self) -> list[dict[str, Any]]:
        """Every way and metric of the latest trial."""
        return self.measured.measures if self.measured else []

    @property
    def measured_at(self) -> datetime | None:
        """When it was measured."""
        return self.measured.created_at if self.measured else None


async def topic_model(session: AsyncSession, actor: Actor) -> TopicModelCard:
    """Return the model card of the studio; everything in it is computed from what is stored."""
    require(actor, "topic_model")
    tree = await topic_tree(session, actor.studio_id)
    lessons = await read_lessons(session, actor.studio_id)
    found = await session.execute(
        select(ModelVersion)
        .where(ModelVersion.studio_id == actor.studio_id)
        .order_by(col(ModelVersion.number).desc())
    )
    trainings = list(found.scalars())
    in_force = next((row for row in trainings if row.in_force), None)
    return TopicModelCard(
        in_force=in_force,
        is_stale=in_force is not None and in_force.classes != lessons.codes,
        threshold=tree.reader.upper.threshold_,
        phrases=sum(len(phrases) for _, phrases in lessons.phrases),
        learned=len(in_force.learned) if in_force else 0,
        waiting=_waiting(lessons),
        measured=next((row for row in trainings if row.measures), None),
        trainings=trainings,
        unseen=[
            tree.topics[code].name for code in unseen_topics(lessons.answers, [t.code for t in tree.top])
        ],
    )


def _waiting(lessons: Lessons) -> int:
    return sum(one not in lessons.known for one in lessons.ids)
