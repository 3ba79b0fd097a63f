import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import (
    AnswerReader,
    InvalidInputError,
    is_junk,
    is_resolved,
    near_duplicates,
    split_clauses,
    split_points,
)

from .topic_tree import TREE

JUNK = [
    "无",
    "没有",
    "暂无",
    "同上",
    "没得",
    "莫得",
    "目前没有什么困难",
    "没有什么问题",
    "N/A",
    "。。。",
    "111",
    "哈哈哈",
    "沒有",
    "ｎｏｎｅ",
    "",
    "  ",
    "无意见",
]
REAL = [
    "没有经费",
    "无物业小区",
    "没有人愿意当楼栋长",
    "没人",
    "没钱",
    "没车位",
    "不会写",
    "缺人",
    "电梯",
    "没思路",
    "不晓得咋个写总结",
    "没有困难群众的名单",
]
RESOLVED = [
    "已解决",
    "停车难的问题已经解决了",
    "很满意",
    "没有问题",
    "以前电梯老坏，现在已经修好了",
    "物业换了，现在一切都好",
]
OPEN = [
    "没解决",
    "反映多次都没有解决",
    "群众不满意",
    "满意度不高",
    "怎么解决停车难",
    "解决不了",
    "解决了一部分",
    "电梯修好了又坏",
    "想把党建做好",
]


@pytest.mark.parametrize("answer", JUNK)
def test_empty_talk_is_junk(answer: str) -> None:
    assert is_junk([answer]).tolist() == [True]


@pytest.mark.parametrize("answer", REAL)
def test_short_real_trouble_is_not_junk(answer: str) -> None:
    assert is_junk([answer]).tolist() == [False]


@pytest.mark.parametrize("answer", RESOLVED)
def test_good_news_is_resolved(answer: str) -> None:
    assert is_resolved([answer]).tolist() == [True]


@pytest.mark.parametrize("answer", OPEN)
def test_open_trouble_is_not_resolved(answer: str) -> None:
    assert is_resolved([answer]).tolist() == [False]


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("1.停车难 2.物业扯皮 3、台账多", ["停车难", "物业扯皮", "台账多"]),
        ("一是停车难，二是没人当楼栋长；三是写材料", ["停车难", "没人当楼栋长", "写材料"]),
        ("①飞线充电②楼道堆物", ["飞线充电", "楼道堆物"]),
        ("（1）党员老龄化（2）活动没人来", ["党员老龄化", "活动没人来"]),
        ("首先停车难，其次物业差，另外系统太多", ["停车难", "物业差", "系统太多"]),
        ("投入1.5万还不够", ["投入1.5万还不够"]),
        ("还有人不交钱", ["还有人不交钱"]),
        ("楼里住着二、三十户老人", ["楼里住着二、三十户老人"]),
        ("……", []),
        ("1.停车难2.楼道堆物3.没有灯", ["停车难", "楼道堆物", "没有灯"]),
        ("⑴停车难⑵没灯；㈢堆物", ["停车难", "没灯", "堆物"]),
        ("A、停车难 B、没灯•堆物", ["停车难", "没灯", "堆物"]),
        ("一，停车难 二，没灯", ["停车难", "没灯"]),
        ("第一停车难第二没灯", ["停车难", "没灯"]),
        ("第一个问题是停车难，第二个困难就是没灯", ["停车难", "没灯"]),
        ("第一次开会没人来，第二次也一样", ["第一次开会没人来，第二次也一样"]),
        ("第一书记不管事", ["第一书记不管事"]),
        ("3.5万人只有1.2万户，第3栋", ["3.5万人只有1.2万户，第3栋"]),
    ],
)
def test_points_are_cut_at_list_marks_only(answer: str, points: list[str]) -> None:
    assert [answer[a:b] for a, b in split_points(answer)] == points


@given(st.text(alphabet="停车难一二是、，。；1.2 （）①\n", max_size=40))
def test_points_and_clauses_lie_in_order_inside_the_answer(answer: str) -> None:
    last = 0
    for start, end in split_points(answer):
        assert last <= start < end <= len(answer)
        last = end
        for left, right in split_clauses(answer, (start, end)):
            assert start <= left < right <= end


def test_copies_share_a_group_and_others_stay_alone() -> None:
    texts = ["老旧小区停车难没有人管", "下雨就淹", "老旧小区停车难，没有人管！", "无", "无"]
    assert near_duplicates(texts).tolist() == [0, 1, 0, 3, 3]


