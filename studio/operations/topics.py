"""Topics of texts: the studio's own topic tree is what the classifier learns from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from matching import AnswerReader, AnswerReading
from studio.errors import StudioError
from studio.imports.topics import TopicName
from studio.permissions import Actor, require
from studio.store.topics import Topic, phrases_of, topic_names, topics_of

Phrases = tuple[tuple[str, tuple[str, ...]], ...]


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
        """Return the part of a text that speaks most for a topic, as characters of the text; none without words."""
        classifier = self.reader.lower if "." in code else self.reader.upper
        return [(start, end) for start, end in classifier.evidence([text], [code]) if start < end]


@lru_cache(maxsize=8)
def _fit_reader(phrases: Phrases) -> AnswerReader:
    return AnswerReader.from_topics(phrases)


async def topic_tree(session: AsyncSession, studio_id: UUID) -> TopicTree:
    """Return the studio's topic tree with its reader, which is fitted once for the same phrases.

    Raises NO_TOPICS when the studio has fewer than two top topics to tell apart.
    """
    topics = await topics_of(session, studio_id)
    phrases = await phrases_of(session, studio_id)
    if sum(topic.parent_id is None for topic in topics) < 2:
        raise StudioError("NO_TOPICS")
    learnt = tuple((topic.code, (topic.name, *phrases[topic.id])) for topic in topics)
    reader = await asyncio.to_thread(_fit_reader, learnt)
    return TopicTree({topic.code: topic for topic in topics}, reader)


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
