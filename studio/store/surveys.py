"""Surveys: questions, responses with their answers word for word, uploads and imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, UTCDateTime, enum_type, finite
from studio.store.enums import Measure, QuestionKind


class Survey(StudioRow, table=True):
    """One wave of questions to a cohort."""

    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "wave"),
        sa.CheckConstraint("wave >= 1", "wave_from_one"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    wave: int
    title: str = Field(sa_type=UserText(300, "title"))


class Question(StudioRow, table=True):
    """A question of a survey; each row of a matrix is a question of its own."""

    __table_args__ = (sa.UniqueConstraint("survey_id", "text"),)

    survey_id: UUID = Field(foreign_key="survey.id", ondelete="CASCADE")
    position: int
    text: str = Field(sa_type=UserText(1000, "text"))
    kind: QuestionKind = Field(sa_type=enum_type(QuestionKind))
    measures: Measure = Field(default=Measure.OTHER, sa_type=enum_type(Measure))
    # The topic that a rating is about.
    topic_id: UUID | None = Field(default=None, foreign_key="topic.id")
    options: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class SurveyResponse(StudioRow, table=True):
    """One answered questionnaire; without a trainee it is anonymous and feeds the cohort only."""

    __tablename__ = "survey_response"
    __table_args__ = (
        # The respondent's key within the survey: who and when, so that the same file changes nothing twice.
        sa.UniqueConstraint("survey_id", "respondent_key"),
        sa.Index(
            "uq_survey_response_current",
            "survey_id",
            "trainee_id",
            unique=True,
            sqlite_where=sa.text("current AND trainee_id IS NOT NULL"),
            postgresql_where=sa.text("current AND trainee_id IS NOT NULL"),
        ),
    )

    survey_id: UUID = Field(foreign_key="survey.id", ondelete="CASCADE")
    trainee_id: UUID | None = Field(default=None, foreign_key="trainee.id", index=True, ondelete="CASCADE")
    respondent_key: str = Field(sa_type=UserText(200, "respondent"))
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    duration_seconds: int | None = None
    # When somebody answers twice in a wave, the later answer is current and both are kept.
    current: bool = True
    content_hash: str = Field(max_length=64)
    flags: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class Answer(StudioRow, table=True):
    """An answer to one question: text, number or chosen options in their order."""

    __table_args__ = (
        sa.UniqueConstraint("response_id", "question_id"),
        sa.CheckConstraint(finite("number"), "number_finite"),
    )

    response_id: UUID = Field(foreign_key="survey_response.id", ondelete="CASCADE")
    question_id: UUID = Field(foreign_key="question.id")
    text: str | None = Field(default=None, sa_type=UserText(field="text"))
    number: float | None = None
    options: list[str] | None = Field(default=None, sa_type=sa.JSON)


class Upload(StudioRow, table=True):
    """A file that a client sent for an import: deleted when an import has stored its rows, or after a day."""

    file_name: str = Field(sa_type=UserText(300, "fileName"))
    content: bytes = Field(sa_type=sa.LargeBinary)
    sha256: str = Field(max_length=64)


class SurveyImport(StudioRow, table=True):
    """What came of one import of a survey file, dry or real."""

    __tablename__ = "survey_import"

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    survey_id: UUID | None = Field(default=None, foreign_key="survey.id", ondelete="SET NULL")
    job_id: UUID | None = Field(default=None, foreign_key="job.id", ondelete="SET NULL", unique=True)
    wave: int
    file_name: str = Field(sa_type=UserText(300, "fileName"))
    dry_run: bool
    rows: int = 0
    accepted: int = 0
    updated: int = 0
    unchanged: int = 0
    respondents: int = 0
    pain_points: int = 0
    rejected: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    mapping: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
