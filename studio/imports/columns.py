"""Which column of a table is which field: by synonyms, or as the user says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from re import Pattern

from studio.imports.headers import header_key
from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.tables import Table

IGNORED = "ignored"
DROPPED_PERSONAL = "dropped:personal"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What became of one column; `confidence` is 1 for an exact header or the user's word, 0 when ignored."""

    index: int
    column: str
    field: str
    confidence: float


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The headers of a field: `strong` names mean it for sure, `weak` ones where no strong one stands.

    A whole header key that `pattern` matches means it for sure too.
    """

    field: str
    strong: tuple[str, ...]
    weak: tuple[str, ...] = ()
    pattern: Pattern[str] | None = None

    @property
    def heading(self) -> str:
        """The heading that a table's column of this field should have, with the field's name for `--map`."""
        return f"{self.strong[0]} ({self.field})"

    def are_meant_by(self, key: str, *, strong: bool) -> bool:
        """Say whether a header key is one of the strong, or of the weak, names."""
        if not strong:
            return key in self.weak
        return key in self.strong or (self.pattern is not None and bool(self.pattern.fullmatch(key)))


def words(text: str) -> tuple[str, ...]:
    """Return header keys from names separated by blanks."""
    return tuple(header_key(word) for word in text.split())


def map_columns(
    table: Table,
    fields: Sequence[FieldNames],
    overrides: Mapping[str, str],
    *,
    loose: bool = True,
    also_allowed: Sequence[str] = (),
) -> list[ColumnMapping]:
    """Map every column to a field of `fields`, or to `ignored`; each field takes one column at most.

    The user's `overrides` (column → field) win. With `loose`, a longer header that holds a field's name
    counts too, with less confidence. Raises ImportRefused for an override that names no column or field.
    """
    told = _told(table, overrides, [names.field for names in fields if names.field], also_allowed)
    guesses = [_guess(column, fields, loose) for column in table.header]
    order = sorted(range(len(guesses)), key=lambda at: -guesses[at][1])
    single = {field for field in told.values() if field not in {IGNORED, DROPPED_PERSONAL}}
    mapping = [ColumnMapping(at, column, IGNORED, 0.0) for at, column in enumerate(table.header)]
    for at in order:
        field, confidence = (told[at], 1.0) if at in told else guesses[at]
        if at not in told and field not in {IGNORED, DROPPED_PERSONAL}:
            if field in single:
                continue
            single.add(field)
        mapping[at] = replace(mapping[at], field=field, confidence=confidence)
    return mapping


def require(mapping: Sequence[ColumnMapping], fields: Sequence[FieldNames], wanted: Sequence[str]) -> None:
    """Raise ImportRefused naming every wanted field that no column was mapped to."""
    present = {column.field for column in mapping}
    missing = [names for names in fields if names.field in wanted and names.field not in present]
    if missing:
        raise ImportRefused(
            ImportCode.COLUMN_MISSING,
            fields=[names.heading for names in missing],
            found=[column.column for column in mapping],
            field=missing[0].field,
        )


def place_of(mapping: Sequence[ColumnMapping]) -> dict[str, int]:
    """Return the column index of every mapped field."""
    return {
        column.field: column.index for column in mapping if column.field not in {IGNORED, DROPPED_PERSONAL}
    }


def _guess(column: str, fields: Sequence[FieldNames], loose: bool) -> tuple[str, float]:
    # Of two header lines, the lower one alone may name the field (基本信息—姓名).
    keys = list(dict.fromkeys((header_key(column), header_key(column.rpartition("—")[2]))))
    for confidence, strong in ((1.0, True), (0.9, False)):
        for names in fields:
            if any(names.are_meant_by(key, strong=strong) for key in keys):
                return names.field, confidence
    if loose:
        inside = [
            (len(name), names.field)
            for names in fields
            for name in (*names.strong, *names.weak)
            if len(name) >= 2 and name in keys[0] and len(keys[0]) <= len(name) + 8
        ]
        if inside:
            return max(inside)[1], 0.7
    return IGNORED, 0.0


def _told(
    table: Table, overrides: Mapping[str, str], fields: Sequence[str], also: Sequence[str]
) -> dict[int, str]:
    told: dict[int, str] = {}
    allowed = list(dict.fromkeys([*fields, *also, IGNORED]))
    for column, field in overrides.items():
        if field not in allowed:
            near = get_close_matches(field, allowed, n=3, cutoff=0.4) or allowed
            raise ImportRefused(ImportCode.MAP_UNKNOWN_FIELD, unknown=field, near=near)
        at = _column_called(table, column)
        if at is None:
            near = get_close_matches(column, table.header, n=3, cutoff=0.3) or list(table.header)
            raise ImportRefused(ImportCode.MAP_UNKNOWN_COLUMN, column=column, near=near)
        if field in fields and field in told.values():
            raise ImportRefused(ImportCode.MAP_FIELD_TWICE, twice=field)
        told[at] = field
    return told


def _column_called(table: Table, wanted: str) -> int | None:
    for names in (table.header, [header_key(name) for name in table.header], table.letters):
        for name in (wanted.strip(), header_key(wanted)):
            if name and name in names:
                return names.index(name)
    return None
