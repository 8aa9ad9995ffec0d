"""The document of what really runs, through the daemon and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import Shipway
from tests.support.tinyapp import TinyApp, Variant


def typed(home: Path, app: TinyApp, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shipway", *words],
        cwd=app.directory,
        env={**os.environ, "SHIPWAY_HOME": str(home)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_document_is_of_the_release_that_is_live(
    shipway: Shipway, app: TinyApp, home: Path, tmp_path: Path
) -> None:
    """R004 R193: live release, instances and measured times, in both languages."""
    app.commit(Variant(version="v1"))
    shipway.rolled("deploy", app.directory, "staging")
    shipway.rolled("promote", app.directory, "production")

    korean = typed(home, app, "document", "infrastructure", "--lang", "ko")
    assert korean.returncode == 0, korean.stderr
    assert "## Docker Compose 구성" in korean.stdout
    assert "| api | 8000 | Dockerfile | 웹 | 1/1 | – |" in korean.stdout
    plan = json.loads(typed(home, app, "document", "plan", "--json").stdout)["text"]
    assert "| production | " in plan
    assert "| r1 (" in plan

    page = tmp_path / "page.html"
    wrote = typed(home, app, "document", "record", "--format", "html", "-o", str(page))
    assert wrote.returncode == 0, wrote.stderr
    assert typed(home, app, "document", "--check", str(page)).stdout == f"{page}: fresh\n"

    with (app.directory / "shipway.yaml").open("a") as spec:
        spec.write("\ndocument: {goals: [calm]}\n")
    stale = typed(home, app, "document", "--check", str(page))
    assert stale.returncode == 1
    assert stale.stdout.splitlines()[0] == f"{page}: stale"


@pytest.mark.usefixtures("shipway")
def test_without_a_server_it_says_that_nothing_was_asked(app: TinyApp, home: Path) -> None:
    app.commit(Variant(version="v1"))
    text = typed(home, app, "document", "--static", "--lang", "en").stdout
    assert "**Note**: Written from the files alone: nothing that runs was asked." in text
    unknown = typed(home, app, "document")
    assert unknown.returncode == 1
    assert "was never deployed here" in unknown.stderr
