"""What an answer is before its topics are asked: one point or several, a copy of another."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..exceptions import InvalidInputError
from .features import Vocabulary, ngrams
from .normalise import normalise

Span = tuple[int, int]

_NOT_WORDS = re.compile(r"[\W_]+")

_STOP = r"\n\r;；。！!？?"
_NUMERAL = "一二三四五六七八九十"
# 第一次, 第一书记 and 第二季度 count nothing up.
_AFTER_ORDINAL = (
    r"(?![一二三四五六七八九十\d]|次|天|年|月|周|书记|批|期|轮|栋|名|位|季|遍|回|时间|线|手|代|村|组|支部|小组|课堂)"
    r"(?:个|条|点)?(?:(?:问题|困难|难题|方面|原因)?就?是)?[，,、：:]?"
)
# These marks speak for themselves anywhere; 二、三十栋 is a number.
_CLEAR_MARK = (
    rf"[①-⒛㈠-㈩㊀-㊉❶-➓•●○◆◇■□▪◦‣※★☆✓√]|[（(](?:\d{{1,2}}|[{_NUMERAL}]{{1,2}})[)）]"
    rf"|[二三四五六七]是(?!否)|[二三四五六七八九]、(?![{_NUMERAL}])"
)
# These mark a list only at the start of a clause.
_LEADING_MARK = (
    rf"\d{{1,2}}(?:[)）、:：]|[.．](?!\d))|[{_NUMERAL}]{{1,2}}[)）、，,.．]|[A-Ha-h][)）、.．](?![A-Za-z0-9])"
    rf"|一是|其一|其二|其三|第[一二三四五六]{_AFTER_ORDINAL}|首先|其次|再次|再者|最后|另外|此外|还有(?:就是|一个|一点|(?=[，,：:]))"
    r"|同时|再就是|再一个|另一个(?:就是|是)?|但是?|不过|可是|然而"
)
_POINT_BREAK = re.compile(rf"[{_STOP}]+|{_CLEAR_MARK}|(?:(?<=[\s，,、：:{_STOP}])|^)\s*(?:{_LEADING_MARK})")
# A number, or an ordinal, anywhere in a text; a list where they count 1, 2, 3.
_COUNTED = (
    re.compile(r"(?<!\d)(\d{1,2})[)）、.．](?!\d)"),
    re.compile(rf"第([一二三四五六]){_AFTER_ORDINAL}"),
)
_CLAUSE_BREAK = re.compile(r"[，,、：:/／|｜\s]+")


def split_points(text: str) -> list[Span]:
    """Cut an answer at list marks, sentence ends and words of contrast into its points.

    Parameters
    ----------
    text : str
        The original answer.

    Returns
    -------
    list of (start, end), characters of `text`, end excluded, without marks and white space; none for a text
    without letters or digits.

    Examples
    --------
    >>> answer = "1、停车难；2、楼道堆物没人管"
    >>> [answer[start:end] for start, end in split_points(answer)]
    ['停车难', '楼道堆物没人管']

    """
    breaks = [found.span() for found in _POINT_BREAK.finditer(text)]
    return _between(text, sorted([*breaks, *_list_marks(text)]), 0, len(text))


def _list_marks(text: str) -> list[Span]:
    """Return where numbers count the points of a list although nothing stands before them (1.停车难2.没有灯)."""
    marks: list[Span] = []
    for pattern in _COUNTED:
        counted: list[Span] = []
        for found in pattern.finditer(text):
            number = found[1]
            if (int(number) if number.isdecimal() else 1 + _NUMERAL.index(number)) == len(counted) + 1:
                counted.append(found.span())
        marks += counted if len(counted) > 1 else []
    return marks


def split_clauses(text: str, span: Span) -> list[Span]:
    """Cut one point at commas, enumeration commas, colons and spaces.

    Parameters
    ----------
    text : str
        The whole answer.
    span : pair of int
        Characters of the point, end excluded.

    Returns
    -------
    list of pairs of int
        Characters of each clause in `text`, end excluded.

    Examples
    --------
    >>> split_clauses("材料多，系统也多", (0, 8))
    [(0, 3), (4, 8)]

    """
    return _between(text, [found.span() for found in _CLAUSE_BREAK.finditer(text, *span)], *span)


def _between(text: str, breaks: Sequence[Span], start: int, end: int) -> list[Span]:
    pieces: list[Span] = []
    for left, right in breaks:
        pieces.append((start, left))
        start = max(start, right)
    pieces.append((start, end))
    trimmed = (_trim(text, *piece) for piece in pieces)
    return [(left, right) for left, right in trimmed if left < right]


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and not text[start].isalnum() and text[start] not in '《“"「『【（(':
        start += 1
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in '》”"」』】）)':
        end -= 1
    says_something = start < end and (text[start].isalnum() or any(map(str.isalnum, text[start:end])))
    return (start, end) if says_something else (start, start)


def bare_spellings(texts: Sequence[str]) -> list[str]:
    """Return texts in one spelling without signs and spaces; two answers with the same one say the same.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    list of str, in the order of `texts`.

    Examples
    --------
    >>> bare_spellings(["停车难,没人管！", "停車難 没人管"])
    ['停车难没人管', '停车难没人管']

    """
    return [_NOT_WORDS.sub("", each.text) for each in normalise(texts)]


def near_duplicates(texts: Sequence[str], threshold: float = 0.9) -> NDArray[np.int64]:
    """Group texts that are copies of each other up to a few characters.

    Parameters
    ----------
    texts : sequence of str
        Answers of different people.
    threshold : float in (0, 1], default 0.9
        Least cosine between the counts of character 3-grams.

    Returns
    -------
    int array of shape (n_texts,), the position of the first text of each text's group; its own where it has
    no copy.

    Raises
    ------
    InvalidInputError
        When the threshold is outside (0, 1].

    Notes
    -----
    Equal texts are joined first; the rest is a product of sparse rows in blocks of 1 024, so memory is
    bounded.
    Groups are closed chains: a ~ b and b ~ c put a, b and c together.

    Examples
    --------
    >>> near_duplicates(["老旧小区停车难没人管", "下雨就淹", "老旧小区停车难没人管。"]).tolist()
    [0, 1, 0]

    """
    if not 0 < threshold <= 1:
        raise InvalidInputError(
            f"The 'threshold' parameter of near_duplicates must be in (0, 1]. Got {threshold!r} instead."
        )
    bare = bare_spellings(texts)
    if not bare:
        return np.zeros(0, dtype=np.int64)
    distinct, group = np.unique(np.array(bare, dtype=np.str_), return_inverse=True)
    component = _similar_components(distinct.tolist(), threshold)[group]
    _, first, which = np.unique(component, return_index=True, return_inverse=True)
    return np.asarray(first[which], dtype=np.int64)


def _similar_components(texts: list[str], threshold: float) -> NDArray[np.int64]:
    found = ngrams(texts, 3, 3)
    known = Vocabulary.learn(found.rows, found.codes, len(texts)).terms
    columns = np.searchsorted(known, found.codes)
    shape = (len(texts), len(known))
    counts = sparse.csr_array((np.ones(len(columns)), (found.rows, columns)), shape=shape)
    norms = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    unit = sparse.csr_array(sparse.diags_array(1 / np.where(norms > 0, norms, 1)) @ counts)
    turned = sparse.csr_array(unit.T)
    pairs = []
    for start in range(0, len(texts), 1024):
        block = sparse.coo_array(unit[start : start + 1024] @ turned)
        near = block.data >= threshold - 1e-9
        pairs.append((block.row[near] + start, block.col[near]))
    rows, others = (np.concatenate(side) for side in zip(*pairs, strict=True))
    graph = sparse.csr_array((np.ones(len(rows)), (rows, others)), shape=(len(texts), len(texts)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
