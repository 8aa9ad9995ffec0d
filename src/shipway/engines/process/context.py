"""The build context: which files it has (.dockerignore), and their content's hash."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

ALWAYS_LEFT_OUT = frozenset({".git"})


def pattern_regex(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a .dockerignore pattern (Go's Match, and `**`).

    It matches a path and everything below it.
    """
    cleaned = os.path.normpath(pattern.strip().strip("/"))
    out, rest = "", cleaned
    while rest:
        if rest.startswith("**/"):
            out, rest = out + r"(?:.*/)?", rest[3:]
        elif rest.startswith("**"):
            out, rest = out + r".*", rest[2:]
        elif rest[0] == "*":
            out, rest = out + r"[^/]*", rest[1:]
        elif rest[0] == "?":
            out, rest = out + r"[^/]", rest[1:]
        elif rest[0] == "[" and "]" in rest:
            end = rest.index("]")
            out, rest = out + rest[: end + 1], rest[end + 1 :]
        elif rest[0] == "\\" and len(rest) > 1:
            out, rest = out + re.escape(rest[1]), rest[2:]
        else:
            out, rest = out + re.escape(rest[0]), rest[1:]
    return re.compile(rf"{out}(?:/.*)?")


def ignore_rules(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """Return the rules of a .dockerignore in order: (taken back in, pattern)."""
    rules = []
    for raw in text.splitlines():
        line = raw.strip()
        if line and not line.startswith("#"):
            rules.append((line.startswith("!"), pattern_regex(line.removeprefix("!"))))
    return rules


def ignored(path: str, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    """Return whether the last rule that matches leaves `path` out."""
    verdict = False
    for kept, pattern in rules:
        if pattern.fullmatch(path):
            verdict = not kept
    return verdict


@dataclass(frozen=True, slots=True)
class Context:
    """A build context: `files` are relative paths, sorted; links count as files."""

    root: Path
    files: tuple[str, ...]

    @classmethod
    def read(cls, root: Path, dockerfile: str) -> Context:
        """List the files that the context's .dockerignore leaves in."""
        rules: list[tuple[bool, re.Pattern[str]]] = []
        for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
            if (root / name).is_file():
                rules = ignore_rules((root / name).read_text(errors="replace"))
                break
        takes_back = any(kept for kept, _ in rules)
        found: list[str] = []
        for folder, names, files in os.walk(root):
            base = os.path.relpath(folder, root)
            prefix = "" if base == "." else f"{base}/"
            links = [name for name in names if Path(folder, name).is_symlink()]
            names[:] = [
                name
                for name in names
                if name not in ALWAYS_LEFT_OUT
                and name not in links
                and (takes_back or not ignored(prefix + name, rules))
            ]
            found += [prefix + n for n in [*files, *links] if not ignored(prefix + n, rules)]
        return cls(root, tuple(sorted(found)))

    def digest(self, *extra: str) -> str:
        """Return the hash of paths, modes and contents, and of `extra`."""
        total = hashlib.sha256()
        for text in extra:
            total.update(f"{len(text)} {text}\0".encode())
        for name in self.files:
            path = self.root / name
            if path.is_symlink():
                kind, content = "l", str(path.readlink()).encode()
            else:
                kind = "x" if os.access(path, os.X_OK) else "-"
                content = path.read_bytes()
            total.update(f"{name}\0{kind}{hashlib.sha256(content).hexdigest()}\0".encode())
        return total.hexdigest()
