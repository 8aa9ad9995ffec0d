"""From the canonical tree to the project: typed, profiles applied, checked, files of variables read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.compose.consistency import check_consistency
from shipway.compose.dotenv import EnvEntry, parse_env_text, read_env_file
from shipway.compose.mappings import sort_keys
from shipway.compose.pipeline import Settings
from shipway.compose.problems import ENV_FILE, dotted, problem
from shipway.compose.structs import SECTIONS
from shipway.compose.tree import Map, Mark, Seq
from shipway.compose.validate import locate
from shipway.compose.values import Bad

Model = dict[str, Any]
Origins = dict[tuple[str | int, ...], Mark]


@dataclass(slots=True, kw_only=True)
class Assembled:
    """A project's model.

    sections: services (enabled ones), networks, volumes, secrets, configs, models.
    disabled: services whose profiles are not active.  origins: places of values that stand in
    environment files.
    """

    sections: dict[str, Model]
    disabled: Model
    extensions: Model
    origins: Origins = field(default_factory=dict)


class Assembler:
    """Turns one canonical tree into a model, in JSON's or YAML's form."""

    def __init__(
        self,
        tree: Map,
        *,
        environment: Mapping[str, str],
        profiles: tuple[str, ...],
        cwd: str = "/",
        settings: Settings,
        yaml: bool = False,
    ) -> None:
        self._tree = tree
        self._environment = environment
        self._profiles = profiles
        self._cwd = cwd
        self._yaml = yaml
        self._settings = settings

    def assemble(self) -> Assembled:
        """Return the model.  Raises Problem."""
        sections = {name: self._section(name) for name in SECTIONS}
        services = sections["services"]
        enabled = {k: v for k, v in services.items() if self._is_enabled(v)}
        made = Assembled(
            sections=sections | {"services": enabled},
            disabled={k: v for k, v in services.items() if k not in enabled},
            extensions={k: v for k, v in self._tree.items() if k.startswith("x-")},
        )
        if self._settings.consistency:
            check_consistency(made.sections, made.disabled, self._tree)
        self._resolve_files(made)
        self._hide_contents(made)
        if not self._settings.newer:
            _drop_what_docker_loses(made.sections["services"])
        return made

    def _section(self, name: str) -> Model:
        section = self._tree.get(name)
        if section is None:
            return {}
        struct = SECTIONS[name]
        read = struct.yaml if self._yaml else struct.json
        made: Model = {}
        for key in sorted(section, key=str.encode):
            try:
                made[key] = read(section[key] if section[key] is not None else {})
            except Bad as bad:
                path = (name, key, *reversed(bad.path))
                raise problem(f"{dotted(path)}: {bad.message}", locate(self._tree, path)) from bad
        return made

    def _is_enabled(self, service: Model) -> bool:
        wanted = service.get("profiles", ())
        return not wanted or "*" in self._profiles or bool(set(wanted) & set(self._profiles))

    def _resolve_files(self, made: Assembled) -> None:
        """Read `env_file` and `label_file` of the enabled services."""
        for name, service in made.sections["services"].items():
            tree = self._tree["services"][name]
            service.pop("label_file", None)
            labels = self._label_files(tree, name, made.origins)
            if labels:
                merged = {key: entry.value for key, entry in labels.items()}
                merged |= service.get("labels", {})
                self._place(service, "labels", sort_keys(merged))
            if not self._settings.env_files:
                continue
            service.pop("env_file", None)
            own = service.get("environment", {})
            for key, value in own.items():
                if value is None and key in self._environment:
                    own[key] = self._environment[key]
            found = self._env_files(tree, name, made.origins)
            for key in own:  # stands in the Compose file, which wins
                made.origins.pop(("services", name, "environment", key), None)
            if found or own:
                merged = {key: entry.value for key, entry in found.items()} | own
                self._place(service, "environment", sort_keys(merged))

    def _place(self, service: Model, key: str, value: Model) -> None:
        """Set a key at the place that the model's order gives it."""
        if key in service:
            service[key] = value
            return
        given = dict(service)
        service.clear()
        given[key] = value
        for entry in SECTIONS["services"].fields:
            if entry.name in given:
                service[entry.name] = given.pop(entry.name)
        service.update(given)

    def _env_files(self, tree: Map, name: str, origins: Origins) -> dict[str, EnvEntry]:
        found: dict[str, EnvEntry] = {}

        def lookup(key: str) -> str | None:
            return found[key].value if key in found else self._environment.get(key)

        files = tree.get("env_file")
        if not isinstance(files, Seq):
            return found
        for index, item in enumerate(files):
            if not isinstance(item, Map):
                continue
            mark = item.mark_of("path") or files.marks[index]
            path = item.get("path") or ""
            required = item.get("required")
            form = item.get("format") or ""
            if not Path(self._cwd, path).exists():
                if required is True or str(required).lower() in {"true", "yes", "y", "on"}:
                    raise problem(
                        f"services.{name}.env_file: there is no file {path}",
                        mark,
                        kind=ENV_FILE,
                        hints=("create the file, or mark it with `required: false`",),
                    )
                continue
            entries = self._parse(path, form, lookup, mark, name)
            found |= entries
            for key, entry in entries.items():
                origins[("services", name, "environment", key)] = (path, entry.line, 1)
        return found

    def _parse(
        self, path: str, form: str, lookup: Any, mark: Mark | None, name: str
    ) -> dict[str, EnvEntry]:
        text = read_env_file(Path(self._cwd, path), path)
        if form == "raw" and self._settings.newer:
            return _raw_entries(text)
        if form:
            raise problem(
                f"services.{name}.env_file: `{form}` is not a format; only `raw` is", mark
            )
        return parse_env_text(text, lookup, path)

    def _label_files(self, tree: Map, name: str, origins: Origins) -> dict[str, EnvEntry]:
        found: dict[str, EnvEntry] = {}

        def lookup(key: str) -> str | None:
            return found[key].value if key in found else None

        files = tree.get("label_file")
        if not isinstance(files, Seq):
            return found
        for index, path in enumerate(files):
            if not Path(self._cwd, path).exists():
                raise problem(
                    f"services.{name}.label_file: there is no file {path}", files.marks[index]
                )
            entries = parse_env_text(read_env_file(Path(self._cwd, path), path), lookup, path)
            found |= entries
            for key, entry in entries.items():
                origins[("services", name, "labels", key)] = (path, entry.line, 1)
        return found

    def _hide_contents(self, made: Assembled) -> None:
        """Leave out secrets' contents, and those of configs that come from the environment."""
        for secret in made.sections["secrets"].values():
            secret.pop("content", None)
        for config in made.sections["configs"].values():
            if config.get("environment"):
                config.pop("content", None)


