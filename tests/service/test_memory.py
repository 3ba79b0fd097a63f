"""Large blocks that are freed go back to the system."""

import platform
import subprocess
import sys

import pytest

PROGRAM = "from service.memory import give_back_large_blocks; print(give_back_large_blocks())"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has the option")
def test_allocator_obeys() -> None:
    # In a process of its own: it holds for the rest of one's life.
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True)
    assert found.stdout == "True\n"
