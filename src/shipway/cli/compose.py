"""`shipway compose`: the loader on the command line, with `docker compose config`'s flags."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shipway.errors import Problem

if TYPE_CHECKING:
    from shipway.compose import ComposeProject


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The flags that name a project."""

    files: tuple[str, ...]
    profiles: tuple[str, ...]
    project_directory: str | None
    env_files: tuple[str, ...]
    project_name: str | None
    interpolate: bool
    normalize: bool
    resolve_paths: bool
    consistency: bool
    docker_only: bool


@click.group()
def compose() -> None:
    """Read Compose files as Docker does, without Docker."""


@compose.command()
@click.option("-f", "--file", "files", multiple=True, help="Compose file; may be repeated.")
@click.option("--profile", "profiles", multiple=True, help="Profile to enable; * for all.")
@click.option("--project-directory", help="Instead of the first file's directory.")
@click.option("--env-file", "env_files", multiple=True, help="Instead of .env.")
@click.option("-p", "--project-name", help="The project's name.")
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", help="What is printed."
)
@click.option("--no-interpolate", is_flag=True, help="Leave variables in place.")
@click.option("--no-normalize", is_flag=True, help="Do not write out what is implied.")
@click.option("--no-path-resolution", is_flag=True, help="Leave relative paths.")
@click.option("--no-consistency", is_flag=True, help="Do not check references.")
@click.option("-q", "--quiet", is_flag=True, help="Check only, print nothing.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to a file.")
@click.option("--services", "what", flag_value="services", help="Print service names.")
@click.option("--images", "what", flag_value="images", help="Print image names.")
@click.option("--volumes", "what", flag_value="volumes", help="Print volume names.")
@click.option("--profiles", "what", flag_value="profiles", help="Print profile names.")
@click.option("--hash", "hashes", help="Print hashes of the named services; * for all.")
@click.option(
    "--docker-only",
    is_flag=True,
    help="Refuse what Docker Compose 2.26.1 does not know yet (models, provider, …).",
)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Load every case of a JSON Lines file; implies --docker-only.",
)
@click.argument("names", nargs=-1, metavar="[SERVICE]...")
def config(
    *,
    form: str,
    quiet: bool,
    output: str | None,
    what: str | None,
    hashes: str | None,
    batch: Path | None,
    names: tuple[str, ...],
    no_interpolate: bool,
    no_normalize: bool,
    no_path_resolution: bool,
    no_consistency: bool,
    files: tuple[str, ...],
    profiles: tuple[str, ...],
    project_directory: str | None,
    env_files: tuple[str, ...],
    project_name: str | None,
    docker_only: bool,
) -> None:
    """Print the canonical model, or say which line is wrong."""
    options = Options(
        files=files,
        profiles=profiles,
        project_directory=project_directory,
        env_files=env_files,
        project_name=project_name,
        interpolate=not no_interpolate,
        normalize=not no_normalize,
        resolve_paths=not no_path_resolution,
        consistency=not no_consistency,
        docker_only=docker_only,
    )
    if batch is not None:
        _run_batch(batch)
        return
    try:
        text = _text(options, form=form, what=what, hashes=hashes, names=names)
    except Problem as problem:
        click.echo(f"Error: {problem}", err=True)
        sys.exit(1)
    if quiet:
        return
    if output:
        Path(output).write_text(text, "utf-8")
        return
    sys.stdout.write(text)


def _load(options: Options, *, read_env_files: bool) -> ComposeProject:
    from shipway.compose import load

    project = load(
        _working_directory(),
        options.files,
        environment=dict(os.environ),
        env_files=options.env_files or None,
        profiles=options.profiles,
        project_name=options.project_name,
        project_directory=options.project_directory,
        interpolate=options.interpolate,
        normalized=options.normalize,
        resolve_paths=options.resolve_paths,
        consistent=options.consistency,
        read_env_files=read_env_files,
        accept_newer=not options.docker_only,
    )
    for warning in project.warnings:
        place = f"{warning.source}: " if warning.source else ""
        click.echo(f"Warning: {place}{warning.message}", err=True)
    return project


def _working_directory() -> Path:
    """Return the current directory, by PWD's name for it where a symbolic link leads here."""
    named = Path(os.environ.get("PWD", ""))
    try:
        return named if named.is_absolute() and named.samefile(".") else Path.cwd()
    except OSError:
        return Path.cwd()


def _text(
    options: Options,
    *,
    form: str,
    what: str | None,
    hashes: str | None,
    names: tuple[str, ...],
) -> str:
    from shipway.compose.render import render_json, render_yaml
    from shipway.compose.summary import images, profiles, service_hashes, services, volumes

    whole = what is None and hashes is None
    project = _load(options, read_env_files=whole)
    if what == "services":
        return _lines(services(project))
    if what == "volumes":
        return _lines(volumes(project))
    if hashes is not None:
        return _lines(f"{name} {value}" for name, value in service_hashes(project, hashes))
    project = project.select(names)
    if what == "images":
        return _lines(images(project))
    if what == "profiles":
        return _lines(profiles(project))
    return render_json(project) if form == "json" else render_yaml(project)


def _lines(items: Iterator[str] | list[str]) -> str:
    return "".join(f"{item}\n" for item in items)


def _run_batch(path: Path) -> None:
    """Print one JSON line for each case, whatever happens in it."""
    with path.open(encoding="utf-8") as cases:
        for line in cases:
            if line.strip():
                answer = _answer(line, path.parent)
                sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def _answer(line: str, folder: Path) -> dict[str, Any]:
    identity: Any = None
    try:
        case = json.loads(line)
        identity = case.get("id")
        return {"id": identity, "ok": True, "model": _model(case, folder)}
    except Problem as problem:
        return {"id": identity, "ok": False, "error": str(problem)}
    except Exception as error:
        # The edge: one broken case must not end the run, and must be seen.
        return {"id": identity, "ok": False, "error": f"internal: {type(error).__name__}: {error}"}


def _model(case: Mapping[str, Any], folder: Path) -> Any:
    from shipway.compose import load
    from shipway.compose.render import render_json

    directory = folder.absolute() / case.get("repo", "") / case.get("dir", "")
    environment = {**os.environ, "PWD": str(directory)}
    project = load(
        directory,
        case.get("files") or (),
        environment=environment,
        profiles=("*",) if case.get("kind") == "profiles" else tuple(case.get("profiles") or ()),
        accept_newer=bool(case.get("newer", False)),
    )
    return json.loads(render_json(project))
