"""The files that a change touches, and whether it was made: looked up in the project."""

from __future__ import annotations

from pathlib import Path

from shipway.documents.facts import TrackedFileFacts
from shipway.documents.registers.paths import matching
from shipway.model.declared import ChangedFile, DocumentSpec
from shipway.model.words import Words

_SHOWN = 5


def tracked_files(root: Path, about: DocumentSpec) -> tuple[TrackedFileFacts, ...]:
    """Return each file of the tracker with its state."""
    return tuple(_tracked(root, one) for one in about.files)


def _tracked(root: Path, wanted: ChangedFile) -> TrackedFileFacts:
    found = matching(root, wanted.path)
    done, says = _gone(root, found) if wanted.gone else _changed(root, found, wanted.holds)
    return TrackedFileFacts(
        path=wanted.path, change=wanted.change, gone=wanted.gone, done=done, says=says
    )


def _gone(root: Path, found: tuple[Path, ...]) -> tuple[bool, Words]:
    if not found:
        return True, Words("it is gone", "삭제됨")
    names = _names(root, found)
    return False, Words(f"still there: {names}", f"아직 있음: {names}")


def _changed(root: Path, found: tuple[Path, ...], holds: str) -> tuple[bool | None, Words]:
    if not found:
        return False, Words("there is no such file", "파일이 없음")
    if not holds:
        return None, Words(
            "it is there; whether the change is made cannot be told",
            "파일 있음, 변경 여부는 미확인",
        )
    without = tuple(one for one in found if holds not in _text(one))
    if without:
        names = _names(root, without)
        return False, Words(f"{names}: without “{holds}”", f"{names}: “{holds}” 없음")
    return True, Words(f"holds “{holds}”", f"“{holds}” 확인됨")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a folder
        return ""


def _names(root: Path, files: tuple[Path, ...]) -> str:
    shown = [one.relative_to(root).as_posix() for one in files[:_SHOWN]]
    return ", ".join(shown) + (" …" if len(files) > _SHOWN else "")
