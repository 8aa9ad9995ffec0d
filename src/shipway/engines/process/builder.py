"""Builder: from a checked-out commit to an artifact, by content hash.

A service with a `build` becomes a directory tree (see `assemble.py`); one with only an
image is run by a program of this machine where `builtin.py` knows one.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.engines.process.artifacts import Artifacts, Record
from shipway.engines.process.assemble import Assembly
from shipway.engines.process.builtin import Builtin, find_builtin
from shipway.engines.process.commands import Runner
from shipway.engines.process.context import Context
from shipway.engines.process.dockerfile import Recipe, interpret
from shipway.engines.process.layout import Layout
from shipway.engines.process.stages import Stages
from shipway.errors import Problem
from shipway.model.said import Said
from shipway.model.workload import Artifact
from shipway.ports import BuildRequest, Cancelled, Output

FORMAT = "1"
COMPILE_S = 120


@dataclass(frozen=True, slots=True)
class ProcessBuilder:
    """Makes artifacts of a state directory."""

    layout: Layout

    def build(
        self, request: BuildRequest, *, output: Output, cancelled: Cancelled = lambda: False
    ) -> Artifact:
        """Ensure that the service's artifact exists; see the port."""
        build = request.definition.get("build")
        if not build:
            artifact = self._image(request)
        else:
            section = {"context": build} if isinstance(build, str) else build
            artifact = self._tree(request, section, output, cancelled)
        Artifacts(self.layout).has(request.project, artifact)
        return artifact

    def _image(self, request: BuildRequest) -> Artifact:
        image = str(request.definition.get("image", ""))
        builtin = find_builtin(image)
        if builtin is None:
            raise cannot_run(request.service, image)
        return builtin_artifact(request.service, image, builtin)

    def _tree(
        self,
        request: BuildRequest,
        build: Mapping[str, Any],
        output: Output,
        cancelled: Cancelled,
    ) -> Artifact:
        runner = Runner(
            output=output,
            cancelled=cancelled,
            deadline=time.monotonic() + request.deadline_s,
            subject=request.service,
        )
        folder, text, name = _dockerfile(request, build)
        context = Context.read(folder, name)
        target = build.get("target")
        arguments = _arguments(build.get("args"))
        digest = context.digest(
            FORMAT,
            platform.python_version(),
            platform.machine(),
            text,
            str(target),
            *(f"{key}={value}" for key, value in sorted(arguments.items())),
        )
        reference = f"sha256:{digest}"
        artifacts = Artifacts(self.layout)
        record = artifacts.record(reference)
        if not self._whole(record):
            with self.layout.locked(f"artifact-{digest}"):
                record = artifacts.record(reference)
                if not self._whole(record):
                    recipe = interpret(text, arguments=arguments, target=target)
                    record = self._assemble(context, recipe, digest, runner)
        else:
            output(Said(f"unchanged, {digest[:12]} is used again"))
        facts = {"dependencies": record.dependencies or "none"} if record else {}
        if record and record.notes:
            facts["notes"] = "\n".join(record.notes)
        return Artifact(
            service=request.service,
            kind="tree",
            reference=reference,
            name=str(request.definition.get("image") or request.service),
            facts=facts,
        )

    def _whole(self, record: Record | None) -> bool:
        if record is None:
            return False
        key = record.dependencies
        return key is None or (self.layout.dependencies(key) / ".complete").exists()

    def _assemble(self, context: Context, recipe: Recipe, digest: str, runner: Runner) -> Record:
        parent = self.layout.root / "artifacts"
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{digest[:12]}.", dir=parent))
        try:
            assembly = Assembly(
                layout=self.layout,
                context=context,
                recipe=recipe,
                stages=Stages(folder=folder),
                runner=runner,
                content=digest,
            )
            assembly.carry_out()
            record = Record(
                image=recipe.image,
                paths=tuple(sorted(assembly.stages.made(recipe.final))),
                venvs=tuple(sorted(assembly.venvs)),
                dependencies=assembly.python.name if assembly.python else None,
                notes=tuple(assembly.notes),
            )
            self._finish(assembly, record, digest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return record

    def _finish(self, assembly: Assembly, record: Record, digest: str) -> None:
        """Compile the application's own modules, then give the artifact its name."""
        final = assembly.stages.folder / "final"
        final.mkdir()
        root = assembly.stages.root(assembly.recipe.final)
        if assembly.python is not None:
            workdir = root / record.image.workdir.lstrip("/")
            argv = [str(assembly.python / "bin/python"), "-m", "compileall", "-q", "-x"]
            subprocess.run(
                [*argv, r"/(node_modules|\.venv)/", str(workdir)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=COMPILE_S,
                check=False,
            )
        root.rename(final / "tree")
        (final / "artifact.json").write_text(record.dump())
        target = self.layout.artifact(digest)
        shutil.rmtree(target, ignore_errors=True)
        final.chmod(0o755)
        final.rename(target)


def cannot_run(service: str, image: str) -> Problem:
    """Return the Problem of an image for which this machine has no program."""
    return Problem(
        "engine-cannot-run",
        f"{service}: the process engine cannot run the image {image!r}: it builds services from"
        " source, and runs PostgreSQL and Redis from this machine's own programs.",
        hints=["shipway deploy --engine docker", "apt-get install postgresql redis-server"],
    )


def builtin_artifact(service: str, image: str, builtin: Builtin) -> Artifact:
    """Return the artifact that stands for a program of this machine."""
    digest = hashlib.sha256(f"{image}\0{builtin.kind}\0{builtin.version}".encode()).hexdigest()
    return Artifact(
        service=service,
        kind="image",
        reference=f"sha256:{digest}",
        name=image,
        built=False,
        facts={"program": builtin.kind, "version": builtin.version},
    )


def _arguments(args: Mapping[str, Any] | Sequence[str] | None) -> dict[str, str]:
    """Return the build arguments; one without a value is taken from the environment."""
    if isinstance(args, Mapping):
        pairs = args.items()
    else:
        pairs = {
            name: value if mark else None
            for name, mark, value in (str(word).partition("=") for word in args or ())
        }.items()
    found = {key: os.environ.get(key) if value is None else str(value) for key, value in pairs}
    return {key: value for key, value in found.items() if value is not None}


def _dockerfile(request: BuildRequest, build: Mapping[str, Any]) -> tuple[Path, str, str]:
    """Return the context's directory, the Dockerfile's text and its name."""
    name = str(build.get("dockerfile") or "Dockerfile")
    given = str(build.get("context", "."))
    if "://" in given or given.startswith("git@"):
        raise Problem(
            "engine-cannot-run",
            f"{request.service}: the process engine builds from the repository, not from {given}.",
            hints=["shipway deploy --engine docker"],
        )
    folder = (request.source / given).resolve()
    if "dockerfile_inline" in build:
        return folder, str(build["dockerfile_inline"]), name
    try:
        return folder, (folder / name).read_text(), name
    except OSError as error:
        raise Problem(
            "build-failed",
            f"{request.service}: no Dockerfile at {os.path.relpath(folder / name, request.source)}.",
            hints=["name it as build.dockerfile in the Compose file"],
        ) from error
