"""Right topics of pain points from a file: which pain point, and its topics or none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.imports import fields
from studio.imports.columns import ColumnMapping, FieldNames, map_columns, require, words
from studio.imports.issues import ImportCode, RowIssue, in_row_order
from studio.imports.rowreader import RowReader, field_columns, shown
from studio.imports.tables import Table
from studio.imports.topics import TopicIndex, TopicName
from studio.store.identity import UnknownId, row_id_of

_FIELDS: tuple[FieldNames, ...] = (
    FieldNames("pain_point", words("编号 痛点编号 原话编号 id painpoint painpointid")),
    FieldNames(
        "topics",
        words(
            "主题 正确主题 主题代码 更正主题 更正 应为 topics topic codes code topiccode topiccodes correct"
        ),
    ),
    # What the queue shows beside them is not read.
    FieldNames("text", words("原话 内容 文字 痛点 text words")),
    FieldNames(fields.SERIAL.field, fields.SERIAL.strong),
)
_BETWEEN = re.compile(r"[,，;；、\n|]+")
_NONE = re.compile(r"(?:都不是|以上都不是|均不是|不属于.*|无|没有|none|-|—|/)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A pain point as the file names it, and the codes of its right topics."""

    row: int
    id: str
    pain_point_id: UUID
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorrectionSheet:
    """What a file of corrections holds: rows without an issue, and all issues; `n_rows` counts both."""

    rows: tuple[CorrectionRow, ...]
    issues: tuple[RowIssue, ...]
    mapping: tuple[ColumnMapping, ...]
    n_rows: int


def parse_corrections(
    table: Table, names: Sequence[TopicName], *, overrides: Mapping[str, str] | None = None
) -> CorrectionSheet:
    """Return the corrections of a file with everything wrong in it; a topic may be given by code or name.

    Raises ImportRefused when pain point or topics have no column.
    """
    mapping = map_columns(table, _FIELDS, overrides or {})
    require(mapping, _FIELDS, ("pain_point", "topics"))
    reader, topics = RowReader(table, mapping), TopicIndex(names)
    rows: list[CorrectionRow] = []
    seen: dict[UUID, int] = {}
    for row in table.rows:
        if not reader.begin(row):
            continue
        found = _row(reader, row.number, topics)
        if found is None:
            continue
        earlier = seen.setdefault(found.pain_point_id, found.row)
        if earlier != found.row:
            reader.note("pain_point", ImportCode.DUPLICATE_ROW, other_row=earlier)
        if reader.is_sound:
            rows.append(found)
    issues = in_row_order(reader.issues, field_columns(mapping))
    return CorrectionSheet(tuple(rows), issues, tuple(mapping), len(table.rows))


def _row(reader: RowReader, number: int, topics: TopicIndex) -> CorrectionRow | None:
    text = reader.required("pain_point")
    codes = _codes(reader, topics)
    if not text:
        return None
    try:
        return CorrectionRow(number, text, row_id_of(text, "PainPoint"), codes)
    except UnknownId:
        reader.note("pain_point", ImportCode.UNKNOWN_PAIN_POINT, value=shown(text))
        return None


def _codes(reader: RowReader, topics: TopicIndex) -> tuple[str, ...]:
    """Return the codes of a cell of topics; an empty cell is no decision, and noted."""
    text = reader.text("topics").strip()
    if not text:
        reader.note("topics", ImportCode.VALUE_MISSING)
    if not text or _NONE.fullmatch(text):
        return ()
    codes: dict[str, None] = {}
    for part in filter(None, (piece.strip() for piece in _BETWEEN.split(text))):
        code = topics.exact(part)
        if code is None:
            near = "、".join(topics.near(part))
            reader.note("topics", ImportCode.UNKNOWN_TOPIC, value=shown(part), near=near)
        else:
            codes[code] = None
    return tuple(codes)
