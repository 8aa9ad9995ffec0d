"""The plain ways to type `status` are answered without click, and alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shipway.cli import status as status_command
from shipway.cli.quick import FLAGS, START, Typed, plain
from tests.cli.conftest import Type
from tests.cli.fake import FakeDaemon
from tests.cli.test_main import run
from tests.cli.views import environment, status


def quickly(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Type it as a user does; stderr tells which modules were imported."""
    program = (
        "import sys; from shipway.__main__ import main; sys.argv[0] = 'shipway'\n"
        "try: code = main()\n"
        "finally: print('MODULES', *sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    return run("-c", program, *words, SHIPWAY_HOME=str(home))


def modules(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stderr.partition("MODULES")[2].split()


@pytest.mark.parametrize("words", [["status"], ["status", "-a"], ["status", "--json", "--all"]])
def test_a_quick_answer_is_the_same_answer(
    words: list[str], daemon: FakeDaemon, home: Path, typed: Type
) -> None:
    answer = status(environment())
    daemon.get("/status", answer)
    done = quickly(*words, home=home)
    assert done.returncode == 0, done.stderr
    result = typed(*words)
    if "--json" in words:
        assert json.loads(done.stdout) == json.loads(result.out)
    else:
        assert "live for" in done.stdout
        assert done.stdout == result.out
    assert {"click", "http.client", "uuid"} & set(modules(done)) == set()


def test_what_is_not_plain_goes_the_whole_way(daemon: FakeDaemon, home: Path) -> None:
    done = quickly("status", "--nope", home=home)
    assert done.returncode == 2
    assert "No such option" in done.stderr
    assert daemon.asked == []
    answer = {**status(environment()), "daemon": {"version": "0.0.1"}}
    daemon.get("/status", answer)
    done = quickly("status", home=home)
    assert done.returncode == 0, done.stderr
    assert "click" in modules(done)


def test_what_is_plain() -> None:
    assert plain(["status"]) == Typed(None, frozenset())
    assert plain(["-C", "/", "status", "--json", "-a"]) == Typed(
        Path("/"), frozenset({"json", "everything"})
    )
    for words in (
        [], ["-C", "/"], ["-C", "/nope/at/all", "status"], ["status", "--help"], ["status", "x"],
        ["logs", "status"], ["--", "status"], ["status", "-C", "/"],
    ):  # fmt: skip
        assert plain(words) is None, words


def test_every_flag_of_status_is_known_and_no_other() -> None:
    declared = {word for one in status_command.status.params for word in one.opts}
    assert declared == set(FLAGS)
    from shipway.cli.main import root

    assert START in {tuple(one.opts) for one in root.params}
    assert "click" in sys.modules
