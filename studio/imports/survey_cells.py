"""Cells of a survey: not answered, not shown, scale values, ticks, places, options and free text."""

import re
from dataclasses import dataclass
from enum import StrEnum

from studio.imports.cells import plain

_NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
_TICKED = frozenset(
    [
        "1",
        "√",
        "✓",
        "✔",
        "☑",
        "■",
        "●",
        "v",
        "y",
        "yes",
        "true",
        "是",
        "选中",
        "已选",
        "勾选",
        "checked",
        "selected",
    ]
)
_UNTICKED = frozenset(["0", "n", "no", "false", "否", "未选", "未选中", "□", "☐", "×", "✗", "unchecked"])
_EXTRA = re.compile(r"^(?P<label>[^〖〗]*)〖(?P<text>.*)〗$", re.DOTALL)
_OTHER = re.compile(
    r"^(?P<label>其他|其它|[Oo]thers?)(?:选项)?\s*(?:[(（\[](?P<inside>.*)[)）\]]|[:：\-—_\s]+(?P<after>.+))?$",
    re.DOTALL,
)
_FILL_IN = re.compile(
    r"(?:[\s_]*[(（]?(?:请注明|请说明|请填写|请写明|please specify)[)）]?[\s_:：]*|[\s_]+)$"
)
_SEPARATORS = {
    "┋": re.compile(r"┋"),
    "\n": re.compile(r"\n+"),
    ";": re.compile(r"[;；]"),
    ",": re.compile(r"[,，]"),
    "、": re.compile(r"、"),
    "|": re.compile(r"[|｜]"),
    "/": re.compile(r"/"),
}
_ARROW = re.compile(r"\s*(?:→|➔|➝|⟶|->|-->|=>|>)\s*")


class AnswerState(StrEnum):
    """Whether a question was answered, left empty, or never shown to the respondent."""

    ANSWERED = "ANSWERED"
    BLANK = "BLANK"
    NOT_SHOWN = "NOT_SHOWN"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `number` is a rating brought to 1–5; `options` are labels, by place where ranked.

    `text` holds a free answer word for word, the words beside 其他, or a rating as its cell has it.
    """

    state: AnswerState
    text: str = ""
    number: float | None = None
    options: tuple[str, ...] = ()


BLANK = Answer(AnswerState.BLANK)
NOT_SHOWN = Answer(AnswerState.NOT_SHOWN)
_UNANSWERED = {
    "": BLANK,
    "(空)": BLANK,
    "（空）": BLANK,
    "-2": BLANK,
    "(跳过)": NOT_SHOWN,
    "（跳过）": NOT_SHOWN,
    "-3": NOT_SHOWN,
}
# In a rating or a choice these mean nothing was given; in a free answer they are the words written.
_UNRATED = frozenset({"-", "/", "—", "–", "N/A", "n/a", "NA", "\\", "未答", "未作答"})


def unanswered(cell: str, *, free_text: bool = False) -> Answer | None:
    """Return the shared blank or not-shown answer that a cell means, or None where it holds an answer."""
    found = _UNANSWERED.get(cell)
    if found is None and not free_text and cell in _UNRATED:
        return BLANK
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of a rating scale; `reversed` where its low end means the most."""

    low: float = 1.0
    high: float = 5.0
    reversed: bool = False

    def to_five(self, value: float) -> float:
        """Return a value of this scale brought linearly to 1–5, 5 always meaning the most."""
        share = (value - self.low) / (self.high - self.low)
        return round(1 + 4 * (1 - share if self.reversed else share), 6)


_RANGE = re.compile(r"(?<![\d.])([01])\s*分?\s*(?:-|~|—|–|到|至)+\s*(10|100|[3-9])(?!\d)")
_TOP = re.compile(r"(?:满分\s*(10|100|[3-9])(?!\d))|(?<!\d)(10|100|[3-9])\s*分制")
_ANCHOR = re.compile(r"(?<!\d)(10|\d)\s*分?\s*(?:=|为|是|表示|代表|最|:)\s*([^\d,;、)\]]*)")
_MUCH = re.compile(r"^(?:表示|代表|为|是|=)?(?:最|非常|很|极|十分|特别|most|very|extremely)?(?P<rest>.*)$")
_LEAST = re.compile(r"不|没|无|轻|低|容易|简单|least|not|easy|low")


