"""Topics of texts: the studio's own topic tree, and what people have corrected, is what the classifier learns from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from matching import AnswerReader, AnswerReading, ModelFileError, unpack_model
from studio.errors import StudioError
from studio.imports.topics import TopicName
from studio.operations.topics.readers import Phrases, keep_reader_of, reader_of_phrases
from studio.permissions import Actor, require
from studio.store.database import reading
from studio.store.models import ModelVersion
from studio.store.topics import Topic, phrases_of, topic_names, topics_of


@dataclass(frozen=True)
class TopicTree:
    """A studio's topics by code, and the reader that has learned them."""

    topics: Mapping[str, Topic]
    reader: AnswerReader

    @property
    def top(self) -> Sequence[Topic]:
        """The top topics, on which needs are counted, in the order of the tree."""
        return [topic for topic in self.topics.values() if topic.parent_id is None]

    def evidence(self, text: str, code: str) -> list[tuple[int, int]]:
        """Return the part of a text that speaks most for a topic, as characters of the text; none without words.

        For a topic that the reader has not learned yet it is the whole text.
        """
        classifier = self.reader.lower if "." in code else self.reader.upper
        if code not in classifier.classes_:
            return [(0, len(text))] if text else []
        return [(start, end) for start, end in classifier.evidence([text], [code]) if start < end]


# Readers of stored models by the model's id: a stored model never changes.
_READERS: dict[UUID, AnswerReader] = {}
_MOST_READERS = 8


async def _reader(session: AsyncSession, studio_id: UUID, phrases: Phrases) -> AnswerReader:
    """Return the reader that the database names: of the model in force, else one of the phrases alone.

    Asked anew each time, so a model that another process has put in force is used from the next request on. A model
    of other topics than today's, or of an earlier version of the engine, is left aside until somebody trains again.
    """
    found = await session.execute(
        select(ModelVersion.id, ModelVersion.classes).where(
            ModelVersion.studio_id == studio_id, col(ModelVersion.in_force).is_(True)
        )
    )
    model_id, classes = found.one_or_none() or (None, [])
    if model_id is None or classes != sorted(code for code, _ in phrases):
        return await reader_of_phrases(session, studio_id, phrases)
    if model_id not in _READERS:
        content = await session.scalar(select(ModelVersion.content).where(ModelVersion.id == model_id))
        try:
            reader, _ = await asyncio.to_thread(unpack_model, content or b"", AnswerReader)
        except ModelFileError as fault:
            if fault.code == "MODEL_TOO_OLD":
                return await reader_of_phrases(session, studio_id, phrases)
            raise StudioError("MODEL_UNREADABLE", reason=fault.code) from fault
        while len(_READERS) >= _MOST_READERS:
            del _READERS[next(iter(_READERS))]
        _READERS[model_id] = reader
    return _READERS[model_id]


async def learnt_phrases(session: AsyncSession, studio_id: UUID, topics: Sequence[Topic]) -> Phrases:
    """Return what a reader learns of each topic: its code, with its name and phrases."""
    phrases = await phrases_of(session, studio_id)
    return tuple((topic.code, (topic.name, *phrases[topic.id])) for topic in topics)


async def topic_tree(session: AsyncSession, studio_id: UUID) -> TopicTree:
    """Return the studio's topic tree with its reader: the model in force, or the one of the phrases alone.

    Raises NO_TOPICS when the studio has fewer than two top topics to tell apart, MODEL_UNREADABLE when the model in
    force is damaged.
    """
    topics = await topics_of(session, studio_id)
    if sum(topic.parent_id is None for topic in topics) < 2:
        raise StudioError("NO_TOPICS")
    phrases = await learnt_phrases(session, studio_id, topics)
    return TopicTree({topic.code: topic for topic in topics}, await _reader(session, studio_id, phrases))


async def learn_topics(engine: AsyncEngine, studio_id: UUID) -> None:
    """Let the database keep what there is to learn of the studio's topics, so that later processes only load it."""
    async with reading(engine) as session:
        topics = await topics_of(session, studio_id)
        if sum(topic.parent_id is None for topic in topics) < 2:
            return
        phrases = await learnt_phrases(session, studio_id, topics)
    await keep_reader_of(engine, studio_id, phrases)


async def read_answers(tree: TopicTree, texts: Sequence[str]) -> list[AnswerReading]:
    """Read texts in a thread of their own, so that the server goes on answering."""
    return await asyncio.to_thread(tree.reader.read, texts)


async def import_topics(session: AsyncSession, studio_id: UUID) -> list[TopicName]:
    """Return the names by which columns and options of files are recognised."""
    return [
        TopicName(code=code, name=name, synonyms=synonyms)
        for code, name, synonyms in await topic_names(session, studio_id)
    ]


async def classify(session: AsyncSession, actor: Actor, texts: Sequence[str]) -> list[AnswerReading]:
    """Read texts without storing anything."""
    require(actor, "classify")
    return await read_answers(await topic_tree(session, actor.studio_id), texts)
