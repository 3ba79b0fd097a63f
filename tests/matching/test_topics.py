import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from matching import InvalidInputError, NotFittedError, TopicClassifier, expected_calibration_error
from matching.topics.calibration import choose_threshold, fit_pool

from .topic_tree import TREE, UPPER

HARD_TEXTS = ["", " ", "停车难", "電梯壞了", "x" * 2000, "停车" * 1000, "\U0001f600\u0e01\ud800", "，。！"]


@pytest.fixture(scope="module")
def classifier() -> TopicClassifier:
    return TopicClassifier().fit([], [], topics=UPPER)


def test_phrases_alone_are_enough(classifier: TopicClassifier) -> None:
    texts = ["装电梯有人不同意", "写材料写到半夜", "党员大会没人来", "楼道里堆满杂物"]
    assert classifier.predict(texts).tolist() == ["LIVELIHOOD", "WRITING", "PARTY_AFFAIRS", "SAFETY"]


def test_labels_teach_words_that_no_phrase_has() -> None:
    texts = ["猫狗乱叫", "猫狗咬人", "猫狗没拴绳", "猫狗粪便", "猫狗伤人"]
    plain = TopicClassifier().fit([], [], topics=UPPER).predict_proba(["猫狗"])
    taught = TopicClassifier().fit(texts, ["SAFETY"] * 5, topics=UPPER)
    column = taught.classes_.tolist().index("SAFETY")
    assert taught.predict(["猫狗"]).tolist() == ["SAFETY"]
    assert taught.predict_proba(["猫狗"])[0, column] > plain[0, column]


def test_labels_without_topics_are_enough() -> None:
    taught = TopicClassifier().fit(["停车难", "没车位", "写总结", "写材料"], ["A", "A", "B", "B"])
    assert taught.predict(["车位难", "总结材料"]).tolist() == ["A", "B"]


def test_unlabelled_texts_change_no_class() -> None:
    taught = TopicClassifier().fit(["停车难", "随便什么"], ["A", None], topics=[("B", ["写总结"])])
    assert taught.classes_.tolist() == ["A", "B"]


