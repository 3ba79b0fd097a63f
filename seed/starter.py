"""The starter topic tree, catalogue and presets of rules, brought into a studio."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from seed.catalogue import load_catalogue
from seed.presets import load_presets
from seed.topics import TopicSeed, load_topics
from studio.operations.people.studios import ContentEntry, TopicEntry, install_catalogue, install_topics
from studio.operations.rules.presets import install_presets
from studio.store.enums import ThreePoint


def topic_entries() -> list[TopicEntry]:
    """Return the topic tree, every top topic before its leaves."""
    entries = []
    for topic in load_topics():
        entries.append(_entry(topic, None))
        entries.extend(_entry(leaf, topic.code) for leaf in topic.leaves)
    return entries


def _entry(topic: TopicSeed, parent: str | None) -> TopicEntry:
    return TopicEntry(
        code=topic.code,
        name=topic.name,
        parent=parent,
        domain=topic.domain,
        weak_area=topic.weak_area,
        three_point=ThreePoint(topic.three_point) if topic.three_point else None,
        abilities=topic.abilities,
        synonyms=topic.synonyms,
        troubles=topic.troubles,
    )


def content_entries() -> list[ContentEntry]:
    """Return the catalogue."""
    return [
        ContentEntry(
            code=content.code,
            kind=content.kind,
            title=content.title,
            body=content.body,
            topics=content.topics,
            level=content.level,
            minutes=content.minutes,
            three_point=content.three_point,
            origin=content.origin,
            source=content.source,
            steps=content.steps,
            requires=content.requires,
            starts_on=content.starts_on,
            ends_on=content.ends_on,
        )
        for content in load_catalogue()
    ]


async def install_starter(session: AsyncSession, studio_id: UUID) -> tuple[int, int]:
    """Bring topic tree, catalogue and presets into a studio; return how many topics and contents there are."""
    topics = await install_topics(session, studio_id, topic_entries())
    contents = await install_catalogue(session, studio_id, content_entries())
    await install_presets(session, studio_id, load_presets())
    return topics, contents
