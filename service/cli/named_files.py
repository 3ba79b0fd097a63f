"""Files that a command line names, and how it says what their columns mean."""

import errno
from pathlib import Path
from typing import NoReturn

from service.cli.options import Format, Language
from service.cli.printing import refuse
from studio.errors import StudioError
from studio.messages import catalogue, translate


def read_file(path: Path, form: Format, language: Language) -> bytes:
    """Return a file's content, or end the command saying why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(StudioError("FILE_UNREADABLE", file=str(path), reason=_why(error, language)), form, language)


def write_file(path: Path, content: bytes, form: Format, language: Language) -> None:
    """Write a file, or end the command saying why it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        _refuse_unwritable(path, error, form, language)


def require_writable(path: Path, form: Format, language: Language) -> None:
    """End the command before long work whose result could not be written."""
    try:
        path.open("ab").close()
    except OSError as error:
        _refuse_unwritable(path, error, form, language)


def _refuse_unwritable(path: Path, error: OSError, form: Format, language: Language) -> NoReturn:
    refuse(StudioError("FILE_UNWRITABLE", file=str(path), reason=_why(error, language)), form, language)


def _why(error: OSError, language: Language) -> str:
    """Return why the system refuses a file; it tells the rare reasons in its own language only."""
    code = f"FILE_{errno.errorcode.get(error.errno or 0, '')}"
    if code in catalogue(language.value):
        return translate(code, language.value)
    return error.strerror or type(error).__name__


def column_map(pairs: list[str] | None, form: Format, language: Language) -> dict[str, str]:
    """Return `--map "column=field"` options as a dictionary; the last = divides."""
    mapping: dict[str, str] = {}
    for pair in pairs or []:
        column, divider, field = pair.rpartition("=")
        if not divider or not column.strip() or not field.strip():
            refuse(StudioError("MAP_SYNTAX", given=pair), form, language)
        mapping[column.strip()] = field.strip()
    return mapping
