"""Carries out a recipe: each stage is a directory that stands for its file system.

COPY copies, WORKDIR makes a directory, and of RUN what `recognise.py` knows is done.
What is left out is said once, and collected for the artifact's notes.
"""

from __future__ import annotations

import glob
import os
import posixpath
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from shipway.engines.process.commands import Runner
from shipway.engines.process.context import Context
from shipway.engines.process.copying import copy_file, merge_tree
from shipway.engines.process.dockerfile import Copy, Inherit, Recipe, Run
from shipway.engines.process.layout import Layout
from shipway.engines.process.node_env import install_node
from shipway.engines.process.python_env import PythonNeeds, ensure_python
from shipway.engines.process.recognise import (
    MakeDirectories,
    MakeExecutable,
    MakeVenv,
    NodeInstall,
    PipInstall,
    Script,
    Skipped,
    UvSync,
    recognise,
)
from shipway.engines.process.rewrite import Rewriter
from shipway.engines.process.shellwords import expand, simple_commands

SYSTEM = frozenset(
    {
        *("/", "/usr", "/usr/local", "/usr/local/bin", "/usr/bin", "/usr/share", "/usr/src"),
        *("/bin", "/sbin", "/etc", "/lib", "/var", "/var/lib", "/tmp", "/root", "/home"),  # noqa: S108
    }
)
T = TypeVar("T")
PYTHON_BASE = re.compile(r"python:?-?(\d+\.\d+)")


