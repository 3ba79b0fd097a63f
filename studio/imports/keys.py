"""Keys that make two spellings of one thing equal: names, communities, headers, option texts."""

import re
import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

_SPACE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
# The separator in transliterated and minority names is typed in many ways.
_NAME_DOT = re.compile(r"[·•・‧∙⋅․●.]")
_COMMUNITY_TAIL = re.compile(
    r"(?:党工委|党委|党总支|总支|党支部|支部|居民委员会|村民委员会|居委会|村委会|居委|村委|委员会)$"
)
# Something must be left: 新村 is a name of its own, with 社区 behind it or not.
_COMMUNITY_KIND = re.compile(r"(?<=.{2})(?:社区|行政村|村|居)+$")
# 街道/镇/乡/county before the community; at least two characters must be left behind it.
_REGION_HEAD = re.compile(r"^.{1,12}?(?:街道办事处|街道办|街道|镇|乡|县|市|区)(?=.{2,})")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=65_536)
def text_key(text: str) -> str:
    """Return a text as NFKC, simplified script, lower case and without any space."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return plain if plain.isascii() else _to_simplified().convert(plain)


def clean_name(text: str) -> str:
    """Return a person's name as stored: half-width, one kind of ·, no space inside a Chinese name.

    A name in Latin letters keeps single spaces between its words.
    """
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii():
        return " ".join(plain.split())
    return _NAME_DOT.sub("·", _SPACE.sub("", plain)).strip("·")


def name_key(text: str) -> str:
    """Return the key by which two spellings of a person's name are the same."""
    return _NAME_DOT.sub("·", text_key(text)).strip("·")


def clean_place(text: str) -> str:
    """Return a place name as stored: half-width and without any space."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def community_key(text: str) -> str:
    """Return the key of a community: the same with or without 社区, 居委会 or 村, and without any space."""
    full = text_key(text)
    return _COMMUNITY_KIND.sub("", _COMMUNITY_TAIL.sub("", full) or full)


def same_community(left: str, right: str) -> bool:
    """Say whether two texts name one community, one of them perhaps with its town or county in front."""
    a, b = community_key(left), community_key(right)
    return a == b or _without_regions(a) == b or a == _without_regions(b)


def _without_regions(key: str) -> str:
    while (shorter := _REGION_HEAD.sub("", key)) != key:
        key = shorter
    return key
