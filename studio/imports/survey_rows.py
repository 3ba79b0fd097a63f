"""Who answered a survey's row, when and how long: read and checked."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from studio.imports.cells import parse_duration, parse_phone, parse_time
from studio.imports.issues import ImportCode, RowIssue
from studio.imports.keys import clean_name, clean_place, full_name
from studio.imports.roles import parse_role
from studio.imports.rowreader import names_are_given, shown
from studio.imports.survey_cells import Answer, unanswered
from studio.imports.tables import Table, TableRow
from studio.store.enums import TraineeRole

# Clocks of survey tools and of this machine differ a little.
_CLOCK_SKEW = dt.timedelta(minutes=10)
_NOT_GIVEN = frozenset({"N/A", "n/a", "-", "/", "—"})


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One respondent's row; texts that the sheet does not give are empty.

    `submitted_at` is aware. `answers` holds every question's position; `duration_seconds` is 0 or more.
    """

    row: int
    name: str
    community: str
    county: str
    town: str
    phone: str
    role: TraineeRole | None
    submitted_at: dt.datetime | None
    duration_seconds: int | None
    serial: str
    answers: Mapping[int, Answer]


class RespondentReader:
    """Reads the columns of a row that are no questions."""

    def __init__(
        self, table: Table, place: Mapping[str, int], *, now: dt.datetime, zone: dt.tzinfo, anonymous: bool
    ) -> None:
        self._header, self._place = table.header, place
        self._latest, self._zone, self._anonymous = now + _CLOCK_SKEW, zone, anonymous
        self._given = names_are_given(table.header, place)
        self._times: dict[str, dt.datetime | None] = {}

    def read(self, row: TableRow, answers: Mapping[int, Answer], issues: list[RowIssue]) -> SurveyRow:
        """Return the row with its respondent, adding what is impossible about it to `issues`."""
        name = self._text(row, "name")
        name = clean_name(full_name(self._text(row, "surname"), name) if name and self._given else name)
        if not name and not self._anonymous:
            self._note(row, "name", ImportCode.NAME_MISSING, issues)
        submitted, started = self._time(row, "submitted_at", issues), self._time(row, "started_at", issues)
        if submitted and started and submitted < started:
            self._note(row, "submitted_at", ImportCode.TIMES_REVERSED, issues)
        community = clean_place(self._text(row, "community"))
        role = self._text(row, "role")
        return SurveyRow(
            row=row.number,
            name=name,
            # A bare number is the place of an option in a list that the export does not name.
            community="" if community.isdigit() else community,
            county=clean_place(self._text(row, "county")),
            town=clean_place(self._text(row, "town")),
            phone=parse_phone(self._text(row, "phone")) or "",
            role=parse_role(role) if role else None,
            submitted_at=submitted,
            duration_seconds=self._duration(row, issues),
            serial=self._text(row, "serial"),
            answers=answers,
        )

    def _text(self, row: TableRow, field: str) -> str:
        cell = row.cells[self._place[field]] if field in self._place else ""
        return "" if unanswered(cell, free_text=True) is not None or cell in _NOT_GIVEN else cell

    def _note(
        self, row: TableRow, field: str, code: ImportCode, issues: list[RowIssue], **values: object
    ) -> None:
        issues.append(RowIssue(row.number, self._header[self._place[field]], code, values))

    def _time(self, row: TableRow, field: str, issues: list[RowIssue]) -> dt.datetime | None:
        text = self._text(row, field)
        if not text:
            return None
        if text not in self._times:
            self._times[text] = parse_time(text, self._zone)
        moment = self._times[text]
        if moment is None:
            self._note(row, field, ImportCode.TIME_UNREADABLE, issues, value=shown(text))
        elif moment > self._latest:
            self._note(row, field, ImportCode.TIME_IN_FUTURE, issues, value=shown(text))
        return moment

    def _duration(self, row: TableRow, issues: list[RowIssue]) -> int | None:
        text = self._text(row, "duration") or self._raw(row, "duration")
        if not text:
            return None
        seconds = parse_duration(text)
        if seconds is None or seconds < 0:
            self._note(row, "duration", ImportCode.DURATION_IMPOSSIBLE, issues, value=shown(text))
            return None
        return seconds

    def _raw(self, row: TableRow, field: str) -> str:
        # -2 and -3 mean unanswered in questions only; as a duration they are impossible.
        cell = row.cells[self._place[field]] if field in self._place else ""
        return cell if cell in {"-2", "-3"} else ""
