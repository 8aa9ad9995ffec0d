"""The edge: help, typos, defects, exit codes, and how little is imported."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import shipway
from shipway.cli import status_page
from shipway.cli.main import SECTIONS
from tests.cli.conftest import Type
from tests.cli.fake import CUT, FakeDaemon, Stream
from tests.cli.views import environment, status

START_MS = 150.0
"""The promise of DESIGN.md, on a machine that does nothing else."""

ENTRIES = {name for section in SECTIONS.values() for name in section}

MEASURE_S = 15.0
"""How long a quiet moment is waited for: the fastest start counts."""

PYTHON_MS = 15.0
"""What Python alone costs on a machine that does nothing else."""

HEAVY = ("fastapi", "pydantic", "uvicorn", "yaml", "shipway.spec", "shipway.compose", "asyncio")


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version_and_help_are_printed(typed: Type) -> None:
    assert typed("--version").out == f"shipway {shipway.__version__}\n"
    done = run("-X", "importtime", "-m", "shipway", "--version")
    assert done.stdout == typed("--version").out
    assert "click" not in done.stderr, "scripts ask for it again and again"
    out = typed("--help").out
    assert "Exit codes: 0 success, 1 a rollout failed" in out
    for name in ENTRIES:
        assert f"\n  {name} " in out


def test_nothing_typed_shows_the_help(typed: Type) -> None:
    assert typed().out == typed("--help").out
    assert (typed().code, typed().err) == (0, "")
    assert "Show its log." in typed("daemon").out


def test_every_command_of_the_table_is_there_and_has_help(typed: Type) -> None:
    for name in ENTRIES:
        result = typed(name, "--help")
        assert result.code == 0, name
        assert result.out.startswith("Usage: shipway "), name


def test_a_typo_names_the_nearest_command(typed: Type) -> None:
    result = typed("deply")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "Error  there is no command 'deply'. Did you mean deploy?\nHint   shipway --help\n"
    )
    result = typed("rollouts", "--limt", "3")
    assert result.code == 2
    assert "--limit" in result.err
    assert result.err.endswith("Hint   shipway rollouts --help\n")


def test_wrong_usage_is_json_too_where_json_was_asked_for(typed: Type) -> None:
    result = typed("follow", "abc", "--json")
    assert result.code == 2
    assert json.loads(result.out)["problem"]["kind"] == "usage"


def test_a_defect_is_one_sentence_and_a_file_with_the_trace(
    daemon: FakeDaemon, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("thing")

    daemon.get("/status", status(environment()))
    monkeypatch.setattr(status_page, "status_lines", broken)
    result = typed("status")
    assert result.code == 70
    assert "unexpected RuntimeError: thing. This is a defect of Shipway" in result.err
    assert "Traceback" not in result.err
    path = Path(result.err.partition("the trace is in ")[2].split(".trace")[0] + ".trace")
    assert "RuntimeError: thing" in path.read_text()
    path.unlink()
    monkeypatch.setenv("SHIPWAY_DEBUG", "1")
    assert "Traceback" in typed("status").err


def test_a_file_that_cannot_be_written_is_a_problem_and_no_defect(
    project: Path, typed: Type
) -> None:
    del project
    result = typed("generate", "scripts", "--directory", "/proc/nope")
    assert (result.code, result.err) == (
        1,
        "Error  /proc/nope: No such file or directory.\nHint   ls -ld /proc\n",
    )
    result = typed("generate", "scripts", "--directory", "/proc/nope", "--json")
    assert json.loads(result.out)["problem"]["kind"] == "file-refused"


def test_a_daemon_that_breaks_off_its_answer_is_a_problem(daemon: FakeDaemon, typed: Type) -> None:
    daemon.get("/status", Stream([CUT]))
    result = typed("status")
    assert result.code == 1
    assert "the daemon went away" in result.err


def test_a_reader_that_goes_away_costs_no_words(daemon: FakeDaemon, home: Path) -> None:
    many = [environment(f"trial{number}") for number in range(400)]
    daemon.get("/status", status(*many))
    command = f"{sys.executable} -P -m shipway status | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"],
        env={**os.environ, "SHIPWAY_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "shop\n141\n"
    assert done.stderr == ""


def test_a_terminal_that_cannot_show_a_letter_shows_another(daemon: FakeDaemon, home: Path) -> None:
    daemon.get("/status", status(environment()))
    done = run("-m", "shipway", "status", SHIPWAY_HOME=str(home), PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "? production" in done.stdout


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["status"]])
def test_what_is_slow_is_not_imported(words: list[str], daemon: FakeDaemon, home: Path) -> None:
    daemon.get("/status", status(environment()))
    program = (
        "import sys; from shipway.cli.main import main; sys.argv[0] = 'shipway'\n"
        "try: main()\n"
        "finally: print('MODULES', *sys.modules, file=sys.stderr)"
    )
    done = run("-c", program, *words, SHIPWAY_HOME=str(home))
    modules = done.stderr.partition("MODULES")[2].split()
    assert [name for name in HEAVY if name in modules] == []
    assert "http.client" not in modules


def test_status_is_one_question_to_a_daemon_that_runs(daemon: FakeDaemon, typed: Type) -> None:
    """Each costs milliseconds; one that does not tell its projects is asked for them."""
    answer = status(environment())
    daemon.get("/status", answer)
    assert typed("status").code == 0
    assert [item.path for item in daemon.asked] == ["/status"]
    daemon.asked.clear()
    daemon.get("/status", {key: value for key, value in answer.items() if key != "projects"})
    assert typed("status").code == 0
    assert [item.path for item in daemon.asked] == ["/status", "/daemon", "/status", "/projects"]


@pytest.mark.alone
@pytest.mark.parametrize("words", [["--version"], ["status"]])
def test_the_command_line_starts_in_time(words: list[str], daemon: FakeDaemon, home: Path) -> None:
    """Judged in time of the processor, and by how long Python alone takes at that moment."""
    daemon.get("/status", status(environment()))
    best = 1e9
    until = time.monotonic() + MEASURE_S
    while best >= START_MS and time.monotonic() < until:
        slowness = max(1.0, processor_ms("-c", "pass") / PYTHON_MS)
        took = processor_ms("-m", "shipway", *words, SHIPWAY_HOME=str(home))
        best = min(best, took / slowness)
    assert best < START_MS


def processor_ms(*words: str, **environment: str) -> float:
    """Return what a run of Python costs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run(*words, **environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
