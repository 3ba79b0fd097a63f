"""Whatever is done to a model file, it is refused with a code or is the same model."""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from matching import AnswerReader, ModelFileError, SentenceEmbedder, pack_model, unpack_model

from .test_model_files import TEXTS, npy, rewritten, with_array, with_card
from .test_semantic import WordEncoder
from .topic_tree import TREE

Array = np.ndarray[Any, Any]


class Stored:
    """A model file beside what its model reads."""

    def __init__(self, reader: AnswerReader, embedder: SentenceEmbedder | None = None) -> None:
        self.content = pack_model(reader, {"phrases": 35}, {"macro_f1": 0.8})
        self.embedder = embedder
        self.readings = reader.read(TEXTS)
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}
            self.directory = archive.start_dir

    def arrays(self) -> Iterator[tuple[str, Array]]:
        for name, content in self.members.items():
            if name.endswith(".npy"):
                yield name[:-4], np.load(io.BytesIO(content))

    def outcome(self, content: bytes) -> str:
        """Return the code of the refusal, or whether the same model came out."""
        try:
            reader, _ = unpack_model(content, AnswerReader, self.embedder)
        except ModelFileError as refusal:
            return refusal.code
        return "SAME" if reader.read(TEXTS) == self.readings else "ANOTHER"


@pytest.fixture(scope="module", params=["words", "meaning"])
def stored(request: pytest.FixtureRequest) -> Stored:
    if request.param == "words":
        return Stored(AnswerReader.from_topics(TREE))
    embedder = SentenceEmbedder({}, WordEncoder())
    return Stored(AnswerReader.from_topics(TREE, semantic=True, embedder=embedder), embedder)


ALTERED: dict[str, Callable[[Array], Array]] = {
    "shorter": lambda array: array[:-1],
    "longer": lambda array: np.concatenate([array, array[-1:]]),
    "empty": lambda array: array[:0],
    "one dimension more": lambda array: array[None],
    "flat": lambda array: array.reshape(-1)[: max(array.size - 1, 1)],
    "a single value": lambda array: array.reshape(-1)[0],
    "bytes": lambda array: np.zeros(array.shape, "S4"),
    "half as exact": lambda array: np.ones(array.shape, np.float32),
    "complex": lambda array: np.zeros(array.shape, np.complex128),
    "dates": lambda array: np.zeros(array.shape, "M8[s]"),
    "of fields": lambda array: np.zeros(array.shape, [("a", "<f8")]),
    "without a number": lambda array: np.full(array.shape, np.nan),
    "endless": lambda array: np.full(array.shape, np.inf),
}


@pytest.mark.parametrize("how", list(ALTERED))
def test_altered_array_is_refused_even_where_its_hash_was_altered_too(stored: Stored, how: str) -> None:
    for name, array in stored.arrays():
        outcome = stored.outcome(with_array(stored.content, name, npy(ALTERED[how](array))))
        assert outcome == "MODEL_DAMAGED", name


def test_array_in_another_order_is_refused_where_order_matters(stored: Stored) -> None:
    for name, array in stored.arrays():
        if array.dtype.kind in "Ui" and "sentence" not in name:
            twice = np.concatenate([array[:1], array[:-1]])
            for changed in (array[::-1], twice):
                assert stored.outcome(with_array(stored.content, name, npy(changed))) == "MODEL_DAMAGED", name


@pytest.mark.parametrize(
    "calibration", [(-0.1, 1.0, 0.2), (1.1, 1.0, 0.2), (0.5, -1.0, 0.2), (0.5, 1.0, 1.2)]
)
def test_calibration_out_of_its_range_is_refused(stored: Stored, calibration: tuple[float, ...]) -> None:
    changed = with_array(stored.content, "upper_calibration", npy(np.array(calibration)))
    assert stored.outcome(changed) == "MODEL_DAMAGED"


def test_words_of_what_is_no_character_are_refused(stored: Stored) -> None:
    for name, array in stored.arrays():
        if array.dtype.kind == "U":
            changed = np.full(array.size * array.dtype.itemsize // 4, 0x110000, np.uint32).view(array.dtype)
            assert stored.outcome(with_array(stored.content, name, npy(changed[:1]))) == "MODEL_DAMAGED", name


def test_renamed_and_missing_arrays_are_refused(stored: Stored) -> None:
    for name, _ in stored.arrays():

        def rename(members: dict[str, bytes], name: str = name, new: str | None = None) -> None:
            card = json.loads(members["card.json"])
            digest, content = card["arrays"].pop(name), members.pop(f"{name}.npy")
            if new is not None:
                card["arrays"][new], members[f"{new}.npy"] = digest, content
            members["card.json"] = json.dumps(card).encode()

        for new in (None, f"{name}2", name.replace("upper_", "lower_"), name.removeprefix("upper_")):
            if new != name:
                changed = rewritten(stored.content, lambda members, new=new: rename(members, new=new))
                assert stored.outcome(changed) == "MODEL_DAMAGED", (name, new)


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": ["A", "B"]},
        {"classes": "AB"},
        {"classes": None},
        {"training": {"phrases": float("inf")}},
        {"training": ["phrases"]},
        {"metrics": {"macro_f1": float("nan")}},
        {"arrays": {}},
        {"arrays": {"upper_classes": "00"}},
        {"version": 0},
        {"kind": "TopicClassifier"},
    ],
)
def test_card_that_says_something_else_is_refused(stored: Stored, changes: dict[str, Any]) -> None:
    assert stored.outcome(with_card(stored.content, **changes)) in {"MODEL_DAMAGED", "MODEL_FOREIGN"}


def test_huge_and_deep_promises_are_refused(stored: Stored) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    promising = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    assert stored.outcome(with_array(stored.content, "upper_weights", promising)) == "MODEL_DAMAGED"
    deep = rewritten(stored.content, lambda members: members.update({"card.json": b"[" * 100_000}))
    assert stored.outcome(deep) == "MODEL_DAMAGED"


def test_no_flipped_byte_gives_another_model_or_another_fault(stored: Stored) -> None:
    random_one = random.Random(7)
    places = [*range(stored.directory, len(stored.content)), *range(0, stored.directory, 97)]
    outcomes = set()
    for place in random_one.sample(places, 400):
        changed = bytearray(stored.content)
        changed[place] ^= 1 << random_one.randrange(8)
        outcomes.add(stored.outcome(bytes(changed)))
    assert outcomes <= {"SAME", "MODEL_DAMAGED", "MODEL_FOREIGN"}
    assert "MODEL_DAMAGED" in outcomes


def test_broken_header_of_an_array_is_told_as_damage(stored: Stored) -> None:
    random_one = random.Random(8)
    for name, _ in stored.arrays():
        content = stored.members[f"{name}.npy"]
        for _ in range(25):
            changed = bytearray(content)
            changed[random_one.randrange(128)] = random_one.randrange(256)
            assert stored.outcome(with_array(stored.content, name, bytes(changed))) in {
                "SAME",
                "MODEL_DAMAGED",
            }
