"""The table of what is proved: every id once, and nothing claimed that no test names."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "dev.d" / "requirements.py"


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("requirements_table", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_requirement_and_every_fault_stands_in_the_table_once(table: ModuleType) -> None:
    expected = [f"R{number:03}" for number in range(1, 223)]
    expected += [f"D{number:02}" for number in range(1, 35)]
    assert [line.id for line in table.lines()] == expected


def test_what_is_called_proved_names_a_test_that_exists(table: ModuleType) -> None:
    for line in table.lines():
        assert (line.state == "not yet") or line.proofs, line.id
        for proof in line.proofs:
            path, _, name = proof.partition("::")
            text = (ROOT / path).read_text()
            assert not name or f"def {name.partition('[')[0]}(" in text, proof


def test_the_page_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_proof_that_did_not_run_is_named(table: ModuleType, tmp_path: Path) -> None:
    line = next(line for line in table.lines() if line.state == "proved")
    ran = tmp_path / "ran"
    ran.write_text("\n".join(one for one in line.proofs))
    assert table.missing([line], ran) == []
    ran.write_text("tests/elsewhere/test_x.py::test_y\n")
    assert table.missing([line], ran) == [
        f"{line.id}: none of its tests passed: {', '.join(line.proofs[:3])}"
    ]
