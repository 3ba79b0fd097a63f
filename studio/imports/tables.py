"""A table inside a sheet: where its header is, its columns, and rows with the numbers a user sees."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from studio.imports.cellnames import column_letters
from studio.imports.files import read_sheets
from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.sheets import Limits, Sheet, trimmed

__all__ = ["Limits", "Table", "TableRow", "read_table"]

# How far down a header is looked for: titles and notes stand above it.
_LOOK = 30
_MAX_HEADER_LINES = 3
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_QUESTION_CODE = re.compile(r"^(?:[QqGg]\d+|[A-Za-z]\w*\[\w+\])\w*$")
_QUESTION_WORD = re.compile(r"姓名|时间|社区|程度|问题|什么|哪|[?？]")

_SUMMARY = re.compile(r"[合总小共]\s*计(?:人数|数)?[:：\s\d]*[人份名]?")
_ALL_TRIMMED: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; `number` is its row in the sheet (in a csv file the record, which is the row Excel shows).

    `cells` are trimmed; `written` holds, by column, those that trimming changed as they were written.
    """

    number: int
    cells: tuple[str, ...]
    written: Mapping[int, str]

    @property
    def is_summary(self) -> bool:
        """Whether the row sums up the others (合计, 总计:64人) instead of being one of them."""
        return _SUMMARY.fullmatch(next(filter(None, self.cells), "")) is not None

    def as_written(self, index: int) -> str:
        """Return a cell with its outer blanks, as somebody's own words are kept."""
        return self.written.get(index, self.cells[index])


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their headers, and the rows below that hold anything.

    Two header lines are joined as `上—下`. `letters` are the column letters of the sheet.
    `header_row` is the row number of the last header line.
    """

    header: tuple[str, ...]
    letters: tuple[str, ...]
    header_row: int
    rows: tuple[TableRow, ...]

    def is_named(self, index: int) -> bool:
        """Say whether a column has a header of its own, and not only its letter."""
        return self.header[index] != f"[{self.letters[index]}]"

    def column(self, index: int) -> list[str]:
        """Return the cells of a column, one per row."""
        return [row.cells[index] for row in self.rows]


def read_table(content: bytes, file_name: str, limits: Limits | None = None) -> Table:
    """Read the table of an upload: the first visible sheet that has a header and rows.

    `file_name` is only used in messages: what a file is shows in its content.
    Raises ImportRefused when the file cannot be read or holds no rows.
    """
    sheets = read_sheets(content, limits or Limits())
    if not any(any(any(row) for row in sheet.rows) for sheet in sheets):
        raise ImportRefused(ImportCode.FILE_EMPTY)
    tables = [table for table in map(_table, sheets) if table is not None]
    # A sheet of instructions before the real one has a single column.
    best = next((table for table in tables if len(table.header) > 1), tables[0] if tables else None)
    if best is None:
        raise ImportRefused(ImportCode.FILE_NO_ROWS, file=file_name)
    return best


def _table(sheet: Sheet) -> Table | None:
    rows = _fill_down(sheet)
    head = _fill_header(sheet, rows[:_LOOK])
    found = _find_header(sheet, head)
    if found is None:
        return None
    first, last = found
    lines = _spread(head[first : last + 1])
    labels = [_label(list(parts)) for parts in zip(*lines, strict=True)]
    body = [(at + 1, row) for at, row in enumerate(rows) if at > last and any(row)]
    # Long printed lists repeat their header on every page.
    body = [(number, row) for number, row in body if row != rows[last]]
    used = [at for at in range(len(labels)) if labels[at] or any(row[at] for _, row in body)]
    if not body:
        return None
    return Table(
        header=tuple(labels[at] or f"[{column_letters(at)}]" for at in used),
        letters=tuple(column_letters(at) for at in used),
        header_row=last + 1,
        rows=tuple(
            TableRow(number, tuple(row[at] for at in used), _written(sheet.rows[number - 1], row, used))
            for number, row in body
        ),
    )


def _written(written: list[str], row: list[str], used: Sequence[int]) -> Mapping[int, str]:
    """Return the cells that trimming changed; a merged cell that was filled down has nothing of its own."""
    # Nearly all rows have none: two lists are compared faster than cell by cell.
    if written == row:
        return _ALL_TRIMMED
    return {index: written[at] for index, at in enumerate(used) if written[at] and written[at] != row[at]}


def _fill_down(sheet: Sheet) -> list[list[str]]:
    """Give every row under a vertically merged cell its value (a county written once for ten people)."""
    rows = [list(map(trimmed, row)) for row in sheet.rows]
    for top, left, bottom, _ in sheet.merges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for at in range(top + 1, min(bottom + 1, len(rows))):
            rows[at][left] = rows[top][left]
    return rows


def _fill_header(sheet: Sheet, rows: list[list[str]]) -> list[list[str]]:
    filled = [list(row) for row in rows]
    for top, left, bottom, right in sheet.merges:
        for at in range(top, min(bottom + 1, len(filled))):
            for column in range(left, min(right + 1, len(filled[at]))):
                filled[at][column] = trimmed(sheet.rows[top][left])
    return filled


def _find_header(sheet: Sheet, head: list[list[str]]) -> tuple[int, int] | None:
    """Return the first and last line of the header, zero-based.

    The header is the first row that fills half of the widest row's columns with more than one text:
    a title, merged or not, and a line of notes above it do not.
    """
    widest = max((_filled(row) for row in head), default=0)
    wanted = max(2, (widest + 1) // 2) if widest > 1 else 1
    full = (_filled(row) >= wanted and len(set(filter(None, row))) >= min(2, wanted) for row in head)
    at = next((at for at, is_full in enumerate(full) if is_full), None)
    if at is None:
        return None
    if at > 0 and _lines_from(sheet, head, at - 1) > 1:
        at -= 1
    return at, at + _lines_from(sheet, head, at) - 1


def _spread(lines: list[list[str]]) -> list[list[str]]:
    """Write a group's title over every column that the line below divides it into."""
    if len(lines) == 2 and _gaps_filled(*lines):
        upper, lower = list(lines[0]), lines[1]
        for column in range(1, len(upper)):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
        return [upper, lower]
    return lines


