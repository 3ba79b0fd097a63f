"""Fitted models as files: plain arrays beside a card that people can read, never pickle."""

import hashlib
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError, ModelFileError
from ..texts.semantic import SentenceEmbedder
from .array_bytes import from_bytes, to_bytes

State = dict[str, NDArray[Any]]

FORMAT = "yanzhen-model"
FORMAT_VERSION = 2
_CARD = "card.json"
# A file of a few bytes may promise any size: more than this is no model of ours (50 topics need about 50 MB).
_MOST_BYTES = 1 << 30
# Zip keeps a time per entry; one time for all makes equal models equal files.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class Model(Protocol):
    """What can be kept in a file: a model whose fitted state is a dictionary of arrays."""

    def state(self) -> State:
        """Return the fitted state as plain arrays."""
        ...

    @classmethod
    def from_state(cls, state: State, embedder: SentenceEmbedder | None = None) -> Self:
        """Rebuild the fitted model."""
        ...


Kind = TypeVar("Kind", bound=Model)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model file says about itself.

    Attributes
    ----------
    kind : str
        Class of the model, as `TopicClassifier`.
    classes : tuple of str
        Topic codes in the order of the model's columns; of an `AnswerReader` those of its upper level.
    training : mapping of str to int
        How many texts of which kind it learned from.
    metrics : mapping of str to float
        What was measured when it was fitted.
    arrays : mapping of str to str
        SHA-256 of each array, as written.

    """

    kind: str
    classes: tuple[str, ...]
    training: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    arrays: Mapping[str, str] = field(default_factory=dict)


def pack_model(
    model: Model, training: Mapping[str, int] | None = None, metrics: Mapping[str, float] | None = None
) -> bytes:
    """Write a fitted model and its card as the bytes of one file.

    Parameters
    ----------
    model : TopicClassifier or AnswerReader
        A fitted model.
    training : mapping of str to int, optional
        How many texts of which kind it learned from, for the card.
    metrics : mapping of str to finite float, optional
        What was measured, for the card.

    Returns
    -------
    bytes: a zip archive of `card.json` and one `.npy` per array, so `numpy.load` opens it too. Equal models give
    equal bytes.

    Raises
    ------
    NotFittedError
        When the model was not fitted.
    InvalidInputError
        When a metric is not finite.

    Examples
    --------
    >>> from matching import TopicClassifier
    >>> classifier = TopicClassifier().fit([], [], topics=[("PARKING", ["停车难"]), ("FIRE", ["楼道堆物"])])
    >>> content = pack_model(classifier, training={"phrases": 2})
    >>> model, card = unpack_model(content, TopicClassifier)
    >>> card.classes, dict(card.training), model.predict(["楼道堆满了"]).tolist()
    (('FIRE', 'PARKING'), {'phrases': 2}, ['FIRE'])

    """
    if not all(np.isfinite(value) for value in (metrics or {}).values()):
        raise InvalidInputError(
            f"The 'metrics' parameter of pack_model must hold finite numbers. Got {dict(metrics or {})} instead."
        )
    state = model.state()
    members = {name: to_bytes(array) for name, array in state.items()}
    card = ModelCard(
        type(model).__name__,
        _classes(state),
        dict(training or {}),
        dict(metrics or {}),
        {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    )
    about = {"format": FORMAT, "version": FORMAT_VERSION, **asdict(card)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        _write(archive, _CARD, text.encode())
        for name, content in sorted(members.items()):
            _write(archive, f"{name}.npy", content)
    return file.getvalue()


def unpack_model(
    content: bytes, kind: type[Kind], embedder: SentenceEmbedder | None = None
) -> tuple[Kind, ModelCard]:
    """Read what `pack_model` wrote; nothing in it is ever executed.

    Parameters
    ----------
    content : bytes
        A whole file.
    kind : TopicClassifier or AnswerReader
        The class that the file must hold.
    embedder : SentenceEmbedder, optional
        Where a semantic model takes sentence vectors from.

    Returns
    -------
    (model, card)

    Raises
    ------
    ModelFileError
        With code MODEL_FOREIGN when this is no model file or one of another class, MODEL_TOO_NEW or
        MODEL_TOO_OLD when another version wrote it, MODEL_DAMAGED when anything is missing, changed or does not fit
        together.

    Examples
    --------
    >>> from matching import TopicClassifier
    >>> unpack_model(b"something else", TopicClassifier)
    Traceback (most recent call last):
        ...
    matching.exceptions.ModelFileError: The file is not a model of Yanzhen: it is no archive.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            card = _read_card(archive, kind.__name__)
            state = {name: _read_array(archive, name, digest) for name, digest in card.arrays.items()}
    except zipfile.BadZipFile as error:
        # A whole archive of any origin ends in a directory; one that begins like an archive was cut off.
        if content[:4] == b"PK\x03\x04":
            raise _damaged(str(error)) from error
        raise _foreign("it is no archive") from error
    except (
        EOFError,
        OSError,
        UnicodeDecodeError,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise _damaged(str(error)) from error
    try:
        model = kind.from_state(state, embedder)
    except InvalidInputError as error:
        raise _damaged(str(error)) from error
    if _classes(model.state()) != card.classes:
        raise _damaged(f"{_CARD} names other topics than its arrays")
    return model, card


def save_model(
    path: Path,
    model: Model,
    training: Mapping[str, int] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> None:
    """Write `pack_model` to a file, all or nothing: a reader never meets half a file.

    Parameters
    ----------
    path : Path
        Where to; a file that is there is replaced.
    model, training, metrics
        As of `pack_model`.

    Returns
    -------
    None

    Examples
    --------
    >>> import tempfile
    >>> from matching import TopicClassifier
    >>> classifier = TopicClassifier().fit([], [], topics=[("PARKING", ["停车难"]), ("FIRE", ["楼道堆物"])])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(Path(folder, "topics.npz"), classifier)
    ...     load_model(Path(folder, "topics.npz"), TopicClassifier)[1].kind
    'TopicClassifier'

    """
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(pack_model(model, training, metrics))
    beside.replace(path)


def load_model(
    path: Path, kind: type[Kind], embedder: SentenceEmbedder | None = None
) -> tuple[Kind, ModelCard]:
    """Read a file that `save_model` wrote.

    Parameters
    ----------
    path : Path
        The file.
    kind, embedder
        As of `unpack_model`.

    Returns
    -------
    (model, card)

    Raises
    ------
    ModelFileError
        As of `unpack_model`.

    Examples
    --------
    See `save_model`.

    >>> load_model.__name__
    'load_model'

    """
    return unpack_model(path.read_bytes(), kind, embedder)


def _classes(state: State) -> tuple[str, ...]:
    """Return the topic codes of a model's columns, of the upper level where it has two."""
    return tuple(next(array for name, array in state.items() if name.endswith("classes")).tolist())


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content)


def _read_card(archive: zipfile.ZipFile, kind: str) -> ModelCard:
    if _CARD not in archive.namelist():
        raise _foreign(f"it holds no {_CARD}")
    if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
        raise _foreign(f"it would unpack to more than {_MOST_BYTES >> 20} MB")
    try:
        about = json.loads(archive.read(_CARD), parse_constant=_refuse_constant)
    except ValueError as error:
        raise _damaged(f"{_CARD} is not JSON: {error}") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise _foreign(f"its {_CARD} does not say format {FORMAT!r}")
    version = about.get("version")
    if not isinstance(version, int) or version < 1:
        raise _damaged(f"its version is {version!r}")
    if version != FORMAT_VERSION:
        raise ModelFileError(
            "MODEL_TOO_NEW" if version > FORMAT_VERSION else "MODEL_TOO_OLD",
            f"The file was written in format version {version}; this version reads {FORMAT_VERSION}. "
            "Update the software, or fit the model anew.",
        )
    if about.get("kind") != kind:
        raise _foreign(f"it holds a {about.get('kind')!r}, not a {kind!r}")
    try:
        return ModelCard(
            kind,
            tuple(map(str, about["classes"])),
            {str(name): int(count) for name, count in about["training"].items()},
            {str(name): float(value) for name, value in about["metrics"].items()},
            {str(name): str(digest) for name, digest in about["arrays"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _damaged(f"{_CARD} lacks or misstates {error}") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _read_array(archive: zipfile.ZipFile, name: str, digest: str) -> NDArray[Any]:
    try:
        content = archive.read(f"{name}.npy")
    except KeyError as error:
        raise _damaged(f"the array '{name}' is missing") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise _damaged(f"the array '{name}' is not the one that its card names")
    try:
        return from_bytes(content)
    except ValueError as error:
        raise _damaged(f"the array '{name}' cannot be read: {error}") from error


def _foreign(reason: str) -> ModelFileError:
    return ModelFileError("MODEL_FOREIGN", f"The file is not a model of Yanzhen: {reason}.")


def _damaged(reason: str) -> ModelFileError:
    return ModelFileError("MODEL_DAMAGED", f"The model file is damaged: {reason}. Fit the model anew.")
