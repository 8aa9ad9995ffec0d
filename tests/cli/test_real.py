"""Every command once, typed against the real product on the process engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipway.cli.connection import running_daemon
from tests.cli.conftest import Result, Type
from tests.support.running import eventually, free_ports
from tests.support.tinyapp import TinyApp, Variant


@pytest.fixture
def app(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinyApp]:
    """Yield a tiny application; its directory is the current one, and all is taken down."""
    staging, production = free_ports(2)
    app = TinyApp(
        tmp_path / "tiny", project="clitiny", staging=staging, production=production, deadline="20s"
    )
    app.commit(Variant(version="v1"))
    monkeypatch.chdir(app.directory)
    yield app
    if running_daemon()[1] is not None:
        assert typed("down", "--all", "-y").code == 0


def good(result: Result) -> Result:
    assert result.code == 0, result.out + result.err
    return result


def test_the_main_job_is_typed_and_read(app: TinyApp, typed: Type) -> None:
    """R078. Proves that the commands and the API speak of the same things."""
    assert "started the daemon" in good(typed("deploy", "-y")).err
    last = good(typed("promote", "--json", "-y")).out.splitlines()[-1]
    assert json.loads(last)["rollout"]["state"] == "succeeded"

    app.commit(Variant(version="v2"))
    out = good(typed("deploy", "-y")).out
    assert "+ " in out
    assert f"● r2 is live in staging  http://127.0.0.1:{app.staging}/\n" in out
    assert "  back to r1 (still warm: at once): shipway rollback staging\n" in out

    status = good(typed("status")).out
    assert "● production  up  r1 " in status
    assert "1 commit ahead of production: shipway promote" in status
    assert "a rollback goes to r1 (warm: at once)" in status

    releases = good(typed("releases")).out
    assert "staging live" in releases.splitlines()[0]
    assert "staging warm, production live" in releases.splitlines()[1]
    assert "address port changed" in good(typed("diff")).out
    assert "promote-succeeded" in good(typed("audit")).out

    logs = eventually("the API says that it listens", lambda: _listening(typed("logs", "api")))
    assert logs.startswith("api-1 | listening ")
    assert good(typed("run", "api", "--", "printenv", "SHIPWAY_RELEASE")).out == "r1\n"
    assert typed("run", "api", "-e", "staging", "--", "sh", "-c", "exit 7").code == 7
    inside = [sys.executable, "-P", "-m", "shipway", "exec", "api", "--"]
    command = [*inside, "sh", "-c", "echo $SHIPWAY_RELEASE; exit 5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (5, "r1\n"), done.stderr

    out = good(typed("rollback", "staging", "-y")).out
    assert "● r1 is live in staging" in out
    assert "  forward again: shipway rollback staging --to r2\n" in out
    assert good(typed("follow")).out.endswith(out[out.index("\n● r1") :])
    assert good(typed("clean")).out.startswith("clitiny: ")
    assert "clitiny/staging runs any more" in good(typed("destroy", "staging", "-y")).out


def _listening(result: Result) -> str:
    return good(result).out if "listening" in result.out else ""


def test_a_version_that_is_ill_ends_in_a_problem_and_exit_code_1(app: TinyApp, typed: Type) -> None:
    app.commit(Variant(version="v1", items=500))
    result = typed("deploy", "-y")
    assert result.code == 1
    assert "✗ smoke and soak" in result.out
    assert "Error  items can be read: GET /items answered 500." in result.out
    assert typed("status").out.startswith("clitiny\n\n  ○ staging     nothing live\n")
    assert typed("logs").code == 1
