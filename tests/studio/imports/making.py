"""Files as tools and people write them, made on the spot; topics that they name."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

from studio.imports.issues import RowIssue
from studio.imports.tables import Table, read_table
from studio.imports.topics import TopicName

Rows = Sequence[Sequence[Any]]

TOPICS = (
    TopicName("PARTY_AFFAIRS", "党建业务"),
    TopicName("PARTY_AFFAIRS.MEETINGS", "三会一课"),
    TopicName("GRID", "网格治理"),
    TopicName("GRID.REPORTING", "信息上报"),
    TopicName("MASS_WORK", "群众工作"),
    TopicName("MASS_WORK.MEDIATION", "矛盾调解", ("调解邻里矛盾",)),
    TopicName("LIVELIHOOD", "民生服务"),
    TopicName("LIVELIHOOD.ELDERLY_CHILDREN", "一老一小"),
    TopicName("WRITING", "文稿写作", ("写材料",)),
    TopicName("WRITING.NEWS", "信息"),
    TopicName("SAFETY", "应急安全"),
    TopicName("TEAM", "队伍建设"),
    TopicName("ECONOMY", "集体与公益经济"),
    TopicName("DIGITAL", "数字化减负"),
    TopicName("DIGITAL.LEDGERS", "台账", ("台账多",)),
)
NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def csv_bytes(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Write rows as a csv file in an encoding."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx_bytes(rows: Rows, merges: Sequence[str] = (), others: Sequence[tuple[str, Rows]] = ()) -> bytes:
    """Write rows to the first sheet as Excel would hold them: text, numbers and dates by their type.

    A merge such as `A1:C1` takes the value that stands in its first cell.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**options, "default_date_format": "yyyy/m/d hh:mm:ss"}) as book:
        sheets = [*others, ("答卷", rows)] if others else [("答卷", rows)]
        for name, content in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(content):
                for column, value in enumerate(row):
                    if value not in ("", None):
                        sheet.write(at, column, value)
        for area in merges:
            top, left, _, _ = _area(area)
            sheet.merge_range(area, rows[top][left])
    return out.getvalue()


def _area(area: str) -> tuple[int, int, int, int]:
    first, last = area.split(":")
    return (*xl_cell_to_rowcol(first), *xl_cell_to_rowcol(last))


def read_csv(rows: Rows) -> Table:
    """Return the table of rows, read through a real csv file."""
    return read_table(csv_bytes(rows), "file.csv")


def lines(text: str) -> list[list[str]]:
    """Return rows written as lines with `|` between cells."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def told(issues: Sequence[RowIssue]) -> list[tuple[int, str, str]]:
    """Return (row, column, code) of issues, having made every message and suggestion in both languages."""
    for issue in issues:
        for language in ("zh", "en"):
            assert issue.message(language)
            assert issue.suggestion(language)
    return [(issue.row, issue.column, issue.code.value) for issue in issues]