@given(st.lists(st.text(alphabet="停车难没人管电梯", max_size=12), max_size=12))
def test_groups_equal_the_closure_of_pairwise_cosines(texts: list[str]) -> None:
    def grams(text: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for i in range(len(text) - 2):
            counts[text[i : i + 3]] = counts.get(text[i : i + 3], 0) + 1
        return counts

    def near(left: str, right: str) -> bool:
        a, b = grams(left), grams(right)
        norm = (sum(v * v for v in a.values()) * sum(v * v for v in b.values())) ** 0.5
        return left == right or (norm > 0 and sum(a[g] * b.get(g, 0) for g in a) / norm >= 0.9 - 1e-9)

    group = list(range(len(texts)))
    for _ in texts:
        for i in range(len(texts)):
            for j in range(len(texts)):
                if near(texts[i], texts[j]):
                    group[i] = group[j] = min(group[i], group[j])
    assert near_duplicates(texts).tolist() == group


@pytest.mark.parametrize("threshold", [0.0, 1.1])
def test_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(InvalidInputError, match="threshold"):
        near_duplicates(["a"], threshold)


@pytest.fixture(scope="module")
def reader() -> AnswerReader:
    return AnswerReader.from_topics(TREE)


def test_several_points_give_several_topics_each_with_its_words(reader: AnswerReader) -> None:
    answer = "1、装电梯一楼死活不同意；2、年底总结写不出来"
    reading = reader.read([answer])[0]
    assert reading.codes == ("LIVELIHOOD", "WRITING")
    first, second = reading.points
    assert "电梯" in answer[first.topics[0].start : first.topics[0].end]
    assert "总结" in answer[second.topics[0].start : second.topics[0].end]


def test_leaf_lies_below_its_topic(reader: AnswerReader) -> None:
    topic = reader.read(["加装电梯一楼的死活不同意，签字签不齐"])[0].points[0].topics[0]
    assert (topic.code, topic.leaf) == ("LIVELIHOOD", "LIVELIHOOD.ELEVATORS")
    assert 0 < topic.leaf_confidence <= topic.confidence <= 1


def test_resolved_point_adds_no_topic_to_the_answer(reader: AnswerReader) -> None:
    reading = reader.read(["电梯已经装好了，都解决了。但是年底总结写不出来"])[0]
    assert [point.resolved for point in reading.points] == [True, False]
    assert reading.codes == ("WRITING",)
    assert not reading.resolved


def test_junk_has_no_points(reader: AnswerReader) -> None:
    reading = reader.read(["暂无"])[0]
    assert reading.junk
    assert (reading.points, reading.abstained, reading.resolved) == ((), False, False)


def test_answer_about_something_else_is_left_to_a_person(reader: AnswerReader) -> None:
    reading = reader.read(["哈利波特第七部"])[0]
    assert reading.abstained
    assert reading.codes == ()
    assert reading.points[0].guess in reader.upper.classes_


@pytest.mark.parametrize(
    "text", ["少讲点理论，多带我们看现场", "食堂的菜太辣了", "娃娃中考没考好", "问卷打开是一片空白"]
)
def test_small_talk_gets_no_topic(reader: AnswerReader, text: str) -> None:
    assert reader.read([text])[0].codes == ()


def test_what_no_topic_fits_is_learned_from_a_label(reader: AnswerReader) -> None:
    text = "装电梯的新闻稿抄了三遍"
    assert reader.read([text])[0].codes
    taught = AnswerReader.from_topics(
        TREE, [f"{text}{end}" for end in ("", "啊", "呢", "嘛", "哦")], [""] * 5
    )
    assert taught.read([text])[0].codes == ()


def test_one_answer_reads_the_same_as_many(reader: AnswerReader) -> None:
    answers = ["停车位不够，材料写到半夜", "无", "樓道堆滿紙箱", "", "很满意", "电梯" * 700]
    assert reader.read(answers) == [reader.read([answer])[0] for answer in answers]


def test_blocks_keep_order_and_answers(reader: AnswerReader, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["停车位不够", "无", "写总结写到半夜", "很满意", "楼道堆满纸箱"]
    whole = reader.read(answers)
    monkeypatch.setattr("matching.topics.reader._BLOCK", 2)
    assert reader.read(answers) == whole


def test_spans_of_a_traditional_text_are_those_of_the_original(reader: AnswerReader) -> None:
    answer = "　樓道堆滿　紙箱"
    topic = reader.read([answer])[0].points[0].topics[0]
    assert topic.code == "SAFETY"
    assert "堆滿" in answer[topic.start : topic.end]


def test_nothing_to_read_gives_nothing(reader: AnswerReader) -> None:
    assert reader.read([]) == []
    assert np.array_equal(is_resolved([]), np.zeros(0, dtype=bool))
