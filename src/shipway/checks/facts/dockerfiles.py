"""Dockerfiles: their instructions with lines, stage by stage."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from shipway.checks.facts.files import Files
from shipway.checks.facts.paths import aside


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; `line` is its first, counted from 1."""

    word: str
    value: str
    line: int

    @property
    def plain(self) -> str:
        """Return the value in one line, the list's signs of the exec form left out."""
        return " ".join(re.sub(r"[\"',\[\]]+", " ", self.value).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What stands between two FROMs.  base: an image, or an earlier stage's name."""

    name: str
    base: str
    line: int
    instructions: tuple[Instruction, ...]

    def of(self, *words: str) -> tuple[Instruction, ...]:
        """Return the instructions of these kinds."""
        return tuple(item for item in self.instructions if item.word in words)

    def last(self, word: str) -> Instruction | None:
        """Return the latest instruction of a kind, which is the one that counts."""
        found = self.of(word)
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A whole file."""

    path: str
    stages: tuple[Stage, ...]

    @property
    def development(self) -> bool:
        """Return whether its name says that it is not deployed."""
        name = PurePosixPath(self.path).name.lower()
        return any(word in name for word in (".dev", "dev.", ".test", ".local", ".ci"))

    @property
    def final(self) -> Stage:
        """Return the last stage, which is built where no other is named."""
        return self.stages[-1]

    def chain(self) -> tuple[Stage, ...]:
        """Return the final stage and the stages it is built on, nearest first."""
        found, names = [self.final], {stage.name: stage for stage in self.stages if stage.name}
        while (base := names.get(found[-1].base.lower())) is not None and base not in found:
            found.append(base)
        return tuple(found)


def dockerfiles(files: Files) -> tuple[Dockerfile, ...]:
    """Return every Dockerfile that has a FROM."""
    found = []
    for path in files.named("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"):
        if aside(path) or path.endswith(".dockerignore"):
            continue
        stages = read_stages(files.text(path))
        if stages:
            found.append(Dockerfile(path=path, stages=stages))
    return tuple(item for item in found if not item.development)


def read_stages(text: str) -> tuple[Stage, ...]:
    """Return the stages of a Dockerfile's text; none where it cannot be read."""
    from dockerfile_parse import DockerfileParser  # late: 30 ms

    stream = io.BytesIO(text.encode())  # its stubs say text, its code wants bytes
    try:
        structure = DockerfileParser(fileobj=stream).structure  # type: ignore[arg-type]
    except (ValueError, KeyError, IndexError):
        return ()
    stages: list[Stage] = []
    current: list[Instruction] = []
    head: tuple[str, str, int] | None = None
    for item in structure:
        instruction = Instruction(
            item["instruction"].upper(), item["value"].strip(), item["startline"] + 1
        )
        if instruction.word == "FROM":
            if head:
                stages.append(_stage(head, current))
            head, current = (*_from(instruction.value), instruction.line), []
        elif instruction.word != "COMMENT":
            current.append(instruction)
    if head:
        stages.append(_stage(head, current))
    return tuple(stages)


def _stage(head: tuple[str, str, int], instructions: list[Instruction]) -> Stage:
    base, name, line = head
    return Stage(name=name, base=base, line=line, instructions=tuple(instructions))


def _from(value: str) -> tuple[str, str]:
    words = [word for word in value.split() if not word.startswith("--")]
    named = len(words) >= 3 and words[1].lower() == "as"
    return (words[0] if words else ""), (words[2].lower() if named else "")
