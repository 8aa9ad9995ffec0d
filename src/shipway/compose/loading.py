"""The function that loads a project: where it is, its name, its files, its model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from shipway.compose.construct import top_level_text
from shipway.compose.discover import checked_name, normal_name, place
from shipway.compose.interpolate import Interpolation
from shipway.compose.normalize import normalize
from shipway.compose.pipeline import Pipeline, Settings, Shared
from shipway.compose.problems import INVALID, NAME, problem, source_of
from shipway.compose.project import ComposeProject, ComposeWarning


def load(
    directory: Path | str,
    files: Sequence[Path | str] = (),
    *,
    environment: Mapping[str, str],
    env_files: Sequence[Path | str] | None = None,
    profiles: Sequence[str] = (),
    project_name: str | None = None,
    project_directory: Path | str | None = None,
    interpolate: bool = True,
    accept_newer: bool = True,
    normalized: bool = True,
    resolve_paths: bool = True,
    consistent: bool = True,
    read_env_files: bool = True,
) -> ComposeProject:
    """Load a Compose project as `docker compose` would, run in `directory`.

    files: in order, relative to `directory`; none means the default file and its override,
    there or in a parent.  environment: the process', for variables, `COMPOSE_…` and `HOME`.
    env_files: instead of `.env`.  project_directory: instead of the first file's.
    interpolate=False leaves variables in place; the model is then only partly resolved.
    accept_newer=False refuses what Docker Compose 2.26.1 does not know yet.
    normalized, resolve_paths, consistent, read_env_files: stages that can be left out.
    Raises Problem, with file and line wherever there is one.
    """
    cwd = os.path.abspath(directory)  # noqa: PTH100 - links stay as they are
    where = place(
        cwd,
        [str(file) for file in files],
        environment=environment,
        env_files=[str(file) for file in env_files or ()],
        project_directory=None if project_directory is None else str(project_directory),
    )
    variables = where.environment
    active = tuple(profiles) or tuple(
        part.strip() for part in variables.get("COMPOSE_PROFILES", "").split(",")
    )
    settings = Settings(
        interpolate=interpolate,
        newer=accept_newer,
        normalize=normalized,
        resolve_paths=resolve_paths,
        consistency=consistent,
        env_files=read_env_files,
    )
    shared = Shared()
    # Docker's loader has no variables at all where it does not interpolate.
    usable = variables if interpolate else {}
    pipeline = Pipeline(
        environment=usable,
        cwd=cwd,
        home=where.home,
        settings=settings,
        shared=shared,
    )
    try:
        explicit = project_name or variables.get("COMPOSE_PROJECT_NAME")
        if explicit:
            name = checked_name(explicit)
        else:
            name = _project_name(where.files, where.directory, pipeline)
        usable["COMPOSE_PROJECT_NAME"] = name
        tree = pipeline.load_files(where.files, folder=where.directory, working=where.directory)
        if not tree:
            raise problem("the file is empty", (pipeline.shown(where.files[0]), 1, 1))
        if not name:
            raise problem("the project has no name", kind=NAME, hints=("name it with -p",))
        if normalized:
            tree["name"] = name
            normalize(tree, usable)
        return ComposeProject(
            name=name,
            directory=Path(where.directory),
            files=tuple(Path(file) for file in where.files),
            environment=variables,
            profiles=active,
            tree=tree,
            settings=settings,
            warnings=tuple(
                ComposeWarning(message=item.message, source=source_of(item.mark))
                for item in shared.warnings.values()
            ),
            cwd=cwd,
        )
    except RecursionError as error:
        raise problem("the file is nested too deeply", kind=INVALID) from error


def _project_name(files: Sequence[str], directory: str, pipeline: Pipeline) -> str:
    """Return the name that the files give, or else the directory."""
    written, mark = "", None
    for file in files:
        for document, _ in pipeline.parsed(file, None):
            found = top_level_text(document.root, "name")
            if found is not None and found.value:
                written, mark = found.value, found.mark
    if not written:
        return normal_name(os.path.basename(directory))  # noqa: PTH119
    if pipeline.settings.interpolate:
        note = Interpolation(pipeline.environment.get, lambda _name, _mark: None)
        written = note.text(written, mark, ("name",))
    return normal_name(written)
