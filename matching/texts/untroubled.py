"""Answers that name no trouble: empty talk, and good news."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .normalise import normalise

_SIGNS = re.compile(r"[\W_]+")

# "Nothing" in its many forms, and only as the whole answer: 没有经费 and 无物业小区 are real troubles.
_HEDGE = (
    r"目前|暂时|现在|当前|我们?|本社区|这边|感觉|好像|貌似|应该|可能|大概|总的来说|说实话|基本上?"
    r"|也|都|真的?|确实|还|暂|倒"
)
_DEGREE = r"什么|啥子?|特别|太|多?大|其他|别|任何|哪样|太多|很|好|多少"
_KIND = r"棘手|急迫|紧急|迫切|着急|要紧|突出|为难|头[疼痛]|发愁|困难|需要解决|要解决|需要|难|急|愁"
_NOUN = (
    r"问题|困难|难题|难处|难事|难点|麻烦|毛病|意见|建议|想法|需求|诉求|需要|烦恼|要求|内容|事情?|补充"
    r"|(?:想|要|可|好)?(?:说|讲|写|填|提|补充|反映)"
)
_NOTHING = (
    rf"(?:{_HEDGE})*(?:无|没有|没得|没|莫得|冇|不存在)"
    rf"(?:{_DEGREE}|的)*(?:(?:{_KIND})的?)?(?:{_NOUN})?(?:了|的|吧|啊|哦|呢|呀|嘛|哈)*"
)
_SAME = (
    r"(?:和|跟|同|与|如)?(?:上|前|以上)(?:面|述|边)?一?(?:题|条|个|问|道)?的?(?:回答)?"
    r"(?:一样|相同|同样|差不多|雷同)?的?"
    r"|(?:见|参见|参照|同)(?:上|前)(?:面|述|文|题)?|(?:同|见)第?\d{1,2}(?:题|条|问)|以上(?:都是|皆是|都有|所有|全部)"
)
_LATER = (
    r"(?:先|暂时?|就)?(?:空着|空起|不填|没填|不写|跳过|略过?|放着)(?:吧|了)?"
    r"|(?:以后|下次|回头|改天|到时候?)再(?:说|讲|填|想|看)(?:吧|了)?|(?:让我|容我)?再?想想(?:再说)?"
    r"|(?:暂时?|一时)?(?:还|也)?(?:没有?|未)(?:想好|想过|想到|考虑好?|考虑过|想清楚)(?:呢)?|(?:一时|暂时?|还)?想不(?:出来?|起来?|到)"
)
_WITHHELD = (
    r"(?:我|也|都|就|真)?(?:不清楚|不知道|不晓得|不了解|不懂|不详|说不清楚?|说不好|说不上来|不好说|不太?清楚)"
    r"|不(?:想|愿意?|方便|便)(?:说|填|写|讲|回答|透露)|保密|随便(?:填|写|选|说)?(?:的|一下|点|吧|了)?|都可以|都行|都一样|无所谓"
)
_POLITE = (
    r"(?:各位|老师|领导|大家|导师|书记)*们?(?:你好|您好|好|辛苦|谢谢|感谢)(?:了|啦)?(?:您|你|老师|领导|各位|大家|导师|们)*"
    r"|好的?(?:收到|知道了|明白了?|谢谢)|还(?:好|行|可以)(?:吧|啦)?"
    r"|好的?|嗯+|哦+|啊+|额+|呃+|唉+|哎+|是的?|有|对|可以|收到|知道了|了解|明白|同意|支持|没意见|没问题|无意见|无问题|完毕?|已填|已阅"
    r"|测试|试试|一样|(?:test|none|null|nil|na|no|ok|nothing|asdf\w*|qwer\w*|abc)"
)
_JUNK = re.compile(
    rf"(?:{_NOTHING}|{_SAME}|{_LATER}|{_WITHHELD}|{_POLITE}|\d*|[a-z]|(.)\1*|(.{{1,2}})\2{{2,}})"
)

_DONE = (
    r"解决|处理|化解|搞定|办|弄|修|装|建|整改|整治|改造|落实|谈|调解|协调|清理|理顺|对接|改善|配|补|做|写|学"
)
_GOOD = re.compile(
    # something was brought to an end
    rf"(?:已经?|都|全部?|基本|现在|后来|总算|终于|顺利).{{0,4}}(?:解决|处理好|化解|搞定|办好|办妥|弄好|修好|整改完|落实|到位)"
    rf"|(?:{_DONE})(?:完|好|到位|妥|成|下来|齐|通|会|顺|起来)了(?!再|才|又)|(?:解决|化解|搞定|处理|整改|改善|达标|验收)了"
    r"|通过了?验收|验收(?:通过|合格)|签了(?:字|协议|合同)|握了手|握手言和|和好了|(?:砍|减|降|少)(?:掉|了).{0,2}(?:大?半|很多|不少|好多)"
    # people are content or at ease
    r"|(?:很|非常|比较|挺|蛮|十分|总体|一切|都|特别)(?:满意|顺手?|顺利|顺当|顺畅|稳定|正常|配合|支持)|满意了?$"
    r"|(?:石头|心)落了?地|松了一?口气|(?:轻松|舒心|放心|安心|顺心|踏实|顺|顺当|顺畅|清静|消停|好转|好看|热闹)(?:多|些)?了"
    r"|(?:好|少|顺|强|快|省事|轻松|干净|安静|方便)(?:多|些)了|不(?:再|用)?(?:怕|愁|担心|操心|头[疼痛]|发愁|吵|闹|难|堵|漏|淹)了"
    # all is well
    r"|(?:不再?是|不成)问题了?$|(?:一切|都|挺|很|蛮)(?:好|不错)(?:的|了|呢)?$|做得(?:很|挺|非常|都)?(?:好|到位)"
)
_BAD = re.compile(
    r"(?:没|未|不|难以?|无法|无人|能否|才能?|怎么|如何|咋个?|希望|想|要|等着?|请|帮|盼|待|需|何时|什么时候|哪天|要是|如果)"
    r"(?:(?!已|了|现在|都|的).){0,6}"
    r"(?:解决|处理|化解|搞定|办好|办妥|弄好|修好|整改|改善|落实|满意|好|顺利|正常|不错|到位)"
    r"|(?:解决|处理|化解|办|谈|弄|修)不|(?<!大)一部分|(?<!大)一半|又|[就才]好了|说是|表面|号称|看起来"
)
_NO_TROUBLE_LEFT = re.compile(
    r"没有?(?:什么|啥子?)?(?:问题|难题|困难|难|愁|好愁|操心|担心)的?了?$|不(?:再|用)?(?:怕|愁|担心|操心)了"
)
# After good news a word of trouble or of contrast takes it back.
_TAKEN_BACK = re.compile(
    r"^(?:但|可|不过|只是|就是|然而|问题是|唯独|除了)|还[是有差剩要]|仍|依然|依旧|反[而倒]|却|投诉"
    r"|[没未不无难缺乱吵堵差怕愁烦坏漏脏骂慢]"
)
_CLAUSE_BREAK = re.compile(r"[，,、：:;；。.!！?？\s]+")


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
    >>> is_junk(["暂时没有", "没有经费", "无物业小区", "没想好，先空着"]).tolist()
    [True, False, False, True]

    """
    return np.array([_is_empty(each.text) for each in normalise(texts)], dtype=bool)


