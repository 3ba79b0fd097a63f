"""A survey export of any tool as questions and checked rows of answers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio.imports import fields
from studio.imports.addresses import without_addresses
from studio.imports.columns import (
    DROPPED_PERSONAL,
    IGNORED,
    ColumnMapping,
    FieldNames,
    map_columns,
    place_of,
)
from studio.imports.issues import ImportCode, ImportRefused, RowIssue, in_row_order
from studio.imports.respondents import duplicates
from studio.imports.rowreader import field_columns
from studio.imports.survey_answers import AnswerReader
from studio.imports.survey_cells import Answer, AnswerState, Scale, scale_of
from studio.imports.survey_layout import LayoutReader
from studio.imports.survey_plans import QuestionPlan
from studio.imports.survey_rows import RespondentReader, SurveyRow
from studio.imports.tables import Table
from studio.imports.topics import TopicIndex, TopicName
from studio.store.clock import CHINA
from studio.store.enums import Measure, QuestionKind

__all__ = [
    "Answer",
    "AnswerState",
    "QuestionSpec",
    "Scale",
    "SurveyOption",
    "SurveyRow",
    "SurveySheet",
    "parse_survey",
]

_QUESTION_LIMIT = 1000
# Personal fields that an anonymous survey leaves out; role and county still feed the cohort's picture.
_IDENTITY = ("name", "surname", "phone", "community", "town")
_FIELDS: tuple[FieldNames, ...] = (
    fields.PERSONAL,
    fields.NAME,
    fields.SURNAME,
    fields.COMMUNITY,
    fields.COUNTY,
    fields.TOWN,
    fields.PHONE,
    fields.ROLE,
    fields.SERIAL,
    fields.SUBMITTED_AT,
    fields.STARTED_AT,
    fields.DURATION,
    fields.TOOL_COLUMNS,
)
_TOLD_TEXT = {"thorniest": Measure.THORNIEST, "most_urgent": Measure.MOST_URGENT, "other_text": Measure.OTHER}
_TOLD_RATING = {"severity": Measure.SEVERITY, "urgency": Measure.URGENCY}


@dataclass(frozen=True, slots=True)
class SurveyOption:
    """An option of a question and the topic that it names, if any."""

    text: str
    topic_code: str | None


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """A question of the sheet; each row of a matrix is one. `position` keys the answers of a row."""

    position: int
    text: str
    kind: QuestionKind
    measures: Measure
    topic_code: str | None
    options: tuple[SurveyOption, ...]
    scale: Scale | None


@dataclass(frozen=True, slots=True)
class SurveySheet:
    """What a survey export holds; `rows` are all rows but totals, also those that `issues` name."""

    questions: tuple[QuestionSpec, ...]
    rows: tuple[SurveyRow, ...]
    issues: tuple[RowIssue, ...]
    mapping: tuple[ColumnMapping, ...]
    anonymous: bool
    n_rows: int

    @property
    def name_column(self) -> str:
        """The header of the name column, empty in an anonymous sheet."""
        return next((column.column for column in self.mapping if column.field == "name"), "")


def parse_survey(
    table: Table,
    *,
    topics: Sequence[TopicName],
    now: dt.datetime,
    anonymous: bool = False,
    overrides: Mapping[str, str] | None = None,
    zone: dt.tzinfo = CHINA,
) -> SurveySheet:
    """Return the questions and answers of a survey export with everything wrong in it.

    Times without a zone are read in `zone`; `now` (aware) tells which lie in the future. A sheet without a
    name column is anonymous; `anonymous` makes any sheet so and drops what identifies a person. Fields for
    `overrides` besides the identity and meta ones: thorniest, most_urgent, other_text, severity:CODE,
    urgency:CODE, ignored.

    Raises ImportRefused when the table has no question, or an override names no column or field.
    """
    index = TopicIndex(topics)
    also = [*_TOLD_TEXT, *(f"{field}:{code}" for field in _TOLD_RATING for code in index.names)]
    mapping = map_columns(table, _FIELDS, overrides or {}, loose=False, also_allowed=also)
    mapping = without_addresses(table, mapping)
    anonymous = anonymous or all(column.field != "name" for column in mapping)
    if anonymous:
        mapping = [replace(c, field=DROPPED_PERSONAL) if c.field in _IDENTITY else c for c in mapping]
    plans = _plans(table, mapping, index)
    if not plans:
        raise ImportRefused(ImportCode.NO_QUESTIONS, found=list(table.header))
    for plan in plans:
        for column in plan.columns:
            mapping[column] = replace(
                mapping[column], field=_field(plan, column, index), confidence=plan.confidence
            )
    return _read_rows(table, mapping, plans, index, now=now, zone=zone, anonymous=anonymous)


def _read_rows(
    table: Table,
    mapping: Sequence[ColumnMapping],
    plans: Sequence[QuestionPlan],
    index: TopicIndex,
    *,
    now: dt.datetime,
    zone: dt.tzinfo,
    anonymous: bool,
) -> SurveySheet:
    respondents = RespondentReader(table, place_of(mapping), now=now, zone=zone, anonymous=anonymous)
    readers = [AnswerReader(plan, table) for plan in plans]
    issues: list[RowIssue] = []
    rows = []
    for row in table.rows:
        if row.is_summary:
            issues.append(RowIssue(row.number, "", ImportCode.SUMMARY_ROW))
            continue
        before = len(issues)
        answers = {position: reader.read(row, issues) for position, reader in enumerate(readers)}
        if len(issues) == before and all(a.state is not AnswerState.ANSWERED for a in answers.values()):
            issues.append(RowIssue(row.number, "", ImportCode.NO_ANSWERS))
        rows.append(respondents.read(row, answers, issues))
    if not anonymous:
        issues += duplicates(rows, table.header[place_of(mapping)["name"]])
    questions = tuple(_question(position, reader, index) for position, reader in enumerate(readers))
    ordered = in_row_order(issues, field_columns(mapping))
    return SurveySheet(questions, tuple(rows), ordered, tuple(mapping), anonymous, len(table.rows))


def _plans(table: Table, mapping: Sequence[ColumnMapping], index: TopicIndex) -> list[QuestionPlan]:
    told = [plan for column in mapping if (plan := _told(table, column)) is not None]
    free = [
        (column.index, column.column)
        for column in mapping
        if column.field == IGNORED and column.confidence == 0.0 and table.is_named(column.index)
    ]
    cells = {at: table.column(at) for at, _ in free}
    plans = [*told, *LayoutReader(cells, index).read(free)]
    return _with_unique_texts(sorted(plans, key=lambda plan: plan.columns[0]))


def _told(table: Table, column: ColumnMapping) -> QuestionPlan | None:
    """Return the question that the user says a column is."""
    name, _, code = column.field.partition(":")
    if name in _TOLD_TEXT:
        return QuestionPlan(column.column, QuestionKind.TEXT, _TOLD_TEXT[name], (column.index,))
    if name in _TOLD_RATING:
        return QuestionPlan(
            column.column,
            QuestionKind.SCALE,
            _TOLD_RATING[name],
            (column.index,),
            topic_code=code,
            scale=scale_of(column.column),
            seen=frozenset(table.column(column.index)),
        )
    return None


def _with_unique_texts(plans: Sequence[QuestionPlan]) -> list[QuestionPlan]:
    """Number questions that read the same: a survey holds each text once."""
    seen: dict[str, int] = {}
    unique = []
    for plan in plans:
        text = plan.text[: _QUESTION_LIMIT - 10]
        seen[text] = seen.get(text, 0) + 1
        unique.append(replace(plan, text=text if seen[text] == 1 else f"{text} ({seen[text]})"))
    return unique


def _field(plan: QuestionPlan, column: int, index: TopicIndex) -> str:
    if not plan.labels:
        return plan.field
    code = index.find(plan.labels[plan.columns.index(column)])
    return f"{plan.field}:{code}" if code else plan.field


def _question(position: int, reader: AnswerReader, index: TopicIndex) -> QuestionSpec:
    plan = reader.plan
    topical = plan.measures is not Measure.OTHER
    options = tuple(SurveyOption(text, index.find(text) if topical else None) for text in reader.options)
    return QuestionSpec(position, plan.text, plan.kind, plan.measures, plan.topic_code, options, plan.scale)
