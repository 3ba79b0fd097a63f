from itertools import product

import numpy as np
import pytest

from matching import (
    AnswerReader,
    CorrectedAnswers,
    Examination,
    InvalidInputError,
    Metric,
    Named,
    RetrainingTrial,
    Way,
    independent_groups,
    lessons,
)

TOPICS = [
    ("GRID", ["网格员跑不过来", "网格划分不合理", "楼栋长没人愿意当"]),
    ("LIFE", ["加装电梯一楼不同意", "停车位不够", "垃圾清运不及时"]),
]
DOGS = [
    f"{dog}{trouble}"
    for dog, trouble in product(("大狗", "小狗", "恶犬", "流浪狗"), ("咬人", "乱叫", "拉屎"))
]
WATER = [
    f"{pipe}{trouble}"
    for pipe, trouble in product(("水管", "水压", "水表", "水箱"), ("爆了", "不够", "太老"))
]


def answers(topics_of_dogs: str = "GRID", topics_of_water: str = "LIFE") -> CorrectedAnswers:
    texts = (*DOGS, *WATER)
    codes = [frozenset({topics_of_dogs})] * len(DOGS) + [frozenset({topics_of_water})] * len(WATER)
    return CorrectedAnswers(texts, tuple(codes), tuple(map(str, range(len(texts)))))


def test_one_persons_answers_and_near_copies_are_one_group() -> None:
    said = CorrectedAnswers(
        ("停车位不够天天吵", "材料太多", "停车位不够,天天吵!", "电梯装不成", "楼道黑"),
        (frozenset(),) * 5,
        ("a", "b", "c", "b", "d"),
    )
    groups = independent_groups(said)
    assert groups[0] == groups[2]
    assert groups[1] == groups[3]
    assert len(set(groups.tolist())) == 3


def test_no_person_and_no_copy_stands_on_both_sides_of_a_fold() -> None:
    said = answers()
    owners = tuple(str(number // 2) for number in range(len(said)))
    trial = RetrainingTrial(TOPICS, CorrectedAnswers(said.texts, said.topics, owners), [False] * len(said))
    assert not trial.is_possible
    single = RetrainingTrial(TOPICS, said, [False] * len(said))
    held = np.concatenate(single._folds)
    assert sorted(held.tolist()) == list(range(len(said)))
    for fold in single._folds:
        assert not set(single.groups[fold]) & set(np.delete(single.groups, fold))


def test_candidate_that_learned_what_phrases_do_not_say_is_better() -> None:
    trial = RetrainingTrial(TOPICS, answers(), [False] * 24)
    verdict = trial.verdict([trial.examine(fold) for fold in range(trial.n_folds)])
    assert verdict.is_better
    candidate, current = verdict.measures[Way.CANDIDATE], verdict.measures[Way.CURRENT]
    gain = candidate[Metric.MACRO_F1].value - current[Metric.MACRO_F1].value
    assert verdict.difference.value == pytest.approx(gain)
    assert verdict.difference.low > 0
    assert (verdict.n_answers, verdict.n_groups) == (24, 24)
    assert set(candidate) == set(Metric)
    # A way that always speaks and cannot tell how sure it is has no such figures.
    assert set(verdict.measures[Way.KEYWORDS]) == {Metric.MACRO_F1, Metric.MICRO_F1}
    for measured in verdict.measures.values():
        for estimate in measured.values():
            assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def test_candidate_that_knows_no_more_is_not_better() -> None:
    trial = RetrainingTrial(TOPICS, answers(), [True] * 24)
    verdict = trial.verdict([trial.examine(fold) for fold in range(trial.n_folds)])
    assert not verdict.is_better
    assert (verdict.difference.value, verdict.difference.low, verdict.difference.high) == (0, 0, 0)


def test_a_gain_that_hangs_on_one_group_is_none() -> None:
    truth = [frozenset({"A"})] * 10 + [frozenset({"B"})] * 10
    right, wrong = tuple(truth), (frozenset({"B"}), *truth[1:])
    best = tuple(next(iter(codes)) for codes in truth)
    apart = Examination(truth, np.arange(20)).difference(Named(right, best), Named(wrong, best))
    assert apart.value > 0
    assert apart.low == 0


def test_macro_f1_is_the_mean_over_the_topics_that_are_there() -> None:
    truth = [frozenset({"A"}), frozenset({"A"}), frozenset({"B"}), frozenset()]
    named = Named(
        (frozenset({"A"}), frozenset({"B"}), frozenset({"B"}), frozenset({"C"})), ("A", "B", "B", "C")
    )
    found = Examination(truth, np.arange(4)).measure(named)
    assert found[Metric.MACRO_F1].value == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert found[Metric.MICRO_F1].value == pytest.approx(2 * 2 / 6)


def test_coverage_and_calibration_count_what_was_said() -> None:
    truth = [frozenset({"A"})] * 2 + [frozenset({"B"})] * 2
    named = Named(
        (frozenset({"A"}),) * 4,
        ("A",) * 4,
        np.array([0.95, 0.95, 0.95, 0.25]),
        np.array([True, True, True, False]),
    )
    found = Examination(truth, np.arange(4)).measure(named)
    assert found[Metric.COVERAGE].value == pytest.approx(0.75)
    assert found[Metric.SAID_RIGHT].value == pytest.approx(2 / 3)
    assert found[Metric.CALIBRATION_ERROR].value == pytest.approx((abs(3 * 0.95 - 2) + 0.25) / 4)


def test_answers_of_several_topics_teach_by_their_parts() -> None:
    reader = AnswerReader.from_topics(TOPICS)
    said = CorrectedAnswers(
        ("停车位不够；网格员跑不过来", "停车位不够", "天气真好", "停车位不够网格员跑不过来"),
        (
            frozenset({"GRID", "LIFE"}),
            frozenset({"LIFE", "LIFE.PARKING"}),
            frozenset(),
            frozenset({"GRID", "LIFE"}),
        ),
        ("a", "b", "c", "d"),
    )
    texts, labels = lessons(said, reader)
    assert list(zip(texts, labels, strict=True)) == [
        ("停车位不够", "LIFE"),
        ("网格员跑不过来", "GRID"),
        ("停车位不够", "LIFE.PARKING"),
        ("天气真好", ""),
    ]


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        CorrectedAnswers(("a",), (), ("b",))
    with pytest.raises(InvalidInputError):
        RetrainingTrial(TOPICS, answers(), [False] * 3)
