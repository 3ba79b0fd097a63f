"""Closed lists of what happens to a content, and their Chinese labels."""

from enum import StrEnum


class ContentEventKind(StrEnum):
    """What happened to a content that a trainee was offered."""

    SHOWN = "SHOWN"
    OPENED = "OPENED"
    DONE = "DONE"
    USEFUL = "USEFUL"
    DISMISSED = "DISMISSED"


class DismissalReason(StrEnum):
    """Why a content was dismissed."""

    NOT_MY_TROUBLE = "NOT_MY_TROUBLE"
    ALREADY_KNOWN = "ALREADY_KNOWN"
    TOO_EASY = "TOO_EASY"
    TOO_HARD = "TOO_HARD"
    NOT_USEFUL = "NOT_USEFUL"
    OUT_OF_DATE = "OUT_OF_DATE"
    NO_TIME = "NO_TIME"
    OTHER = "OTHER"


# Reasons that judge the content itself; the others speak of the trainee.
AGAINST_THE_CONTENT = (DismissalReason.NOT_USEFUL, DismissalReason.OUT_OF_DATE)

EVENT_LABELS: dict[type[StrEnum], dict[str, str]] = {
    ContentEventKind: {
        "SHOWN": "已展示",
        "OPENED": "已打开",
        "DONE": "已学完",
        "USEFUL": "有用",
        "DISMISSED": "不再推荐",
    },
    DismissalReason: {
        "NOT_MY_TROUBLE": "不是我的难处",
        "ALREADY_KNOWN": "已经掌握",
        "TOO_EASY": "太浅",
        "TOO_HARD": "太深",
        "NOT_USEFUL": "没有帮助",
        "OUT_OF_DATE": "内容过时",
        "NO_TIME": "暂时没有时间",
        "OTHER": "其他",
    },
}
