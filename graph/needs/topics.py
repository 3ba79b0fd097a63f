"""The two-level topic tree."""

import strawberry

from graph.enums import ThreePoint
from graph.reading.node import Connection, Node
from graph.reading.stored import page, stored
from graph.references import CohortNeed, Content, Mentor


@strawberry.type(description="A mentor who is strong on a topic.")
class MentorStrengthOfTopic:
    """A mentor who is strong on a topic."""

    mentor: Mentor | None = stored("The mentor.")
    strength: float = stored("Strength, 0–1.")


@strawberry.type(description="A topic of the studio's tree; needs and strengths are counted on the top ones.")
class Topic(Node):
    """A topic of the studio's tree."""

    code: str = stored("Stable code, such as WRITING or WRITING.SUMMARIES.")
    name: str = stored("Its Chinese name.")
    domain: str = stored("The domain (领域) that it belongs to.")
    weak_area: str = stored("The weak area (薄弱环节) that it answers.")
    three_point: ThreePoint | None = stored("Its three-point tag (三点).")
    parent: "Topic | None" = stored("The top topic that it belongs to; null for a top topic.")
    children: list["Topic"] = stored("Its leaves, in the order of the tree.")
    synonyms: list[str] = stored("Other names of it.")
    contents: Connection[Content] = stored("Contents about it, or about a topic below it.", **page())
    mentors: list[MentorStrengthOfTopic] = stored("Mentors who are strong on it, the strongest first.")
    cohort_needs: list[CohortNeed] = stored("How much the cohorts need it.")
