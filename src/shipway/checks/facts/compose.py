"""The Compose files of a project as they would be deployed, with the line of every value.

Files of variables that services name are left out of the model: a clean checkout has none,
and `facts.env` reads those that are there.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from shipway.checks.facts.files import Files
from shipway.checks.facts.images import image_name
from shipway.checks.facts.paths import joined, relative
from shipway.checks.facts.positions import Value, read_positions
from shipway.checks.model import Place
from shipway.compose import ComposeProject, load
from shipway.errors import Problem

_REQUIRED = re.compile(r"\$\{(\w+):?\?")


@dataclass(frozen=True, slots=True)
class Published:
    """A port of a service on the host.  index: in the service's list."""

    index: int
    host_ip: str
    published: str
    target: int

    @property
    def everywhere(self) -> bool:
        """Return whether it listens on every interface of the machine."""
        return self.host_ip in {"", "0.0.0.0", "::", "[::]"}  # noqa: S104 - compared, not bound


class Service:
    """One service of a loaded project."""

    def __init__(self, view: ComposeView, name: str, definition: Mapping[str, Any]) -> None:
        self.view = view
        self.name = name
        self.definition = definition

    def place(self, *path: str | int) -> Place:
        """Return where a value of the service stands, or its nearest known parent."""
        return self.view.place("services", self.name, *path)

    @property
    def image(self) -> str:
        """Return the image as written; empty where there is none."""
        return str(self.definition.get("image") or "")

    @property
    def image_name(self) -> str:
        """Return the last part of the image's repository, in lower case."""
        return image_name(self.image)

    @property
    def builds(self) -> bool:
        """Return whether the service is built here."""
        return bool(self.definition.get("build"))

    @property
    def command(self) -> str:
        """Return entrypoint and command in one line."""
        parts = [
            *(self.definition.get("entrypoint") or ()),
            *(self.definition.get("command") or ()),
        ]
        return " ".join(str(part) for part in parts)

    def command_place(self) -> Place:
        """Return where the command stands."""
        return self.place("command" if self.definition.get("command") else "entrypoint")

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that Compose itself sets; a key without value is empty."""
        found = self.definition.get("environment") or {}
        return {key: "" if value is None else str(value) for key, value in found.items()}

    def written(self, *keys: str) -> Value:
        """Return a part of the service as written, variables unreplaced; the last file wins."""
        return self.written_at(*keys)[1]

    def written_at(self, *keys: str) -> tuple[str, Value]:
        """Return (file, part as written)."""
        for path, raw in self.view.raws:
            found = raw.get("services", self.name, *keys)
            if found:
                return path, found
        return self.view.files[-1], Value(0)

    def written_environment(self) -> Iterator[tuple[str, str, Place]]:
        """Yield (key, value as written, place) of each variable that Compose itself sets."""
        path, found = self.written_at("environment")
        yield from _pairs(path, found)

    def written_arguments(self) -> Iterator[tuple[str, str, Place]]:
        """Yield (key, value as written, place) of each build argument."""
        path, found = self.written_at("build", "args")
        yield from _pairs(path, found)

    def ports(self) -> Iterator[Published]:
        """Yield the TCP ports on the host."""
        for index, port in enumerate(self.definition.get("ports") or ()):
            if isinstance(port, Mapping) and port.get("target"):
                yield Published(
                    index,
                    str(port.get("host_ip") or ""),
                    str(port.get("published") or ""),
                    int(port["target"]),
                )

    def mounts(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield (index, mount)."""
        for index, mount in enumerate(self.definition.get("volumes") or ()):
            if isinstance(mount, Mapping):
                yield index, mount

    @property
    def replicas(self) -> int:
        """Return how many instances Compose starts."""
        deploy = self.definition.get("deploy") or {}
        count = deploy.get("replicas", self.definition.get("scale", 1))
        return int(count) if isinstance(count, int | float) else 1

    @property
    def one_shot(self) -> bool:
        """Return whether it is a job that runs to its end: others wait for its success."""
        return any(
            wait.get("condition") == "service_completed_successfully"
            for other in self.view.services
            for name, wait in (other.definition.get("depends_on") or {}).items()
            if name == self.name
        ) or self.definition.get("restart") in {"no", "on-failure"}

    def build_context(self) -> str | None:
        """Return the build's directory relative to the root; None outside of it."""
        build = self.definition.get("build")
        if not isinstance(build, Mapping):
            return None
        return relative(self.view.root, str(build.get("context") or "."))

    def dockerfile(self) -> str | None:
        """Return the path of its Dockerfile relative to the root, None where there is none."""
        build = self.definition.get("build")
        context = self.build_context()
        if not isinstance(build, Mapping) or context is None:
            return None
        return joined(context, str(build.get("dockerfile") or "Dockerfile"))

    def env_files(self) -> Iterator[tuple[str, Place]]:
        """Yield the paths of its files of variables, relative to the root, in order."""
        file, found = self.written_at("env_file")
        for part in found.parts or ((found,) if found else ()):
            item = part.get("path") if part.items else part
            if item.text:
                path = joined(self.view.directory, item.text)
                yield path, Place(file, item.line or found.line)


