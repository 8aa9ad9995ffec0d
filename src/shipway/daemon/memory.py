"""Keeps a daemon of many threads small.

glibc gives each thread a heap of its own, and after the first large block was freed it
keeps further ones on these heaps (see mallopt(3), M_MMAP_THRESHOLD): a thread that reads a
segment of 16 MB now and then makes the process grow by hundreds of megabytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
BLOCK_BYTES = 256 * 1024
ARENAS = 1
GIVE_BACK_S = 60.0
GROWN_MB, GROWN_MAX_MB = 2.0, 4.0
SAME_MB = 1.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def stay_small() -> None:
    """Give large blocks back at once, and share few heaps; nothing where libc cannot."""
    with contextlib.suppress(OSError, AttributeError):  # musl and others have no mallopt
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, BLOCK_BYTES)
        libc.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return free memory to the machine: what a rollout needed is not needed at rest."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def give_back_growth() -> Callable[[], None]:
    """Return what gives back only where the process has grown: looking for it costs 50 ms.

    What it works with it takes again at once.  So where it is back at the level of the last time,
    as much as came in between may come again, and a little more.
    """
    rested, allowed = 0.0, GROWN_MB

    def look() -> None:
        nonlocal rested, allowed
        grown = own_mb() - rested
        if grown <= allowed:
            return
        give_back()
        before, rested = rested, own_mb()
        same = abs(rested - before) < SAME_MB
        allowed = min(grown + GROWN_MB, GROWN_MAX_MB) if same else GROWN_MB

    return look


def own_mb() -> float:
    """Return what this process holds in memory beside its files; 0 where no kernel tells.

    Pages of files come back by themselves when they are used: that is no growth.
    """
    with contextlib.suppress(OSError):
        _size, resident, shared, *_ = Path("/proc/self/statm").read_bytes().split()
        return (int(resident) - int(shared)) * PAGE_BYTES / 2**20
    return 0.0


def build_models_late() -> None:
    """Let pydantic make the validators of a model when it is first used.

    To be called before FastAPI is imported, whose models of OpenAPI alone are megabytes.
    Pydantic's version 1, which it would carry along only to ask whether a model is one of that,
    is told to be missing: nothing here is.  So is uvicorn's command line, with click and
    what watches files for it.
    """
    sys.modules["pydantic.v1"] = None  # type: ignore[assignment]
    command_line = ModuleType("uvicorn.main")
    sys.modules["uvicorn.main"] = command_line
    vars(command_line).update(Server=None, main=None, run=None)
    import pydantic
    from pydantic.warnings import UnsupportedFieldAttributeWarning

    pydantic.BaseModel.model_config["defer_build"] = True
    # FastAPI silences it where it has a model built, which is later now
    warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


def freeze() -> None:
    """Let the collector pass over what was imported: it stays for as long as the daemon."""
    gc.collect()
    gc.freeze()
