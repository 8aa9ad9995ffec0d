"""What an instance uses is what its shim and all below it use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from shipway.engines.process import usage
from tests.support.running import eventually

PROGRAM = """
import os, subprocess, sys
os.setsid()
child = subprocess.Popen([sys.executable, "-c", "import os; os.setsid(); input()"], stdin=0)
child.wait()
"""


@pytest.fixture
def family() -> Iterator[int]:
    """Yield a process whose child has a session of its own, as PostgreSQL's have."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE) as parent:
        eventually("it has a child", lambda: usage._family()[parent.pid])
        yield parent.pid
        assert parent.stdin is not None
        parent.stdin.close()


@pytest.mark.parametrize(
    "children", [usage._children, lambda pid: usage._family()[pid]], ids=["told", "looked for"]
)
def test_a_child_with_a_session_of_its_own_counts(
    family: int, children: Callable[[int], list[int]]
) -> None:
    if children is usage._children and not usage._tells_children():
        pytest.skip("this kernel does not tell a process' children")
    alone = usage._used(family, lambda _pid: ())
    together = usage._used(family, children)
    assert together.memory_bytes > 1.5 * alone.memory_bytes
    assert usage._used(os.getpid(), children).memory_bytes >= together.memory_bytes
