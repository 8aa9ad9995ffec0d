"""Waiting for one descriptor; `select` would refuse numbers above 1023."""

from __future__ import annotations

import select


def readable(descriptor: int, within_s: float) -> bool:
    """Return whether there is something to read, or a pidfd's process has ended."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(max(0.0, within_s) * 1000))