def scale_of(header: str) -> Scale:
    """Return the scale that a question's header names (1-10分, 10分制, 1=最棘手), 1–5 where it names none."""
    text = plain(header)
    low, high = 1.0, 5.0
    anchors = {int(number): words for number, words in _ANCHOR.findall(text)}
    if found := _RANGE.search(text):
        low, high = float(found[1]), float(found[2])
    elif found := _TOP.search(text):
        high = float(found[1] or found[2])
    elif len(anchors) > 1 and min(anchors) in {0, 1}:
        low, high = float(min(anchors)), float(max(anchors))
    at_low, at_high = anchors.get(int(low)), anchors.get(int(high))
    turned = (at_low is not None and bool(at_low or at_high is None) and not _LEAST.search(at_low)) or (
        at_low is None and at_high is not None and bool(_LEAST.search(at_high))
    )
    return Scale(low, high, turned)


# Strongest first; the first that a label begins with or holds decides.
_STRONG_NOT = re.compile(
    r"^(?:完全不|非常不|很不|根本不|毫不|毫无|极不|十分不|一点儿?也?不|完全没|没有|从不|无|not at all)"
)
_WEAK_NOT = re.compile(
    r"^(?:不太|不怎么|不很|不大|较不|比较不|不算|较低|较轻|较小|轻微|稍|略|slightly|not very|a little|not so)"
)
_NOT = re.compile(r"^(?:不|没|not\b|low$|低$|轻$|小$|弱$)")
_STRONGEST = re.compile(r"^(?:非常|极|最|特别|十分|异常|extremely|very\b|most\b)")
_VERY = re.compile(r"^(?:很|相当)")
_FAIRLY = re.compile(r"^(?:比较|较|fairly|quite|rather|high$|高$|重$|大$)")
_MIDDLE = re.compile(
    r"^(?:一般|中等|中$|普通|有点|有些|还行|适中|部分|说不清|moderate|neutral|somewhat|medium|average)"
)
_DEGREE_WORD = re.compile(
    r"棘手|困难|难|急迫|紧急|紧迫|迫切|急|严重|重|大|高|hard|difficult|urgent|severe|high"
)


class ScaleReader:
    """Reads the cells of one scale question, or of all rows of a matrix that share their labels."""

    def __init__(self, scale: Scale, cells: set[str]) -> None:
        self.scale = scale
        labels = [plain(cell).casefold() for cell in cells]
        # 不棘手 is the end of 非常…一般…不太…不, but the step before it where 完全不 exists.
        self._not_is_two = any(_STRONG_NOT.match(label) for label in labels)
        self._very_is_four = any(_STRONGEST.match(label) for label in labels)
        self._known: dict[str, Answer | None] = {}

    def read(self, cell: str) -> Answer | None:
        """Return the answer of a cell, or None where it is no point of the scale."""
        if cell not in self._known:
            self._known[cell] = unanswered(cell) or self._rated(cell)
        return self._known[cell]

    def _rated(self, cell: str) -> Answer | None:
        value = scale_number(cell)
        if value is not None:
            if not self.scale.low <= value <= self.scale.high:
                return None
            return Answer(AnswerState.ANSWERED, cell, self.scale.to_five(value))
        degree = self._degree(plain(cell).casefold())
        return None if degree is None else Answer(AnswerState.ANSWERED, cell, float(degree))

    def _degree(self, label: str) -> int | None:
        if _STRONG_NOT.match(label):
            return 1
        if _WEAK_NOT.match(label):
            return 2
        if _NOT.match(label):
            return 2 if self._not_is_two else 1
        if _STRONGEST.match(label):
            return 5
        if _VERY.match(label):
            return 4 if self._very_is_four else 5
        if _FAIRLY.match(label):
            return 4
        if _MIDDLE.match(label):
            return 3
        return 4 if len(label) <= 4 and _DEGREE_WORD.match(label) else None


