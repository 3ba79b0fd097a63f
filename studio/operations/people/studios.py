"""Setting up a studio: itself, its topic tree, its catalogue and its first matching policy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.arrays.affinity import part_weights
from studio.errors import NotFound, StudioError
from studio.permissions import Actor
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic
from studio.store.enums import ContentKind, Level, Origin, PhraseKind, Role, ThreePoint
from studio.store.people import Studio
from studio.store.rows import changed, insert_rows
from studio.store.rules import MatchPolicy
from studio.store.topics import Topic, TopicPhrase

DEFAULT_POLICY = "default"


@dataclass(frozen=True)
class TopicEntry:
    """A topic of a topic tree as it is brought in; leaves name their parent's code."""

    code: str
    name: str
    parent: str | None
    domain: str
    weak_area: str
    three_point: ThreePoint | None
    synonyms: Sequence[str]
    troubles: Sequence[str]
    # Of a top topic: how much of each ability it calls for, 0–1.
    abilities: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ContentEntry:
    """A content of a catalogue as it is brought in; the first topic is its main one."""

    code: str
    kind: ContentKind
    title: str
    body: str
    topics: Sequence[str]
    level: Level
    minutes: int
    three_point: ThreePoint | None
    origin: Origin
    source: str
    steps: Sequence[str]
    requires: Sequence[str]
    starts_on: date | None = None
    ends_on: date | None = None


async def find_studio(session: AsyncSession, name: str | None = None) -> Studio:
    """Return the studio of that name, or the only one; NO_STUDIO or WHICH_STUDIO otherwise."""
    studios = (await session.execute(select(Studio).order_by(Studio.name))).scalars().all()
    if name is not None:
        for studio in studios:
            if studio.name == name:
                return studio
        raise NotFound(name, field="studio")
    if not studios:
        raise StudioError("NO_STUDIO")
    if len(studios) > 1:
        raise StudioError("WHICH_STUDIO", names=[studio.name for studio in studios])
    return studios[0]


async def create_studio(
    session: AsyncSession, name: str, *, leader_name: str | None = None, fictional: bool = False
) -> Studio:
    """Create a studio with the default matching policy, or return the one of that name."""
    existing = (await session.execute(select(Studio).where(Studio.name == name))).scalar_one_or_none()
    if existing is not None:
        return existing
    studio = Studio(name=name, leader_name=leader_name, fictional=fictional)
    policy = MatchPolicy(studio_id=studio.id, name=DEFAULT_POLICY, number=1, weights=part_weights())
    await insert_rows(session, [studio, policy])
    return studio


async def ensure_studio(session: AsyncSession, name: str | None, first_name: str) -> Studio:
    """Return the studio of that name, made where it is missing; without a name the only one, or a first one.

    Raises WHICH_STUDIO when there is no name and several studios to choose from.
    """
    if name is None and await session.scalar(select(Studio.id).limit(1)) is not None:
        return await find_studio(session)
    return await create_studio(session, name or first_name)


def organizer_of(studio: Studio) -> Actor:
    """Return the actor for whom the command line acts: whoever may open the database organizes the studio."""
    return Actor(role=Role.ORGANIZER, studio_id=studio.id)


async def install_topics(session: AsyncSession, studio_id: UUID, entries: Iterable[TopicEntry]) -> int:
    """Bring in a topic tree, parents first; existing topics are updated, nothing is removed."""
    found = await session.execute(select(Topic).where(Topic.studio_id == studio_id))
    topics = {topic.code: topic for topic in found.scalars()}
    known = await _known_phrases(session, studio_id)
    rows: list[Topic | TopicPhrase] = []
    count = 0
    for position, entry in enumerate(entries):
        parent = topics[entry.parent].id if entry.parent else None
        values: dict[str, Any] = {
            "name": entry.name,
            "parent_id": parent,
            "position": position,
            "domain": entry.domain,
            "weak_area": entry.weak_area,
            "three_point": entry.three_point,
            "abilities": dict(entry.abilities),
        }
        if entry.code in topics:
            changed(topics[entry.code], **values)
        else:
            topics[entry.code] = Topic(studio_id=studio_id, code=entry.code, **values)
            rows.append(topics[entry.code])
        rows.extend(_new_phrases(topics[entry.code], entry, known))
        count += 1
    await insert_rows(session, rows)
    return count


async def _known_phrases(session: AsyncSession, studio_id: UUID) -> set[tuple[UUID, PhraseKind, str]]:
    found = await session.execute(
        select(TopicPhrase.topic_id, TopicPhrase.kind, TopicPhrase.text).where(
            TopicPhrase.studio_id == studio_id
        )
    )
    return {(topic_id, PhraseKind(kind), text) for topic_id, kind, text in found.all()}


def _new_phrases(
    topic: Topic, entry: TopicEntry, known: set[tuple[UUID, PhraseKind, str]]
) -> Iterable[TopicPhrase]:
    for kind, texts in ((PhraseKind.SYNONYM, entry.synonyms), (PhraseKind.TROUBLE, entry.troubles)):
        for position, text in enumerate(texts):
            if (topic.id, kind, text) not in known:
                known.add((topic.id, kind, text))
                yield TopicPhrase(
                    studio_id=topic.studio_id, topic_id=topic.id, kind=kind, position=position, text=text
                )


async def install_catalogue(session: AsyncSession, studio_id: UUID, entries: Sequence[ContentEntry]) -> int:
    """Bring in contents by their codes; existing ones are updated, nothing is removed."""
    found = await session.execute(select(Content).where(Content.studio_id == studio_id))
    contents = {content.code: content for content in found.scalars()}
    topics = await session.execute(select(Topic.code, Topic.id).where(Topic.studio_id == studio_id))
    topic_ids = dict(topics.all())
    new: list[Content | ContentTopic | ContentPrerequisite] = []
    fresh = {entry.code for entry in entries} - set(contents)
    for entry in entries:
        values: dict[str, Any] = {
            "kind": entry.kind,
            "title": entry.title,
            "body": entry.body,
            "level": entry.level,
            "minutes": entry.minutes,
            "three_point": entry.three_point,
            "origin": entry.origin,
            "source": entry.source,
            "steps": list(entry.steps),
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
        }
        if entry.code in contents:
            changed(contents[entry.code], **values)
            continue
        content = Content(studio_id=studio_id, code=entry.code, **values)
        contents[entry.code] = content
        new.append(content)
        for position, code in enumerate(entry.topics):
            new.append(
                ContentTopic(
                    studio_id=studio_id, content_id=content.id, topic_id=topic_ids[code], position=position
                )
            )
    for entry in entries:
        if entry.code in fresh:
            new.extend(
                ContentPrerequisite(
                    studio_id=studio_id, content_id=contents[entry.code].id, requires_id=contents[code].id
                )
                for code in entry.requires
            )
    await insert_rows(session, new)
    return len(entries)
