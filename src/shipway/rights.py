"""What of root's rights this process has, and which of them what it starts gets.

On a server with Docker the daemon's unit gives it rights over files (`VOLUMES`): volumes lie
in directories of root's.  A right that is "ambient" goes on to every program that is started;
these are not, but while `lent` lends them to the one program that saves and brings back.  The
kernel keeps all of it by thread, and a thread begins with what the one has that starts it.

Source: capabilities(7), "Ambient"; prctl(2), PR_CAP_AMBIENT.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHOWN, DAC_OVERRIDE, FOWNER = 0, 1, 3
VOLUMES = (CHOWN, DAC_OVERRIDE, FOWNER)
"""The kernel's numbers of the rights over files that are another user's."""
PR_CAP_AMBIENT, RAISE, LOWER = 47, 2, 3
STATUS = Path("/proc/thread-self/status")


def keep_to_itself() -> None:
    """Let nothing that is started from here on have the rights over files.

    Called before there is a second thread.  Raises OSError.
    """
    for right in _has("CapAmb"):
        _ambient(LOWER, right)


@contextmanager
def lent() -> Iterator[None]:
    """Let what this thread starts meanwhile have the rights over files, where it has them itself."""
    raised = () if os.geteuid() == 0 else _lendable()
    try:
        for right in raised:
            _ambient(RAISE, right)
        yield
    finally:
        for right in raised:
            _ambient(LOWER, right)


def may_give_away() -> bool:
    """Return whether this process may make files another user's."""
    return os.geteuid() == 0 or CHOWN in _has("CapEff")


def _lendable() -> tuple[int, ...]:
    """Return the rights that the kernel lets this thread make ambient, and that are not yet."""
    own, passed_on, ambient = (set(_has(which)) for which in ("CapPrm", "CapInh", "CapAmb"))
    return tuple(sorted(own & passed_on - ambient))


def _has(which: str) -> tuple[int, ...]:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == which:
            mask = int(value, 16)
            return tuple(right for right in VOLUMES if mask >> right & 1)
    return ()


def _ambient(act: int, right: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_CAP_AMBIENT, act, right, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl: {os.strerror(number)}")
