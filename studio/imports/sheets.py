"""A sheet as rows of text, and the limits within which an upload is read."""

import datetime as dt
import re
from dataclasses import dataclass, field

from studio.imports.issues import ImportCode, ImportRefused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an upload is read: bytes as sent, bytes when unpacked, cells of a sheet."""

    size_bytes: int = 20 * 1024 * 1024
    unpacked_bytes: int = 300 * 1024 * 1024
    cells: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet from its first row and column on, its cells as they were written.

    Merges are (top, left, bottom, right), zero-based, both ends included.
    """

    rows: list[list[str]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


def trimmed(text: str) -> str:
    """Return a text without outer blanks and control characters, which names, dates and options never mean."""
    return (text if text.isprintable() else _CONTROL.sub("", text)).strip()


def check_cells(cells: int, limits: Limits) -> None:
    """Raise ImportRefused when a sheet has more cells than are read."""
    if cells > limits.cells:
        raise ImportRefused(ImportCode.FILE_TOO_MANY_CELLS, cells=cells, limit=limits.cells)


def cell_text(cell: Cell) -> str:
    """Return a cell as text: 4.0 as `4`, dates as ISO, blanks alone as nothing; else as it was written.

    A cell that begins with `=` stays the text it is: nothing is ever evaluated. Only NUL goes: PostgreSQL
    stores no text that holds one.
    """
    if isinstance(cell, str):
        written = cell.replace("\0", "")
        return written if trimmed(written) else ""
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
