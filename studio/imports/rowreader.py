"""One row under its mapping: reads fields by name and notes what is wrong with them."""

import datetime as dt
from collections.abc import Mapping, Sequence

from studio.imports.cells import parse_count, parse_date, parse_phone
from studio.imports.columns import ColumnMapping, FieldNames, place_of
from studio.imports.fields import GIVEN_NAMES
from studio.imports.headers import header_key
from studio.imports.issues import ImportCode, RowIssue
from studio.imports.keys import clean_name, clean_place, community_key, full_name, name_key
from studio.imports.tables import Table, TableRow

NAME_LIMIT = 60
PLACE_LIMIT = 100
# How much of a wrong cell a message repeats.
_SHOWN = 40
_NOTHING = frozenset({"", "-", "—", "/", "无", "空", "(空)", "（空）", "n/a", "N/A", "暂无", "#N/A"})


def shown(text: str) -> str:
    """Return a cell cut to the length that a message repeats, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


class RowReader:
    """Reads the fields of a table's rows, collecting every issue of every row.

    Of a table that lacks some of `known` fields, issues name the headings that their columns should have.
    """

    def __init__(
        self, table: Table, mapping: Sequence[ColumnMapping], known: Sequence[FieldNames] = ()
    ) -> None:
        self._place = place_of(mapping)
        self._heading = {names.field: names.heading for names in known}
        self._header = table.header
        self._row = table.rows[0]
        self.issues: list[RowIssue] = []
        self._bad: set[int] = set()

    def begin(self, row: TableRow) -> bool:
        """Make `row` the one that is read; False, with an issue noted, where it is a line of totals."""
        self._row = row
        if row.is_summary:
            self._note("", ImportCode.SUMMARY_ROW, {})
        return not row.is_summary

    @property
    def is_sound(self) -> bool:
        """Whether nothing wrong was found in the row so far."""
        return self._row.number not in self._bad

    def header(self, field: str) -> str:
        """Return the header of a field's column, or the one that it should have where there is none."""
        return self._header[self._place[field]] if field in self._place else self._heading.get(field, field)

    def has(self, field: str) -> bool:
        """Say whether the table has a column of a field."""
        return field in self._place

    def note(self, field: str, code: ImportCode, **values: object) -> None:
        """Note an issue of the current row in a field's column."""
        self._note(self.header(field), code, values)

    def note_at(self, index: int, code: ImportCode, **values: object) -> None:
        """Note an issue of the current row in the column at an index."""
        self._note(self._header[index], code, values)

    def _note(self, column: str, code: ImportCode, values: Mapping[str, object]) -> None:
        self.issues.append(RowIssue(self._row.number, column, code, values))
        self._bad.add(self._row.number)

    def text(self, field: str) -> str:
        """Return a cell as it stands, or empty where the column is missing."""
        return self._row.cells[self._place[field]] if field in self._place else ""

    def optional(self, field: str) -> str:
        """Return a cell, or empty where people write 无, /, - and the like."""
        value = self.text(field)
        return "" if value in _NOTHING else value

    def required(self, field: str, limit: int = 1000) -> str:
        """Return a cell that must hold something, noting where it does not or is too long."""
        value = self.optional(field)
        if not value and field in self._place:
            self.note(field, ImportCode.VALUE_MISSING)
        return self.within(field, value, limit)

    def within(self, field: str, value: str, limit: int) -> str:
        """Return a text cut to `limit` characters, noting where it is longer."""
        if len(value) <= limit:
            return value
        self.note(field, ImportCode.VALUE_TOO_LONG, length=len(value), limit=limit)
        return value[:limit]

    def name(self, field: str, *, required: bool = True) -> str:
        """Return a person's name, cleaned of inner blanks and full-width forms."""
        value = self.required(field, NAME_LIMIT) if required else self.optional(field)
        if field == "name" and value and names_are_given(self._header, self._place):
            value = full_name(self.optional("surname"), value)
        return clean_name(value)

    def place(self, field: str, *, required: bool = False) -> str:
        """Return the name of a place without blanks."""
        value = self.required(field, PLACE_LIMIT) if required else self.optional(field)
        return clean_place(self.within(field, value, PLACE_LIMIT) if not required else value)

    def phone(self, field: str) -> str:
        """Return a telephone number of 11 digits, or empty; anything else is noted."""
        value = self.optional(field)
        if not value:
            return ""
        phone = parse_phone(value)
        if phone is None:
            self.note(field, ImportCode.PHONE_INVALID, value=shown(value))
        return phone or ""

    def past_date(self, field: str, today: dt.date) -> dt.date | None:
        """Return a date not after `today`, or None where the cell is empty; anything else is noted."""
        day = self.date(field)
        if day is not None and day > today:
            self.note(field, ImportCode.DATE_IN_FUTURE, value=shown(self.text(field)))
            return None
        return day

    def date(self, field: str) -> dt.date | None:
        """Return a date, or None where the cell is empty; an unreadable one is noted."""
        value = self.optional(field)
        if not value:
            return None
        day = parse_date(value)
        if day is None:
            self.note(field, ImportCode.DATE_UNREADABLE, value=shown(value))
        return day

    def number(
        self, field: str, low: float, high: float, *, whole: bool = False, unit: str = ""
    ) -> float | None:
        """Return a number from low to high, or None where the cell is empty; anything else is noted.

        `unit` is a pattern of units that may follow the number (人, 年).
        """
        value = self.optional(field)
        if not value:
            return None
        number = parse_count(value if not unit else _without_unit(value, unit))
        if number is None or not low <= number <= high or (whole and not number.is_integer()):
            bounds = {"low": f"{low:g}", "high": f"{high:g}", "example": "3" if whole else "3 / 5.5"}
            self.note(field, ImportCode.NUMBER_INVALID, value=shown(value), **bounds)
            return None
        return number


def names_are_given(header: Sequence[str], place: Mapping[str, int]) -> bool:
    """Say whether the name column holds given names, beside a column of surnames."""
    return {"surname", "name"} <= place.keys() and header_key(header[place["name"]]) in GIVEN_NAMES


def _without_unit(value: str, unit: str) -> str:
    stem = value.rstrip()
    for word in unit.split("|"):
        stem = stem.removesuffix(word)
    return stem.strip()


class SeenPeople:
    """Finds a person written twice in one file: same name and community, and no two telephone numbers."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def earlier(self, row: int, name: str, community: str, phone: str) -> int | None:
        """Return the number of the earlier row with this person, or None; the row is remembered."""
        same = self._seen.setdefault((name_key(name), community_key(community)), [])
        found = next((number for number, other in same if not phone or not other or phone == other), None)
        if found is None:
            same.append((row, phone))
        return found


def field_columns(mapping: Sequence[ColumnMapping]) -> Mapping[str, int]:
    """Return the place of every header, for sorting issues."""
    return {column.column: column.index for column in reversed(mapping)}
