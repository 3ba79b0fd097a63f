"""Question headers of survey tools taken apart: number, stem, row of a matrix or option, marks."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.imports.cells import plain
from studio.imports.headers import NUMBERING
from studio.imports.survey_measures import DEGREE, SEVERE, URGENT
from studio.imports.topics import TopicIndex

_LIMESURVEY = re.compile(r"^[A-Za-z]\w*\[\w+\]\s*[.、:]?\s+(?=\S)")
_MARK = re.compile(
    r"[\[(【<]\s*(?:[^\[\]()【】<>]*(?:单选|多选|填空|排序题|矩阵|量表|必填|选填|必答|打分|评分题|简答|问答|限选|至多|至少|最多)"
    r"[^\[\]()【】<>]*)[\])】>]|\*+$"
)
_HINT = re.compile(
    r"[(\[【][^()\[\]【】]*(?:\d\s*分|\d\s*[=\-~—至到]|[=:]\s*\d|分制|满分)[^()\[\]【】]*[)\]】]"
)
_SPLITS = (
    re.compile(r"^(?P<stem>.*\S)\s*(?:—+|–+|--+|━+|──+)\s*(?P<item>[^—–]+)$", re.DOTALL),
    re.compile(r"^(?P<stem>.*?)\s*[\[(【](?P<item>[^\[\]()【】]+)[\])】]\s*$", re.DOTALL),
    re.compile(r"^(?P<stem>.*\S)\s*[:_/>|]\s*(?P<item>[^:]+)$", re.DOTALL),
    re.compile(r"^(?P<stem>.*\S)\s*-\s*(?P<item>[^-]+)$", re.DOTALL),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A header taken apart; `item` is a matrix row or an option, `hint` its marks and scale notes."""

    index: int
    number: str
    sub: str
    stem: str
    item: str
    hint: str

    @property
    def words(self) -> str:
        """The words that say what is asked, marks included."""
        return f"{self.stem} {self.hint}"

    @property
    def text(self) -> str:
        """The question as one text."""
        stem = self.stem or (f"第{self.number}题" if self.number and self.item else "")
        return "—".join(part for part in (stem, self.item) if part)


def read_headings(headers: Sequence[tuple[int, str]], topics: TopicIndex) -> list[Heading]:
    """Take the headers of question columns apart.

    A dash or a bracket divides a header only where what it divides off is a topic, or where another
    column has the same number and stem: 最棘手的问题(请详述) stays whole.
    """
    whole = [_heading(index, header) for index, header in headers]
    stems: Counter[tuple[str, str]] = Counter()
    for heading in whole:
        stems.update({(heading.number, stem) for stem, _ in _candidates(heading.stem)})
    return [_divided(heading, stems, topics) for heading in whole]


def _heading(index: int, header: str) -> Heading:
    text = _LIMESURVEY.sub("", plain(header))
    found = NUMBERING.match(text)
    number = sub = ""
    if found and found.end() < len(text):
        number = found["nth"] or found["q"] or found["plain"] or ""
        sub = found["qsub"] or found["sub"] or ""
        text = text[found.end() :]
    hints = [hint[0] for pattern in (_MARK, _HINT) for hint in pattern.finditer(text)]
    for hint in hints:
        text = text.replace(hint, "")
    text = " ".join(text.split()).strip("—–: ")
    return Heading(index, number, sub, text or header.strip(), "", " ".join(hints))


def _candidates(text: str) -> list[tuple[str, str]]:
    found = [split.match(text) for split in _SPLITS]
    return [(match["stem"].strip(), match["item"].strip()) for match in found if match]


def _divided(heading: Heading, stems: Counter[tuple[str, str]], topics: TopicIndex) -> Heading:
    if heading.sub:
        for stem, item in _candidates(heading.stem):
            if topics.exact(item):
                return replace(heading, stem=stem, item=item)
        return replace(heading, stem="", item=heading.stem)
    for stem, item in _candidates(heading.stem):
        # The topic above and the question below it: 党建业务—棘手程度.
        asks = DEGREE.search(item) or SEVERE.search(item) or URGENT.search(item)
        if asks and topics.exact(stem) and not topics.exact(item):
            return replace(heading, stem=item, item=stem)
    if topics.exact(heading.stem):
        return replace(heading, stem="", item=heading.stem)
    for stem, item in _candidates(heading.stem):
        if topics.exact(item) or stems[heading.number, stem] > 1:
            return replace(heading, stem=stem, item=item)
    return heading


def group(headings: Sequence[Heading], topics: TopicIndex) -> list[list[Heading]]:
    """Join the columns of one question, in sheet order; a column without an item stands alone.

    A bare topic as a header (党建业务 alone) belongs to the question before it, until a topic returns.
    """
    groups: list[list[Heading]] = []
    for heading in headings:
        last = groups[-1] if groups else []
        if heading.item and last and last[0].item and _belongs(heading, last, topics):
            last.append(
                replace(heading, stem=heading.stem or last[0].stem, hint=heading.hint or last[0].hint)
            )
        else:
            groups.append([heading])
    return groups


def _belongs(heading: Heading, last: list[Heading], topics: TopicIndex) -> bool:
    code = topics.exact(heading.item)
    repeated = heading.item in {other.item for other in last} or (
        code is not None and code in {topics.exact(other.item) for other in last}
    )
    if heading.stem:
        return not repeated and (heading.number, heading.stem) == (last[0].number, last[0].stem)
    numbered_rows = not heading.sub and heading.number and not last[0].stem and code is not None
    same_number = heading.number in {"", last[0].number} or bool(numbered_rows and not _is_bracketed(last))
    return not repeated and same_number


def _is_bracketed(last: list[Heading]) -> bool:
    """Say whether several columns of the group share a number (第5题(行)): it is then a question's own."""
    return len(last) > 1 and len({heading.number for heading in last}) == 1
