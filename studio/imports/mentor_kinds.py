"""What a list of mentors calls those who teach theory, practice, or both (导师类型)."""

import re

from studio.imports.issues import ImportCode
from studio.imports.keys import text_key
from studio.imports.rowreader import RowReader, shown
from studio.store.mentor_enums import MentorKind

_END = r"(?:型|类|性|方面|teaching)?(?:导师|老师|教师|教员|师傅|指导|mentors?|teachers?)?"
_KINDS: tuple[tuple[re.Pattern[str], frozenset[MentorKind]], ...] = (
    (
        re.compile(rf"(?:理论|理论学习|党性理论|理论教学|讲理论|theory|theoretical|theoreticalmentor){_END}"),
        frozenset({MentorKind.THEORY}),
    ),
    (
        re.compile(rf"(?:实践|实务|实操|实战|带实践|实践教学|practice|practical|practicalmentor){_END}"),
        frozenset({MentorKind.PRACTICE}),
    ),
    (
        re.compile(rf"(?:both|双|双师|两者|两类|均可|都可以?|都行|都能带?|理论实践|全能){_END}"),
        frozenset({MentorKind.THEORY, MentorKind.PRACTICE}),
    ),
)
_BETWEEN = re.compile(r"[、,，/;；+|&\n]|和|与|及|兼|(?<=theory)and|(?<=practice)and|(?<=cal)and")


def parse_mentor_kind(text: str) -> MentorKind | None:
    """Return the kind that a cell means (理论, 实践导师, 理论/实践, 均可, both, …), or None for anything else."""
    found: set[MentorKind] = set()
    for part in _BETWEEN.split(text_key(text)):
        word = re.sub(r"[\s_]+", "", part)
        if not word:
            continue
        kinds = next((kinds for pattern, kinds in _KINDS if pattern.fullmatch(word)), None)
        if kinds is None:
            return None
        found |= kinds
    if len(found) > 1:
        return MentorKind.BOTH
    return next(iter(found), None)


def read_mentor_kind(reader: RowReader) -> MentorKind | None:
    """Return the kind of the current row; one that nobody knows is noted."""
    text = reader.optional("mentor_kind")
    kind = parse_mentor_kind(text) if text else None
    if text and kind is None:
        reader.note("mentor_kind", ImportCode.UNKNOWN_MENTOR_KIND, value=shown(text))
    return kind
