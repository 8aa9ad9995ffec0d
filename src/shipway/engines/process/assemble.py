"""Carries out a recipe, step by step, in the stages' directories.

COPY copies, WORKDIR makes a directory, and of RUN what `recognise.py` knows is done.
What is left out is said once, and collected for the artifact's notes.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from shipway.engines.process.commands import Runner
from shipway.engines.process.context import Context
from shipway.engines.process.copy_steps import Copier
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
from shipway.engines.process.shellwords import expand, simple_commands
from shipway.engines.process.stages import SYSTEM, Stages
from shipway.model.rewrite import Rewriter
from shipway.model.said import Said

T = TypeVar("T")
PYTHON_BASE = re.compile(r"python:?-?(\d+\.\d+)")


@dataclass(slots=True, kw_only=True)
class Assembly:
    """A build under way."""

    layout: Layout
    context: Context
    recipe: Recipe
    stages: Stages
    runner: Runner
    content: str
    venvs: set[str] = field(default_factory=set)
    needs: PythonNeeds = field(default_factory=PythonNeeds)
    python: Path | None = None
    notes: list[str] = field(default_factory=list)

    def carry_out(self) -> None:
        """Do every step.  Raises Problem `build-failed`, `deadline`, `cancelled`."""
        for base in reversed(self.recipe.bases):
            if match := PYTHON_BASE.search(base):
                self.needs = _with(self.needs, version=match[1])
                break
        copier = Copier(stages=self.stages, context=self.context, runner=self.runner)
        for step in self.recipe.steps:
            self.runner.check()
            match step:
                case Inherit():
                    self.stages.inherit(step.stage, step.parent)
                case Copy():
                    for left_out in copier.copy(step):
                        self._note(left_out)
                case Run():
                    self._run(step)
        final, workdir = self.recipe.final, self.recipe.image.workdir
        self.stages.inside(final, workdir).mkdir(parents=True, exist_ok=True)
        if workdir != "/":
            self.stages.mark(final, workdir)
        self._dependencies_of_the_workdir()

    # Commands

    def _run(self, step: Run) -> None:
        workdir = step.workdir
        for command in simple_commands(step.script):
            words = [expand(word, step.environment) for word in command]
            if words[0] == "cd" and len(words) > 1:
                workdir = posixpath.normpath(posixpath.join(workdir, words[1]))
                continue
            folder = self.stages.inside(step.stage, ".", workdir)
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
                    self.stages.mark(step.stage, workdir)
                case MakeVenv() as found:
                    self.venvs.add(posixpath.normpath(posixpath.join(workdir, found.path)))
                case MakeDirectories() as found:
                    for path in found.paths:
                        self.stages.inside(step.stage, path, workdir).mkdir(
                            parents=True, exist_ok=True
                        )
                        absolute = posixpath.normpath(posixpath.join(workdir, path))
                        if absolute not in SYSTEM:
                            self.stages.mark(step.stage, absolute)
                case MakeExecutable() as found:
                    for path in found.paths:
                        if (file := self.stages.inside(step.stage, path, workdir)).is_file():
                            file.chmod(file.stat().st_mode | 0o111)
                case Script() as found:
                    self._script(step, folder, found)
                case Skipped() as found if not found.quietly:
                    self._note(
                        f"RUN {' '.join(found.argv[:6])}: not run, no container to run it in"
                    )

    def _pip(self, step: Run, workdir: str, found: PipInstall) -> None:
        def files(names: tuple[str, ...]) -> tuple[Path, ...]:
            return tuple(self.stages.inside(step.stage, name, workdir) for name in names)

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
        found = {path: str(self.stages.inside(stage, path)) for path in self.stages.made(stage)}
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
        folder = self.stages.inside(self.recipe.final, self.recipe.image.workdir)
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
            self.runner.say(Said(text))


def _with(needs: PythonNeeds, **changes: object) -> PythonNeeds:
    return replace(needs, **changes)  # type: ignore[arg-type]


def _union(one: tuple[T, ...], other: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _is_package(folder: Path) -> bool:
    try:
        return "[build-system]" in (folder / "pyproject.toml").read_text()
    except OSError:
        return False
