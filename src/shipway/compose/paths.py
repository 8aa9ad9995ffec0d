"""Relative paths become absolute, or relative to the file that the reader started from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

from shipway.compose.gopath import clean, expand_user, is_windows_absolute, join
from shipway.compose.problems import dotted, problem, type_name
from shipway.compose.tree import Map, Mark, Seq

Path = tuple[str | int, ...]
_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


class PathResolver:
    """Resolves against one directory, which may itself be relative.

    home: what `~` stands for, or None.  cwd: where relative links are looked at.
    """

    def __init__(self, base: str, *, home: str | None, cwd: str) -> None:
        self.base = base
        self._home = home
        self._cwd = cwd

    def apply(self, model: Map) -> None:
        """Resolve every path of a canonical model, in place.  Raises Problem."""
        services = model.get("services")
        if isinstance(services, Map):
            for name, service in services.items():
                if isinstance(service, Map):
                    self._service(service, ("services", name))
        for section in ("configs", "secrets"):
            resources = model.get(section)
            for resource in resources.values() if isinstance(resources, Map) else ():
                if isinstance(resource, Map) and "file" in resource:
                    resource["file"] = self.unix(resource["file"])
        volumes = model.get("volumes")
        for volume in volumes.values() if isinstance(volumes, Map) else ():
            if isinstance(volume, Map):
                self._volume_options(volume)

    def absolute(self, value: Any, path: Path, mark: Mark | None) -> Any:
        """Return a path joined to the base; `` stays as it is."""
        if isinstance(value, Seq):
            for index, item in enumerate(value):
                value[index] = self.absolute(item, (*path, index), value.marks[index])
            return value
        if not isinstance(value, str):
            raise problem(f"{dotted(path)}: must be a path, not {type_name(value)}", mark)
        value = expand_user(value, self._home)
        return value if not value or value.startswith("/") else join(self.base, value)

    def unix(self, value: Any) -> Any:
        """Return a path joined to the base unless Linux or Windows takes it as absolute."""
        if not isinstance(value, str):
            return value
        value = expand_user(value, self._home)
        if value.startswith("/") or is_windows_absolute(value):
            return value
        return join(self.base, value)

    def _service(self, service: Map, path: Path) -> None:
        for key, resolve in self._keys():
            value = service.get(key)
            if value is not None:
                resolve(value, (*path, key))

    def _keys(self) -> tuple[tuple[str, Callable[[Any, Path], None]], ...]:
        return (
            ("build", self._build),
            ("env_file", self._env_files),
            ("label_file", self._label_files),
            ("extends", self._extends),
            ("develop", self._develop),
            ("volumes", self._volumes),
        )

    def _build(self, build: Any, path: Path) -> None:
        if not isinstance(build, Map):
            return
        if "context" in build:
            mark = build.mark_of("context")
            build["context"] = self._context(build["context"], (*path, "context"), mark)
        contexts = build.get("additional_contexts")
        if isinstance(contexts, Map):
            for key, value in contexts.items():
                here = (*path, "additional_contexts", key)
                contexts[key] = self._context(value, here, contexts.mark_of(key))
        elif isinstance(contexts, Seq):
            for index, value in enumerate(contexts):
                here = (*path, "additional_contexts", index)
                contexts[index] = self._context(value, here, contexts.marks[index])
        keys = build.get("ssh")
        if isinstance(keys, Map):
            for key, value in keys.items():
                keys[key] = self.unix(value)

    def _context(self, value: Any, path: Path, mark: Mark | None) -> Any:
        if not isinstance(value, str):
            raise problem(f"{dotted(path)}: must be a path, not {type_name(value)}", mark)
        if "://" in value or value.startswith(("service:", *_REMOTE)):
            return value
        return self.absolute(value, path, mark)

    def _env_files(self, files: Any, path: Path) -> None:
        for index, item in enumerate(files) if isinstance(files, Seq) else ():
            if isinstance(item, Map) and "path" in item:
                item["path"] = self.absolute(
                    item["path"], (*path, index, "path"), item.mark_of("path")
                )

    def _label_files(self, files: Any, path: Path) -> None:
        if isinstance(files, Seq):
            self.absolute(files, path, files.mark)

    def _extends(self, extends: Any, path: Path) -> None:
        if isinstance(extends, Map) and "file" in extends:
            mark = extends.mark_of("file")
            extends["file"] = self.absolute(extends["file"], (*path, "file"), mark)

    def _develop(self, develop: Any, path: Path) -> None:
        watches = develop.get("watch") if isinstance(develop, Map) else None
        for index, watch in enumerate(watches) if isinstance(watches, Seq) else ():
            if isinstance(watch, Map) and "path" in watch:
                here = (*path, "watch", index, "path")
                found = self.absolute(watch["path"], here, watch.mark_of("path"))
                watch["path"] = self._without_links(found)

    def _without_links(self, path: str) -> str:
        """Replace the first part of a path that is a symbolic link by what it names."""
        current = "/" if path.startswith("/") else ""
        for part in path.split("/"):
            if not part:
                continue
            current = join(current, part)
            on_disk = FilePath(self._cwd, current)
            if on_disk.is_symlink():
                try:
                    target = os.path.realpath(on_disk, strict=True)
                except OSError as error:
                    raise problem(f"{current}: the link leads nowhere") from error
                return path.replace(current, target, 1)
        return path

    def _volumes(self, volumes: Any, path: Path) -> None:
        if not isinstance(volumes, Seq):
            return
        for index, volume in enumerate(volumes):
            if not isinstance(volume, Map) or volume.get("type") != "bind":
                continue
            if not isinstance(volume.get("source"), str):
                raise problem(
                    f"{dotted((*path, index))}: a bind mount needs a `source`", volumes.marks[index]
                )
            volume["source"] = self.unix(volume["source"])

    def _volume_options(self, volume: Map) -> None:
        options = volume.get("driver_opts")
        if volume.get("driver") != "local" or not isinstance(options, Map):
            return
        if options.get("o") == "bind" and "device" in options:
            options["device"] = self.unix(options["device"])


def clean_targets(service: Map, path: Path) -> None:
    """Clean the path in the container of every volume.  Raises Problem."""
    volumes = service.get("volumes")
    if not isinstance(volumes, Seq):
        return
    for index, volume in enumerate(volumes):
        target = volume.get("target") if isinstance(volume, Map) else None
        if not isinstance(target, str):
            raise problem(
                f"{dotted((*path, 'volumes', index))}: has no target", volumes.marks[index]
            )
        volume["target"] = clean(target)
