"""What an answer is before its topics are asked: empty talk, good news, one point or several, a copy."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from .exceptions import InvalidInputError
from .features import Vocabulary, ngrams
from .normalise import normalise

Span = tuple[int, int]

# "Nothing" in its many forms, and only as the whole answer: 没有经费 and 无物业小区 are real troubles.
_NOTHING = re.compile(
    r"(?:目前|暂时|现在|当前|我们?|本社区|这边|感觉|好像|基本上?|也|都|真的?|确实|还|暂|倒)*"
    r"(?:无|没有|没得|没|莫得|冇|不存在)"
    r"(?:什么|啥子?|特别的?|太?大的?|其他的?|别的|任何|哪样|太多)*"
    r"(?:问题|困难|难题|意见|建议|想法|需求|诉求|需要|烦恼|要求|说的|要说的|可说的|好说的|补充的?|内容|想说的)?"
    r"(?:了|的|吧|啊|哦|呢|呀|嘛|哈)*"
)
_PHRASES = (
    r"同上|同前|如上|见上|同上题|和上面一样|跟上面一样|一样|略|不清楚|不知道|不晓得|不了解|说不清|说不好|不好说|没想好|没想过"
    r"|还没想好|随便|都可以|都行|无所谓|不详|保密|不想说|不方便说|测试|试试|你好|您好|谢谢|感谢|辛苦了|好的?|嗯+|哦+|是的?|有|对"
    r"|可以|收到|没意见|没问题|无意见|无问题|(?:test|none|null|nil|na|no|ok|nothing|asdf\w*|qwer\w*|abc)"
)
_JUNK = re.compile(rf"(?:{_NOTHING.pattern}|{_PHRASES}|\d*|[a-z]|(.)\1*|(.{{1,2}})\2{{2,}})")
_NOT_WORDS = re.compile(r"[\W_]+")

_SOLVED = re.compile(
    r"(?:已经?|都|全部?|基本|现在|后来|总算|终于|顺利).{0,4}(?:解决|处理好|化解|搞定|办好|办妥|弄好|修好|整改完|落实)"
    r"|(?:解决|化解|搞定|处理|整改|改善|办)(?:完|好|到位)?了"
    r"|(?:很|非常|比较|挺|蛮|十分|总体|都|特别)满意|满意了?$"
    r"|(?:不再?是|不成)问题了?$|(?:一切|都|挺|很|蛮)(?:好|顺利|正常|不错|顺当)(?:的|了|呢)?$"
    r"|做得(?:很|挺|非常|都)?(?:好|到位)"
)
_UNSOLVED = re.compile(
    r"(?:没|未|不|难以?|无法|无人|能否|才能?|怎么|如何|咋个?|希望|想|要|等着|请|帮|盼|待|需|何时|什么时候|哪天)"
    r"(?:(?!已|了|现在|都|的).){0,6}"
    r"(?:解决|处理|化解|搞定|办好|办妥|弄好|修好|整改|改善|落实|满意|好|顺利|正常|不错|到位)"
    r"|(?:解决|处理|化解|办)不|一部分|一半|又"
)
# 没有问题 is good news, not a missing solution.
_NO_TROUBLE = re.compile(r"没有?(?:什么|啥)?问题了?$")

_STOP = r"\n\r;；。！!？?"
_NUMERAL = "一二三四五六七八九十"
# These marks speak for themselves anywhere; 二、三十栋 is a number.
_CLEAR_MARK = (
    rf"[①-⑳]|[（(](?:\d{{1,2}}|[{_NUMERAL}]{{1,2}})[)）]"
    rf"|[二三四五六七]是(?!否)|[二三四五六七八九]、(?![{_NUMERAL}])"
)
# These mark a list only at the start of a clause.
_LEADING_MARK = (
    rf"\d{{1,2}}(?:[)）、:：]|[.．](?!\d))|[{_NUMERAL}]{{1,2}}[)）、]"
    r"|一是|其一|其二|其三|第[一二三四五六][，,、：:是]?|首先|其次|再次|再者|最后|另外|此外|还有(?:就是|一个|一点|(?=[，,：:]))"
    r"|同时|再就是|再一个|另一个(?:就是|是)?|但是?|不过|可是|然而"
)
_POINT_BREAK = re.compile(rf"[{_STOP}]+|{_CLEAR_MARK}|(?:(?<=[\s，,、：:{_STOP}])|^)\s*(?:{_LEADING_MARK})")
_CLAUSE_BREAK = re.compile(r"[，,、：:\s]+")


def is_junk(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which whole answers say nothing (无, 暂无, 同上, 111 …).

    Parameters
    ----------
    texts : sequence of str
        Whole answers; a clause of an answer must not be judged here.

    Returns
    -------
    bool array of shape (n_texts,)

    Examples
    --------
    >>> is_junk(["暂时没有", "没有经费", "无物业小区", "——"]).tolist()
    [True, False, False, True]

    """
    bare = [_NOT_WORDS.sub("", each.text) for each in normalise(texts)]
    return np.array([_JUNK.fullmatch(text) is not None for text in bare], dtype=bool)


def is_resolved(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which points report a solved trouble or content (已解决, 很满意); these add no need.

    Parameters
    ----------
    texts : sequence of str
        Points, as `split_points` cuts them.

    Returns
    -------
    bool array of shape (n_texts,)

    Examples
    --------
    >>> is_resolved(["停车的事已经解决了", "反映多次还没有解决", "以前难，现在都弄好了"]).tolist()
    [True, False, True]

    """
    return np.array([_sounds_resolved(each.text) for each in normalise(texts)], dtype=bool)


def _sounds_resolved(text: str) -> bool:
    clauses = [_NOT_WORDS.sub("", clause) for clause in _CLAUSE_BREAK.split(text)]
    said = [clause for clause in clauses if clause]
    good = [bool(_NO_TROUBLE.search(c) or (_SOLVED.search(c) and not _UNSOLVED.search(c))) for c in said]
    if not any(good):
        return False
    # What follows the good news must not take it back.
    after = said[len(good) - 1 - good[::-1].index(True) + 1 :]
    return not any(_UNSOLVED.search(clause) for clause in after)


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
    return _between(text, _POINT_BREAK, 0, len(text))


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
    return _between(text, _CLAUSE_BREAK, *span)


def _between(text: str, border: re.Pattern[str], start: int, end: int) -> list[Span]:
    pieces: list[Span] = []
    for found in border.finditer(text, start, end):
        pieces.append((start, found.start()))
        start = found.end()
    pieces.append((start, end))
    trimmed = (_trim(text, *piece) for piece in pieces)
    return [(left, right) for left, right in trimmed if left < right]


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and not text[start].isalnum() and text[start] not in '《“"「『【（(':
        start += 1
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in '》”"」』】）)':
        end -= 1
    return (start, end) if any(map(str.isalnum, text[start:end])) else (start, start)


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
    bare = [_NOT_WORDS.sub("", each.text) for each in normalise(texts)]
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
