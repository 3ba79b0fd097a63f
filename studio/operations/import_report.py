"""What came of an import, dry or real: counts, rejected rows and how columns were understood."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from studio.imports.columns import ColumnMapping
from studio.imports.issues import RowIssue, in_row_order
from studio.imports.rowreader import field_columns
from studio.store.enums import Measure

# How the fields of questions begin in a mapping.
QUESTIONS = tuple(measure.value.lower() for measure in Measure)


@dataclass
class ImportReport:
    """Counts of an import. Always: rows = new + updated + unchanged + distinct rejected rows."""

    rows: int
    mapping: Sequence[ColumnMapping]
    rejected: list[RowIssue] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    respondents: int = 0
    pain_points: int = 0
    dry_run: bool = False
    # Nothing is written on a dry run, nor when rows are rejected and skipping was not asked for.
    written: bool = False
    anonymous: bool = False

    @property
    def accepted(self) -> int:
        """Rows that were, or would be, taken in."""
        return self.new + self.updated + self.unchanged

    @property
    def rejected_rows(self) -> set[int]:
        """Numbers of the rows with at least one issue."""
        return {issue.row for issue in self.rejected}

    @property
    def has_questions(self) -> bool:
        """Whether it is a survey's: some column is a question."""
        return any(column.field.startswith(QUESTIONS) for column in self.mapping)

    def column(self, field: str) -> str:
        """Return the header of a field's column, or empty where the sheet has none."""
        return next((column.column for column in self.mapping if column.field == field), "")

    def as_json(self, language: str) -> dict[str, Any]:
        """Return the stable shape of docs/cli.md."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "new": self.new,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [rejected_json(issue, language) for issue in self.rejected],
            "respondents": self.respondents,
            "painPoints": self.pain_points,
            "mapping": [mapping_json(column) for column in self.mapping],
            "anonymous": self.anonymous,
            "dryRun": self.dry_run,
            "written": self.written,
        }


def rejected_json(issue: RowIssue, language: str) -> dict[str, Any]:
    """Return one rejected cell or row with its message and what to do."""
    return {
        "row": issue.row,
        "column": issue.column,
        "code": issue.code.value,
        "message": issue.message(language),
        "suggestion": issue.suggestion(language),
    }


def mapping_json(column: ColumnMapping) -> dict[str, Any]:
    """Return how one column was understood."""
    return {"column": column.column, "field": column.field, "confidence": column.confidence}


@asynccontextmanager
async def all_or_nothing(
    session: AsyncSession, report: ImportReport, *, dry_run: bool, skip_bad_rows: bool
) -> AsyncIterator[None]:
    """Do the block's writes and keep them, unless it is a dry run or rows are rejected without leave to skip.

    The writes are made in every case, so the counts of a dry run are those of the real one.
    """
    report.dry_run = dry_run
    savepoint = await session.begin_nested()
    try:
        yield
        await session.flush()
    except BaseException:
        await savepoint.rollback()
        raise
    # What the sheet and what the database show to be wrong is told together, as it stands in the sheet.
    report.rejected = list(in_row_order(report.rejected, field_columns(report.mapping)))
    report.written = not dry_run and (skip_bad_rows or not report.rejected)
    if report.written:
        await savepoint.commit()
    else:
        await savepoint.rollback()
