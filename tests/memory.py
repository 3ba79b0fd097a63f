"""A folder in memory for the tests' databases: what is thrown away need not reach a disk."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")
# A container may give it 64 MB.
_NEEDED = 2_000_000_000


@contextmanager
def memory_folder() -> Iterator[Path]:
    """Yield a new folder that every user may enter; on disk where memory has no room."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _NEEDED
    # PostgreSQL's socket stands in it, and the path of a socket must be short.
    home = Path(tempfile.mkdtemp(prefix="yz", dir=_MEMORY if roomy else "/tmp"))
    try:
        home.chmod(0o755)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
