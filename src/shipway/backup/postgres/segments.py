"""WAL segments by name and position.  Pure; see PostgreSQL's xlog_internal.h.

A segment's name is 24 hexadecimal digits: timeline, then the position divided by the
segment's size, in two halves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import BinaryIO

SEGMENT = re.compile(r"[0-9A-F]{24}")
PARTIAL = ".partial"
PAGE = 8192
PIECE = 4 * PAGE
ZEROS = bytes(PIECE)
SEGMENT_BYTES = 16 * 1024 * 1024


def parse_position(text: str) -> int:
    """Return an LSN, such as `0/3000028`, as a number."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int, segment_bytes: int = SEGMENT_BYTES) -> str:
    """Return the name of a segment by its number."""
    per_id = 0x1_0000_0000 // segment_bytes
    return f"{timeline:08X}{number // per_id:08X}{number % per_id:08X}"


def segment_number(name: str, segment_bytes: int = SEGMENT_BYTES) -> int:
    """Return a segment's number by its name."""
    per_id = 0x1_0000_0000 // segment_bytes
    return int(name[8:16], 16) * per_id + int(name[16:24], 16)


def segment_at(position: int, segment_bytes: int = SEGMENT_BYTES) -> int:
    """Return the number of the segment that holds a position."""
    return position // segment_bytes


def missing(numbers: Sequence[int]) -> int | None:
    """Return the first number that is missing between the first and the last one."""
    ordered = sorted(numbers)
    for here, there in pairwise(ordered):
        if there != here + 1:
            return here + 1
    return None


def growth(file: BinaryIO, shipped: int) -> tuple[int, bytes]:
    """Return what of an unfinished segment is to be shipped: its offset and its bytes.

    The file is as long as a finished one, and zero where nothing was written yet.  It is read
    up to there: each page of WAL begins with a number that is not zero, so that nothing comes
    behind a piece of zeros.  They are put back when the segment is restored.  What was
    shipped last is repeated from the page in which it ended, and the one before: a page may
    have been read half written.
    """
    start = max(0, shipped // PAGE * PAGE - PAGE)
    file.seek(start)
    found = bytearray()
    while (piece := file.read(PIECE)) and piece != ZEROS:
        found += piece
    return start, bytes(found.rstrip(b"\0"))
