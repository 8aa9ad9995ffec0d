"""Frames: all series of one moment in one blob of 32-bit floats.  Pure.

A series' id is its place.  As sampled, a place holds one float; rolled up, three: mean,
lowest and highest.  What was not measured is NaN.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence

NAN = math.nan
ROLLED = 3


def pack(values: Mapping[int, float]) -> bytes:
    """Return the frame of these values by series."""
    frame = array("f", [NAN]) * (max(values, default=-1) + 1)
    for place, value in values.items():
        frame[place] = value
    return frame.tobytes()


def unpack(data: bytes) -> array[float]:
    """Return a frame's floats."""
    frame = array("f")
    frame.frombytes(data)
    return frame


def roll_sampled(frames: Sequence[bytes]) -> bytes:
    """Return one rolled-up frame of frames as sampled."""
    return _roll([[frame, frame, frame] for frame in map(unpack, frames)])


def roll_rolled(frames: Sequence[bytes]) -> bytes:
    """Return one rolled-up frame of rolled-up frames."""
    unpacked = map(unpack, frames)
    return _roll([[frame[0::ROLLED], frame[1::ROLLED], frame[2::ROLLED]] for frame in unpacked])


def _roll(parts: Sequence[Sequence[array[float]]]) -> bytes:
    """Fold (means, lows, highs) of several moments; a mean of means is fair enough here."""
    places = max((len(part[0]) for part in parts), default=0)
    rolled = array("f", [NAN]) * (places * ROLLED)
    sums, counts = [0.0] * places, [0] * places
    lows, highs = [math.inf] * places, [-math.inf] * places
    for means, low, high in parts:
        for place, mean in enumerate(means):
            if mean == mean:  # noqa: PLR0124 - not NaN, and fast
                sums[place] += mean
                counts[place] += 1
                lows[place] = min(lows[place], low[place])
                highs[place] = max(highs[place], high[place])
    for place, count in enumerate(counts):
        if count:
            at = place * ROLLED
            rolled[at] = sums[place] / count
            rolled[at + 1] = lows[place]
            rolled[at + 2] = highs[place]
    return rolled.tobytes()
