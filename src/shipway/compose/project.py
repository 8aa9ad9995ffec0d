"""A loaded project: its model, and the place of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.compose.assemble import Assembled, Assembler, needed_resources
from shipway.compose.pipeline import Settings
from shipway.compose.problems import did_you_mean, problem, source_of
from shipway.compose.tree import Map, Mark, Record, Seq, clone
from shipway.errors import SourceRef

Model = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeWarning:
    """Something that is worth a word and stopped nothing; `source` is where, if known."""

    message: str
    source: SourceRef | None = None


class ComposeProject:
    """A Compose project as Docker's loader sees it, with the place of every value.

    name, directory, files: as found.  model: what `docker compose config --format json`
    prints, as Python data, a `$` being a `$`.  environment: the variables that the files
    could use.  warnings: what is worth a word.  disabled_services: names of services whose
    profiles are not active.
    """

    def __init__(
        self,
        *,
        name: str,
        directory: Path,
        files: tuple[Path, ...],
        environment: Mapping[str, str],
        profiles: tuple[str, ...],
        tree: Map,
        settings: Settings,
        warnings: tuple[ComposeWarning, ...],
        cwd: str,
    ) -> None:
        self.name = name
        self.directory = directory
        self.files = files
        self.environment = environment
        self.profiles = profiles
        self.warnings = warnings
        self.interpolated = settings.interpolate
        self._tree = tree
        self._settings = settings
        self._cwd = cwd
        self.model: Model
        if settings.interpolate:
            made = self._assembled(yaml=False)
            self.disabled_services = tuple(made.disabled)
            self.model = self._document(made, yaml=False)
            self._origins = made.origins
        else:
            self.disabled_services = ()
            self.model = plain(tree)
            self._origins = {}

    def __repr__(self) -> str:
        return f"ComposeProject({self.name!r}, files={[str(file) for file in self.files]})"

    def source(self, *path: str | int) -> SourceRef | None:
        """Return the file and line of a value of the model, or of its nearest known parent.

        `project.source("services", "api", "ports", 0)`; a variable that an `env_file` set is
        found in that file.
        """
        mark = self._origins.get(tuple(path)) or _locate(self._tree, path)
        return source_of(mark)

    def out_of_env_files(self, service: str) -> frozenset[str]:
        """Return the variables of a service whose values its `env_file` sets."""
        return frozenset(
            str(path[3])
            for path in self._origins
            if path[:3] == ("services", service, "environment")
        )

    def yaml_model(self) -> Model:
        """Return what `docker compose config` prints as YAML; it keeps services' `x-…` keys."""
        if not self._settings.interpolate:
            found: Model = plain(self._tree, yaml=True)
            return found
        return self._document(self._assembled(yaml=True), yaml=True)

    def all_profiles(self) -> set[str]:
        """Return every profile that a service of the files names."""
        services = (self._tree.get("services") or {}).values()
        return {profile for service in services for profile in service.get("profiles") or ()}

    def select(self, services: Sequence[str]) -> ComposeProject:
        """Return the project with only these services and what they depend on.

        Their profiles become active.  Raises Problem.
        """
        if not services:
            return self
        all_services = self._tree.get("services") or {}
        profiles = list(self.profiles)
        for name in services:
            if name not in all_services:
                raise problem(
                    f"there is no service `{name}`", hints=did_you_mean(name, all_services)
                )
            if name in self.disabled_services:
                profiles += all_services[name].get("profiles", ())
        widened = self._with(self._tree, tuple(profiles))
        wanted: set[str] = set()
        waiting = list(services)
        while waiting:
            name = waiting.pop()
            if name not in wanted and name in widened.model["services"]:
                wanted.add(name)
                waiting += widened.model["services"][name].get("depends_on", {})
        tree: Map = clone(self._tree)
        for name in list(tree["services"]):
            if name not in wanted:
                del tree["services"][name]
            else:
                needs = tree["services"][name].get("depends_on", {})
                for other in [other for other in needs if other not in wanted]:
                    del needs[other]
        return self._with(tree, tuple(profiles))

    def _with(self, tree: Map, profiles: tuple[str, ...]) -> ComposeProject:
        return ComposeProject(
            name=self.name,
            directory=self.directory,
            files=self.files,
            environment=self.environment,
            profiles=profiles,
            tree=tree,
            settings=self._settings,
            warnings=self.warnings,
            cwd=self._cwd,
        )

    def _assembled(self, *, yaml: bool) -> Assembled:
        return Assembler(
            self._tree,
            environment=self.environment,
            profiles=self.profiles,
            cwd=self._cwd,
            settings=self._settings,
            yaml=yaml,
        ).assemble()

    def _document(self, made: Assembled, *, yaml: bool) -> Model:
        sections = needed_resources(made.sections)
        extensions = {key: plain(value, yaml=yaml) for key, value in made.extensions.items()}
        parts: Model = {"name": self.name, "services": sections.pop("services")}
        order = ("networks", "volumes", "secrets", "configs", "models")
        parts |= {name: sections[name] for name in order if sections.get(name)}
        if yaml:
            return Record(parts | dict(sorted(extensions.items())))
        return dict(sorted((parts | extensions).items()))


def plain(value: Any, *, yaml: bool = False) -> Any:
    """Return a tree as plain data; an empty list is `null` in JSON, as Docker prints it."""
    if isinstance(value, Map):
        return {key: plain(value[key], yaml=yaml) for key in sorted(value, key=str.encode)}
    if isinstance(value, Seq):
        return [plain(item, yaml=yaml) for item in value] if value or yaml else None
    return value


def _locate(tree: Any, path: Sequence[str | int]) -> Mark | None:
    """Follow a path of the model through the tree, whose lists may be the model's mappings."""
    mark: Mark | None = getattr(tree, "mark", None)
    for part in path:
        if isinstance(tree, Map) and isinstance(part, str) and part in tree:
            mark = tree.mark_of(part) or mark
            tree = tree[part]
        elif isinstance(tree, Seq):
            index = part if isinstance(part, int) else _index_of(tree, part)
            if not 0 <= index < len(tree):
                break
            mark = tree.marks[index] or mark
            tree = tree[index]
        else:
            break
    return mark


def _index_of(items: Seq, key: str) -> int:
    """Return the index of the last `KEY` or `KEY=value` item, or -1."""
    found = -1
    for index, item in enumerate(items):
        if isinstance(item, str) and (item == key or item.startswith((f"{key}=", f"{key}:"))):
            found = index
    return found
