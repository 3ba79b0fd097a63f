"""The schema, put together: queries, mutations, what happens around every operation."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.base_scalars import DateDefinition, DateTimeDefinition
from strawberry.types import ExecutionContext

from graph.contents.catalogue import Content
from graph.contents.content_events import ContentEvent
from graph.contents.packages import MentoringPackage
from graph.contents.recommendations import Recommendation
from graph.errors import malformed
from graph.jobs import Job
from graph.limits import Limits
from graph.matching.limit_rules import LimitRule
from graph.matching.meetings import Meeting
from graph.matching.pairings import Pairing
from graph.matching.presets import CohortRule, RulePreset
from graph.matching.rules import Rule
from graph.matching.runs import MatchPolicy, MatchRun
from graph.mutation import Mutation
from graph.needs.emerging import EmergingPoint
from graph.needs.pain_points import PainPoint
from graph.needs.surveys import Question, Survey, SurveyImport, SurveyResponse
from graph.needs.topics import Topic
from graph.people.cohorts import Cohort, Studio
from graph.people.people import Mentor, Person, Region, Trainee
from graph.query import Query
from graph.reading.compiled import CompiledReads
from graph.reading.stored import take_from_rows
from studio.errors import StudioError

NODES = (
    Studio,
    Region,
    Person,
    Cohort,
    Trainee,
    Mentor,
    Topic,
    Survey,
    Question,
    SurveyResponse,
    SurveyImport,
    PainPoint,
    EmergingPoint,
    Content,
    Recommendation,
    ContentEvent,
    MatchPolicy,
    Rule,
    LimitRule,
    Meeting,
    RulePreset,
    CohortRule,
    MatchRun,
    Pairing,
    MentoringPackage,
    Job,
)


def _as_text(value: Any) -> str:
    """Rows hold dates as the database wrote them; computed fields hold Python's."""
    return value if isinstance(value, str) else str(value.isoformat()).replace("+00:00", "Z")


def _moment(value: Any) -> datetime:
    """Read a moment; without an offset it would be another one in every time zone."""
    moment: datetime = DateTimeDefinition.parse_value(value)  # type: ignore[misc]
    if moment.tzinfo is None:
        raise StudioError("MOMENT_WITHOUT_OFFSET", given=str(value)[:40])
    return moment


class _Schema(strawberry.Schema):
    """A schema that tells bad documents as all else is told, and leaves logging to the service."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Give what parsing and validation found a code and the reader's language.

        Nothing is logged: messages may hold what people wrote, and the service logs faults by incident id.
        """
        if execution_context is None:
            return
        language = execution_context.context.language
        for place, error in enumerate(errors):
            if error.path is None and "code" not in (error.extensions or {}):
                parsing = isinstance(error, GraphQLSyntaxError)
                reason = "GRAPHQL_PARSE_FAILED" if parsing else "GRAPHQL_VALIDATION_FAILED"
                errors[place] = malformed(error, reason, language)


def _build() -> strawberry.Schema:
    built = _Schema(
        query=Query,
        mutation=Mutation,
        types=NODES,
        extensions=[Limits, CompiledReads],
        config=StrawberryConfig(
            disable_field_suggestions=True,
            scalar_map={
                date: replace(DateDefinition, description="A day, as 2026-03-01.", serialize=_as_text),
                datetime: replace(
                    DateTimeDefinition,
                    description="A moment with its offset from UTC, as 2026-03-01T08:00:00+08:00 or "
                    "2026-03-01T00:00:00Z; one without an offset is refused.",
                    serialize=_as_text,
                    parse_value=_moment,
                ),
            },
        ),
    )
    take_from_rows(built._schema)
    return built


schema = _build()
