"""The roster of a cohort: rows of trainees, checked."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.imports import fields
from studio.imports.columns import ColumnMapping, FieldNames, map_columns, require
from studio.imports.issues import ImportCode, RowIssue, in_row_order
from studio.imports.roles import parse_level, parse_role
from studio.imports.rowreader import RowReader, SeenPeople, field_columns, shown
from studio.imports.tables import Table
from studio.imports.weeks import Calendar, SaidWeeks, read_weeks
from studio.store.enums import Level, TraineeRole
from studio.store.labels import LABELS

_FIELDS: tuple[FieldNames, ...] = (
    fields.NAME,
    fields.SURNAME,
    fields.ROLE,
    fields.COUNTY,
    fields.TOWN,
    fields.COMMUNITY,
    fields.PHONE,
    fields.IN_POST_SINCE,
    fields.LEVEL,
    fields.FREE_WEEKS,
    fields.PERSONAL,
    FieldNames(fields.SERIAL.field, fields.SERIAL.strong),
    fields.SEX_AGE,
)
# 东区 and 新镇 begin names of communities: a single character is a county's own name before 县 only.
_UNIT = re.compile(
    r"^(?P<county>[^县市区镇乡道]{1,8}(?:自治县|县)|[^县市区镇乡道]{2,8}[市区])?"
    r"(?P<town>[^县市区镇乡道]{2,8}(?:街道办事处|街道办|街道|镇|乡))?(?P<community>.{2,})$"
)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A trainee of the roster; texts that the file does not give are empty."""

    row: int
    name: str
    role: TraineeRole
    county: str
    town: str
    community: str
    phone: str
    in_post_since: dt.date | None
    level: Level | None
    weeks: SaidWeeks | None = None


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """What a roster file holds: rows without an issue, and all issues; `n_rows` counts both."""

    rows: tuple[RosterRow, ...]
    issues: tuple[RowIssue, ...]
    mapping: tuple[ColumnMapping, ...]
    n_rows: int


def parse_roster(
    table: Table,
    *,
    today: dt.date,
    overrides: Mapping[str, str] | None = None,
    offered: Sequence[dt.date] = (),
) -> RosterSheet:
    """Return the trainees of a roster with everything wrong in it; `offered` are the weeks that the cohort has.

    Raises ImportRefused when no column holds names or roles, or an override names no column or field.
    """
    mapping = map_columns(table, _FIELDS, overrides or {})
    require(mapping, _FIELDS, ("name", "role"))
    reader, seen = RowReader(table, mapping), SeenPeople()
    rows = []
    for row in table.rows:
        if not reader.begin(row):
            continue
        trainee = _trainee(reader, row.number, Calendar(today, offered))
        if trainee is None:
            continue
        twin = seen.earlier(row.number, trainee.name, trainee.community, trainee.phone)
        if twin is not None:
            reader.note("name", ImportCode.DUPLICATE_ROW, other_row=twin)
        elif reader.is_sound:
            rows.append(trainee)
    issues = in_row_order(reader.issues, field_columns(mapping))
    return RosterSheet(tuple(rows), issues, tuple(mapping), len(table.rows))


def _trainee(reader: RowReader, number: int, calendar: Calendar) -> RosterRow | None:
    name = reader.name("name")
    role = read_role(reader)
    county, town, community = read_unit(reader)
    phone = reader.phone("phone")
    since = reader.past_date("in_post_since", calendar.today)
    level, weeks = _level(reader), read_weeks(reader, calendar)
    if not name:
        return None
    return RosterRow(
        number, name, role or TraineeRole.OTHER, county, town, community, phone, since, level, weeks
    )


def read_role(reader: RowReader, *, required: bool = True) -> TraineeRole | None:
    """Return the role of the current row; a missing or unknown title is noted."""
    title = reader.required("role") if required else reader.optional("role")
    role = parse_role(title) if title else None
    if title and role is None:
        known = "、".join(LABELS[TraineeRole].values())
        reader.note("role", ImportCode.UNKNOWN_ROLE, value=shown(title), known=known)
    return role


def _level(reader: RowReader) -> Level | None:
    text = reader.optional("level")
    level = parse_level(text) if text else None
    if text and level is None:
        reader.note("level", ImportCode.UNKNOWN_LEVEL, value=shown(text))
    return level


def read_unit(reader: RowReader) -> tuple[str, str, str]:
    """Return county, town and community; a unit written in one cell (某区某街道某社区) is taken apart.

    It stays whole where its head is another county or town than the row says: it is then part of the name.
    """
    county, town = reader.place("county"), reader.place("town")
    community = reader.place("community", required=True)
    found = _UNIT.match(community)
    if found is None or not re.search(r"社区|村|居委会", found["community"]):
        return county, town, community
    above, below = found["county"] or "", found["town"] or ""
    if (county and above not in ("", county)) or (town and below not in ("", town)):
        return county, town, community
    return county or above, town or below, found["community"]
