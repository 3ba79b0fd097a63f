"""Formulas that nobody has computed: a workbook written by a program holds them without their values."""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from studio.imports.cellnames import column_number
from studio.imports.sheets import Sheet

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_FORMULA = b"<f"
_CHUNK = 1 << 20


def fill_in_formulas(content: bytes, sheets: Mapping[str, Sheet]) -> None:
    """Put into the sheets of an .xlsx file, by name, the formulas that stand there without a value.

    Who reads values alone sees nothing in such a cell, and an answer like `=1+2` or `=HYPERLINK(…)` would be lost.
    It is kept as text, as a csv file would keep it. Raises ElementTree.ParseError when a part is no XML.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not {_BOOK, _RELATIONS} <= set(archive.namelist()):
            return
        for name, part in _parts(archive).items():
            if name in sheets and part in archive.NameToInfo and _holds_formulas(archive, part):
                for row, column, formula in _uncomputed(archive, part):
                    _fill(sheets[name], row, column, formula)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return where each sheet is kept, by its name."""
    # Their unpacked size was checked before, and expat itself stops entities that grow.
    book, relations = (ElementTree.fromstring(archive.read(name)) for name in (_BOOK, _RELATIONS))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for sheet in book.findall(".//{*}sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        parts[sheet.get("name", "")] = posixpath.join("/xl", targets.get(key, "")).lstrip("/")
    return parts


def _holds_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as file:
        before = b""
        while piece := file.read(_CHUNK):
            if _FORMULA in before + piece:
                return True
            before = piece[-1:]
    return False


def _uncomputed(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, str]]:
    """Yield the place (zero-based) and the formula of each cell that has one and no value."""
    with archive.open(part) as file:
        for _, element in ElementTree.iterparse(file):  # noqa: S314
            if not element.tag.endswith("}row"):
                continue
            for cell in element:
                formula = cell.find("{*}f")
                if formula is not None and formula.text and not _is_computed(cell):
                    letters = cell.get("r", "").rstrip("0123456789")
                    row = int(cell.get("r", "")[len(letters) :])
                    yield row - 1, column_number(letters) - 1, f"={formula.text}"
            element.clear()


def _is_computed(cell: ElementTree.Element) -> bool:
    # An empty text is a value; an empty place for a number is what a program leaves for the spreadsheet to fill.
    return cell.get("t") == "str" or bool(cell.findtext("{*}v"))


def _fill(sheet: Sheet, row: int, column: int, text: str) -> None:
    width = max(column + 1, len(sheet.rows[0]) if sheet.rows else 0)
    sheet.rows.extend([] for _ in range(row + 1 - len(sheet.rows)))
    for cells in sheet.rows:
        cells.extend([""] * (width - len(cells)))
    sheet.rows[row][column] = sheet.rows[row][column] or text