def _pairs(path: str, found: Value) -> Iterator[tuple[str, str, Place]]:
    for key, item in found.items.items():
        yield key, item.text, Place(path, item.line)
    for part in found.parts:
        key, _, value = part.text.partition("=")
        yield key, value, Place(path, part.line)


class ComposeView:
    """One set of files, loaded as Compose would; `problem` is set where it is refused."""

    def __init__(
        self, root: Path, files: tuple[str, ...], source: Files, *, deployed: bool
    ) -> None:
        self.root = root
        self.files = files
        self.deployed = deployed
        self.directory = str(PurePosixPath(files[0]).parent)
        self._source = source
        self.problem: Problem | None = None
        self.project: ComposeProject | None = None
        try:
            self.project = self._load()
        except Problem as problem:
            self.problem = problem

    @cached_property
    def raws(self) -> tuple[tuple[str, Value], ...]:
        """Return (path, content as written) of every file, the last first."""
        return tuple(
            (path, read_positions(self._source.text(path))) for path in reversed(self.files)
        )

    @cached_property
    def model(self) -> Mapping[str, Any]:
        """Return Compose's own model; empty where the files do not load."""
        return self.project.model if self.project else {}

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Return all services, those of inactive profiles included."""
        found = self.model.get("services") or {}
        return tuple(Service(self, name, item) for name, item in found.items())

    def place(self, *path: str | int) -> Place:
        """Return where a value of the model stands."""
        source = self.project.source(*path) if self.project else None
        if source is None or not source.line:
            return Place(self.files[0], 1)
        return Place(self._shown(source.path), source.line)

    def problem_place(self) -> Place:
        """Return where the files are refused."""
        source = self.problem.source if self.problem else None
        if source is None:
            return Place(self.files[0], 1)
        return Place(self._shown(source.path), source.line or 1)

    def _shown(self, path: str) -> str:
        absolute = os.path.join(self.root, self.directory, path)  # noqa: PTH118 - may be absolute
        shown = relative(self.root, absolute)
        return shown if shown is not None and (self.root / shown).is_file() else self.files[0]

    def _load(self) -> ComposeProject:
        directory = self.root / self.directory
        names = [os.path.relpath(self.root / path, directory) for path in self.files]
        environment = self._environment()
        with tempfile.TemporaryDirectory(prefix="shipway-check-") as scratch:
            names += self._without_env_files(Path(scratch))
            return load(
                directory,
                names,
                environment=environment,
                profiles=("*",),
                project_name=None if self._named else "project",
                project_directory=directory,
            )

    @cached_property
    def _named(self) -> bool:
        return any(raw.get("name") for _, raw in self.raws)

    def _without_env_files(self, scratch: Path) -> list[str]:
        """Return an override file that takes every `env_file` away."""
        services = {
            name
            for _, raw in self.raws
            for name, item in raw.get("services").items.items()
            if item.get("env_file") or item.get("label_file")
        }
        if not services:
            return []
        text = "".join(
            f"  {json.dumps(name)}: {{env_file: !reset null, label_file: !reset null}}\n"
            for name in sorted(services)
        )
        path = scratch / "without-env-files.yaml"
        path.write_text(f"services:\n{text}", encoding="utf-8")
        return [str(path)]

    def _environment(self) -> dict[str, str]:
        """Return stand-ins for required variables, and what example files next to it say."""
        text = "".join(self._source.text(path) for path in self.files)
        found = {name: f"set-{name.lower()}" for name in _REQUIRED.findall(text)}
        for name in (".env.example", "env.example", ".env.sample"):
            path = joined(self.directory, name)
            if path is None or path not in self._source.paths:
                continue
            for line in self._source.lines(path):
                key, equals, value = line.strip().partition("=")
                clean = value.partition(" #")[0].strip()
                if equals and key.isidentifier() and clean and not clean.startswith("#"):
                    found.setdefault(key, clean.replace("$", ""))
        return found
