"""The shim as one file: what it is joined of, and what its start costs in modules."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

from shipway.engines.process.shim_program import FOLDER, PARTS, compiled_shim, joined
from shipway.engines.process.stateful import interpreter

ITS_OWN = {"_ctypes", "_struct", "ctypes", "ctypes._endian", "fcntl", "select", "struct", "types"}
"""What it loads beyond what every Python does; `os` and `time` are there already."""


def parts() -> dict[str, str]:
    return {part: (FOLDER / f"{part}.py").read_text() for part in PARTS}


def test_every_part_is_joined_and_none_defines_what_another_does() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {*PARTS, "__init__"}
    names = [
        target
        for text in parts().values()
        for node in ast.parse(text).body
        for target in defined(node)
    ]
    assert sorted(names) == sorted(set(names))


def defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def test_the_joined_shim_needs_nothing_of_shipway() -> None:
    text = joined(parts().values())
    imported = [
        name
        for node in ast.walk(ast.parse(text))
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [item.name for item in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    ]
    assert set(imported) == {
        "_signal",
        "ctypes",
        "fcntl",
        "os",
        "resource",
        "select",
        "sys",
        "time",
    }
    assert joined(["import os\nfrom shipway.a import (\n    b,\n)\nc = b"]).split() == [
        *("import", "os", "c", "=", "b"),
    ]


def test_the_shim_loads_few_modules(tmp_path: Path) -> None:
    """One is there for each instance: a module more is paid many times."""
    isolated = [interpreter(), "-I", "-S", "-E"]
    bare = loaded([*isolated, "-X", "importtime", "-c", "import os"])
    shim = [*isolated, "-X", "importtime", str(compiled_shim(tmp_path)), str(tmp_path / "none")]
    assert loaded(shim) - bare <= ITS_OWN
    assert (tmp_path / "none").exists() is False


def loaded(argv: list[str]) -> set[str]:
    said = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=30).stderr
    lines = [line for line in said.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}
