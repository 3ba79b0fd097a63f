"""Free answers composed from hand-written troubles, so that thousands of them differ."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from seed.respondents import Answer, Respondent

JUNK = ("无", "没有", "暂无", "同上", "没得", "不清楚")

_OPENINGS = (
    "",
    "",
    "",
    "说实话，",
    "最恼火的是，",
    "这两年，",
    "我们这里",
    "从去年开始，",
    "天天都遇到：",
    "老实讲，",
    "换届以后，",
    "我接手以来，",
    "不怕你们笑，",
)
_ENDINGS = (
    "",
    "",
    "",
    "，不晓得从哪里下手",
    "，试过几回都不成",
    "，群众意见大",
    "，一个人忙不赢",
    "，拖了快一年了",
    "，上面催得紧",
    "，经费也没得",
    "，急得睡不着",
    "，街道也没得好办法",
    "，年年都是这样",
)
_NO_WISHES = (Answer("多给点机会实际操作"), Answer("少讲道理，多看现场"))


class Wording:
    """Composes answers by topic from what people really wrote (or would write).

    `troubles` maps a topic code to ways of telling a trouble; a leaf (`WRITING.NEWS`) counts for its parent.
    The answers of `respondents` are used beside them: thorniest and most urgent as troubles, wishes as
    wishes.
    """

    def __init__(self, respondents: Iterable[Respondent], troubles: Mapping[str, Sequence[str]]) -> None:
        self._troubles: dict[str, list[Answer]] = {}
        self._wishes: dict[str, list[Answer]] = {}
        for code, texts in troubles.items():
            parent = code.split(".")[0]
            self._troubles.setdefault(parent, []).extend(Answer(text, (parent,)) for text in texts)
        for respondent in respondents:
            _file(respondent.thorniest, self._troubles)
            _file(respondent.most_urgent, self._troubles)
            _file(respondent.wish, self._wishes)

    def trouble(self, topic: str, rng: Random) -> Answer:
        """Return a trouble with `topic`, framed one way of many."""
        told = rng.choice(self._troubles[topic])
        text = told.text.rstrip("。！？!?")
        return Answer(rng.choice(_OPENINGS) + text + rng.choice(_ENDINGS), told.truth)

    def troubles(self, topics: Sequence[str], rng: Random) -> Answer:
        """Return one answer that lists a trouble for each of `topics`, numbered or parted by semicolons."""
        told = [self.trouble(topic, rng) for topic in topics]
        truth = tuple(dict.fromkeys(code for answer in told for code in answer.truth))
        if rng.random() < 0.5:
            return Answer("；".join(answer.text for answer in told), truth)
        numbered = (f"{chr(ord('①') + place)}{answer.text}" for place, answer in enumerate(told))
        return Answer(" ".join(numbered), truth)

    def wish(self, topic: str, rng: Random) -> Answer:
        """Return what help is wished for with `topic`, or a wish that fits any."""
        return rng.choice(self._wishes.get(topic, _NO_WISHES))


def _file(answer: Answer, shelves: dict[str, list[Answer]]) -> None:
    for code in answer.truth:
        shelves.setdefault(code, []).append(answer)
