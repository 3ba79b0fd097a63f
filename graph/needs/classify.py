"""Reading the topics of a text without storing it."""

import strawberry

from graph.context import Context
from graph.needs.pain_points import TextSpan
from graph.reading.stored import stored
from studio.operations.topics.topics import classify, topic_tree
from studio.store.database import reading


@strawberry.type(description="A topic read out of a text.")
class ReadTopic:
    """A topic read out of a text."""

    code: str = stored("The topic's code; a leaf's where it is sure enough, with the top topic's beside it.")
    name: str = stored("The topic's Chinese name.")
    confidence: float = stored("How sure the classifier is, 0–1.")
    evidence: list[TextSpan] = stored("The words that speak for it.")


@strawberry.type(description="What the classifier reads out of a text.")
class Classification:
    """What the classifier reads out of a text."""

    text: str = stored("The text as given.")
    topics: list[ReadTopic] = stored("Topics of what is not over, the most confident first.")
    abstained: bool = stored("True when of some part it would rather not name a topic.")
    junk: bool = stored("True when the words tell of nothing.")
    resolved: bool = stored("True when the words tell of a trouble that is over.")


async def classification(context: Context, text: str) -> Classification:
    """Return what the classifier reads out of `text`."""
    async with reading(context.engine) as session:
        (answer,) = await classify(session, context.actor, [text])
        names = (await topic_tree(session, context.actor.studio_id)).topics
    confidence: dict[str, float] = {}
    spans: dict[str, set[tuple[int, int]]] = {}
    # Good news adds no topic, as in what is stored.
    open_points = [point for point in answer.points if not point.resolved]
    for point in open_points:
        for topic in point.topics:
            for code, sure in ((topic.code, topic.confidence), (topic.leaf, topic.leaf_confidence)):
                if code is not None:
                    confidence[code] = max(confidence.get(code, 0.0), sure)
                    spans.setdefault(code, set()).add((topic.start, topic.end))
    return Classification(
        text=text,
        topics=[
            ReadTopic(
                code=code,
                name=names[code].name,
                confidence=round(confidence[code], 6),
                evidence=[TextSpan(start=a, end=b, text=text[a:b]) for a, b in sorted(spans[code])],
            )
            for code in sorted(confidence, key=lambda code: (-confidence[code], code))
        ],
        abstained=answer.abstained,
        junk=answer.junk,
        resolved=answer.resolved,
    )
