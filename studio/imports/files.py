"""An uploaded file as sheets of text: xlsx, xls and csv, with limits against hostile files."""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator

from studio.imports.cellnames import column_number
from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.old_workbooks import read_apart
from studio.imports.sheets import Limits, Sheet, cell_text, check_cells
from studio.imports.workbooks import ZIP, read_workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t"
# A cell that holds something; a formatted empty cell closes itself and takes no room when read.
_CELL_PLACE = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
_CHUNK = 1 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")


def read_sheets(content: bytes, limits: Limits) -> list[Sheet]:
    """Return the visible sheets of an upload, recognised by content and never by the file's name.

    Raises ImportRefused for an empty, oversized, damaged, password-protected or foreign file.
    """
    if not content.strip(b" \r\n\t\x00"):
        raise ImportRefused(ImportCode.FILE_EMPTY)
    if len(content) > limits.size_bytes:
        raise ImportRefused(ImportCode.FILE_TOO_LARGE, limit_mb=limits.size_bytes // 2**20)
    if content.startswith(ZIP):
        _check_archive(content, limits)
        return read_workbook(content, limits)
    if content.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in content:
            raise ImportRefused(ImportCode.FILE_PASSWORD)
        return read_apart(content, limits)
    return [_read_csv(decode(content), limits)]


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
                    check_cells(bottom * right, limits)
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


def decode(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or GBK; ImportRefused where it is none, or in another encoding."""
    # Detectors fail on short GBK survey files; strict UTF-8 almost never accepts a GBK text.
    marked = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    if marked is None and 0 in content[:512]:
        marked = _unmarked_utf16(content)
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


def _unmarked_utf16(content: bytes) -> str | None:
    """Return which UTF-16 a text without a mark is: the one in which it has lines and no control characters."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\n" in text and not _CONTROL.search(text):
            return encoding
    return None


def _read_csv(text: str, limits: Limits) -> Sheet:
    """Read records; a record is a sheet row in Excel too, however many lines its quoted cells span."""
    rows: list[list[str]] = []
    cells = 0
    # A long answer is no quoting fault; what is too long is told by its row and column later.
    csv.field_size_limit(limits.size_bytes)
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True):
            rows.append([cell_text(cell) for cell in record])
            cells += len(record)
            if cells > limits.cells:
                check_cells(cells, limits)
    except csv.Error:
        raise ImportRefused(ImportCode.FILE_QUOTES, row=len(rows) + 1) from None
    width = max((len(row) for row in rows), default=0)
    check_cells(width * len(rows), limits)
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