def _is_empty(text: str) -> bool:
    # Signs may stand inside a word (n/a) or between two of them (没想好,先空着).
    if _JUNK.fullmatch(_SIGNS.sub("", text)):
        return True
    clauses = [clause for clause in _SIGNS.split(text) if clause]
    return len(clauses) > 1 and all(map(_JUNK.fullmatch, clauses))


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
    return np.array([sounds_resolved(each.text) for each in normalise(texts)], dtype=bool)


def sounds_resolved(text: str) -> bool:
    """Tell whether one point in one spelling reports a solved trouble or content."""
    clauses = [_SIGNS.sub("", clause) for clause in _CLAUSE_BREAK.split(text)]
    said = [clause for clause in clauses if clause]
    good = [_is_good(clause) for clause in said]
    if not any(good):
        return False
    # What follows the good news must not take it back.
    after = said[len(good) - good[::-1].index(True) :]
    return not any(_takes_back(clause) for clause in after)


def _takes_back(clause: str) -> bool:
    return not _JUNK.fullmatch(clause) and bool(_BAD.search(clause) or _TAKEN_BACK.search(clause))


def _is_good(clause: str) -> bool:
    if _NO_TROUBLE_LEFT.search(clause):
        return True
    found = _GOOD.search(clause)
    return found is not None and not (_BAD.search(clause) or _TAKEN_BACK.search(clause[found.end() :]))
