"""The starter topic tree and catalogue, brought into a studio."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from seed.catalogue import load_catalogue
from seed.topics import load_topics
from studio.operations.studios import ContentEntry, TopicEntry, install_catalogue, install_topics
from studio.store.enums import ContentKind, Level, Origin, ThreePoint


def topic_entries() -> list[TopicEntry]:
    """Return the topic tree, every top topic before its leaves."""
    entries = []
    for topic in load_topics():
        shared = {
            "domain": topic.domain,
            "weak_area": topic.weak_area,
            "three_point": ThreePoint(topic.three_point) if topic.three_point else None,
        }
        entries.append(
            TopicEntry(
                code=topic.code,
                name=topic.name,
                parent=None,
                synonyms=topic.synonyms,
                troubles=topic.troubles,
                **shared,
            )
        )
        entries.extend(
            TopicEntry(
                code=leaf.code,
                name=leaf.name,
                parent=topic.code,
                synonyms=leaf.synonyms,
                troubles=leaf.troubles,
                **shared,
            )
            for leaf in topic.leaves
        )
    return entries


def content_entries() -> list[ContentEntry]:
    """Return the catalogue."""
    return [
        ContentEntry(
            code=content.code,
            kind=ContentKind(content.kind),
            title=content.title,
            body=content.body,
            topics=content.topics,
            level=Level(content.level),
            minutes=content.minutes,
            three_point=ThreePoint(content.three_point) if content.three_point else None,
            origin=Origin(content.origin),
            source=content.source,
            steps=content.steps,
            requires=content.requires,
        )
        for content in load_catalogue()
    ]


async def install_starter(session: AsyncSession, studio_id: UUID) -> tuple[int, int]:
    """Bring topic tree and catalogue into a studio; return how many topics and contents there are."""
    topics = await install_topics(session, studio_id, topic_entries())
    contents = await install_catalogue(session, studio_id, content_entries())
    return topics, contents
