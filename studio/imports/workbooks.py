"""Workbooks (xlsx, and xls in a process of its own) as sheets of text."""

import io
import zipfile
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from studio.imports.formulas import fill_in_formulas
from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.sheets import Limits, Sheet, cell_text, check_cells

ZIP = b"PK\x03\x04"


def read_workbook(content: bytes, limits: Limits) -> list[Sheet]:
    """Return the visible sheets of a workbook.

    Raises ImportRefused when it is damaged, has a password or too many cells.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = {
                sheet.name: _read_sheet(book.get_sheet_by_name(sheet.name), limits)
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            }
        if content.startswith(ZIP):
            fill_in_formulas(content, sheets)
    except PasswordError:
        raise ImportRefused(ImportCode.FILE_PASSWORD) from None
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, OSError, ValueError, OverflowError):
        raise ImportRefused(ImportCode.FILE_DAMAGED) from None
    return list(sheets.values())


def _read_sheet(sheet: CalamineSheet, limits: Limits) -> Sheet:
    check_cells(sheet.total_height * sheet.total_width, limits)
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    return Sheet(rows, merges)
