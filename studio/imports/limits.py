"""Limits in the words of an organizer: their kind, whom a quota counts, and rows of a file."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.imports.issues import ImportCode
from studio.imports.keys import clean_place, text_key
from studio.imports.mentor_kinds import parse_mentor_kind
from studio.imports.roles import parse_level, parse_role
from studio.imports.rowreader import RowReader
from studio.messages import word
from studio.store.enums import TraineeRole
from studio.store.limit_enums import LISTED, LimitGroup, LimitKind
from studio.store.mentor_enums import MentorKind
from studio.store.rules import LONGEST_REASON

MOST = 1000
_KINDS: tuple[tuple[str, LimitKind], ...] = (
    (r"cap|most|atmost|最多(?:人数|带)?|上限|人数上限|不超过", LimitKind.CAP),
    (r"min|minimum|least|atleast|最少(?:人数|带)?|至少(?:人数|带)?|下限|人数下限|不少于", LimitKind.MINIMUM),
    (r"quota|限额|配额|分组限额|人数限额", LimitKind.QUOTA),
)
_EVERY_MENTOR = re.compile(
    r"(?:每位|每个|每名|各位|所有|全部|全体)(?:导师|师傅)?|(?:every|each|all)(?:mentors?)?"
)
_EACH_KIND = re.compile(r"(?:每一?类|各类|eachkindof)(?:导师|mentors?)|pairingkind")
_EACH = re.compile(r"^(?:同一?个?|每一?个?|各|same|each|every|one)")
# What stands for each of them, once 同, 每 or 各 is gone.
_GROUPS: tuple[tuple[str, LimitGroup], ...] = (
    (r"^(?:县|县\(市、?区\)|县市区|区县|地区|county|counties|traineecounty)$", LimitGroup.TRAINEE_COUNTY),
    (r"^(?:类|类干部|类别|干部类别|职务|岗位|角色|role|roles|traineerole)$", LimitGroup.TRAINEE_ROLE),
    (r"^(?:层级|级别|等级|level|levels|traineelevel)$", LimitGroup.TRAINEE_LEVEL),
)
_MENTORS = re.compile(r"(?:的?导师|mentors?)$|^mentorsof")
_TRAINEES = re.compile(r"的?(?:学员|trainees?)$")


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit of a row; without a mentor it is of each, and a quota without a value of each county, role, …"""

    row: int
    kind: LimitKind
    number: int
    mentor: str
    mentor_community: str
    grouped_by: LimitGroup | None
    value: str
    reason: str
    expires_on: dt.date | None


def parse_limit_kind(text: str) -> LimitKind | None:
    """Return the kind that a word means (最多, 上限, 最少, 限额, CAP, …), or None."""
    key = re.sub(r"[\W_]", "", text_key(text))
    return next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, key)), None)


def read_limit(reader: RowReader, number: int, kind: LimitKind) -> LimitRow | None:
    """Return the limit of the row that is read, or None where it is none; what is wrong is noted."""
    group_words, mentor = reader.optional("group"), reader.name("mentor", required=False)
    if reader.optional("trainee"):
        reader.note("trainee", ImportCode.LIMIT_NAMES_TRAINEE)
    grouped_by, value = parse_group(group_words) or (None, "")
    every = not mentor or _EVERY_MENTOR.fullmatch(text_key(mentor)) is not None
    if (kind is LimitKind.QUOTA) != (grouped_by is not None):
        reader.note("group", ImportCode.LIMIT_GROUP)
    elif grouped_by is LimitGroup.MENTOR_COUNTY and not every:
        reader.note("mentor", ImportCode.LIMIT_NAMES_MENTOR)
    count = reader.number("number", int(kind is LimitKind.MINIMUM), MOST, whole=True, unit="人|名|位")
    if not reader.optional("number"):
        reader.note("number", ImportCode.VALUE_MISSING)
    limit = LimitRow(
        row=number,
        kind=kind,
        number=int(count or 0),
        mentor="" if every else mentor,
        mentor_community="" if every else reader.place("mentor_community"),
        grouped_by=grouped_by,
        value=value,
        reason=reader.required("reason", LONGEST_REASON),
        expires_on=reader.date("expires_on"),
    )
    return limit if reader.is_sound else None


_EACH_WORDS: Mapping[LimitGroup, tuple[str, str]] = {
    LimitGroup.TRAINEE_COUNTY: ("同县", "same county"),
    LimitGroup.TRAINEE_ROLE: ("同类干部", "same role"),
    LimitGroup.TRAINEE_LEVEL: ("同层级", "same level"),
    LimitGroup.MENTOR_COUNTY: ("各县导师", "each county mentors"),
    LimitGroup.PAIRING_KIND: ("每类导师", "each kind of mentor"),
}


def group_words(grouped_by: LimitGroup, value: str, language: str) -> str:
    """Return words that `parse_group` reads as these, in either language."""
    english = language == "en"
    if not value:
        return _EACH_WORDS[grouped_by][english]
    if grouped_by in LISTED:
        told = word(LISTED[grouped_by](value), language)
        return f"{told} mentor" if grouped_by is LimitGroup.PAIRING_KIND and english else told
    if grouped_by is LimitGroup.MENTOR_COUNTY:
        return f"{value} mentors" if english else f"{value}导师"
    return value


def parse_group(text: str) -> tuple[LimitGroup, str] | None:
    """Return what a quota goes by and of which value, "" for each (同县, 后备干部, 播州区导师); None without words."""
    key = re.sub(r"[\s_]", "", text_key(text))
    if not key:
        return None
    kind = parse_mentor_kind(key)
    if kind in (MentorKind.THEORY, MentorKind.PRACTICE):
        return LimitGroup.PAIRING_KIND, kind.value
    if _EACH_KIND.fullmatch(key):
        return LimitGroup.PAIRING_KIND, ""
    if _MENTORS.search(key) or key == "mentorcounty":
        place = re.sub(r"(?:的?导师|(?i:\s*mentors?))$|^(?i:mentors of)\s*", "", text.strip())
        each = key == "mentorcounty" or _group(_MENTORS.sub("", key)) is LimitGroup.TRAINEE_COUNTY
        return LimitGroup.MENTOR_COUNTY, "" if each else clean_place(place)
    key = _TRAINEES.sub("", key)
    group = _group(key)
    if group is not None:
        return group, ""
    words = re.sub(r"的?学员$", "", text.strip())
    role = parse_role(words)
    if role is not None and (role is not TraineeRole.OTHER or "其他" in words or key == "other"):
        return LimitGroup.TRAINEE_ROLE, role.value
    if re.search(r"治理|[初中高]级|^(?:understand|able|excel)$", key):
        level = parse_level(words)
        if level is not None:
            return LimitGroup.TRAINEE_LEVEL, level.value
    return LimitGroup.TRAINEE_COUNTY, clean_place(words)


def _group(key: str) -> LimitGroup | None:
    bare = _EACH.sub("", key)
    return next((group for pattern, group in _GROUPS if re.search(pattern, bare)), None)
