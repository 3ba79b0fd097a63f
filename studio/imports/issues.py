"""What an import finds wrong: issues of single rows, and refusals of a whole file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from studio.errors import StudioError
from studio.messages import DEFAULT_LANGUAGE, translate


class ImportCode(StrEnum):
    """Every code of an import: msgid `CODE` is its message, `CODE_FIX` its suggestion (imports.po)."""

    # The file as a whole.
    FILE_EMPTY = "FILE_EMPTY"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    FILE_TOO_MANY_CELLS = "FILE_TOO_MANY_CELLS"
    FILE_DAMAGED = "FILE_DAMAGED"
    FILE_PASSWORD = "FILE_PASSWORD"  # noqa: S105
    FILE_WRONG_TYPE = "FILE_WRONG_TYPE"
    FILE_ENCODING = "FILE_ENCODING"
    FILE_QUOTES = "FILE_QUOTES"
    FILE_NO_ROWS = "FILE_NO_ROWS"
    # Its columns.
    COLUMN_MISSING = "COLUMN_MISSING"
    NO_QUESTIONS = "NO_QUESTIONS"
    MAP_UNKNOWN_COLUMN = "MAP_UNKNOWN_COLUMN"
    MAP_UNKNOWN_FIELD = "MAP_UNKNOWN_FIELD"
    MAP_FIELD_TWICE = "MAP_FIELD_TWICE"
    # A cell of a roster, a mentor list or rules.
    SUMMARY_ROW = "SUMMARY_ROW"
    VALUE_MISSING = "VALUE_MISSING"
    VALUE_TOO_LONG = "VALUE_TOO_LONG"
    UNKNOWN_ROLE = "UNKNOWN_ROLE"
    UNKNOWN_LEVEL = "UNKNOWN_LEVEL"
    UNKNOWN_MENTOR_KIND = "UNKNOWN_MENTOR_KIND"
    PHONE_INVALID = "PHONE_INVALID"
    DATE_UNREADABLE = "DATE_UNREADABLE"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    WEEK_UNREADABLE = "WEEK_UNREADABLE"
    NUMBER_INVALID = "NUMBER_INVALID"
    UNKNOWN_TOPIC = "UNKNOWN_TOPIC"
    NO_TOPIC_TREE = "NO_TOPIC_TREE"
    STRENGTH_INVALID = "STRENGTH_INVALID"
    UNKNOWN_PAIN_POINT = "UNKNOWN_PAIN_POINT"
    UNKNOWN_RULE_KIND = "UNKNOWN_RULE_KIND"
    CONTRADICTORY_RULES = "CONTRADICTORY_RULES"
    TRAINEE_FIXED_TWICE = "TRAINEE_FIXED_TWICE"
    TRAINEE_KIND_FIXED_TWICE = "TRAINEE_KIND_FIXED_TWICE"
    MENTOR_FIXED_BEYOND_PLACES = "MENTOR_FIXED_BEYOND_PLACES"
    MENTOR_FIXED_BEYOND_WEEKS = "MENTOR_FIXED_BEYOND_WEEKS"
    PAIR_FIXED_BEYOND_WEEKS = "PAIR_FIXED_BEYOND_WEEKS"
    PAIR_LOCKED = "PAIR_LOCKED"
    LIMIT_NAMES_TRAINEE = "LIMIT_NAMES_TRAINEE"
    LIMIT_NAMES_MENTOR = "LIMIT_NAMES_MENTOR"
    LIMIT_GROUP = "LIMIT_GROUP"
    LIMIT_VALUE = "LIMIT_VALUE"
    DUPLICATE_ROW = "DUPLICATE_ROW"
    # A row of a survey.
    OUT_OF_SCALE = "OUT_OF_SCALE"
    OPTION_UNREADABLE = "OPTION_UNREADABLE"
    CONTRADICTORY_OPTIONS = "CONTRADICTORY_OPTIONS"
    RANK_PLACE_INVALID = "RANK_PLACE_INVALID"
    RANK_PLACE_TWICE = "RANK_PLACE_TWICE"
    RANK_OPTION_TWICE = "RANK_OPTION_TWICE"
    DURATION_IMPOSSIBLE = "DURATION_IMPOSSIBLE"
    TIME_UNREADABLE = "TIME_UNREADABLE"
    TIME_IN_FUTURE = "TIME_IN_FUTURE"
    TIMES_REVERSED = "TIMES_REVERSED"
    NAME_MISSING = "NAME_MISSING"
    NO_ANSWERS = "NO_ANSWERS"
    DUPLICATE_RESPONDENT = "DUPLICATE_RESPONDENT"
    UNKNOWN_PERSON = "UNKNOWN_PERSON"
    AMBIGUOUS_PERSON = "AMBIGUOUS_PERSON"
    CAPACITY_BELOW_LOAD = "CAPACITY_BELOW_LOAD"
    WEEKLY_CAPACITY_BELOW_BOOKED = "WEEKLY_CAPACITY_BELOW_BOOKED"


@dataclass(frozen=True, slots=True)
class RowIssue:
    """One thing wrong in one row; `row` is the number seen in the sheet, `column` its header or empty."""

    row: int
    column: str
    code: ImportCode
    values: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what is wrong and where."""
        return translate(self.code, language, **{"row": self.row, "column": self.column, **self.values})

    def suggestion(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what to do about it."""
        return translate(
            f"{self.code}_FIX", language, **{"row": self.row, "column": self.column, **self.values}
        )


class ImportRefused(StudioError):
    """The file, or a `--map`, cannot be used at all; nothing of it was read into rows."""

    def __init__(self, code: ImportCode, **values: object) -> None:
        super().__init__(code.value)
        self.values = values

    def suggestion(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what to do about it."""
        return translate(f"{self.code}_FIX", language, **self.values)


def in_row_order(issues: list[RowIssue], columns: Mapping[str, int]) -> tuple[RowIssue, ...]:
    """Return issues sorted by row, then by the place of their column in the sheet; whole-row issues last."""
    return tuple(sorted(issues, key=lambda issue: (issue.row, columns.get(issue.column, len(columns)))))
