"""The list of mentors: rows with capacity, strengths, honours and cases, checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studio.imports import fields
from studio.imports.columns import ColumnMapping, FieldNames, map_columns, place_of, require, words
from studio.imports.issues import ImportCode, RowIssue, in_row_order
from studio.imports.mentor_kinds import read_mentor_kind
from studio.imports.roster import read_role, read_unit
from studio.imports.rowreader import RowReader, SeenPeople, field_columns
from studio.imports.strengths import StrengthReader, topic_columns
from studio.imports.tables import Table, TableRow
from studio.imports.topics import TopicIndex, TopicName
from studio.imports.weeks import Calendar, SaidWeeks, read_weeks
from studio.store.enums import TraineeRole
from studio.store.mentor_enums import MentorKind
from studio.store.people import LONGEST_HONOUR

MAX_CAPACITY = 50
_MAX_YEARS = 60

_NAME = replace(
    fields.NAME,
    strong=(
        *words("导师姓名 导师 导师名 带教导师 带教老师 师傅 师傅姓名 mentor mentorname"),
        *fields.NAME.strong,
    ),
)
_COMMUNITY = replace(
    fields.COMMUNITY, strong=(*words("导师社区 导师所在社区 导师单位"), *fields.COMMUNITY.strong)
)
_FIELDS: tuple[FieldNames, ...] = (
    _NAME,
    fields.SURNAME,
    _COMMUNITY,
    fields.COUNTY,
    fields.TOWN,
    fields.PHONE,
    fields.ROLE,
    fields.MENTOR_KIND,
    fields.CAPACITY,
    fields.WEEKLY_CAPACITY,
    fields.FREE_WEEKS,
    fields.YEARS_IN_POST,
    fields.STRENGTHS,
    fields.HONOURS,
    fields.CASES,
    fields.PERSONAL,
    FieldNames(fields.SERIAL.field, fields.SERIAL.strong),
    fields.SEX_AGE,
)
_CASE_NUMBER = re.compile(
    r"(?:^|(?<=[\s;；。]))(?:案例)?(?:[(（]?\d{1,2}[、.)）．](?!\d)|[一二三四五六七八九十]{1,3}、)\s*|[①-⑳]\s*"
)


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor; `strengths` is topic code → 0–1, None means that the file does not say."""

    row: int
    name: str
    community: str
    county: str
    town: str
    phone: str
    role: TraineeRole | None
    capacity: int | None
    years_in_post: float | None
    strengths: Mapping[str, float]
    honours: tuple[str, ...]
    cases: tuple[str, ...]
    weekly_capacity: int | None = None
    weeks: SaidWeeks | None = None
    kind: MentorKind | None = None


@dataclass(frozen=True, slots=True)
class MentorSheet:
    """What a file of mentors holds: rows without an issue, and all issues; `n_rows` counts both."""

    rows: tuple[MentorRow, ...]
    issues: tuple[RowIssue, ...]
    mapping: tuple[ColumnMapping, ...]
    n_rows: int


def parse_mentors(
    table: Table,
    *,
    topics: Sequence[TopicName],
    overrides: Mapping[str, str] | None = None,
    calendar: Calendar | None = None,
) -> MentorSheet:
    """Return the mentors of a file with everything wrong in it; `calendar` tells which weeks are meant.

    An override's field may also be `strength:CODE` for a column that rates one topic.
    Raises ImportRefused when no column holds names, or an override names no column or field.
    """
    index = TopicIndex(topics)
    also = [f"strength:{topic.code}" for topic in topics]
    mapping = map_columns(table, _FIELDS, overrides or {}, also_allowed=also)
    require(mapping, _FIELDS, ("name",))
    columns = {c.index: c.field.partition(":")[2] for c in mapping if c.field.startswith("strength:")}
    columns |= topic_columns(table, mapping, index)
    for at, code in columns.items():
        mapping[at] = replace(mapping[at], field=f"strength:{code}", confidence=mapping[at].confidence or 1.0)
    reader, seen = RowReader(table, mapping), SeenPeople()
    strengths = StrengthReader(table, columns, index, place_of(mapping).get("strengths"))
    rows = []
    for row in table.rows:
        if not reader.begin(row):
            continue
        mentor = _mentor(reader, strengths, row, calendar or Calendar())
        twin = seen.earlier(row.number, mentor.name, mentor.community, mentor.phone) if mentor.name else None
        if twin is not None:
            reader.note("name", ImportCode.DUPLICATE_ROW, other_row=twin)
        if reader.is_sound:
            rows.append(mentor)
    issues = in_row_order(reader.issues, field_columns(mapping))
    return MentorSheet(tuple(rows), issues, tuple(mapping), len(table.rows))


def _mentor(reader: RowReader, strengths: StrengthReader, row: TableRow, calendar: Calendar) -> MentorRow:
    name = reader.name("name")
    county, town, community = read_unit(reader)
    capacity = reader.number("capacity", 0, MAX_CAPACITY, whole=True, unit="人|名|个")
    weekly = reader.number("weekly_capacity", 1, MAX_CAPACITY, whole=True, unit="人|名|个")
    return MentorRow(
        row=row.number,
        name=name,
        community=community,
        county=county,
        town=town,
        phone=reader.phone("phone"),
        role=read_role(reader, required=False),
        capacity=None if capacity is None else int(capacity),
        years_in_post=reader.number("years_in_post", 0, _MAX_YEARS, unit="年以上|年|余年|多年"),
        strengths=strengths.read(reader, row),
        honours=tuple(
            reader.within("honours", honour, LONGEST_HONOUR)
            for honour in split_honours(reader.optional("honours"))
        ),
        cases=split_cases(reader.optional("cases")),
        weekly_capacity=None if weekly is None else int(weekly),
        weeks=read_weeks(reader, calendar),
        kind=read_mentor_kind(reader),
    )


def split_honours(text: str) -> tuple[str, ...]:
    """Return the honours of a cell, separated by newlines, ;、, or by numbers."""
    parts = re.split(r"[\n;；、,，]+", _CASE_NUMBER.sub("\n", text))
    return tuple(part for part in (part.strip(" 。.") for part in parts) if part)


def split_cases(text: str) -> tuple[str, ...]:
    """Return the cases of a cell, separated by newlines, ; or numbers; commas stay inside a case."""
    parts = re.split(r"[\n;；]+", _CASE_NUMBER.sub("\n", text))
    return tuple(part for part in (part.strip() for part in parts) if part)
