"""The words in a question that tell its kind and what it measures."""

import re

from studio.store.enums import Measure, QuestionKind

RANK = re.compile(r"排序|排列|排名|按.{0,8}(?:顺序|先后)|排个序|\brank", re.IGNORECASE)
MULTI_MARK = re.compile(
    r"多选|不定项|可选.{0,3}项|最多.{0,3}[选项]|至多|限选|multiple|all that apply", re.IGNORECASE
)
CHOICE = re.compile(r"单选|多选|限选|哪一?[个些类方]|哪几|选择|which\b", re.IGNORECASE)
# Options are offered for sure; "what are the thorniest" (哪些) may ask for words as well.
PICK = re.compile(r"单选|多选|不定项|限选|可选|最多|至多|选择|哪一?[项类方]|哪几", re.IGNORECASE)
DEGREE = re.compile(
    r"程度|评分|打分|打几分|分值|量表|难度|[迫意急]度|severity|urgency|\brat(?:e|ing)\b|\bscale\b"
    r"|how (?:urgent|difficult|hard)",
    re.IGNORECASE,
)
# A header that asks for one of several areas; else a topic's name may be a trouble told in one word.
AREAS = re.compile(r"方面|领域|类别|类型|环节|主题|板块|选项|area|topic|field", re.IGNORECASE)
ASKS_TEXT = re.compile(
    r"什么|为什么|为何|怎[么样]|如何|建议|意见|谈谈|描述|写出|写下|请写|填空|简答|问答|举例|说明|what|why|how\b|describe|comment",
    re.IGNORECASE,
)
URGENT = re.compile(r"急迫|紧急|紧迫|迫切|急需|急切|最急|着急|urgen|pressing", re.IGNORECASE)
SEVERE = re.compile(
    r"棘手|困难|难度|难易|难处|难点|难题|头[疼痛]|严重|挑战|短板|困扰|薄弱|severi|severe|difficult|hard|thorn|challeng",
    re.IGNORECASE,
)
MOST_URGENT = re.compile(
    r"最.{0,4}(?:急|迫切|紧|想.{0,4}解决|需要.{0,4}解决)|most urgent|most pressing|urgent", re.IGNORECASE
)
THORNIEST = re.compile(
    r"最.{0,4}(?:棘手|困难|难|头[疼痛]|大的|突出|严重|困扰)"
    r"|thorniest|hardest|toughest|most difficult|biggest",
    re.IGNORECASE,
)
# What is asked is not a trouble: a cause, a remedy, a wish, something that goes well.
NOT_TROUBLE = re.compile(
    r"(?<![及和与、])(?:建议|意见|措施|对策|办法|做法|原因|经验|收获|擅长|优势|强项|满意|亮点|做得好|已解决|掌握|熟悉|培训方式"
    r"|(?:希望|期望)(?!.{0,6}解决)|重要|suggest|advice|reason)",
    re.IGNORECASE,
)


def comes_first(found: re.Match[str] | None, other: re.Match[str] | None) -> bool:
    """Say whether the first word was found, and not after the other one."""
    return found is not None and (other is None or found.start() <= other.start())


def measure_of_choice(words: str, kind: QuestionKind, *, topical: bool) -> Measure:
    """Return what ticks or places on topics tell.

    Ticks are difficulty unless urgent matters are asked for first; a ranking is one of urgency unless its
    words ask for difficulty alone.
    """
    if not topical or NOT_TROUBLE.search(words):
        return Measure.OTHER
    urgent, severe = URGENT.search(words), SEVERE.search(words)
    if kind is QuestionKind.RANK:
        return Measure.DIFFICULTY if severe and not urgent else Measure.URGENCY_ORDER
    return Measure.URGENCY if comes_first(urgent, severe) else Measure.DIFFICULTY


def measure_of_text(text: str) -> Measure:
    """Return what an open question asks for: the thorniest, the most urgent, or anything else."""
    if NOT_TROUBLE.search(text):
        return Measure.OTHER
    urgent, thorny = MOST_URGENT.search(text), THORNIEST.search(text)
    if comes_first(urgent, thorny):
        return Measure.MOST_URGENT
    return Measure.THORNIEST if thorny else Measure.OTHER
