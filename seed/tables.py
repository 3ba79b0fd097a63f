"""Rows of cells to and from the files of the demo: csv as Excel writes it, and xlsx, both deterministic."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import xlsxwriter

Cell = str | int | None
"""A cell: text, a whole number, or nothing."""

FICTION = "演示数据:云岭头雁工作室及所有人物、社区、事情均为虚构。"
_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: a workbook must not carry the hour it was made


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a csv file with a header line, UTF-8 with or without BOM, as column → text."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a header and rows to `path`; its suffix, .csv or .xlsx, says how.

    Text stays text: a cell that begins with `=` is never a formula in xlsx.

    Raises:
        ValueError: the suffix is neither .csv nor .xlsx.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        _write_csv(path, header, rows)
    elif path.suffix == ".xlsx":
        _write_xlsx(path, header, rows)
    else:
        raise ValueError(f"The suffix of {path.name} must be .csv or .xlsx. Got {path.suffix!r} instead.")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    # constant_memory: a hundred thousand rows are written as they come and never held.
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE, "comments": FICTION})
        sheet = workbook.add_worksheet("Sheet1")
        for number, row in enumerate(chain([header], rows)):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    sheet.write_string(number, column, cell)
