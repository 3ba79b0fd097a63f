"""Pain points: what troubles a trainee, in own words, and the topics read out of it."""

import strawberry

from graph.enums import Measure, TagStatus
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Cohort, Content, Question, Topic, Trainee


@strawberry.type(description="A part of a text.")
class TextSpan:
    """A part of a text."""

    start: int = stored("Index of its first character, from 0.")
    end: int = stored("Index after its last character.")
    text: str = stored("The part itself.")


@strawberry.type(description="A topic that a pain point is about, and how sure that is.")
class TopicTag:
    """A topic that a pain point is about."""

    topic: Topic | None = stored("The topic.")
    confidence: float = stored("How sure the classifier is, 0–1.")
    status: TagStatus = stored("Whether somebody confirmed or corrected it.")
    evidence: list[TextSpan] = stored("The words that speak for it.")


@strawberry.type(description="A case of the catalogue that tells of a trouble like this one.")
class SimilarCase:
    """A case of the catalogue that tells of a trouble like this one."""

    content: Content | None = stored("The case, with its origin.")
    score: float = stored("How near it is, 0–1: half by words, half by the topic that both share.")


@strawberry.type(description="What troubles a trainee (痛点), in own words.")
class PainPoint(Node):
    """What troubles a trainee, in own words."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    text: str = stored("The words as written.")
    severity: float | None = stored("How thorny it is to the trainee, 1–5; null when not told.")
    urgency: float | None = stored("How urgent it is to the trainee, 1–5; null when not told.")
    wave: int = stored("The survey wave in which it was told.")
    measures: Measure = stored("What the question asked for.")
    abstained: bool = stored(
        "True when of some part of it the classifier would rather not name a topic: a person should look."
    )
    resolved: bool = stored("True when the words tell of a trouble that is over.")
    junk: bool = stored("True when the words tell of nothing, as 无 or 123.")
    copy_of: "PainPoint | None" = stored(
        "What somebody else had handed in before, up to a few characters; null when nobody did. "
        "Organizers only."
    )
    voices: int | None = stored(
        "How many people handed in this text; 1 when nobody copied it. Organizers only."
    )
    trainee: Trainee | None = stored("Who told it; null when anonymous.")
    cohort: Cohort | None = stored("The cohort that it belongs to.")
    question: Question | None = stored("The question that it answers.")
    topics: list[TopicTag] = stored("Topics read out of it, the most confident first.")
    cases: list[SimilarCase] = stored("Cases of a trouble like this, the nearest first; at most three.")
