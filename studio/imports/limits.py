"""Whom a quota counts, from the words of an organizer."""

import re

from studio.imports.keys import clean_place, text_key
from studio.imports.roles import parse_level, parse_role
from studio.store.enums import TraineeRole
from studio.store.limit_enums import LimitGroup

_EACH = re.compile(r"^(?:同一?个?|每一?个?|各|same|each|every|one)")
# What stands for each of them, once 同, 每 or 各 is gone.
_GROUPS: tuple[tuple[str, LimitGroup], ...] = (
    (r"^(?:县|县\(市、?区\)|县市区|区县|地区|county|counties|traineecounty)$", LimitGroup.TRAINEE_COUNTY),
    (r"^(?:类|类干部|类别|干部类别|职务|岗位|角色|role|roles|traineerole)$", LimitGroup.TRAINEE_ROLE),
    (r"^(?:层级|级别|等级|level|levels|traineelevel)$", LimitGroup.TRAINEE_LEVEL),
)
_MENTORS = re.compile(r"(?:的?导师|mentors?)$|^mentorsof")
_TRAINEES = re.compile(r"的?(?:学员|trainees?)$")


def parse_group(text: str) -> tuple[LimitGroup, str] | None:
    """Return what a quota goes by and of which value, "" for each (同县, 后备干部, 播州区导师); None without words."""
    key = re.sub(r"[\s_]", "", text_key(text))
    if not key:
        return None
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
    if role is not None and (role is not TraineeRole.OTHER or "其他" in words):
        return LimitGroup.TRAINEE_ROLE, role.value
    if re.search(r"治理|[初中高]级|^(?:understand|able|excel)$", key):
        level = parse_level(words)
        if level is not None:
            return LimitGroup.TRAINEE_LEVEL, level.value
    return LimitGroup.TRAINEE_COUNTY, clean_place(words)


def _group(key: str) -> LimitGroup | None:
    bare = _EACH.sub("", key)
    return next((group for pattern, group in _GROUPS if re.search(pattern, bare)), None)
