import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from matching import InvalidInputError, NotFittedError, TopicClassifier, expected_calibration_error
from matching.calibration import choose_threshold, fit_temperature

from .topic_tree import UPPER

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
        TopicClassifier.from_state({**state, "calibration": np.full(4, np.nan)})
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
    with pytest.raises(InvalidInputError, match="semantic"):
        TopicClassifier(semantic=True).fit([], [], topics=UPPER)
    with pytest.raises(InvalidInputError, match="codes"):
        classifier.evidence(["a"], ["NO_SUCH_TOPIC"])


def test_temperature_brings_overconfidence_down_to_the_share_that_is_right() -> None:
    values = np.tile([[4.0, 0.0]], (100, 1))
    truth = np.array([0] * 75 + [1] * 25)
    temperature = fit_temperature(values, truth, np.ones(100))
    confidence = 1 / (1 + np.exp(-4 * temperature))
    assert confidence == pytest.approx(0.75, abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.floats(0.1, 3))
def test_threshold_stays_near_what_honest_probabilities_ask_for(
    answers: list[tuple[float, bool]], wrong_cost: float
) -> None:
    confidence, correct = (np.array(column, dtype=float) for column in zip(*answers, strict=True))
    honest = wrong_cost / (1 + wrong_cost)
    chosen = choose_threshold(confidence, correct, np.ones(len(answers)), wrong_cost)
    assert honest / 2 <= chosen <= min(1.5 * honest, 1.0)


def test_calibration_error_is_the_mean_gap() -> None:
    chances = np.array([[0.95, 0.05]] * 10 + [[0.35, 0.65]] * 10)
    truth = np.array([0] * 9 + [1] + [0] * 5 + [1] * 5)
    assert expected_calibration_error(chances, truth) == pytest.approx((0.05 + 0.15) / 2)


def test_mostly_strange_text_is_left_open_however_clear_its_one_known_word() -> None:
    texts = [f"停车位不够用第{i}栋" for i in range(20)] + [f"年底总结写不完第{i}篇" for i in range(20)]
    taught = TopicClassifier().fit(texts, ["A"] * 20 + ["B"] * 20)
    strange = ["停车位" + "\u0e01\u0e02\u0e03\u0e04\u0e05\u0e06"]
    assert taught.predict_proba(strange).max() >= taught.threshold_
    assert taught.abstain(strange).tolist() == [True]
    assert taught.abstain(["停车位不够用第7栋"]).tolist() == [False]
