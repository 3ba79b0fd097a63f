"""Which columns of a survey are which question: kind, what it measures, topics, options, scale."""

from collections.abc import Callable, Collection, Mapping, Sequence

from studio.imports.survey_cells import (
    Scale,
    ScaleReader,
    has_arrow,
    is_number,
    scale_number,
    scale_of,
    separators_in,
    split_choices,
    split_option,
    split_ranks,
    tick,
    unanswered,
)
from studio.imports.survey_headings import Heading, group, read_headings
from studio.imports.survey_measures import (
    AREAS,
    ASKS_TEXT,
    CHOICE,
    DEGREE,
    MOST_URGENT,
    MULTI_MARK,
    NOT_TROUBLE,
    PICK,
    RANK,
    SEVERE,
    THORNIEST,
    URGENT,
    comes_first,
    measure_of_choice,
    measure_of_text,
)
from studio.imports.survey_plans import QuestionPlan, open_questions_found
from studio.imports.topics import TopicIndex
from studio.store.enums import Measure, QuestionKind

_MOST_OPTIONS = 15
_LONGEST_OPTION = 20


class LayoutReader:
    """Recognises the questions of a table from its headers and, where those are silent, from its cells."""

    def __init__(self, cells: Mapping[int, Sequence[str]], topics: TopicIndex) -> None:
        self._cells = {index: set(column) for index, column in cells.items()}
        self._columns = cells
        self._topics = topics
        self._rated: set[Measure] = set()

    def read(self, headers: Sequence[tuple[int, str]]) -> list[QuestionPlan]:
        """Return the questions of the columns, in sheet order."""
        plans: list[QuestionPlan] = []
        for columns in group(read_headings(headers, self._topics), self._topics):
            plans += self._grouped(columns) if columns[0].item else [self._single(columns[0])]
        return open_questions_found(plans)

    # One question over several columns.

    def _grouped(self, columns: list[Heading]) -> list[QuestionPlan]:
        kind = self._group_kind(columns)
        if kind is QuestionKind.SCALE:
            return self._matrix(columns)
        if kind is QuestionKind.TEXT:
            return [self._single(heading) for heading in columns]
        labels = tuple(split_option(heading.item)[0] for heading in columns)
        first = columns[0]
        topical = any(map(self._topics.find, labels))
        return [
            QuestionPlan(
                text=first.stem or (f"第{first.number}题" if first.number else "、".join(labels)),
                kind=kind,
                measures=measure_of_choice(first.words, kind, topical=topical),
                columns=tuple(heading.index for heading in columns),
                labels=labels,
            )
        ]

    def _group_kind(self, columns: list[Heading]) -> QuestionKind:
        words = columns[0].words
        filled = [(h, c) for h in columns for c in self._columns[h.index] if unanswered(c) is None]
        if len(columns) > 1 and RANK.search(words):
            return QuestionKind.RANK
        if MULTI_MARK.search(words):
            return QuestionKind.MULTI
        rated = sum(scale_number(cell) is not None for _, cell in filled)
        if DEGREE.search(words) and (not filled or rated * 2 >= len(filled) or self._are_labels(columns)):
            return QuestionKind.SCALE
        if len(columns) > 1 and filled and self._are_ticks(filled):
            return QuestionKind.MULTI
        if len(columns) > 2 and self._are_places(columns):
            return QuestionKind.RANK
        if rated * 2 > len(filled) or (filled and self._are_labels(columns)):
            return QuestionKind.SCALE
        return QuestionKind.TEXT

    def _are_labels(self, columns: list[Heading]) -> bool:
        cells = set().union(*(self._cells[heading.index] for heading in columns))
        reader = ScaleReader(Scale(), cells)
        read = [reader.read(cell) for cell in cells if unanswered(cell) is None]
        return bool(read) and sum(answer is not None for answer in read) * 2 > len(read)

    @staticmethod
    def _are_ticks(filled: list[tuple[Heading, str]]) -> bool:
        """Say whether cells are ticks: nearly all readable as such, or most where the header asks for areas.

        Where every cell is 1, the header must ask for areas: it could be a rating that nobody put higher.
        No rating holds a 0, so beside zeros a cell that is no tick is a slip.
        """
        ticks = sum(tick(cell, heading.item) is not None for heading, cell in filled)
        of_areas = bool(AREAS.search(filled[0][0].words))
        told_apart = any(cell != "1" for _, cell in filled) or of_areas
        enough = 0.5 if of_areas and any(cell == "0" for _, cell in filled) else 0.9
        return ticks >= enough * len(filled) and told_apart

    def _are_places(self, columns: list[Heading]) -> bool:
        """Say whether most rows give every option a place of its own, from 1 on."""
        right = total = 0
        for cells in zip(*(self._columns[heading.index] for heading in columns), strict=True):
            places = [scale_number(cell) for cell in cells if unanswered(cell) is None and cell != "0"]
            if len(places) > 1:
                total += 1
                right += sorted(p or 0 for p in places) == [float(at + 1) for at in range(len(places))]
        return total > 0 and right >= 0.8 * total

    def _matrix(self, columns: list[Heading]) -> list[QuestionPlan]:
        seen = frozenset().union(*(self._cells[heading.index] for heading in columns))
        topical = any(self._topics.find(heading.item) for heading in columns)
        measure, confidence = self._measure_of_rating(columns[0].words, topical=topical)
        return [
            QuestionPlan(
                text=heading.text,
                kind=QuestionKind.SCALE,
                measures=measure,
                columns=(heading.index,),
                topic_code=self._topics.find(heading.item),
                scale=scale_of(f"{heading.stem} {heading.hint} {columns[0].hint}"),
                confidence=confidence,
                seen=seen,
            )
            for heading in columns
        ]

    def _measure_of_rating(self, words: str, *, topical: bool) -> tuple[Measure, float]:
        urgent, severe = URGENT.search(words), SEVERE.search(words)
        confidence = 1.0
        if comes_first(urgent, severe):
            measure = Measure.URGENCY
        elif severe:
            measure = Measure.SEVERITY
        elif not topical or NOT_TROUBLE.search(words):
            return Measure.OTHER, confidence
        else:
            # Rows without a question above them: severity is asked first, urgency after it.
            measure = Measure.URGENCY if Measure.SEVERITY in self._rated else Measure.SEVERITY
            confidence = 0.5
        self._rated.add(measure)
        return measure, confidence

    # One question in one column.

    def _single(self, heading: Heading) -> QuestionPlan:
        cells = {cell for cell in self._cells[heading.index] if unanswered(cell, free_text=True) is None}
        words = f"{heading.words} {heading.item}"
        topic = self._topics.find(heading.item or heading.stem)
        if any("┋" in cell for cell in cells):
            return self._choices(heading, QuestionKind.MULTI, "┋")
        if "填空" in heading.hint or "简答" in heading.hint:
            return self._text(heading, topic)
        if any(map(has_arrow, cells)) and (RANK.search(words) or _mostly(has_arrow, cells)):
            return self._ranking(heading, None)
        if RANK.search(words) and cells and not _mostly(is_number, cells):
            return self._ranking(heading, self._separator(cells))
        if self._is_rating(heading, cells, topic):
            return self._rating(heading, topic)
        if ASKS_TEXT.search(words) and not CHOICE.search(words):
            return self._text(heading, topic)
        open_question = MOST_URGENT.search(words) or THORNIEST.search(words)
        if open_question and not AREAS.search(words) and not PICK.search(words + heading.hint):
            return self._text(heading, topic)
        separator = self._separator(cells)
        pieces = [
            piece for cell in cells for piece in (split_choices(cell, separator) if separator else [cell])
        ]
        # Whole topics only: sentences hold their names too, and are words to be kept.
        named = sum(self._topics.exact(split_option(piece)[0]) is not None for piece in pieces)
        of_areas = (
            bool(AREAS.search(words) or CHOICE.search(words)) and named > 0 and named * 10 >= 6 * len(pieces)
        )
        if not of_areas and open_question and not CHOICE.search(words):
            return self._text(heading, topic)
        if MULTI_MARK.search(words) or (separator and of_areas):
            return self._choices(heading, QuestionKind.MULTI, separator or "┋")
        if "单选" in heading.hint or of_areas or self._has_few_values(heading):
            return self._choices(heading, QuestionKind.SINGLE, None)
        return self._text(heading, topic)

    def _is_rating(self, heading: Heading, cells: set[str], topic: str | None) -> bool:
        if not DEGREE.search(heading.words + heading.item) and topic is None:
            return False
        rated = [cell for cell in cells if unanswered(cell) is None]
        return _mostly(lambda cell: scale_number(cell) is not None, rated) or (
            bool(DEGREE.search(heading.words)) and self._are_labels([heading])
        )

    def _rating(self, heading: Heading, topic: str | None) -> QuestionPlan:
        words = f"{heading.words} {heading.item}"
        measure, confidence = self._measure_of_rating(words, topical=True) if topic else (Measure.OTHER, 1.0)
        return QuestionPlan(
            text=heading.text,
            kind=QuestionKind.SCALE,
            measures=measure,
            columns=(heading.index,),
            topic_code=topic,
            scale=scale_of(words),
            confidence=confidence,
            seen=frozenset(self._cells[heading.index]),
        )

    def _ranking(self, heading: Heading, separator: str | None) -> QuestionPlan:
        pieces = {piece for cell in self._cells[heading.index] for piece in split_ranks(cell, separator)}
        topical = any(self._topics.find(split_option(piece)[0]) for piece in pieces)
        measure = measure_of_choice(heading.words, QuestionKind.RANK, topical=topical)
        return QuestionPlan(heading.text, QuestionKind.RANK, measure, (heading.index,), separator=separator)

    def _choices(self, heading: Heading, kind: QuestionKind, separator: str | None) -> QuestionPlan:
        cells = [cell for cell in self._cells[heading.index] if unanswered(cell) is None]
        pieces = {p for cell in cells for p in (split_choices(cell, separator) if separator else [cell])}
        named = sum(self._topics.find(split_option(piece)[0]) is not None for piece in pieces)
        measure = measure_of_choice(heading.words, kind, topical=named * 2 >= len(pieces) and named > 0)
        return QuestionPlan(heading.text, kind, measure, (heading.index,), separator=separator)

    @staticmethod
    def _text(heading: Heading, topic: str | None) -> QuestionPlan:
        measure = measure_of_text(heading.text)
        code = topic if measure is Measure.OTHER else None
        return QuestionPlan(heading.text, QuestionKind.TEXT, measure, (heading.index,), topic_code=code)

    def _separator(self, cells: set[str]) -> str | None:
        """Choose the separator whose pieces are topics most often; the surest one where none are."""
        present = separators_in(cells)

        def topics_found(separator: str) -> float:
            pieces = [piece for cell in cells for piece in split_choices(cell, separator)]
            return sum(self._topics.find(split_option(p)[0]) is not None for p in pieces) / max(
                1, len(pieces)
            )

        return max(present, key=topics_found) if present else None

    def _has_few_values(self, heading: Heading) -> bool:
        """Say whether answers repeat and are short, as options are."""
        filled = [cell for cell in self._columns[heading.index] if unanswered(cell) is None]
        distinct = set(filled)
        return (
            len(filled) >= 4
            and len(distinct) <= min(_MOST_OPTIONS, len(filled) // 2)
            and all(len(cell) <= _LONGEST_OPTION for cell in distinct)
        )


def _mostly(test: Callable[[str], bool], cells: Collection[str]) -> bool:
    return bool(cells) and sum(bool(test(cell)) for cell in cells) * 2 > len(cells)
