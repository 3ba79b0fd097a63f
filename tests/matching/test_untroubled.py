"""Empty talk and good news, and the troubles that look like them."""

import time

import pytest

from matching import is_junk, is_resolved

EMPTY = [
    "没想好，先空着",
    "和上一题一样",
    "同前面的回答",
    "随便填的",
    "暂时想不起来",
    "以后再说吧",
    "没什么好说的",
    "不方便透露",
    "目前没有特别棘手的事情",
    "各位老师辛苦了",
    "无。谢谢",
]
TROUBLES = [
    "没有一天不加班",
    "没想到居民意见这么大",
    "上面一天一个样",
    "前面那栋楼没人管",
    "不想说的话居民逼着说",
    "随便停车",
    "没人说得清",
    "无人可用",
    "好难",
    "有人闹",
    "都不愿意来",
]
GOOD_NEWS = [
    "停车的事上个月谈妥了，现在顺了",
    "以前怕写材料，现在不怕了",
    "电梯装好了，老人都能下楼",
    "两家握手言和，松了一口气",
    "台账砍掉一大半，轻松多了",
    "一切正常，没有特别棘手的",
    "都好",
]
TAKEN_BACK = [
    "电梯装好了，可是没人交电费",
    "说是解决了，见面还是要吵",
    "都好，只是没人愿意入党",
    "路修好了又挖",
    "要是装上电梯就好了",
    "办好了一半",
    "签了字还有两家反悔",
    "表面都很配合",
    "怎么才能办得好",
]


@pytest.mark.parametrize("answer", EMPTY)
def test_talk_that_says_nothing_is_junk(answer: str) -> None:
    assert is_junk([answer]).tolist() == [True]


@pytest.mark.parametrize("answer", [*TROUBLES, *GOOD_NEWS, *TAKEN_BACK])
def test_answer_that_says_something_is_not_junk(answer: str) -> None:
    assert is_junk([answer]).tolist() == [False]


@pytest.mark.parametrize("answer", GOOD_NEWS)
def test_trouble_that_is_over_is_resolved(answer: str) -> None:
    assert is_resolved([answer]).tolist() == [True]


@pytest.mark.parametrize("answer", [*TAKEN_BACK, *TROUBLES])
def test_trouble_that_goes_on_is_not_resolved(answer: str) -> None:
    assert is_resolved([answer]).tolist() == [False]


@pytest.mark.parametrize("piece", ["现在也", "没有", "的什么", "好了，", "老师们", "不的", "上面一"])
def test_long_repetition_costs_no_more_than_its_length(piece: str) -> None:
    start = time.process_time()
    is_junk([piece * 4000 + "字"])
    is_resolved([piece * 4000 + "字"])
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ["好的，收到", "同第8题", "见上", "还好吧", "以上都是"])
def test_answers_that_point_elsewhere_or_only_nod_say_nothing(text: str) -> None:
    assert is_junk([text]).all()


@pytest.mark.parametrize(
    "text", ["以上问题都没解决", "还好意思来要补贴", "见到领导就躲", "同第三小区一样没有车位", "没有人"]
)
def test_what_only_begins_like_it_is_a_trouble(text: str) -> None:
    assert not is_junk([text]).any()
