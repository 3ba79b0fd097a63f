"""An uploaded file as sheets of text: xlsx, xls and csv, with limits against hostile files."""

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from studio.imports.issues import ImportCode, ImportRefused

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
# A cell that holds something; a formatted empty cell closes itself and takes no room when read.
_CELL_PLACE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
_CHUNK = 1 << 20

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an upload is read: bytes as sent, bytes when unpacked, cells of a sheet."""

    size_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 300 * 1024 * 1024
    cells: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet from its first row and column on.

    Merges are (top, left, bottom, right), zero-based, both ends included.
    """

    rows: list[list[str]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


def read_sheets(content: bytes, limits: Limits) -> list[Sheet]:
    """Return the visible sheets of an upload, recognised by content and never by the file's name.

    Raises ImportRefused for an empty, oversized, damaged, password-protected or foreign file.
    """
    if not content.strip(b" \r\n\t\x00"):
        raise ImportRefused(ImportCode.FILE_EMPTY)
    if len(content) > limits.size_bytes:
        raise ImportRefused(ImportCode.FILE_TOO_LARGE, limit_mb=limits.size_bytes // 2**20)
    if content.startswith(_ZIP):
        _check_archive(content, limits)
        return _read_workbook(content, limits)
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            raise ImportRefused(ImportCode.FILE_PASSWORD)
        return _read_workbook(content, limits)
    return [_read_csv(_decode(content), limits)]


def _read_workbook(content: bytes, limits: Limits) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return [
                _read_sheet(book.get_sheet_by_name(sheet.name), limits)
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
    except PasswordError:
        raise ImportRefused(ImportCode.FILE_PASSWORD) from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise ImportRefused(ImportCode.FILE_DAMAGED) from None


def _read_sheet(sheet: CalamineSheet, limits: Limits) -> Sheet:
    _check_cells(sheet.total_height * sheet.total_width, limits)
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    merges = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    return Sheet(rows, merges)


def _check_cells(cells: int, limits: Limits) -> None:
    if cells > limits.cells:
        raise ImportRefused(ImportCode.FILE_TOO_MANY_CELLS, cells=cells, limit=limits.cells)


def cell_text(cell: Cell) -> str:
    """Return a cell as text: 4.0 as `4`, dates as ISO; outer blanks and control characters go.

    A cell that begins with `=` stays the text it is: nothing is ever evaluated.
    """
    if isinstance(cell, str):
        return (cell if cell.isprintable() else _CONTROL.sub("", cell)).strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, ".15g")
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, dt.time):
        return cell.isoformat("seconds")
    return str(cell)


def _check_archive(content: bytes, limits: Limits) -> None:
    """Unpack an xlsx piece by piece, keeping nothing: its directory may lie about sizes and cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
        names = {member.filename for member in members}
        if "xl/workbook.xml" not in names and not any(n.startswith(("xl/", "content.xml")) for n in names):
            raise ImportRefused(ImportCode.FILE_WRONG_TYPE)
        if any(member.flag_bits & 1 for member in members):
            raise ImportRefused(ImportCode.FILE_PASSWORD)
        left = limits.unpacked_bytes
        for member in members:
            bottom, right, tail = 0, 0, b""
            for piece in _unpacked(content, member):
                left -= len(piece)
                if left < 0:
                    raise ImportRefused(ImportCode.FILE_TOO_LARGE, limit_mb=limits.unpacked_bytes // 2**20)
                if member.filename.startswith("xl/worksheets/sheet"):
                    bottom, right = _reach(tail + piece, bottom, right)
                    tail = piece[-200:]
                    _check_cells(bottom * right, limits)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError):
        raise ImportRefused(ImportCode.FILE_DAMAGED) from None


def _reach(xml: bytes, bottom: int, right: int) -> tuple[int, int]:
    places = _CELL_PLACE.findall(xml)
    bottom = max([bottom, *map(int, {row for _, row in places})])
    right = max([right, *(column_number(letters.decode()) for letters in {c for c, _ in places})])
    return bottom, right


def _unpacked(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    header = content[member.header_offset : member.header_offset + 30]
    start = member.header_offset + 30 + sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    packed = memoryview(content)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zlib.error("unknown compression")
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), 1 << 16):
        rest = bytes(packed[at : at + (1 << 16)])
        while rest and not unpack.eof:
            yield unpack.decompress(rest, _CHUNK)
            rest = unpack.unconsumed_tail


def column_number(letters: str) -> int:
    """Return the number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(index: int) -> str:
    """Return the letters that a spreadsheet shows above the column with a zero-based index."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _decode(content: bytes) -> str:
    # Detectors fail on short GBK survey files; strict UTF-8 almost never accepts a GBK text.
    marked = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    if marked is None and content[:512].count(0) > 8:
        raise ImportRefused(ImportCode.FILE_WRONG_TYPE)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if content.startswith((b"%PDF", b"Rar!", b"7z\xbc")) or text.lstrip()[:1] == "<":
            raise ImportRefused(ImportCode.FILE_WRONG_TYPE)
        return text
    if content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"%PDF", b"Rar!", b"7z\xbc", b"\x1f\x8b")):
        raise ImportRefused(ImportCode.FILE_WRONG_TYPE)
    raise ImportRefused(ImportCode.FILE_ENCODING)


def _read_csv(text: str, limits: Limits) -> Sheet:
    """Read records; a record is a sheet row in Excel too, however many lines its quoted cells span."""
    rows: list[list[str]] = []
    cells = 0
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True):
            rows.append([cell_text(cell) for cell in record])
            cells += len(record)
            if cells > limits.cells:
                _check_cells(cells, limits)
    except csv.Error:
        raise ImportRefused(ImportCode.FILE_QUOTES, row=len(rows) + 1) from None
    width = max((len(row) for row in rows), default=0)
    _check_cells(width * len(rows), limits)
    return Sheet([row + [""] * (width - len(row)) for row in rows])


def _delimiter(text: str) -> str:
    """Choose the delimiter by which most of the first records have the same number of cells, over one."""

    def agreement(delimiter: str) -> tuple[float, int]:
        records = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
        try:
            widths = [len(record) for record, _ in zip(records, range(30), strict=False) if any(record)]
        except csv.Error:
            return (0.0, 1)
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (times / len(widths), width) if width > 1 else (0.0, 1)

    return max(_DELIMITERS, key=agreement)
