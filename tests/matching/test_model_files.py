import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from matching import (
    AnswerReader,
    InvalidInputError,
    ModelFileError,
    TopicClassifier,
    load_model,
    pack_model,
    save_model,
    unpack_model,
)
from matching.models.model_files import FORMAT_VERSION

from .topic_tree import TREE, UPPER

TEXTS = ["装电梯签字签不齐", "材料写到半夜，楼道又堆满了", "", "電梯壞了"]


@pytest.fixture(scope="module")
def classifier() -> TopicClassifier:
    return TopicClassifier().fit([], [], topics=UPPER)


@pytest.fixture(scope="module")
def content(classifier: TopicClassifier) -> bytes:
    return pack_model(classifier, training={"phrases": 35}, metrics={"macro_f1": 0.8})


def rewritten(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return the archive after a change of its members, written anew without any fault of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return file.getvalue()


def with_card(content: bytes, **changes: object) -> bytes:
    def change(members: dict[str, bytes]) -> None:
        members["card.json"] = json.dumps(json.loads(members["card.json"]) | changes).encode()

    return rewritten(content, change)


def with_array(content: bytes, name: str, array: bytes) -> bytes:
    """Replace an array and its hash, as somebody would who knows the format."""
    import hashlib

    def change(members: dict[str, bytes]) -> None:
        card = json.loads(members["card.json"])
        card["arrays"][name] = hashlib.sha256(array).hexdigest()
        members |= {"card.json": json.dumps(card).encode(), f"{name}.npy": array}

    return rewritten(content, change)


def npy(array: np.ndarray, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=pickled)
    return file.getvalue()


def refusal(content: bytes, kind: type[TopicClassifier] | type[AnswerReader] = TopicClassifier) -> str:
    with pytest.raises(ModelFileError) as caught:
        unpack_model(content, kind)
    return caught.value.code


def test_file_gives_back_the_model_and_its_card(classifier: TopicClassifier, tmp_path: Path) -> None:
    path = tmp_path / "topics.npz"
    save_model(path, classifier, training={"phrases": 35}, metrics={"macro_f1": 0.8})
    model, card = load_model(path, TopicClassifier)
    assert np.array_equal(model.predict_proba(TEXTS), classifier.predict_proba(TEXTS))
    assert np.array_equal(model.abstain(TEXTS), classifier.abstain(TEXTS))
    assert (card.kind, card.classes) == ("TopicClassifier", tuple(classifier.classes_.tolist()))
    assert (dict(card.training), dict(card.metrics)) == ({"phrases": 35}, {"macro_f1": 0.8})
    assert [each.name for each in tmp_path.iterdir()] == ["topics.npz"]


def test_reader_comes_back_whole_with_shared_features_once() -> None:
    reader = AnswerReader.from_topics(TREE)
    content = pack_model(reader)
    loaded, card = unpack_model(content, AnswerReader)
    assert loaded.read(TEXTS) == reader.read(TEXTS)
    assert card.classes == tuple(reader.upper.classes_.tolist())
    assert "lower_ngrams" not in card.arrays
    assert refusal(content) == "MODEL_FOREIGN"


def test_equal_models_are_equal_files(classifier: TopicClassifier, content: bytes) -> None:
    again = TopicClassifier().fit([], [], topics=UPPER)
    assert pack_model(again, training={"phrases": 35}, metrics={"macro_f1": 0.8}) == content


def test_numpy_reads_the_arrays_without_us(content: bytes, classifier: TopicClassifier) -> None:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        assert np.array_equal(stored["classes"], classifier.classes_)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_file_is_damaged(content: bytes, share: float) -> None:
    assert refusal(content[: int(len(content) * share)]) == "MODEL_DAMAGED"


def test_flipped_byte_is_noticed_wherever_it_is(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = [entry.header_offset + 60 + entry.compress_size // 2 for entry in archive.infolist()]
    for place in inside:
        changed = bytearray(content)
        changed[place] ^= 0x10
        assert refusal(bytes(changed)) == "MODEL_DAMAGED"


def test_pickled_objects_are_never_loaded(content: bytes) -> None:
    objects = npy(np.array([{"a": 1}], dtype=object), pickled=True)
    assert refusal(with_array(content, "classes", objects)) == "MODEL_DAMAGED"
    assert refusal(pickle.dumps({"weights": 1})) == "MODEL_FOREIGN"


def test_exchanged_array_is_noticed(content: bytes) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["weights.npy"] = npy(np.zeros((3, 4)))

    assert refusal(rewritten(content, change)) == "MODEL_DAMAGED"


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("weights", np.zeros((3, 4))),
        ("weights", np.zeros(4)),
        ("calibration", np.array([np.nan, 0.0, 0.0, 0.0])),
        ("classes", np.zeros(4)),
        ("ngrams", np.array([3, 2, 1])),
        ("words", np.array([1, 2, 3])),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(content: bytes, name: str, array: np.ndarray) -> None:
    assert refusal(with_array(content, name, npy(array))) == "MODEL_DAMAGED"


def test_missing_array_is_refused_whether_or_not_the_card_names_it(content: bytes) -> None:
    def drop(members: dict[str, bytes]) -> None:
        del members["weights.npy"]

    def forget(members: dict[str, bytes]) -> None:
        card = json.loads(members["card.json"])
        del card["arrays"]["weights"]
        members["card.json"] = json.dumps(card).encode()

    assert refusal(rewritten(content, drop)) == "MODEL_DAMAGED"
    assert refusal(rewritten(content, forget)) == "MODEL_DAMAGED"


def test_newer_and_foreign_files_are_told_apart(content: bytes) -> None:
    other = io.BytesIO()
    np.savez(other, weights=np.zeros(3))
    assert refusal(with_card(content, version=FORMAT_VERSION + 1)) == "MODEL_TOO_NEW"
    assert refusal(with_card(content, version=FORMAT_VERSION - 1)) == "MODEL_TOO_OLD"
    assert refusal(with_card(content, version="1")) == "MODEL_DAMAGED"
    assert refusal(with_card(content, arrays=None)) == "MODEL_DAMAGED"
    assert refusal(with_card(content, format="else")) == "MODEL_FOREIGN"
    assert refusal(other.getvalue()) == "MODEL_FOREIGN"
    assert refusal(b"") == "MODEL_FOREIGN"


def test_file_that_would_fill_the_memory_is_refused(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.models.model_files._MOST_BYTES", 1000)
    assert refusal(content) == "MODEL_FOREIGN"


def test_metric_that_is_no_number_is_refused(classifier: TopicClassifier) -> None:
    with pytest.raises(InvalidInputError, match="metrics"):
        pack_model(classifier, metrics={"macro_f1": float("nan")})
