"""What a mentor is good at: one column per topic, or all in one text, as strengths from 0 to 1."""

import re
from collections.abc import Mapping, Sequence

from studio.imports.cells import parse_number, plain
from studio.imports.columns import DROPPED_PERSONAL, IGNORED, ColumnMapping
from studio.imports.headers import header_key
from studio.imports.issues import ImportCode
from studio.imports.rowreader import RowReader, shown
from studio.imports.tables import Table, TableRow
from studio.imports.topics import TopicIndex

# A topic that a mentor names without a grade.
NAMED = 0.8
# A header that only holds a field's name (擅长程度—文稿写作) gives way to the topic it names.
_SURE = 0.9
# Words for a strength, weakest reading last; the first that the text holds decides.
_WORDS: tuple[tuple[str, float], ...] = (
    (r"^(不擅长|没有|无|弱|差|较弱|一般偏弱|low|weak|none|no|否|×|x|false)$", 0.2),
    (r"^(较强|比较强|良|良好|较好|较擅长|比较擅长|熟悉|fairlystrong|good)$", 0.8),
    (r"^(中|一般|中等|普通|会|了解|medium|average)$", 0.6),
    (
        r"^(强|很强|最强|非常强|优|优秀|精通|擅长|很擅长|非常擅长|突出|好|很好|高|high|strong|yes|是|√|✓|✔|☑|true)$",
        1.0,
    ),
)
_GRADED = re.compile(
    r"^(?P<topic>.+?)\s*(?:[:=]\s*(?P<after>\S+)|\((?P<inside>[^()]*)\)|(?P<stars>[★☆]+)|\s+(?P<spaced>\d+(?:\.\d+)?%?分?))$"
)
_LIST = re.compile(r"[;\n、,/|]+|(?<=\))\s+")


class StrengthScale:
    """The scale of a file's numbers: 0–1 when none is over 1, else points of 5, or what a header says."""

    def __init__(self, texts: Sequence[str], header: str = "") -> None:
        numbers = [number for text in texts if (number := parse_number(_bare(text))) is not None]
        if re.search(r"百分|满分\s*100|0\s*[-~—]\s*100", header):
            self.top = 100.0
        elif re.search(r"10\s*分|满分\s*10|[01]\s*[-~—]\s*10", header):
            self.top = 10.0
        else:
            self.top = 5.0 if any(number > 1 for number in numbers) else 1.0

    def read(self, text: str) -> float | None:
        """Return the strength that a cell means: a number over the scale's top, stars of five, or a word."""
        value = _bare(text)
        if stars := re.fullmatch(r"([★*]{1,5})☆*", value):
            return len(stars[1]) / 5
        number = parse_number(value)
        if number is not None:
            share = number if value.endswith("%") else number / self.top
            return round(share, 6) if 0 <= share <= 1 else None
        word = re.sub(r"\s", "", value).casefold()
        return next((strength for pattern, strength in _WORDS if re.match(pattern, word)), None)


def _bare(text: str) -> str:
    return re.sub(r"\s*(分|星|级|颗星)$", "", plain(text))


def topic_columns(table: Table, mapping: Sequence[ColumnMapping], topics: TopicIndex) -> dict[int, str]:
    """Return the columns whose header names a topic and no field for sure, as index → topic code."""
    found: dict[int, str] = {}
    for column in mapping:
        if column.confidence < _SURE and column.field != DROPPED_PERSONAL:
            last = table.header[column.index].rpartition("—")[2]
            code = topics.exact(header_key(last)) or (topics.find(last) if column.field == IGNORED else None)
            if code and code not in found.values():
                found[column.index] = code
    return found


class StrengthReader:
    """Reads the strengths of one row after another."""

    def __init__(
        self, table: Table, columns: Mapping[int, str], topics: TopicIndex, text_column: int | None
    ) -> None:
        self._columns, self._topics, self._header = columns, topics, table.header
        rated = [row.cells[at] for row in table.rows for at in columns]
        self._rated = StrengthScale(rated, " ".join(table.header[at] for at in columns))
        listed = table.column(text_column) if text_column is not None else []
        grades = [grade for cell in listed for _, grade in _parts(cell) if grade]
        self._listed = StrengthScale(grades, "" if text_column is None else table.header[text_column])

    def read(self, reader: RowReader, row: TableRow) -> dict[str, float]:
        """Return topic code → strength of the row; unknown topics and unreadable grades are noted."""
        strengths: dict[str, float] = {}
        for at, code in self._columns.items():
            cell = row.cells[at]
            if not cell or cell in {"-", "/", "—"}:
                continue
            strength = self._rated.read(cell)
            if strength is None:
                reader.note_at(at, ImportCode.STRENGTH_INVALID, value=shown(cell), top=f"{self._rated.top:g}")
            else:
                strengths[code] = strength
        for part, grade in _parts(reader.optional("strengths")):
            found = self._listed_strength(reader, part, grade)
            if found:
                strengths[found[0]] = max(found[1], strengths.get(found[0], 0.0))
        return strengths

    def _listed_strength(self, reader: RowReader, part: str, grade: str) -> tuple[str, float] | None:
        code = self._topics.find(part) or (self._topics.find(f"{part}({grade})") if grade else None)
        strength = self._listed.read(grade) if grade else NAMED
        if code is None:
            near = "、".join(self._topics.near(part))
            # Without a topic tree there is nothing that it could be near to.
            unknown = ImportCode.UNKNOWN_TOPIC if near else ImportCode.NO_TOPIC_TREE
            reader.note("strengths", unknown, value=shown(part), near=near)
        elif strength is None:
            # A bracket that only explains (三会一课等) is no grade.
            if not re.search(r"\d", grade):
                return code, NAMED
            reader.note(
                "strengths", ImportCode.STRENGTH_INVALID, value=shown(grade), top=f"{self._listed.top:g}"
            )
        else:
            return code, strength
        return None


def _parts(text: str) -> list[tuple[str, str]]:
    """Return the topics listed in a text with their grades as written, empty where there is none."""
    parts = []
    for piece in _split_outside_brackets(plain(text)):
        piece = re.sub(r"^(?:\(?\d{1,2}[、.)]|[①-⑳])\s*", "", piece.strip(" 。.;,"))
        if not piece:
            continue
        found = _GRADED.match(piece)
        grade = (
            next((found[k] for k in ("after", "inside", "stars", "spaced") if found[k]), "") if found else ""
        )
        parts.append((found["topic"].strip() if found and grade else piece, grade))
    return parts


def _split_outside_brackets(text: str) -> list[str]:
    """Split a list at its separators, leaving those inside brackets alone."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    masked = re.sub(r"\([^()]*\)", keep, text)
    return [re.sub(r"\x00(\d+)\x00", lambda at: kept[int(at[1])], piece) for piece in _LIST.split(masked)]
