import random

import pytest

from matching import InvalidInputError, emerging_points
from matching.topics import emerging

from .topic_tree import TREE

STREAMS = [
    "上头喊我们直播带货，我连手机支架都不会用",
    "直播间就十几个人看，带货卖不动",
    "要求每个社区开直播账号，没得人会剪视频",
    "直播带货培训听了两次，回来还是不敢开口",
]
# What no topic covers, each of another thing.
NOISE = [
    "食堂的菜越来越咸",
    "周末想去爬山没人约",
    "打印机卡纸三天了",
    "娃娃升学考试成绩不理想",
    "手机内存老是不够",
    "办公室空调漏水滴到键盘",
    "公交末班车收得太早",
    "隔壁装修电钻吵了一个月",
    "快递总放错驿站",
    "最近腰疼坐不住",
    "楼下早餐店涨价了",
    "老家房子漏雨要回去修",
    "想考驾照抽不出时间",
    "羽毛球场地订不到",
    "眼镜度数又深了",
    "年休假攒着没休",
    "出差报销单据丢了一张",
    "窗帘拉不严晃眼睛",
    "单位体检排到下个季度",
    "信号不好电话断断续续",
    "门口的樟树遮了路灯",
    "今年荔枝贵得吃不起",
    "换季感冒一直没好",
    "会议桌少了两把椅子",
    "停水通知贴得太晚",
    "猫把盆栽打翻了",
    "雨伞借出去没还",
    "茶叶受潮发霉了",
    "电梯广告声音太大",
    "字幕太小看不清楚",
]


def test_thirty_noise_answers_are_no_group() -> None:
    assert len(NOISE) == 30
    assert emerging_points(NOISE, range(30)) == []


@pytest.mark.parametrize("seed", range(5))
def test_group_is_found_among_noise_in_any_order(seed: int) -> None:
    said = STREAMS + NOISE
    random.Random(seed).shuffle(said)
    (point,) = emerging_points(said, range(len(said)))
    assert {said[place] for place in point.members} == set(STREAMS)
    assert point.words[0] in {"直播", "带货"}
    assert (point.n_people, said[point.central] in STREAMS) == (4, True)


def test_two_people_are_no_group_however_often_they_say_it() -> None:
    assert emerging_points(STREAMS + NOISE, [0, 1, 0, 1, *range(2, 32)]) == []
    (point,) = emerging_points(STREAMS + NOISE, [0, 1, 2, 1, *range(3, 33)])
    assert (len(point.members), point.n_people) == (4, 3)


def test_word_that_is_common_among_known_topics_tells_nothing() -> None:
    background = [f"直播和带货的第{number}个已知难题" for number in range(20)]
    assert emerging_points(STREAMS + NOISE, range(34), background=background) == []


def test_largest_group_comes_first() -> None:
    dogs = ["小区遛狗不牵绳娃娃怕", "遛狗不捡狗屎草坪脏", "遛狗的说我的狗不咬人"]
    found = emerging_points(dogs + STREAMS + NOISE, range(37))
    assert [(point.n_people, point.words[0]) for point in found] == [(4, "直播"), (3, "遛狗")]


def test_text_that_is_not_linked_joins_by_the_telling_word(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every other one of 34 texts is linked: three of the four are, and the second is not.
    monkeypatch.setattr(emerging, "_GROUPED", 17)
    said = [STREAMS[0], STREAMS[1], STREAMS[2], NOISE[0], STREAMS[3], *NOISE[1:]]
    (point,) = emerging_points(said, range(34))
    assert set(point.members) == {0, 1, 2, 4}


def test_nothing_said_is_no_group() -> None:
    assert emerging_points([], []) == []
    assert emerging_points(["", "……", " "], [0, 1, 2]) == []


def test_group_of_one_person_cannot_be_asked_for() -> None:
    with pytest.raises(InvalidInputError, match="least_people"):
        emerging_points(["a"], [0], least_people=1)


MONKEYS = ["猴子成群下山偷苞谷", "猴子翻窗进屋，把娃娃抓伤", "打不得赶不走，猴子是保护动物"]
OTHERS = ["楼道堆满杂物没人清", "电梯三天两头坏"]
BACKGROUND = [text for _, texts in TREE for text in texts] * 40


def test_new_word_joins_what_was_filed_without_conviction() -> None:
    said, unsure = [*MONKEYS, *OTHERS], [0.0, 0.7, 0.4, 0.9, 0.9]
    (point,) = emerging_points(said, range(5), background=BACKGROUND, confidence=unsure)
    assert (point.members, point.words[0], point.n_people) == ((0, 1, 2), "猴子", 3)
    assert emerging_points(said, range(5), background=BACKGROUND, confidence=[0.9] * 5) == []
    assert emerging_points(said, [0, 0, 1, 2, 3], background=BACKGROUND, confidence=unsure) == []
    known = [*BACKGROUND, "猴子来了", "猴子又来了"]
    assert emerging_points(said, range(5), background=known, confidence=unsure) == []


def test_words_of_everyday_talk_make_no_group() -> None:
    said = [f"{trouble}，现在那些老百姓有没有办法" for trouble in (*OTHERS, MONKEYS[0])]
    assert emerging_points(said, range(3), background=BACKGROUND, confidence=[0.1, 0.2, 0.3]) == []


@pytest.mark.parametrize("confidence", [[0.5], [1.5, 0.0]])
def test_confidence_must_be_a_probability_of_each_text(confidence: list[float]) -> None:
    with pytest.raises(InvalidInputError, match="confidence"):
        emerging_points(["a", "b"], [0, 1], confidence=confidence)
