"""Pain points with their topics, and the needs that follow from them."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import Measure, TagStatus


class PainPoint(StudioRow, table=True):
    """What hurts, in the words of the one who said it; without a trainee it came anonymously."""

    __tablename__ = "pain_point"
    __table_args__ = (
        sa.UniqueConstraint("response_id", "question_id"),
        sa.CheckConstraint("severity IS NULL OR (severity >= 1 AND severity <= 5)", "severity_range"),
        sa.CheckConstraint("urgency IS NULL OR (urgency >= 1 AND urgency <= 5)", "urgency_range"),
        sa.CheckConstraint("margin IS NULL OR (margin >= 0 AND margin <= 1)", "margin_range"),
        sa.CheckConstraint(
            "guess_confidence IS NULL OR (guess_confidence >= 0 AND guess_confidence <= 1)", "guess_range"
        ),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    response_id: UUID = Field(foreign_key="survey_response.id", ondelete="CASCADE")
    question_id: UUID = Field(foreign_key="question.id")
    trainee_id: UUID | None = Field(default=None, foreign_key="trainee.id", index=True, ondelete="CASCADE")
    wave: int
    position: int = 0
    text: str = Field(sa_type=UserText(field="text"))
    # Which question drew it out: the thorniest raises severity, the most urgent raises urgency.
    measures: Measure = Field(sa_type=enum_type(Measure))
    severity: float | None = None
    urgency: float | None = None
    abstained: bool = False
    # "Nothing to report" and "already solved" are kept as said but add no need.
    junk: bool = False
    resolved: bool = False
    # What the classifier takes the least sure part for even where it abstained, and how far the best topic's
    # probability lies above the second best's; null where nothing was said, and for words read before it was kept.
    guess_id: UUID | None = Field(default=None, foreign_key="topic.id", index=True, ondelete="SET NULL")
    guess_confidence: float | None = None
    margin: float | None = None
    # What somebody else had handed in before, up to a few characters; as last computed with the needs.
    copy_of_id: UUID | None = Field(
        default=None, foreign_key="pain_point.id", index=True, ondelete="SET NULL"
    )


class PainPointTopic(StudioRow, table=True):
    """A topic of a pain point, with the span of the trainee's own text that speaks for it."""

    __tablename__ = "pain_point_topic"
    __table_args__ = (
        sa.UniqueConstraint("pain_point_id", "topic_id"),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", "confidence_range"),
    )

    pain_point_id: UUID = Field(foreign_key="pain_point.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    confidence: float
    # [{"start": 0, "end": 4}] as character offsets into the pain point's text.
    evidence: list[dict[str, int]] = Field(default_factory=list, sa_type=sa.JSON)
    status: TagStatus = Field(default=TagStatus.PREDICTED, sa_type=enum_type(TagStatus))


class TraineeNeed(StudioRow, table=True):
    """How much a trainee needs a top topic, severity and urgency apart, all 0–1."""

    __tablename__ = "trainee_need"
    __table_args__ = (
        sa.UniqueConstraint("trainee_id", "topic_id"),
        sa.CheckConstraint("severity >= 0 AND severity <= 1", "severity_range"),
        sa.CheckConstraint("urgency >= 0 AND urgency <= 1", "urgency_range"),
        sa.CheckConstraint("need >= 0 AND need <= 1", "need_range"),
    )

    trainee_id: UUID = Field(foreign_key="trainee.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    severity: float
    urgency: float
    need: float
    pain_point_id: UUID | None = Field(default=None, foreign_key="pain_point.id", ondelete="SET NULL")


class CohortRating(StudioRow, table=True):
    """What a cohort's ratings say together, against which a trainee's own are read; as last computed."""

    __tablename__ = "cohort_rating"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "measure"),
        sa.CheckConstraint("mean >= 1 AND mean <= 5", "mean_range"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    # Severity or urgency.
    measure: Measure = Field(sa_type=enum_type(Measure))
    mean: float
    # By the topic's code: how far its grades lie above their givers' own means.
    deviations: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)


class CohortNeed(StudioRow, table=True):
    """How much a cohort needs a top topic: shrunk mean with its interval, and how many people say so."""

    __tablename__ = "cohort_need"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "topic_id"),
        sa.CheckConstraint("low <= mean AND mean <= high", "interval"),
        sa.CheckConstraint("low >= 0 AND high <= 1", "mean_range"),
        sa.CheckConstraint("respondents >= 0", "respondents_range"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    rank: int
    mean: float
    low: float
    high: float
    borda: float
    # Distinct people, anonymous respondents included.
    respondents: int
