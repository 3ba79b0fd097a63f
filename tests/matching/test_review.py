import numpy as np
import pytest

from matching import AnswerReader, InvalidInputError, review_queue

from .topic_tree import TREE


def test_what_decides_more_comes_before_what_is_less_sure() -> None:
    texts = ["网格划分不合理", "停车位不够天天吵", "停车位不够,天天吵", "停车位不够天天吵。"]
    found = review_queue(texts, [0.05, 0.5, 0.4, 0.6])
    assert found.order.tolist() == [2, 0]
    assert found.n_answers.tolist() == [3, 1]
    assert found.leader.tolist() == [0, 2, 2, 2]


def test_among_single_answers_the_least_sure_comes_first_and_ties_keep_their_order() -> None:
    texts = ["网格划分不合理", "停车位不够", "材料被退回来", "没人愿意当楼栋长"]
    assert review_queue(texts, [0.3, 0.1, 0.3, 0.2]).order.tolist() == [1, 3, 0, 2]


def test_nothing_to_decide_is_an_empty_queue() -> None:
    found = review_queue([], [])
    assert (found.order.tolist(), found.leader.tolist()) == ([], [])


@pytest.mark.parametrize("margins", [[0.1], [0.1, 1.2], [0.1, np.nan], [-0.1, 0.2]])
def test_margins_that_are_none_are_refused(margins: list[float]) -> None:
    with pytest.raises(InvalidInputError, match="margins"):
        review_queue(["停车难", "材料多"], margins)


def test_margin_is_the_distance_to_the_second_best_topic() -> None:
    reader = AnswerReader.from_topics(TREE)
    texts = ["停车难", "材料被退回来"]
    for reading in reader.read(texts):
        (point,) = reading.points
        assert 0 < point.margin <= point.guess_confidence
        assert reading.doubtful_point is point


def test_open_points_are_doubtful_before_good_news_and_silent_ones_before_said_ones() -> None:
    reader = AnswerReader.from_topics(TREE)
    (reading,) = reader.read(["停车难的问题已经解决了；昨晚上打雷下雨；没有车位,停车难,乱停车"])
    point = reading.doubtful_point
    assert point is not None
    assert not point.resolved
    assert not point.topics
    assert reader.read(["无"])[0].doubtful_point is None