def _filled(row: list[str]) -> int:
    return sum(map(bool, row))


def _lines_from(sheet: Sheet, head: list[list[str]], at: int) -> int:
    """Return how many header lines begin at this row: 1, or more where a lower line divides the upper."""
    if at + 1 >= len(head):
        return 1
    upper, lower = head[at], head[at + 1]
    if len(set(filter(None, upper))) < 2 or any(_NUMBER.match(cell) for cell in lower):
        return 1
    tall = [bottom - top for top, _, bottom, _ in sheet.merges if top == at and bottom > top]
    if tall:
        return min(1 + max(tall), _MAX_HEADER_LINES)
    if any(_divided(lower[left : right + 1]) for top, left, b, right in sheet.merges if top == b == at):
        return 2
    if _gaps_filled(upper, lower):
        return 2
    return 2 if _codes_above_texts(upper, lower) else 1


def _divided(cells: list[str]) -> bool:
    return len(cells) > 1 and len(set(filter(None, cells))) == len(cells)


def _gaps_filled(upper: list[str], lower: list[str]) -> bool:
    """Say whether the lower line only fills the gaps behind the upper line's group titles."""
    gaps = {c for c in range(len(upper)) if not upper[c] and lower[c]}
    alone = [c for c in range(len(upper)) if upper[c] and not lower[c]]
    both = [c for c in range(len(upper)) if upper[c] and lower[c]]
    return bool(gaps and alone) and all(c + 1 in gaps for c in both) and min(gaps) > 0


def _codes_above_texts(upper: list[str], lower: list[str]) -> bool:
    codes = sum(bool(_QUESTION_CODE.match(cell)) for cell in upper if cell)
    words = sum(bool(_QUESTION_WORD.search(cell)) for cell in lower)
    return codes * 2 >= _filled(upper) and words >= 2 and _filled(lower) == _filled(upper)


def _label(parts: list[str]) -> str:
    texts = list(dict.fromkeys(part for part in parts if part))
    if len(texts) > 1 and _QUESTION_CODE.match(texts[0]):
        texts = texts[1:]
    return "—".join(texts)
