"""What an organizer makes of an emerging point: a topic, which the classifier learns, or nothing, with a reason."""

from collections.abc import Sequence
from itertools import count
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import Conflict, StudioError
from studio.operations.audit import audit
from studio.operations.needs.needs import refresh_needs
from studio.operations.own import own, require_version
from studio.operations.said_reasons import require_reason
from studio.operations.topics.decisions import Author, Words, stored_tags, write_decision
from studio.operations.topics.topics import TopicTree, topic_tree
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.emerging import EmergingMember, EmergingPoint
from studio.store.enums import EmergingState, PhraseKind
from studio.store.locks import lock_cohort, lock_studio
from studio.store.needs import PainPoint
from studio.store.rows import changed, insert_rows
from studio.store.topics import Topic, TopicPhrase

LONGEST_TITLE = 100
LONGEST_PHRASE = 500


async def name_emerging_point(
    session: AsyncSession, actor: Actor, point_id: UUID, title: str, *, expected_version: int | None = None
) -> EmergingPoint:
    """Make an emerging point a topic: its sentences are decided to be about it, and the classifier learns from them.

    A title that is the name or code of a topic adds the sentences to that one; any other makes a new top topic.
    Raises TITLE_MISSING, TEXT_TOO_LONG and EMERGING_DECIDED when somebody has decided before.
    """
    require(actor, "name_emerging_point")
    named = title.strip()
    if not named:
        raise StudioError("TITLE_MISSING", field="title")
    if len(named) > LONGEST_TITLE:
        raise StudioError("TEXT_TOO_LONG", field="title", longest=LONGEST_TITLE)
    await lock_studio(session, actor.studio_id)
    point = await _open_point(session, actor, point_id, expected_version)
    tree = await topic_tree(session, actor.studio_id)
    topics = tree.topics.values()
    topic = next((topic for topic in topics if named in (topic.name, topic.code)), None)
    if topic is None:
        position = max((known.position for known in topics), default=-1) + 1
        taken = {known.code for known in topics}
        codes = (f"EMERGING_{number}" for number in count(1))
        code = next(code for code in codes if code not in taken)
        topic = Topic(studio_id=actor.studio_id, code=code, name=named, position=position)
        session.add(topic)
        await session.flush()
    # The reader has not learned a new topic yet; it does from the next reading on.
    tree = TopicTree({known.code: known for known in (*topics, topic)}, tree.reader)
    await _file(session, actor, tree, point, topic)
    changed(point, state=EmergingState.NAMED, topic_id=topic.id)
    await session.flush()
    await refresh_needs(session, point.cohort_id)
    await audit(session, actor, "name_emerging_point", "EmergingPoint", point.id, topic=topic.code)
    return point


async def dismiss_emerging_point(
    session: AsyncSession, actor: Actor, point_id: UUID, reason: str, *, expected_version: int | None = None
) -> EmergingPoint:
    """Put an emerging point aside for good; raises REASON_MISSING and EMERGING_DECIDED."""
    require(actor, "dismiss_emerging_point")
    require_reason(reason)
    point = await _open_point(session, actor, point_id, expected_version)
    changed(point, state=EmergingState.DISMISSED, reason=reason.strip())
    await session.flush()
    await audit(session, actor, "dismiss_emerging_point", "EmergingPoint", point.id)
    return point


async def _open_point(
    session: AsyncSession, actor: Actor, point_id: UUID, expected_version: int | None
) -> EmergingPoint:
    point = await own(session, actor, EmergingPoint, point_id, "emergingPointId")
    await lock_cohort(session, point.cohort_id)
    point = await own(session, actor, EmergingPoint, point_id, "emergingPointId", lock=True)
    await session.refresh(point)
    require_version(point, expected_version)
    if point.state is not EmergingState.OPEN:
        raise Conflict("EMERGING_DECIDED", field="emergingPointId")
    return point


async def _file(
    session: AsyncSession, actor: Actor, tree: TopicTree, point: EmergingPoint, topic: Topic
) -> None:
    """Decide that the members are about the topic, and teach it their words."""
    found = await session.execute(
        select(PainPoint)
        .join(EmergingMember, col(EmergingMember.pain_point_id) == PainPoint.id)
        .where(EmergingMember.emerging_point_id == point.id)
        .order_by(col(EmergingMember.position))
    )
    members = list(found.scalars())
    author = Author(actor.role, actor.person_id, actor.token_id, now())
    for topics, alike in (await _topics_of(session, tree, members, topic)).items():
        words = [Words(one.id, one.response_id, one.measures, one.text) for one in alike]
        of_tree = [known for known in tree.topics.values() if known.id in topics]
        await write_decision(session, tree, point.studio_id, words, of_tree, author)
    await insert_rows(session, await _phrases(session, topic, members))
    await session.flush()


async def _topics_of(
    session: AsyncSession, tree: TopicTree, members: Sequence[PainPoint], topic: Topic
) -> dict[frozenset[UUID], list[PainPoint]]:
    """Put members together that have the same topics from now on: the named one, a leaf with its parent.

    Where a part was read and another left open, what was read stays beside it.
    """
    named = {topic.id} | ({topic.parent_id} if topic.parent_id else set())
    read: dict[UUID, set[UUID]] = {}
    for point_id, topic_id in await stored_tags(session, [one.id for one in members if one.abstained]):
        read.setdefault(point_id, set()).add(topic_id)
    groups: dict[frozenset[UUID], list[PainPoint]] = {}
    for member in members:
        groups.setdefault(frozenset(named | read.get(member.id, set())), []).append(member)
    return groups


async def _phrases(session: AsyncSession, topic: Topic, members: list[PainPoint]) -> list[TopicPhrase]:
    """Return the sentences as troubles of the topic, those that it does not know yet."""
    found = await session.execute(
        select(TopicPhrase.text).where(
            TopicPhrase.topic_id == topic.id, TopicPhrase.kind == PhraseKind.TROUBLE
        )
    )
    known = set(found.scalars())
    texts = [text for member in members if (text := member.text.strip()[:LONGEST_PHRASE]) not in known]
    return [
        TopicPhrase(
            studio_id=topic.studio_id,
            topic_id=topic.id,
            kind=PhraseKind.TROUBLE,
            position=len(known) + place,
            text=text,
        )
        for place, text in enumerate(dict.fromkeys(texts))
    ]
