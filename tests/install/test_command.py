"""`shipway install` and `shipway uninstall` as typed, on files below another directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shipway.installation import machine
from tests.install.test_as_system_user import python_path, reachable_python


def shipway(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [str(reachable_python() or sys.executable), "-P", "-m", "shipway", *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": python_path()},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def below(tmp_path: Path) -> tuple[str, str, str]:
    if reachable_python() is None:
        pytest.skip(f"{sys.executable} lies in a folder that is closed to other users")
    return ("--root", str(tmp_path), "-y")


def test_a_dry_run_shows_the_plan_and_every_file_and_changes_nothing(tmp_path: Path) -> None:
    code, said, _ = shipway("install", "--dry-run", "--root", str(tmp_path))
    assert code == 0
    assert "write /etc/systemd/system/shipway.service" in said
    assert "ExecStart=" in said
    assert list(tmp_path.iterdir()) == []


def test_the_second_run_says_that_nothing_is_to_be_done(below: tuple[str, ...]) -> None:
    root = Path(below[1])
    code, _, said = shipway("install", *below)
    assert code == 0, said
    assert (root / "usr/local/bin/shipway").stat().st_mode & 0o777 == 0o755
    assert (root / "var/lib/shipway/ingress").stat().st_mode & 0o777 == 0o700
    assert shipway("install", *below)[1] == (
        "There is nothing to install: everything is as it should be.\n"
    )
    (root / "var/lib/shipway/state.sqlite").write_text("data")
    assert shipway("uninstall", *below)[0] == 0
    left = {path.name for path in root.rglob("*") if path.is_file()}
    assert left == {"state.sqlite", "haproxy.log"}
    assert shipway("uninstall", *below)[1].startswith("There is nothing to uninstall")


def test_nobody_is_asked_where_nobody_can_answer(below: tuple[str, ...]) -> None:
    code, _, said = shipway("install", *below[:2])
    assert code == 2
    assert "Nothing was changed" in said
    assert list(Path(below[1]).iterdir()) == []


@pytest.mark.skipif(machine.SYSTEMD_RUNS.is_dir(), reason="systemd runs this machine")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gets as far as that")
@pytest.mark.usefixtures("below")
def test_without_systemd_it_is_refused_with_the_way_out() -> None:
    code, said, _ = shipway("install", "--json", "-y")
    assert code == 1
    problem = json.loads(said)["problem"]
    assert problem["kind"] == "no-systemd"
    assert any("shipway up" in hint for hint in problem["hints"])


def test_a_program_in_a_closed_folder_is_told_by_that_folder() -> None:
    with TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        program = Path(name) / "closed" / "bin" / "python"
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
        assert machine.unreachable_part(program) is None
        program.parents[1].chmod(0o700)
        assert machine.unreachable_part(program) == program.parents[1]
