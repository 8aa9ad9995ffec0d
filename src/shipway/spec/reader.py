"""Reading shipway.yaml: from a directory to a Spec that is consistent in itself.

What needs the Compose files (unknown services, ports, roles) is judged by `load`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shipway.errors import Problem, SourceRef
from shipway.model.names import default_project
from shipway.spec.addresses import check_addresses
from shipway.spec.keys import ROOT
from shipway.spec.nodes import parse
from shipway.spec.suggest import no_spec
from shipway.spec.values import FILE_NAMES, EnvironmentSpec, Spec

BYTES_MAX = 1_048_576
DEFAULT_PORTS = {"staging": 4400, "production": 4500}


def find_spec(directory: Path) -> Path | None:
    """Return the directory's shipway.yaml (or .yml), None where there is none."""
    for name in FILE_NAMES:
        if (directory / name).is_file():
            return directory / name
    return None


def load_spec(directory: Path, *, named: Path | None = None) -> Spec:
    """Return the shipway.yaml of `directory`, validated.

    named: the directory whose name is the project's default one, where `directory` is a
    checkout under another name.  Raises Problem `no-spec`, `invalid-yaml`, `invalid-spec`.
    """
    path = find_spec(directory)
    default = default_project(named or directory)
    if path is None:
        raise no_spec(named or directory, default, committed=named is None)
    if path.stat().st_size > BYTES_MAX:
        raise Problem("invalid-spec", f"{path.name} is larger than 1 MiB.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Problem(
            "invalid-yaml", "the file is not UTF-8.", source=SourceRef(path=path.name)
        ) from None
    return read_spec(text, path=path.name, default_project=default)


def read_spec(text: str, *, path: str = FILE_NAMES[0], default_project: str = "app") -> Spec:
    """Return the Spec in `text`; `path` names it in messages."""
    spec: Spec = ROOT.read(parse(text, path), "")
    environments = {
        name: _with_port(name, environment)
        for name, environment in (spec.environments or _default_environments(spec)).items()
    }
    spec = replace(spec, project=spec.project or default_project, environments=environments)
    check_addresses(spec)
    return spec


def _default_environments(spec: Spec) -> dict[str, EnvironmentSpec]:
    return {name: EnvironmentSpec(source=spec.source) for name in DEFAULT_PORTS}


def _with_port(name: str, environment: EnvironmentSpec) -> EnvironmentSpec:
    if environment.port:
        return environment
    if environment.tls is not None:
        return replace(environment, port=443)
    if name in DEFAULT_PORTS:
        return replace(environment, port=DEFAULT_PORTS[name])
    raise Problem(
        "invalid-spec",
        f"environment {name!r} lacks a port; only staging and production have one by default.",
        hints=[f"write {name}: {{port: 4600}}"],
        source=environment.source,
    )
