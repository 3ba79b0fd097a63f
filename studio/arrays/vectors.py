"""Sentence vectors as the bytes that are stored of them, and back."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_LITTLE_ENDIAN = np.dtype("<f4")


def vectors_from(stored: Mapping[str, bytes]) -> dict[str, Vectors]:
    """Return stored vectors by key."""
    return {key: np.frombuffer(each, _LITTLE_ENDIAN).astype(np.float32) for key, each in stored.items()}


def vectors_as_bytes(vectors: Mapping[str, Vectors]) -> dict[str, bytes]:
    """Return vectors as they are stored: float32, little-endian, on every machine."""
    return {key: each.astype(_LITTLE_ENDIAN).tobytes() for key, each in vectors.items()}
