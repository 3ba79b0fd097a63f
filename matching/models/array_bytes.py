"""Arrays as the bytes of `.npy` files: no object, no more room than the bytes fill."""

import io
import math
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_bytes(array: NDArray[Any]) -> bytes:
    """Return an array as `.npy`; equal arrays give equal bytes."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes) -> NDArray[Any]:
    """Read what `to_bytes` wrote; raises ValueError for anything else."""
    file = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("its header is of another version")
        shape, fortran, kind = np.lib.format.read_array_header_1_0(file)
        # Whatever a header promises, no more room is taken than the bytes fill.
        if kind.hasobject or math.prod(shape) * kind.itemsize != len(content) - file.tell():
            raise ValueError(f"{len(content)} bytes do not hold {kind} of shape {shape}")
        return np.ndarray(shape, kind, content, file.tell(), order="F" if fortran else "C")
    # A broken header is read as Python's literals are, and fails as they do.
    except (TypeError, SyntaxError, OverflowError, TokenError) as error:
        raise ValueError(str(error)) from error
