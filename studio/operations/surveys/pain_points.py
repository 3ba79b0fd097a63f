"""Pain points: reading their topics, and storing both."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from matching import AnswerReading
from studio.operations.surveys.responses import NewWords
from studio.operations.topics.decisions import Words, decisions_about, write_decision
from studio.operations.topics.grades import grades
from studio.operations.topics.topics import TopicTree, read_answers
from studio.store.enums import Measure, TagStatus
from studio.store.rows import insert_values, new_values
from studio.store.surveys import Question
from studio.store.tables import metadata

DECIMALS = 6
_POINTS = metadata.tables["pain_point"]
_TAGS = metadata.tables["pain_point_topic"]


async def write_pain_points(
    session: AsyncSession,
    tree: TopicTree,
    questions: Sequence[Question],
    words: Sequence[NewWords],
    known: Mapping[str, AnswerReading] = MappingProxyType({}),
) -> None:
    """Store new pain points with their topics; those that are not among the readings `known` are read.

    Where people have decided about the same words, their word stands.
    """
    by_id = {question.id: question for question in questions}
    texts = [new.values["text"] for new in words]
    unread = [text for text in texts if text not in known]
    fresh = dict(zip(unread, await read_answers(tree, unread), strict=True))
    readings = [known.get(text) or fresh[text] for text in texts]
    for new, reading in zip(words, readings, strict=True):
        topic_id = tree.topics[reading.codes[0]].id if reading.codes else None
        severity, urgency = grades(new.values["measures"], _ratings(new, by_id, topic_id))
        new.values.update(
            severity=severity,
            urgency=urgency,
            **as_read(tree, reading),
            # Known once the cohort's needs are computed.
            copy_of_id=None,
        )
    await insert_values(session, _POINTS, (new.values for new in words))
    pairs = zip(words, readings, strict=True)
    await insert_values(
        session, _TAGS, (tag for new, reading in pairs for tag in tags_read(tree, new.values, reading))
    )
    await _take_over_decisions(session, tree, words)


def as_read(tree: TopicTree, reading: AnswerReading) -> dict[str, Any]:
    """Return a pain point's columns that follow from a reading: what it is, and what its least sure part looks like."""
    point = reading.doubtful_point
    return {
        "junk": reading.junk,
        "resolved": reading.resolved,
        "abstained": reading.abstained and not reading.junk,
        "guess_id": tree.topics[point.guess].id if point else None,
        "guess_confidence": round(min(point.guess_confidence, 1.0), DECIMALS) if point else None,
        "margin": round(min(point.margin, 1.0), DECIMALS) if point else None,
    }


def tags_read(tree: TopicTree, point: Mapping[str, Any], reading: AnswerReading) -> Iterator[dict[str, Any]]:
    """Give one tag per topic of the answer, a leaf implying its parent; spans of several points together."""
    confidence: dict[str, float] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for said in reading.points:
        if said.resolved:
            continue
        for topic in said.topics:
            for code, sure in ((topic.code, topic.confidence), (topic.leaf, topic.leaf_confidence)):
                if code is not None:
                    confidence[code] = max(confidence.get(code, 0.0), sure)
                    spans.setdefault(code, []).append((topic.start, topic.end))
    for code, sure in confidence.items():
        yield new_values(
            studio_id=point["studio_id"],
            pain_point_id=point["id"],
            topic_id=tree.topics[code].id,
            confidence=round(min(sure, 1.0), DECIMALS),
            evidence=[{"start": start, "end": end} for start, end in sorted(set(spans[code]))],
            status=TagStatus.PREDICTED,
        )


def _ratings(
    new: NewWords, questions: Mapping[UUID, Question], topic_id: UUID | None
) -> dict[Measure, float]:
    """Return how the one who said it rated the topic."""
    return {
        questions[question_id].measures: answer.number
        for question_id, answer in new.submission.answers.items()
        if topic_id is not None and questions[question_id].topic_id == topic_id and answer.number is not None
    }


async def _take_over_decisions(session: AsyncSession, tree: TopicTree, words: Sequence[NewWords]) -> None:
    """Give new pain points the topics that people have decided for the same words before."""
    if not words:
        return
    studio_id = words[0].values["studio_id"]
    decided = await decisions_about(session, studio_id, [new.values["text"] for new in words])
    by_id = {topic.id: topic for topic in tree.topics.values()}
    for text, decision in decided.items():
        points = [
            Words(*(new.values[name] for name in Words._fields))
            for new in words
            if new.values["text"] == text
        ]
        # Parents before their leaves, as the tree has them.
        topics = [topic for topic_id, topic in by_id.items() if topic_id in decision.topic_ids]
        await write_decision(
            session, tree, studio_id, points, topics, decision.author, decision.correction_id
        )
