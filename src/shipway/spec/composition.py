"""The Compose model of one environment: which files, with which variables, from where.

What a Compose file names and the commit does not hold (env files, secrets, mounted
folders) is taken from the working directory; see `tree`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from shipway.compose import ComposeProject, load
from shipway.compose.discover import FILE_NAMES, OVERRIDE_NAMES
from shipway.errors import Problem, SourceRef
from shipway.spec.layers import Layers
from shipway.spec.located import locate
from shipway.spec.overlay import overlaid, put_back
from shipway.spec.secretwords import is_own_key, is_own_password, is_secret
from shipway.spec.shared_images import share_builds
from shipway.spec.tree import Tree
from shipway.spec.values import EnvironmentSpec, Spec

UNSET_SHOWN_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A canonical Compose model, the places of its values, and notes for the user.

    off: services whose profiles are not on.
    """

    model: Mapping[str, Any]
    project: ComposeProject
    base: Path
    off: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def place(self, *path: str | int) -> SourceRef | None:
        """Return where a value of the model stands."""
        return _shown(self.project.source(*path), self.base)

    def out_of_files(self, service: str) -> frozenset[str]:
        """Return the variables of a service whose values its `env_file` sets."""
        return self.project.out_of_env_files(service)


def compose_files(spec: Spec, environment: EnvironmentSpec, source: Path) -> tuple[str, ...]:
    """Return the Compose files in order: as said, else what Docker Compose would find.

    Raises Problem `compose-file-missing`.
    """
    common = spec.compose or default_files(source)
    if not common:
        raise Problem(
            "compose-file-missing",
            f"there is no Compose file in the commit: none of {', '.join(FILE_NAMES)}.",
            hints=[
                "git add compose.yaml, then commit",
                f"write compose: PATH to {spec.source.path}",
            ],
        )
    files = (*common, *environment.compose)
    for file in files:
        if not (source / file).is_file():
            raise Problem(
                "compose-file-missing",
                f"there is no Compose file {file} in the commit.",
                hints=[f"git add {file}, then commit", f"correct compose: in {spec.source.path}"],
                source=environment.source if file in environment.compose else spec.source,
            )
    return files


def default_files(source: Path) -> tuple[str, ...]:
    """Return the files that Docker Compose takes where none is named."""
    found = [name for name in FILE_NAMES if (source / name).is_file()][:1]
    override = [name for name in OVERRIDE_NAMES if (source / name).is_file()][:1]
    return (*found, *(override if found else ()))


def compose_for(
    spec: Spec, name: str, *, tree: Tree, layers: Layers, read_env_files: bool = True
) -> Composition:
    """Return the Compose model of the environment `name`.  Raises Problem.

    read_env_files: whether files of variables that services name must be there.
    """
    environment = spec.environment(name)
    files = compose_files(spec, environment, tree.source)
    base = tree.source
    try:
        with overlaid(tree, files, layers.seen_by_compose) as base:
            project = load(
                base,
                files,
                environment={**layers.interpolated, "SHIPWAY_ENVIRONMENT": name},
                env_files=() if layers.dotenv is None else (layers.dotenv.path,),
                profiles=(*spec.profiles, *environment.profiles),
                project_name=spec.project,
                project_directory=base / PurePosixPath(files[0]).parent,
                read_env_files=read_env_files,
            )
    except Problem as problem:
        raise _explained(problem, spec, name, base) from None
    plain: dict[str, Any] = put_back(json.loads(json.dumps(project.model)), base, tree.source)
    plain["services"] = share_builds(plain.get("services") or {})
    composition = Composition(model=plain, project=project, base=base)
    located = locate(plain, tree=tree, variables=layers.seen_by_compose, place=composition.place)
    return replace(
        composition,
        model=located.model,
        off=tuple(project.disabled_services),
        notes=(*_unset(project, base), *located.notes),
    )


def _unset(project: ComposeProject, base: Path) -> tuple[str, ...]:
    return tuple(
        f"{_shown(item.source, base)}: {item.message}." if item.source else f"{item.message}."
        for item in project.warnings[:UNSET_SHOWN_MAX]
    )


def _shown(source: SourceRef | None, base: Path) -> SourceRef | None:
    if source is None:
        return None
    return replace(source, path=source.path.removeprefix(f"{base}/"))


def _as_secret(message: str, spec: Spec, environment: str) -> list[str]:
    """Return the command for a variable that is missing, where it is a secret."""
    match = re.search(r"the variable (\w+) ", message)
    if match is None:
        return []
    rule = spec.contract.get(match[1])
    if rule is not None and rule.making is not None:
        return [f"shipway secret generate {match[1]} -e {environment}"]
    if rule.is_secret if rule is not None else is_secret(match[1]):
        makes = is_own_key(match[1]) or is_own_password(match[1])
        verbs = ("generate", "set") if makes else ("set",)  # what others give out cannot be made
        return [f"shipway secret {verb} {match[1]} -e {environment}" for verb in verbs]
    return []


def _explained(problem: Problem, spec: Spec, name: str, base: Path) -> Problem:
    """Return a loader's Problem in the user's paths, with what Shipway can add."""
    shown = Problem(
        problem.kind,
        problem.message.replace(f"{base}/", ""),
        hints=problem.hints,
        source=_shown(problem.source, base),
        details=problem.details,
    )
    if "must have a value" in problem.message or "is missing a value" in problem.message:
        environment = spec.environment(name)
        files = [*environment.env_files, *spec.env_files]
        hints = [f"set it in {file.path.replace('{environment}', name)}" for file in files[:1]]
        hints.append(f"set it below environments.{name}.variables in {spec.source.path}")
        hints = [*_as_secret(problem.message, spec, name), *hints]
        return shown.with_context(hints=hints)
    if problem.kind == "compose-env-file":
        return shown.with_context(
            hints=["it need not be in git: the project's directory on the server is looked at too"]
        )
    return shown
