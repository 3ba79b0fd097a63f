"""One spelling for every text, with the way back to the characters that a person typed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Protocol

import opencc

from ..exceptions import InvalidInputError


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A text in one spelling, with the place of each of its characters in the original.

    Attributes
    ----------
    original : str
        The text as it was typed.
    text : str
        The same in NFKC, lower case and simplified script, white space collapsed and trimmed.
    starts, ends : tuple of int, each of len(text)
        Character i of `text` came from `original[starts[i]:ends[i]]`.

    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` stands in the original, as [start, end)."""
        if start >= end:
            place = self.starts[start] if start < len(self.starts) else len(self.original)
            return place, place
        return self.starts[start], self.ends[end - 1]


def normalise(texts: Sequence[str]) -> list[NormalisedText]:
    """Bring texts to one spelling: NFKC, lower case, simplified script, single spaces.

    Parameters
    ----------
    texts : sequence of str
        Anything a person may type, the empty string included.

    Returns
    -------
    list of NormalisedText, in the order of `texts`.

    Raises
    ------
    InvalidInputError
        When `texts` is one str, whose characters would pass for texts, or holds anything but str.

    Notes
    -----
    Each text is treated alone, so one text gives the same result as many. Time is linear in the characters.

    Examples
    --------
    >>> result = normalise(["ＡＢ  網格　員"])[0]
    >>> result.text
    'ab 网格 员'
    >>> result.original_span(3, 5)
    (4, 6)

    """
    if isinstance(texts, str):
        raise InvalidInputError(
            f"The 'texts' parameter must be a sequence of str. Got one str, {texts[:20]!r}."
        )
    return [_normalise_one(text) for text in texts]


def _normalise_one(text: str) -> NormalisedText:
    if not isinstance(text, str):
        raise InvalidInputError(f"The 'texts' parameter must hold str alone. Got {text!r} among them.")
    line = text.translate(_ALPHABET)
    if _ALPHABET.special.isdisjoint(text) and line.strip() == line and "  " not in line:
        return NormalisedText(text, line, *_places(len(line)))
    line, starts, ends = _fold(text)
    return NormalisedText(text, _simplify(line), starts, ends)


@lru_cache(maxsize=4096)
def _places(length: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(range(length)), tuple(range(1, length + 1))


def _fold(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Fold character by character, so that every folded character knows its origin."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, cluster in _clusters(text):
        for character in _fold_cluster(cluster):
            if character == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(character)
            starts.append(start)
            ends.append(end)
    if characters and characters[-1] == " ":
        characters.pop(), starts.pop(), ends.pop()
    return "".join(characters), tuple(starts), tuple(ends)


def _clusters(text: str) -> list[tuple[int, int, str]]:
    """Cut before every character that is not a combining mark: NFKC composes only inside these pieces."""
    if not any(map(unicodedata.combining, text)):
        return [(place, place + 1, character) for place, character in enumerate(text)]
    bounds = [i for i, c in enumerate(text) if i == 0 or not unicodedata.combining(c)] + [len(text)]
    return [(start, end, text[start:end]) for start, end in pairwise(bounds)]


# What the table leaves as it is: variants of characters, and words that the mainland writes with another character.
_VARIANTS = str.maketrans("祇衹粧汚", "只只妆污")
_PARTICLE = re.compile(r"(?<![显顯名巨土编編专專卓原译譯论論合])著(?![名作称稱述书書者录錄文])")
_WORDS = {
    "甚么": "什么",
    "台帐": "台账",
    "记帐": "记账",
    "报帐": "报账",
    "帐目": "账目",
    "帐本": "账本",
    "帐上": "账上",
}
_WORD = re.compile("|".join(_WORDS))
_UNSETTLED = frozenset("祇衹粧汚著甚帐")


class _Alphabet(dict[int, str]):
    """What each single character becomes, learned as characters come; most texts need nothing else.

    Attributes
    ----------
    special : set of str
        Characters that become none or several, that join the one before, that have a simplified form, or that the
        table leaves unsettled: texts with them go the long way.

    """

    def __init__(self) -> None:
        self.special: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_uncached(character)
        is_even = len(folded) == 1 and not unicodedata.combining(character)
        if not is_even or _converter().convert(folded) != folded or character in _UNSETTLED:
            self.special.add(character)
        self[code] = folded
        return folded


_ALPHABET = _Alphabet()


def _fold_cluster(cluster: str) -> str:
    # Clusters with marks are rare and unbounded in number, so they are not kept.
    return _ALPHABET[ord(cluster)] if len(cluster) == 1 else _fold_uncached(cluster)


def _fold_uncached(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower())
    spaced = re.sub(r"\s+", " ", folded)
    # Control and format characters (zero-width space, byte-order mark) carry no meaning here.
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _converter() -> _Converter:
    converter: _Converter = opencc.OpenCC("t2s")
    return converter


def _simplify(line: str) -> str:
    """Convert to simplified script without moving a character."""
    converted = _converter().convert(line)
    if len(converted) == len(line):
        return _settle(converted)
    # A phrase changed its length: convert by character, so that the offsets stay true.
    single = [_converter().convert(character) for character in line]
    return _settle("".join(new if len(new) == 1 else old for new, old in zip(single, line, strict=True)))


def _settle(line: str) -> str:
    """Put variants that the table keeps into the usual characters, one for one."""
    return _WORD.sub(lambda word: _WORDS[word[0]], _PARTICLE.sub("着", line.translate(_VARIANTS)))
