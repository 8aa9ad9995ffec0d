"""COPY and ADD of a Dockerfile: from the context, or from another stage."""

from __future__ import annotations

import glob
import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

from shipway.engines.process.commands import Runner
from shipway.engines.process.context import Context
from shipway.engines.process.copying import copy_file, merge_tree
from shipway.engines.process.dockerfile import Copy
from shipway.engines.process.stages import SYSTEM, Stages
from shipway.model.said import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Copier:
    """Carries out the copies of one build."""

    stages: Stages
    context: Context
    runner: Runner

    def copy(self, step: Copy) -> list[Said]:
        """Copy what the step names; return what another stage has not got, and is left out.

        Raises Problem `build-failed` where the context has not got it.
        """
        left_out: list[Said] = []
        for pattern in step.sources:
            found = self._sources(step, pattern)
            if not found:
                if step.origin is None:
                    raise self.runner.failed(f"Dockerfile:{step.line}: COPY {pattern}: not found")
                left_out.append(Said(f"COPY --from … {pattern}: not made here, left out"))
            for source in found:
                self._copy_one(step, source)
        return left_out

    def _copy_one(self, step: Copy, source: Path) -> None:
        target = self.stages.inside(step.stage, step.target)
        if source.is_dir() and not source.is_symlink():
            self._copy_folder(step, source, target)
            return
        into = step.into or target.is_dir()
        path = posixpath.join(step.target, source.name) if into else step.target
        copy_file(source, self.stages.inside(step.stage, path))
        self.stages.mark(step.stage, path)

    def _sources(self, step: Copy, pattern: str) -> list[Path]:
        if step.origin == -1:
            return []
        base = self.context.root if step.origin is None else self.stages.root(step.origin)
        relative = posixpath.normpath(posixpath.join("/", pattern)).lstrip("/")
        if any(mark in relative for mark in "*?["):
            found = [Path(path) for path in sorted(glob.glob(str(base / relative)))]  # noqa: PTH207
        else:
            found = [base / relative] if os.path.lexists(base / relative) else []
        if step.origin is not None:
            return found
        return [path for path in found if self._in_context(os.path.relpath(path, base))]

    def _in_context(self, name: str) -> bool:
        return name == "." or any(
            file == name or file.startswith(f"{name}/") for file in self.context.files
        )

    def _copy_folder(self, step: Copy, source: Path, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        if step.origin is not None:
            merge_tree(source, target)
            names = sorted(path.name for path in source.iterdir())
        else:
            prefix = os.path.relpath(source, self.context.root)
            start = "" if prefix == "." else f"{prefix}/"
            files = [name for name in self.context.files if name.startswith(start)]
            for name in files:
                copy_file(self.context.root / name, target / name.removeprefix(start))
            names = sorted({name.removeprefix(start).partition("/")[0] for name in files})
        if step.target in SYSTEM:
            for name in names:
                self.stages.mark(step.stage, posixpath.join(step.target, name))
        else:
            self.stages.mark(step.stage, step.target)
