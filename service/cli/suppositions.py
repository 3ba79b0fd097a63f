"""What an organizer types after `--what-if`, such as `leave 王芳` or `pin 李明=王芳`, as the input of the API."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from service.cli.weeks import named_weeks
from studio.errors import StudioError
from studio.operations.rules.aim_words import objective_of
from studio.operations.rules.whom import Whom
from studio.store.identity import global_id

# The words for each supposition; the first one is told where another was typed.
VERBS = {
    "leave": ("leave", "离开", "退出"),
    "capacity": ("capacity", "名额"),
    "pin": ("pin", "固定"),
    "forbid": ("forbid", "回避"),
    "join": ("join", "加入"),
    "free": ("free", "空闲", "有空"),
    "weekly": ("weekly", "每周"),
}
_NEVER = frozenset({"none", "never", "无", "没有"})
# After a pinned pair, where trainees have two mentors: which of them.
KINDS = {"theory": "THEORY", "理论": "THEORY", "practice": "PRACTICE", "实践": "PRACTICE"}
_VERB_OF = {word: verb for verb, words in VERBS.items() for word in words}


# 目标=最吃亏, objective=worst_off_then_total.
_OBJECTIVE = re.compile(r"\s*(?:objective|aim|目标)\s*=(.*)", re.IGNORECASE)


def what_if_input(given: Iterable[str], whom: Whom, offered: tuple[date, ...] = ()) -> dict[str, Any]:
    """Return the input of `whatIf`; raises WHAT_IF_SYNTAX, WHOM_UNKNOWN, WHOM_AMBIGUOUS and OBJECTIVE_UNKNOWN.

    `offered` are the weeks of the cohort, which numbers alone may name.
    """
    found: dict[str, Any] = {}
    for text in given:
        if aim := _OBJECTIVE.fullmatch(unicodedata.normalize("NFKC", text)):
            wanted = objective_of(aim[1])
            if found.setdefault("objective", wanted.value) != wanted.value:
                raise StudioError("OBJECTIVE_TWICE", field="whatIf", given=aim[1].strip()[:40])
            continue
        field, value = _one(text, whom, offered)
        found.setdefault(field, []).append(value)
    return found


def _one(text: str, whom: Whom, offered: tuple[date, ...]) -> tuple[str, Any]:
    # Chinese keyboards give full-width = : @ and digits.
    word, _, rest = unicodedata.normalize("NFKC", text).strip().partition(" ")
    verb, rest = _VERB_OF.get(word.lower()), rest.strip()
    if verb is None or not rest:
        raise _wrong(text)
    if verb == "join":
        return "newTrainees", _newcomer(rest)
    if verb == "leave":
        kind, row_id = whom.anyone(rest)
        return ("mentorsLeave" if kind == "Mentor" else "traineesLeave"), global_id(kind, row_id)
    left, equals, right = (part.strip() for part in rest.partition("="))
    if not (left and equals and right):
        raise _wrong(text)
    if verb == "free":
        return _free(left, right, whom, offered)
    if verb in ("capacity", "weekly"):
        # GraphQL's Int has 32 bits; a longer number is no capacity either.
        if not right.removeprefix("-").isdecimal() or len(right) > 9:
            raise _wrong(text)
        mentor_id = global_id("Mentor", whom.mentor(left))
        if verb == "weekly":
            return "mentorWeeks", {"mentorId": mentor_id, "weeklyCapacity": int(right)}
        return "capacities", {"mentorId": mentor_id, "capacity": int(right)}
    mentor, _, said = (part.strip() for part in right.partition(":"))
    part = KINDS.get(said.lower())
    if (said and part is None) or (part is not None and verb != "pin"):
        raise _wrong(text)
    return verb, pair_input(left, mentor, whom) | ({"kind": part} if part else {})


def _free(who: str, text: str, whom: Whom, offered: tuple[date, ...]) -> tuple[str, Any]:
    """Read when a mentor or a trainee would be free: weeks, all for every week, or none."""
    kind, row_id = whom.anyone(who)
    mondays = () if text.lower() in _NEVER else named_weeks(text, offered)
    weeks = None if mondays is None else [day.isoformat() for day in mondays]
    field, key = ("mentorWeeks", "mentorId") if kind == "Mentor" else ("traineeWeeks", "traineeId")
    return field, {key: global_id(kind, row_id), "freeWeeks": weeks}


def pair_input(trainee: str, mentor: str, whom: Whom) -> dict[str, str]:
    """Return a pair by its ids."""
    return {
        "traineeId": global_id("Trainee", whom.trainee(trainee)),
        "mentorId": global_id("Mentor", whom.mentor(mentor)),
    }


def _newcomer(text: str) -> dict[str, Any]:
    """Read NAME, NAME@COMMUNITY or NAME@COMMUNITY: what hurts; what else hurts."""
    who, _, words = text.partition(":")
    name, _, community = (part.strip() for part in who.partition("@"))
    points = [point.strip() for point in words.split(";") if point.strip()]
    return {"name": name, "community": community or None, "painPoints": points}


def _wrong(text: str) -> StudioError:
    return StudioError("WHAT_IF_SYNTAX", field="whatIf", given=text.strip()[:80])