@dataclass(slots=True, kw_only=True)
class Assembly:
    """A build under way; `roots` are the stages' directories, below `folder`.

    paths: directories and files of the container, by stage, that this build has made.
    """

    layout: Layout
    context: Context
    recipe: Recipe
    folder: Path
    runner: Runner
    content: str
    paths: dict[int, set[str]] = field(default_factory=dict)
    venvs: set[str] = field(default_factory=set)
    needs: PythonNeeds = field(default_factory=PythonNeeds)
    python: Path | None = None
    notes: list[str] = field(default_factory=list)

    def root(self, stage: int) -> Path:
        """Return the directory that stands for `/` of a stage."""
        return self.folder / f"stage{stage}"

    def inside(self, stage: int, path: str, workdir: str = "/") -> Path:
        """Return where a container's path lies; it never leaves the stage's directory."""
        absolute = posixpath.normpath(posixpath.join("/", workdir, path))
        return self.root(stage) / absolute.lstrip("/")

    def carry_out(self) -> None:
        """Do every step.  Raises Problem `build-failed`, `deadline`, `cancelled`."""
        for base in reversed(self.recipe.bases):
            if match := PYTHON_BASE.search(base):
                self.needs = _with(self.needs, version=match[1])
                break
        for step in self.recipe.steps:
            self.runner.check()
            match step:
                case Inherit():
                    self.paths[step.stage] = {*self.paths.get(step.parent, set())}
                    if self.root(step.parent).exists():
                        merge_tree(self.root(step.parent), self.root(step.stage))
                case Copy():
                    self._copy(step)
                case Run():
                    self._run(step)
        final, workdir = self.recipe.final, self.recipe.image.workdir
        self.inside(final, workdir).mkdir(parents=True, exist_ok=True)
        if workdir != "/":
            self._mark(final, workdir)
        self._dependencies_of_the_workdir()

    def _mark(self, stage: int, path: str) -> None:
        self.paths.setdefault(stage, set()).add(path)

    # Files

    def _copy(self, step: Copy) -> None:
        for pattern in step.sources:
            found = self._sources(step, pattern)
            if not found:
                if step.origin is None:
                    raise self.runner.failed(f"Dockerfile:{step.line}: COPY {pattern}: not found")
                self._note(f"COPY --from … {pattern}: not made here, left out")
            for source in found:
                target = self.inside(step.stage, step.target)
                if source.is_dir() and not source.is_symlink():
                    self._copy_folder(step, source, target)
                else:
                    into = step.into or target.is_dir()
                    path = posixpath.join(step.target, source.name) if into else step.target
                    copy_file(source, self.inside(step.stage, path))
                    self._mark(step.stage, path)

    def _sources(self, step: Copy, pattern: str) -> list[Path]:
        if step.origin == -1:
            return []
        base = self.context.root if step.origin is None else self.root(step.origin)
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
                self._mark(step.stage, posixpath.join(step.target, name))
        else:
            self._mark(step.stage, step.target)

    # Commands

    def _run(self, step: Run) -> None:
        workdir = step.workdir
        for command in simple_commands(step.script):
            words = [expand(word, step.environment) for word in command]
            if words[0] == "cd" and len(words) > 1:
                workdir = posixpath.normpath(posixpath.join(workdir, words[1]))
                continue
            folder = self.inside(step.stage, ".", workdir)
            folder.mkdir(parents=True, exist_ok=True)
            match recognise(words):
                case PipInstall() as found:
                    self._pip(step, workdir, found)
                case UvSync() as found:
                    self.needs = _with(
                        self.needs,
                        project=folder,
                        sync=found.options,
                        whole=found.whole and _is_package(folder),
                    )
                    self.venvs.add(posixpath.join(workdir, ".venv"))
                case NodeInstall() as found:
                    environment = self._environment(step)
                    install_node(
                        self.layout,
                        folder,
                        found.options,
                        environment,
                        self.runner,
                        link=not self._has_scripts(),
                    )
                    self._mark(step.stage, workdir)
                case MakeVenv() as found:
                    self.venvs.add(posixpath.normpath(posixpath.join(workdir, found.path)))
                case MakeDirectories() as found:
                    for path in found.paths:
                        self.inside(step.stage, path, workdir).mkdir(parents=True, exist_ok=True)
                        absolute = posixpath.normpath(posixpath.join(workdir, path))
                        if absolute not in SYSTEM:
                            self._mark(step.stage, absolute)
                case MakeExecutable() as found:
                    for path in found.paths:
                        if (file := self.inside(step.stage, path, workdir)).is_file():
                            file.chmod(file.stat().st_mode | 0o111)
                case Script() as found:
                    self._script(step, folder, found)
                case Skipped() as found if not found.quietly:
                    self._note(
                        f"RUN {' '.join(found.argv[:6])}: not run, no container to run it in"
                    )

    def _pip(self, step: Run, workdir: str, found: PipInstall) -> None:
        def files(names: tuple[str, ...]) -> tuple[Path, ...]:
            return tuple(self.inside(step.stage, name, workdir) for name in names)

        needs = self.needs
        self.needs = _with(
            needs,
            requirements=_union(needs.requirements, files(found.requirements)),
            constraints=_union(needs.constraints, files(found.constraints)),
            packages=_union(needs.packages, found.packages),
            local=_union(needs.local, files(found.projects)),
        )
        for path in files(found.requirements):
            if not path.is_file():
                raise self.runner.failed(f"Dockerfile:{step.line}: {path.name} is not there")

    def _has_scripts(self) -> bool:
        """Return whether a build command may write into node_modules."""
        return any(
            isinstance(recognise(command), Script)
            for step in self.recipe.steps
            if isinstance(step, Run)
            for command in simple_commands(step.script)
        )

    def _script(self, step: Run, folder: Path, found: Script) -> None:
        if found.argv[0].startswith("python"):
            self.ensure_python()
        rewriter = Rewriter(own="127.0.0.1", paths=self.mapped(step.stage))
        argv = [rewriter.path(word) for word in found.argv]
        program = shutil.which(argv[0], path=self._environment(step)["PATH"])
        if program is None:
            raise self.runner.failed(f"it needs {argv[0]}, which is not on this machine")
        self.runner.run([program, *argv[1:]], cwd=folder, environment=self._environment(step))

    def _environment(self, step: Run) -> dict[str, str]:
        """Return the variables of a build command: the machine's and the Dockerfile's."""
        rewriter = Rewriter(own="127.0.0.1", paths=self.mapped(step.stage))
        own = {
            key: rewriter.path(value) for key, value in step.environment.items() if key != "PATH"
        }
        path = os.environ.get("PATH", "/usr/bin:/bin")
        if self.python is not None:
            path = f"{self.python}/bin:{path}"
        return {**os.environ, **own, "PATH": path}

    # Dependencies

    def mapped(self, stage: int) -> dict[str, str]:
        """Return where the stage's paths lie on this machine."""
        found = {path: str(self.inside(stage, path)) for path in self.paths.get(stage, set())}
        if self.python is not None:
            found |= dict.fromkeys(self.venvs, str(self.python))
        return found

    def ensure_python(self) -> Path | None:
        """Ensure the environment of what was asked for so far; None where nothing was."""
        needs = self.needs
        if needs.version or needs.requirements or needs.packages or needs.project or needs.local:
            needs = _with(needs, content=self.content)
            self.python = ensure_python(self.layout, needs, self.runner)
        return self.python

    def _dependencies_of_the_workdir(self) -> None:
        """Install from the lock file beside the application where no RUN did."""
        folder = self.inside(self.recipe.final, self.recipe.image.workdir)
        needs = self.needs
        asked = needs.requirements or needs.packages or needs.project or needs.local
        if not asked and (folder / "uv.lock").is_file():
            self.needs = _with(needs, project=folder, whole=_is_package(folder))
        elif not asked and (folder / "requirements.txt").is_file():
            self.needs = _with(needs, requirements=(folder / "requirements.txt",))
        self.ensure_python()

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
            self.runner.say(text)


def _with(needs: PythonNeeds, **changes: object) -> PythonNeeds:
    return replace(needs, **changes)  # type: ignore[arg-type]


def _union(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _is_package(folder: Path) -> bool:
    try:
        return "[build-system]" in (folder / "pyproject.toml").read_text()
    except OSError:
        return False
