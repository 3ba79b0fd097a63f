"""What a fitted model depends on beside the texts that it learned: the engine's own code and its libraries."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "rjieba", "opencc-python-reimplemented")


@cache
def engine_digest() -> str:
    """Return a digest that changes whenever the same texts may give another model.

    Parameters
    ----------
    None

    Returns
    -------
    str, 64 hexadecimal digits: the SHA-256 of the engine's source files and the versions of what it computes with.

    Notes
    -----
    A stored model of another digest still works; it only is not what fitting would give today. Read once in a
    process.

    Examples
    --------
    >>> len(engine_digest())
    64

    """
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    engine = Path(__file__).parents[1]
    for source in sorted(engine.rglob("*.py")):
        digest.update(source.relative_to(engine).as_posix().encode() + b"\n" + source.read_bytes())
    return digest.hexdigest()