def _drop_what_docker_loses(services: Model) -> None:
    """Drop `gw_priority`, which Docker Compose 2.26.1 reads and then does not copy."""
    for service in services.values():
        for settings in service.get("networks", {}).values():
            if settings:
                settings.pop("gw_priority", None)


def _raw_entries(text: str) -> dict[str, EnvEntry]:
    """Read `KEY=value` lines without quotes, escapes or variables."""
    found: dict[str, EnvEntry] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            found[key.strip()] = EnvEntry(key=key.strip(), value=value, line=number)
    return found


def needed_resources(sections: Mapping[str, Model]) -> dict[str, Model]:
    """Return the sections without resources that no service uses."""
    used: dict[str, set[str]] = {
        key: set() for key in ("networks", "volumes", "secrets", "configs", "models")
    }
    for service in sections["services"].values():
        used["networks"] |= service.get("networks", {}).keys()
        used["models"] |= service.get("models", {}).keys()
        used["volumes"] |= {
            volume["source"]
            for volume in service.get("volumes", ())
            if volume.get("type") == "volume" and volume.get("source")
        }
        mounts = [*service.get("secrets", ()), *service.get("build", {}).get("secrets", ())]
        used["secrets"] |= {mount.get("source", "") for mount in mounts}
        used["configs"] |= {mount.get("source", "") for mount in service.get("configs", ())}
    return {
        name: {key: value for key, value in section.items() if key in used[name]}
        if name in used
        else section
        for name, section in sections.items()
    }
