"""Keeps a daemon of many threads small.

glibc gives each thread a heap of its own, and after the first large block was freed it
keeps further ones on these heaps (see mallopt(3), M_MMAP_THRESHOLD): a thread that reads a
segment of 16 MB now and then makes the process grow by hundreds of megabytes.
"""

from __future__ import annotations

import contextlib
import ctypes

M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
BLOCK_BYTES = 256 * 1024
ARENAS = 2
GIVE_BACK_S = 60.0


def stay_small() -> None:
    """Give large blocks back at once, and share few heaps; nothing where libc cannot."""
    with contextlib.suppress(OSError, AttributeError):  # musl and others have no mallopt
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, BLOCK_BYTES)
        libc.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return free memory to the machine: what a rollout needed is not needed at rest."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
