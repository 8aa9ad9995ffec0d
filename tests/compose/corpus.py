"""The corpus of real files with Docker's answers: beside the checkout, or packed in `data/`."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BESIDE = HERE.parents[2] / "shared" / "corpus" / "compose"
PACKED = HERE / "data" / "corpus.tar.xz"

# The environment in which Docker was asked, but for PWD.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/home/oracle", "USER": "oracle", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question and Docker's answer; `model` is None where Docker refuses."""

    id: str
    directory: Path
    files: tuple[str, ...]
    profiles: tuple[str, ...]
    model: Any
    complaint: str


def unpacked(into: Path) -> Path:
    """Return the corpus' folder, unpacked into `into` where it is not beside the checkout."""
    if (BESIDE / "cases.jsonl").exists():
        return BESIDE
    with tarfile.open(PACKED) as archive:
        if hasattr(tarfile, "data_filter"):  # not in Python 3.11.2, which Debian 12 has
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(into)  # noqa: S202 - packed by ourselves, lies beside this file
    return into


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of a corpus."""
    for line in (folder / "cases.jsonl").read_text("utf-8").splitlines():
        raw = json.loads(line)
        repository = folder / raw["repo"]
        answer = (folder / raw["expected"]).read_text("utf-8").replace("<REPO>", str(repository))
        refused = raw["rc"] != 0
        yield Case(
            id=raw["id"],
            directory=repository / raw["dir"],
            files=tuple(raw["files"]),
            profiles=("*",) if raw["kind"] == "profiles" else (),
            model=None if refused else json.loads(answer),
            complaint=answer if refused else "",
        )
