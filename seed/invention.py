"""Invented names of people and places, drawn from lists of characters; only the counties are real."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, product
from random import Random

COUNTIES = (
    "汇川区",
    "红花岗区",
    "播州区",
    "赤水市",
    "湄潭县",
    "正安县",
    "道真县",
    "凤冈县",
    "绥阳县",
    "桐梓县",
    "习水县",
    "余庆县",
    "务川县",
    "仁怀市",
)

_SURNAMES = (
    "安白鲍毕卞蔡岑常车陈程褚崔戴邓丁董窦杜段范方费冯付傅甘高葛耿龚古顾关郭韩郝何贺"
    "侯胡华黄霍姬季贾简江姜蒋焦金康柯孔赖郎雷黎梁廖林凌刘柳龙卢鲁陆罗骆马毛孟苗"
)
_GIVEN_FIRST = "安柏碧斌博彩灿昌晨澄楚春丹冬恩芳飞枫刚光国海涵浩禾宏华慧佳嘉建江锦景静军俊"
_GIVEN_LAST = "岸宝彬波才畅成川慈达丹典东帆芬峰福歌根耕光桂寒航和恒红虹花辉慧吉家坚杰洁捷金京娟君"

# No pair of these is part of the name of a real town or street of the city (held against a public list).
_PLACE_FIRST = "云桂梧栖听映望枕眠拂沐衔漱偎绮黛霁岚雾霞虹墨砚琴弦筝笛箫棋韵"
_PLACE_LAST = "棠薇苔荻蘅芷蓼菱鹭莺鹂雁鸿鹤鸥蝉萤烟霜露弦歌谣笺墨舟帆棹楫渚"

_COMMUNITIES_PER_TOWN = 8


@dataclass(frozen=True)
class Place:
    """An invented community in an invented town of a real county."""

    county: str
    town: str
    community: str


def invent_places(rng: Random) -> Iterator[Place]:
    """Yield communities without end, eight to a town, the towns dealt out over the counties in turn.

    Community names come back after some nine hundred, in another town, as they do in life.
    """
    towns = _pairs(_PLACE_FIRST, _PLACE_LAST, rng)
    communities = _pairs(_PLACE_FIRST, _PLACE_LAST, rng)
    for county, town in zip(cycle(COUNTIES), towns, strict=False):
        for _ in range(_COMMUNITIES_PER_TOWN):
            yield Place(county, f"{town}街道", f"{next(communities)}社区")


def invent_name(rng: Random) -> str:
    """Return a surname with one (one time in four) or two given characters."""
    given = rng.choice(_GIVEN_FIRST) if rng.random() < 0.75 else ""
    return rng.choice(_SURNAMES) + given + rng.choice(_GIVEN_LAST)


def _pairs(first: str, last: str, rng: Random) -> Iterator[str]:
    pairs = [a + b for a, b in product(first, last) if a != b]
    rng.shuffle(pairs)
    return cycle(pairs)
