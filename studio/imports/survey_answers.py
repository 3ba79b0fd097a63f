"""Answers read under a recognised question: each plan gets a reader of a row's cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from studio.imports.cells import plain
from studio.imports.issues import ImportCode, RowIssue
from studio.imports.rowreader import shown
from studio.imports.survey_cells import (
    BLANK,
    NOT_SHOWN,
    Answer,
    AnswerState,
    Scale,
    ScaleReader,
    is_exclusive,
    is_number,
    scale_number,
    split_choices,
    split_option,
    split_ranks,
    tick,
    unanswered,
)
from studio.imports.survey_plans import QuestionPlan
from studio.imports.tables import Table, TableRow
from studio.store.enums import QuestionKind


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in an answer, before it is known in which row."""

    column: int
    code: ImportCode
    values: tuple[tuple[str, object], ...] = ()


Read = tuple[Answer, tuple[Fault, ...]]


class AnswerReader:
    """Reads the answer to one question from a row, and remembers what equal cells mean."""

    def __init__(self, plan: QuestionPlan, table: Table) -> None:
        self.plan = plan
        self._header = table.header
        self._known: dict[tuple[str, ...], Read] = {}
        self._scale = ScaleReader(plan.scale or Scale(), set(plan.seen))
        # Options in the order in which they first appear.
        self.options: dict[str, None] = dict.fromkeys(plan.labels)

    def read(self, row: TableRow, issues: list[RowIssue]) -> Answer:
        """Return the answer of a row, adding its faults to `issues`; a bad cell counts as blank."""
        cells = tuple([row.cells[column] for column in self.plan.columns])
        if self.plan.kind is QuestionKind.TEXT:
            words = row.as_written(self.plan.columns[0])
            return unanswered(cells[0], free_text=True) or Answer(AnswerState.ANSWERED, words)
        known = self._known.get(cells)
        if known is None:
            known = self._known[cells] = self._read(cells)
        answer, faults = known
        for fault in faults:
            values = dict(fault.values)
            issues.append(RowIssue(row.number, self._header[fault.column], fault.code, values))
        return answer

    def _read(self, cells: tuple[str, ...]) -> Read:
        if self.plan.kind is QuestionKind.SCALE:
            return self._rating(cells[0])
        if self.plan.labels:
            return self._places(cells) if self.plan.kind is QuestionKind.RANK else self._ticks(cells)
        blank = unanswered(cells[0])
        if blank is not None:
            return blank, ()
        if self.plan.kind is QuestionKind.RANK:
            return self._ranking(cells[0])
        return self._choice(cells[0])

    def _rating(self, cell: str) -> Read:
        answer = self._scale.read(cell)
        if answer is not None:
            return answer, ()
        scale = self._scale.scale
        values = (("value", shown(cell)), ("low", f"{scale.low:g}"), ("high", f"{scale.high:g}"))
        return BLANK, (Fault(self.plan.columns[0], ImportCode.OUT_OF_SCALE, values),)

    def _choice(self, cell: str) -> Read:
        separator = self.plan.separator if self.plan.kind is QuestionKind.MULTI else None
        pieces = split_choices(cell, separator) if separator else [cell]
        options, words = [], []
        for piece in pieces:
            label, text = split_option(piece)
            options.append(label)
            words += [text] if text else []
        return self._chosen(tuple(dict.fromkeys(options)), "\n".join(words))

    def _chosen(self, options: tuple[str, ...], words: str) -> Read:
        self.options.update(dict.fromkeys(options))
        denial = next((label for label in options if is_exclusive(label)), None)
        if denial is not None and len(options) > 1:
            others = "、".join(label for label in options if label != denial)
            values = (("option", shown(denial)), ("others", shown(others)))
            return BLANK, (Fault(self.plan.columns[0], ImportCode.CONTRADICTORY_OPTIONS, values),)
        return Answer(AnswerState.ANSWERED, words, None, options), ()

    def _ticks(self, cells: Sequence[str]) -> Read:
        faults, options, words = [], [], []
        for column, label, cell in zip(self.plan.columns, self.plan.labels, cells, strict=True):
            read = tick(cell, label)
            if read is None:
                faults.append(Fault(column, ImportCode.OPTION_UNREADABLE, (("value", shown(cell)),)))
            elif read[0]:
                options.append(label)
                words += [read[1]] if read[1] else []
        if faults:
            return BLANK, tuple(faults)
        if not options:
            return _nothing(cells), ()
        return self._chosen(tuple(options), "\n".join(words))

    def _ranking(self, cell: str) -> Read:
        read = [split_option(piece) for piece in split_ranks(cell, self.plan.separator)]
        options = [label for label, _ in read]
        twice = next((label for label in options if options.count(label) > 1), None)
        if twice is not None:
            fault = Fault(self.plan.columns[0], ImportCode.RANK_OPTION_TWICE, (("option", shown(twice)),))
            return BLANK, (fault,)
        self.options.update(dict.fromkeys(options))
        words = "\n".join(text for _, text in read if text)
        return Answer(AnswerState.ANSWERED, words, None, tuple(options)), ()

    def _places(self, cells: Sequence[str]) -> Read:
        faults: list[Fault] = []
        placed: dict[int, tuple[str, int]] = {}
        for column, label, cell in zip(self.plan.columns, self.plan.labels, cells, strict=True):
            if unanswered(cell) is not None or plain(cell) == "0":
                continue
            place = _place(cell)
            if place is None or not 1 <= place <= len(self.plan.labels):
                values = (("value", shown(cell)), ("high", len(self.plan.labels)))
                faults.append(Fault(column, ImportCode.RANK_PLACE_INVALID, values))
            elif place in placed:
                twice = (("place", place), ("option", label), ("other", placed[place][0]))
                faults.append(Fault(column, ImportCode.RANK_PLACE_TWICE, twice))
            else:
                placed[place] = (label, column)
        if faults:
            return BLANK, tuple(faults)
        if not placed:
            return _nothing(cells), ()
        options = tuple(placed[place][0] for place in sorted(placed))
        return Answer(AnswerState.ANSWERED, "", None, options), ()


def _place(cell: str) -> int | None:
    text = plain(cell).removeprefix("第").removesuffix("位").removesuffix("名")
    number = scale_number(text) if is_number(text) else None
    return int(number) if number is not None and number.is_integer() else None


def _nothing(cells: Sequence[str]) -> Answer:
    """Return why a question of several columns has no answer: never shown only if no cell says otherwise."""
    states = [unanswered(cell) for cell in cells]
    if states and all(state is NOT_SHOWN for state in states):
        return NOT_SHOWN
    return BLANK
