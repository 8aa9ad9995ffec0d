"""`include`: other Compose projects become part of this one, each with its own directory and `.env`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipway.compose.dotenv import parse_env_text, read_env_file
from shipway.compose.gopath import directory, join, relative
from shipway.compose.problems import ENV_FILE, problem, type_name
from shipway.compose.tree import Map, Mark, Seq, same
from shipway.compose.unicity import empty_lists_become_null

if TYPE_CHECKING:
    from shipway.compose.pipeline import Pipeline

DEPTH_MAX = 30
SECTIONS = ("services", "volumes", "networks", "secrets", "configs")


@dataclass(slots=True, kw_only=True)
class Inclusion:
    """One entry of `include`."""

    mark: Mark | None
    paths: list[str] = field(default_factory=list)
    project_directory: str = ""
    env_files: list[str] = field(default_factory=list)


def inclusions(value: Any, mark: Mark | None) -> list[Inclusion]:
    """Return the entries of an `include` section.  Raises Problem."""
    if value is None:
        return []
    if not isinstance(value, Seq):
        raise problem(f"include must be a list, not a {type_name(value)}", mark)
    return [_inclusion(item, place) for item, place in zip(value, value.marks, strict=True)]


def _inclusion(item: Any, mark: Mark | None) -> Inclusion:
    if isinstance(item, str):
        return Inclusion(mark=mark, paths=[item])
    if not isinstance(item, Map):
        raise problem(f"include: a {type_name(item)} is not a file", mark)
    folder = item.get("project_directory") or ""
    if not isinstance(folder, str):
        raise problem("include.project_directory: must be a path", mark)
    return Inclusion(
        mark=mark,
        paths=_strings(item.get("path"), mark),
        project_directory=folder,
        env_files=_strings(item.get("env_file"), mark),
    )


def _strings(value: Any, mark: Mark | None) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Seq) and all(isinstance(item, str) for item in value):
        return list(value)
    raise problem("include: must be a path or a list of paths", mark)


class Includer:
    """Applies `include` to one file.

    folder: the directory that paths are looked up in.  working: the directory that a
    `project_directory` and `env_file` are joined to, which may be relative.
    """

    def __init__(self, pipeline: Pipeline, *, folder: str, working: str) -> None:
        self._pipeline = pipeline
        self._folder = folder
        self._working = working

    def apply(self, model: Map, included: tuple[str, ...]) -> None:
        """Load every included project and add its resources to the model.  Raises Problem."""
        if "include" not in model:
            return
        if len(included) > DEPTH_MAX:
            raise problem(f"include is nested deeper than {DEPTH_MAX} files", model.mark)
        for inclusion in inclusions(model["include"], model.mark_of("include")):
            self._include(inclusion, model, included)
        del model["include"]

    def _include(self, inclusion: Inclusion, model: Map, included: tuple[str, ...]) -> None:
        pipeline = self._pipeline
        paths: list[str] = []
        working, folder = "", inclusion.project_directory
        for index, name in enumerate(inclusion.paths):
            pipeline.refuse_remote(name, inclusion.mark)
            path = self._absolute(name)
            paths.append(path)
            if index:
                continue
            if not folder:
                working, folder = self._relative(path), directory(path)
            elif not folder.startswith("/"):
                working, folder = self._relative(folder), join(self._working, folder)
            else:
                working = folder
            if path in included:
                steps = " → ".join((*included, path))
                raise problem(f"include goes in a circle: {steps}", inclusion.mark)
        environment = self._environment(inclusion, folder)
        child = pipeline.child(environment)
        imported = child.load_files(paths, folder=folder, working=working, included=included)
        empty_lists_become_null(imported)
        _import(imported, model, inclusion.mark)

    def _absolute(self, path: str) -> str:
        return path if path.startswith("/") else join(self._folder, path)

    def _relative(self, path: str) -> str:
        found = self._absolute(path)
        if not self._pipeline.is_folder(found):
            found = self._absolute(directory(path))
        return relative(self._folder, found)

    def _environment(self, inclusion: Inclusion, folder: str) -> dict[str, str]:
        """Return the environment with that of the included project's files behind it."""
        pipeline = self._pipeline
        files: list[str] = []
        for name in inclusion.env_files:
            path = name if name.startswith("/") else join(self._working, name)
            if not pipeline.on_disk(path).is_file():
                raise problem(
                    f"include.env_file: there is no file {name}", inclusion.mark, kind=ENV_FILE
                )
            files.append(path)
        if not files:
            default = join(folder, ".env")
            if pipeline.on_disk(default).is_file():
                files.append(default)
        found: dict[str, str] = {}
        for path in files:
            found |= self._read(pipeline.on_disk(path), found)
        return found | dict(pipeline.environment)

    def _read(self, path: Path, found: dict[str, str]) -> dict[str, str]:
        shown = self._pipeline.shown(str(path))

        def lookup(name: str) -> str | None:
            return self._pipeline.environment.get(name, found.get(name))

        entries = parse_env_text(read_env_file(path, shown), lookup, shown)
        return {key: entry.value for key, entry in entries.items()}


def _import(imported: Map, model: Map, mark: Mark | None) -> None:
    """Add resources; two of one name are refused unless they are the same."""
    for section in SECTIONS:
        source = imported.get(section)
        if source is None:
            continue
        target = model[section] if section in model else Map(mark)
        if not isinstance(target, Map) or not isinstance(source, Map):
            raise problem(f"{section}: must be a mapping to include more", model.mark_of(section))
        for name in source:
            if name not in target:
                target.adopt(source, name)
            elif not same(source[name], target[name]):
                raise problem(
                    f"{section}.{name} is defined here and in an included file, differently",
                    target.mark_of(name),
                    hints=(
                        "rename one, or override it in a file of the include's own `path` list",
                    ),
                )
        if section not in model:
            model.put(section, target, mark)
