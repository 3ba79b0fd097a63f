"""A column header without its dress: question numbers, brackets, politeness and script differences."""

import re
import unicodedata
from functools import lru_cache

from studio.imports.keys import text_key

NUMBERING = re.compile(
    r"^\s*(?:第\s*(?P<nth>\d+)\s*题\s*[、.:)]?|[Qq](?P<q>\d+)(?:[_.\-](?P<qsub>\d+))?\s*[、.:)]?"
    r"|\(?(?P<plain>\d+)(?:[_.](?P<sub>\d+))?\s*[、.:)])\s*"
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〖[^〖〗]*〗|<[^<>]*>|《[^《》]*》|\{[^{}]*\}")
_PUNCTUATION = re.compile(r"[\s\"'“”‘’、,.:;?!。…*#_\-—–/|·~&+]+")
_POLITE_HEAD = re.compile(
    r"^(?:请问|请您|请|您好|填写|输入|选择|提供|留下|写出|一下|您|你|贵|本人|个人|目前|当前|现任|担任|现|的|所在|所属|在|该|your|the|my|please|enter)"
)
_POLITE_TAIL = re.compile(
    r"(?:是什么|是哪里|是哪个|是哪一个|是多少|叫什么|是|为|名称|全称|必填|选填|信息|的|情况说明|情况|请填写)$"
)


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """Return what is left of a header to compare by: `1、请填写您的姓名(必填)` is `姓名`."""
    value = NUMBERING.sub("", unicodedata.normalize("NFKC", text))
    bare = _PUNCTUATION.sub("", text_key(_BRACKETED.sub("", value)))
    if not bare:
        bare = _PUNCTUATION.sub("", text_key(value)).strip("()[]【】")
    for pattern in (_POLITE_HEAD, _POLITE_TAIL):
        while (shorter := pattern.sub("", bare)) != bare and shorter:
            bare = shorter
    return bare