def test_single_topic_is_certain() -> None:
    taught = TopicClassifier().fit([], [], topics=[("A", ["停车难"])])
    assert taught.predict_proba(["停车", ""]).tolist() == [[1.0], [1.0]]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_rows_sum_to_one_and_batches_change_nothing(classifier: TopicClassifier, texts: list[str]) -> None:
    together = classifier.predict_proba(texts)
    alone = np.vstack([classifier.predict_proba([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert np.allclose(together.sum(axis=1), 1)
    assert (together >= 0).all()


def test_hard_texts_are_answered(classifier: TopicClassifier) -> None:
    chances = classifier.predict_proba(HARD_TEXTS)
    assert chances.shape == (len(HARD_TEXTS), len(classifier.classes_))
    assert np.isfinite(chances).all()
    assert classifier.predict_proba([]).shape == (0, len(classifier.classes_))


def test_columns_follow_classes_whatever_the_order_of_topics(classifier: TopicClassifier) -> None:
    turned = TopicClassifier().fit([], [], topics=UPPER[::-1])
    assert turned.classes_.tolist() == sorted(code for code, _ in UPPER) == classifier.classes_.tolist()
    assert turned.predict(["写总结"]).tolist() == ["WRITING"]


def test_text_without_any_known_word_is_left_open(classifier: TopicClassifier) -> None:
    chances = classifier.predict_proba(["\u0e01\u0e02\u0e03"])
    assert np.allclose(chances, 1 / len(classifier.classes_))
    assert classifier.abstain(["\u0e01\u0e02\u0e03", "", "写总结写材料"]).tolist() == [True, True, False]


def test_fitting_twice_gives_the_same_bytes(classifier: TopicClassifier) -> None:
    again = TopicClassifier().fit([], [], topics=UPPER)
    assert all(np.array_equal(again.state()[name], array) for name, array in classifier.state().items())


def test_clone_keeps_parameters_and_forgets_the_fit(classifier: TopicClassifier) -> None:
    copy = clone(TopicClassifier(penalty=2.0))
    assert copy.get_params() == TopicClassifier(penalty=2.0).get_params()
    with pytest.raises(NotFittedError):
        clone(classifier).predict(["停车"])


def test_arrays_stored_without_pickle_give_the_same_answers(classifier: TopicClassifier) -> None:
    file = io.BytesIO()
    np.savez(file, **classifier.state())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        loaded = TopicClassifier.from_state({name: stored[name] for name in stored.files})
    assert np.array_equal(loaded.predict_proba(HARD_TEXTS[:4]), classifier.predict_proba(HARD_TEXTS[:4]))
    assert np.array_equal(loaded.abstain(HARD_TEXTS[:4]), classifier.abstain(HARD_TEXTS[:4]))
    assert loaded.evidence(["装电梯签字签不齐"]) == classifier.evidence(["装电梯签字签不齐"])


def test_damaged_state_is_refused(classifier: TopicClassifier) -> None:
    state = classifier.state()
    with pytest.raises(InvalidInputError, match="weights"):
        TopicClassifier.from_state({**state, "weights": state["weights"][:-1]})
    with pytest.raises(InvalidInputError, match="calibration"):
        TopicClassifier.from_state({**state, "calibration": np.full(3, np.nan)})
    with pytest.raises(InvalidInputError, match="word_idf"):
        TopicClassifier.from_state({**state, "word_idf": state["word_idf"].astype(np.float32)})
    with pytest.raises(InvalidInputError, match="ngrams"):
        TopicClassifier.from_state({name: array for name, array in state.items() if name != "ngrams"})


def test_evidence_stands_in_the_original_and_names_the_cause(classifier: TopicClassifier) -> None:
    text = "我们社区嘛，ＯＫ，  裝電梯簽字簽不齊，唉"
    ((start, end),) = classifier.evidence([text])
    assert "電梯" in text[start:end]
    assert "社区" not in text[start:end]


def test_evidence_follows_the_topic_asked_for(classifier: TopicClassifier) -> None:
    text = "装电梯签字签不齐，总结写不出来"
    spans = classifier.evidence([text, text], ["LIVELIHOOD", "WRITING"])
    assert "电梯" in text[slice(*spans[0])]
    assert "总结" in text[slice(*spans[1])]


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40))
def test_evidence_lies_inside_the_text(classifier: TopicClassifier, text: str) -> None:
    ((start, end),) = classifier.evidence([text])
    assert 0 <= start <= end <= len(text)


def test_wrong_parameters_are_refused_by_name(classifier: TopicClassifier) -> None:
    with pytest.raises(InvalidInputError, match="labels"):
        TopicClassifier().fit(["a"], [], topics=UPPER)
    with pytest.raises(InvalidInputError, match="topics"):
        TopicClassifier().fit([], [])
    with pytest.raises(InvalidInputError, match="codes"):
        classifier.evidence(["a"], ["NO_SUCH_TOPIC"])


@pytest.mark.parametrize(
    ("texts", "labels", "topics", "named"),
    [
        (["停车难", None], ["A", "B"], [("A", ["停车"])], "texts"),
        (["停车难", float("nan")], ["A", "B"], [("A", ["停车"])], "texts"),
        ("停车难", ["A", "B", "C"], [("A", ["停车"])], "texts"),
        (["停车难", "写总结"], ["A", float("nan")], [("A", ["停车"])], "labels"),
        ([], [], {"A": ["停车"], "B": ["总结"]}, "topics"),
        ([], [], ["停车", "总结"], "topics"),
        ([], [], [("A", "停车难")], "texts"),
    ],
)
def test_what_is_no_text_label_or_topic_is_refused(texts: Any, labels: Any, topics: Any, named: str) -> None:
    with pytest.raises(InvalidInputError, match=f"'{named}'"):
        TopicClassifier().fit(texts, labels, topics=topics)


@pytest.mark.parametrize("texts", ["停车难", ["停车难", None], [3]])
def test_what_is_no_text_gets_no_topic(classifier: TopicClassifier, texts: Any) -> None:
    for ask in (classifier.predict_proba, classifier.predict, classifier.abstain, classifier.evidence):
        with pytest.raises(InvalidInputError, match="texts"):
            ask(texts)


def test_pool_brings_overconfidence_down_to_the_share_that_is_right() -> None:
    values = np.tile([[[4.0, 0.0]]], (1, 4000, 1))
    truth = np.array([0] * 3000 + [1] * 1000)
    (weight,) = fit_pool(values, truth, np.ones(4000), np.ones(1))
    confidence = 1 / (1 + np.exp(-4 * weight))
    assert confidence == pytest.approx(0.75, abs=0.01)


def test_pool_trusts_the_judge_that_is_right_and_few_texts_hardly_move_it() -> None:
    truth = np.array([0, 1] * 200)
    right, noise = np.eye(2)[truth], np.eye(2)[np.array([0, 0, 1, 1] * 100)]
    right_weight, noise_weight = fit_pool(np.stack([right, noise]), truth, np.ones(400), np.ones(2))
    assert right_weight > 2 > 1 > noise_weight
    few = fit_pool(np.stack([right, noise])[:, :4], truth[:4], np.ones(4), np.ones(2))
    assert np.abs(np.log(few)).max() < 0.3


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.floats(0.1, 3))
def test_threshold_stays_near_what_honest_probabilities_ask_for(
    answers: list[tuple[float, bool]], wrong_cost: float
) -> None:
    confidence, correct = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
    honest = wrong_cost / (1 + wrong_cost)
    chosen = choose_threshold(confidence, correct, np.ones(len(answers)), wrong_cost)
    assert 0.85 * honest <= chosen <= min(1.15 * honest, 1.0)


def test_calibration_error_is_the_mean_gap() -> None:
    chances = np.array([[0.95, 0.05]] * 10 + [[0.35, 0.65]] * 10)
    truth = np.array([0] * 9 + [1] + [0] * 5 + [1] * 5)
    assert expected_calibration_error(chances, truth) == pytest.approx((0.05 + 0.15) / 2)


def test_text_about_something_else_is_left_open_and_one_about_a_topic_is_not(
    classifier: TopicClassifier,
) -> None:
    elsewhere = ["周末想吃火锅还是吃鱼", "哈利波特第七部好看吗", "湖人昨天输了二十分", "去海边要带几件外套"]
    about = ["小区车位被占了", "简报投出去没人用", "党课没有人爱听", "灭火器都过期了"]
    assert classifier.abstain(elsewhere).all()
    assert not classifier.abstain(about).any()


def test_faint_text_is_left_open_however_clear_its_best_topic() -> None:
    texts = [f"停车位不够用第{i}栋" for i in range(20)] + [f"年底总结写不完第{i}篇" for i in range(20)]
    taught = TopicClassifier().fit(texts, ["A"] * 20 + ["B"] * 20)
    faint = ["位" + "\u0e01\u0e02\u0e03\u0e04\u0e05\u0e06\u0e07\u0e08\u0e09"]
    assert taught.predict_proba(faint).max() >= taught.threshold_
    assert taught.abstain(faint).tolist() == [True]
    assert taught.abstain(["停车位太少"]).tolist() == [False]


@pytest.mark.parametrize(
    "topics",
    [
        [("A", ["停车难"]), ("B", ["写总结"])],
        [("A", ["停车难", "停车难", "停车难"]), ("B", ["停车难", "写总结"])],
        [("A", ["停车难", "车位不够"]), ("B", []), ("C", ["", "  "])],
        [("A", ["停车难", "没车位", "乱停车"]), ("B", ["消防通道堵了"])],
        [(f"T{i}", [f"第{i}种难处", f"{chr(0x4E00 + i)}事难办"]) for i in range(40)],
    ],
)
def test_odd_topics_are_learned_without_complaint(topics: list[tuple[str, list[str]]]) -> None:
    taught = TopicClassifier().fit([], [], topics=topics)
    chances = taught.predict_proba(["停车难", "", "写总结"])
    assert taught.classes_.tolist() == sorted(code for code, _ in topics)
    assert np.allclose(chances.sum(axis=1), 1)
    assert taught.abstain(["", "\u0e01"]).all()
    assert taught.predict([topics[0][1][0]]).tolist() == [topics[0][0]]


def test_one_class_of_answers_does_not_drown_the_other_topics() -> None:
    texts = [f"{i}栋的电梯又停了" for i in range(60)]
    taught = TopicClassifier().fit(texts, ["LIVELIHOOD"] * 60, topics=UPPER)
    assert taught.predict(["写总结写到半夜", "楼道堆满纸箱"]).tolist() == ["WRITING", "SAFETY"]


def test_label_outside_the_topics_becomes_a_topic() -> None:
    taught = TopicClassifier().fit(["猫狗乱叫", "猫狗咬人"], ["PETS", "PETS"], topics=UPPER)
    assert "PETS" in taught.classes_.tolist()
    assert taught.predict(["猫狗咬了娃娃"]).tolist() == ["PETS"]


def test_copies_do_not_make_the_model_surer_than_it_is() -> None:
    answers = [("电梯坏了", "LIVELIHOOD"), ("材料退回来", "WRITING"), ("党课没人听", "PARTY_AFFAIRS")]
    texts, labels = (list(column) for column in zip(*(answers * 40), strict=True))
    plain = TopicClassifier().fit([], [], topics=UPPER)
    copied = TopicClassifier().fit(texts, labels, topics=UPPER)
    assert copied.pool_ == pytest.approx(plain.pool_, rel=0.2)


def test_features_of_another_classifier_can_be_shared(classifier: TopicClassifier) -> None:
    leaves = TopicClassifier().fit([], [], topics=TREE, features=classifier.committee_.features)
    assert leaves.committee_.features is classifier.committee_.features
    assert leaves.predict(["一楼不同意装电梯"]).tolist() == ["LIVELIHOOD.ELEVATORS"]
