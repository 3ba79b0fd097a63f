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
_SHORTEST_COMMUNITY = 2
# Stands for a place that is not known, and so is never written.
_NO_PLACE = "\0"


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


def full_name(surname: str, given: str) -> str:
    """Return a name from two columns: 王 and 小明 are 王小明, Lee and Anna are Anna Lee."""
    return f"{given} {surname}".strip() if (surname + given).isascii() else surname + given


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


def same_community(known: str, given: str, *, county: str = "", town: str = "") -> bool:
    """Say whether `given` names the community `known`, one of them perhaps with its town or county in front.

    `county` and `town` are those of the known one. What stands in front must be them where they are known:
    东区花园 is not 花园, and 花园 of another town is another community.
    """
    a, b = community_key(known), community_key(given)
    if a == b:
        return True
    above = _places_above(text_key(county), text_key(town))
    if b.endswith(a) and len(a) >= _SHORTEST_COMMUNITY:
        return above.fullmatch(b.removesuffix(a)) is not None
    own = _places_above(text_key(county) or _NO_PLACE, text_key(town) or _NO_PLACE)
    return a.endswith(b) and len(b) >= _SHORTEST_COMMUNITY and own.fullmatch(a.removesuffix(b)) is not None


@cache
def _places_above(county: str, town: str) -> re.Pattern[str]:
    """Return the pattern of what may stand before a community: province, city, county and town, each once."""
    county_named = re.escape(county) if county else r".{1,6}?[县区市]"
    town_named = re.escape(town) if town else r".{1,8}?(?:街道|镇|乡)"
    office = "(?:办事处|办)?"
    return re.compile(
        rf"(?:.{{2,6}}?(?:省|自治区))?(?:.{{2,6}}?[市州])?(?:{county_named})?(?:{town_named}{office})?"
    )
