"""Memory that the process gives back when it is done with it."""

import ctypes
import sys

# Blocks from this size on are mapped one by one and given back as soon as they are free. It is glibc's own first
# value; left alone it rises with the largest block freed (up to 32 MB), and arrays then leave holes in the heap.
_MAPPED_FROM = 128 * 1024
_M_MMAP_THRESHOLD = -3  # malloc.h


def give_back_large_blocks() -> bool:
    """Keep glibc from collecting large blocks; return whether it obeys, False where there is none."""
    if not sys.platform.startswith("linux"):
        return False
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    return set_option is not None and set_option(_M_MMAP_THRESHOLD, _MAPPED_FROM) == 1