def scale_number(cell: str) -> float | None:
    """Return the number of a rating written as 4, 4分, 比较棘手(4), 4、比较棘手 or ★★★★, or None."""
    value = plain(cell)
    if found := re.search(r"\((-?\d+(?:\.\d+)?)\s*分?\)$", value):
        return float(found[1])
    if found := re.match(r"^([★*]{1,10})☆*$", value):
        return float(len(found[1]))
    if found := re.match(r"^(-?\d+(?:\.\d+)?)\s*(?:分|星|级|颗星|points?)?$", value):
        return float(found[1])
    if found := re.match(r"^(\d{1,2})\s*[、.:=\-—(]\s*\D+$", value):
        return float(found[1])
    return None


def is_number(cell: str) -> bool:
    """Say whether a cell is a plain number."""
    return bool(_NUMBER.match(plain(cell)))


def tick(cell: str, label: str) -> tuple[bool, str] | None:
    """Return whether a per-option cell is ticked and the words beside it, or None where it is unreadable."""
    if unanswered(cell) is not None:
        return False, ""
    text = ""
    if found := _EXTRA.match(cell):
        cell, text = found["label"].strip(), found["text"].strip()
    value = plain(cell).casefold()
    if value in _TICKED or (text and not value):
        return True, text
    if value in _UNTICKED:
        return False, ""
    option, words = split_option(cell)
    if option.casefold() == split_option(label)[0].casefold():
        return True, text or words
    # Beside 其他, a column of its own may hold just the words.
    return (True, cell) if _OTHER.match(split_option(label)[0]) and not is_number(cell) else None


def split_option(text: str) -> tuple[str, str]:
    """Return an option's label and the respondent's own words: 其他〖台账多〗 is (其他, 台账多)."""
    words = ""
    if found := _EXTRA.match(text):
        text, words = found["label"], found["text"].strip()
    label = _FILL_IN.sub("", text.strip()) or text.strip()
    if found := _OTHER.match(label):
        inner = (found["inside"] or found["after"] or "").strip()
        if not _FILL_IN.fullmatch(inner):
            words = words or inner
        label = "其他" if found["label"] in {"其他", "其它"} else "Other"
    return label, words


def split_choices(cell: str, separator: str) -> list[str]:
    """Return the options of a cell as written; separators inside 〖…〗 are the respondent's own."""
    if "〖" not in cell:
        return [piece.strip() for piece in _SEPARATORS[separator].split(cell) if piece.strip()]
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    masked = re.sub(r"〖[^〖〗]*〗", keep, cell)
    pieces = _SEPARATORS[separator].split(masked)
    return [re.sub(r"\x00(\d+)\x00", lambda at: kept[int(at[1])], p).strip() for p in pieces if p.strip()]


def separators_in(cells: set[str]) -> list[str]:
    """Return the separators that occur in the cells, the surest first."""
    return [name for name, pattern in _SEPARATORS.items() if any(pattern.search(cell) for cell in cells)]


def has_arrow(cell: str) -> bool:
    """Say whether a cell ranks options by arrows."""
    return "→" in cell or "->" in cell or "➔" in cell


def split_ranks(cell: str, separator: str | None) -> list[str]:
    """Return the options of a ranking in their order."""
    if has_arrow(cell) or separator is None:
        return [piece.strip() for piece in _ARROW.split(cell) if piece.strip()]
    return [re.sub(r"^\d{1,2}\s*[.、:)]\s*", "", piece) for piece in split_choices(cell, separator)]


_EXCLUSIVE = re.compile(
    r"(?:以上|上述)?(?:各项)?(?:都|均|全|皆)?(?:没有|无|暂无|不存在|不困难|没有遇到)"
    r"(?:任何|什么|明显|特别)?(?:的)?(?:困难|问题|以上问题|上述问题|以上情况|以上|上述|难题)?"
    r"|none|noneoftheabove|nodifficulties|以上都不是|以上皆非"
)


def is_exclusive(label: str) -> bool:
    """Say whether an option denies all others (以上都没有, 没有困难); 没有经费 is an option like any."""
    return bool(_EXCLUSIVE.fullmatch(re.sub(r"[\s,.。]", "", plain(label).casefold())))
