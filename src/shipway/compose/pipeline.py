"""The order of the stages, for each file and for all of them together.

    read → interpolate → extends → resets of earlier files → include → merge → unicity
         → schema → canonical form → unicity          (each document of each file)
    defaults → checks → paths → environment           (once)

Owns the order and the caches; each stage is a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.compose.canonical import canonical, omit_empty_dns
from shipway.compose.construct import construct
from shipway.compose.defaults import check, set_defaults
from shipway.compose.environment import resolve_environment
from shipway.compose.extends import Extender
from shipway.compose.include import Includer
from shipway.compose.interpolate import Interpolation
from shipway.compose.merge import merge_models
from shipway.compose.nodes import FILE_BYTES_MAX, Document, read_documents
from shipway.compose.paths import PathResolver
from shipway.compose.problems import NOT_FOUND, UNSUPPORTED, problem
from shipway.compose.resets import Resets, resolve_tags
from shipway.compose.tree import Map, Mark, clone
from shipway.compose.unicity import empty_lists_become_null, enforce_unicity
from shipway.compose.validate import refuse_not_finite, validate

_NOT_FINITE = re.compile(rb"\.(nan|inf)", re.IGNORECASE)
_REMOTE = re.compile(r"^(oci://|https?://|git://|ssh://|git@|github\.com/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to load.

    interpolate: replace variables.  newer: accept what the Specification gained after
    Docker's loader.  normalize, resolve_paths, consistency, env_files: stages that can be left out.
    """

    interpolate: bool = True
    newer: bool = True
    normalize: bool = True
    resolve_paths: bool = True
    consistency: bool = True
    env_files: bool = True


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - the builtin has the name
    """Something that is worth a word and stops nothing."""

    message: str
    mark: Mark | None


@dataclass(slots=True)
class Shared:
    """What a load and its includes have in common."""

    sources: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, list[tuple[Document, Resets]]] = field(default_factory=dict)
    warnings: dict[str, Warning_] = field(default_factory=dict)


class Pipeline:
    """Loads files with one environment.

    cwd: where relative file names are looked up; absolute.  home: what `~` is.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        cwd: str,
        home: str | None,
        settings: Settings,
        shared: Shared | None = None,
    ) -> None:
        self.environment = environment
        self.cwd = cwd
        self.home = home
        self.settings = settings
        self.shared = shared or Shared()
        self._interpolation = Interpolation(environment.get, self._note_unset)
        self._extended: dict[str, tuple[Map, Resets]] = {}

    def child(self, environment: Mapping[str, str]) -> Pipeline:
        """Return a pipeline for an included project."""
        return Pipeline(
            environment=environment,
            cwd=self.cwd,
            home=self.home,
            settings=self.settings,
            shared=self.shared,
        )

    def load_files(
        self,
        files: Sequence[str],
        *,
        folder: str,
        working: str,
        included: tuple[str, ...] = (),
    ) -> Map:
        """Return the merged model of files, with paths joined to `working`.

        folder: the absolute directory that `extends` and `include` are relative to.
        """
        model = Map((self.shown(files[0]), 1, 1) if files else None)
        for file in files:
            model = self._load_file(file, model, folder=folder, working=working, included=included)
        set_defaults(model)
        check(model)
        if self.settings.resolve_paths or included:
            PathResolver(working, home=self.home, cwd=self.cwd).apply(model)
        resolve_environment(model, self.environment)
        return model

    def _load_file(
        self, file: str, model: Map, *, folder: str, working: str, included: tuple[str, ...]
    ) -> Map:
        data = self.read(file, None)
        for raw, resets in self._documents(file):
            if model:
                empty_lists_become_null(model)
            Extender(self, file, folder).apply(raw, resets)
            resets.apply(model)
            included = (*included, file)
            Includer(self, folder=folder, working=working).apply(raw, included)
            merge_models(model, raw)
            enforce_unicity(model)
            validate(model, newer=self.settings.newer)
            if _NOT_FINITE.search(data):
                refuse_not_finite(model)
            model.pop("version", None)
            self._canonical(model)
        return model

    def load_for_extends(self, file: str, mark: Mark | None) -> tuple[Map, Resets]:
        """Return a file's own model, not validated, for a service that extends one of it."""
        if file not in self._extended:
            model = Map((self.shown(file), 1, 1))
            resets = Resets()
            for raw, found in self._documents(file, mark):
                resets = found
                resets.apply(model)
                merge_models(model, raw)
                enforce_unicity(model)
                self._canonical(model)
            self._extended[file] = (model, resets)
        model, resets = self._extended[file]
        return clone(model), resets

    def _canonical(self, model: Map) -> None:
        canonical(model, lenient=not self.settings.interpolate)
        omit_empty_dns(model)
        enforce_unicity(model)

    def _documents(self, file: str, asked: Mark | None = None) -> list[tuple[Map, Resets]]:
        shown = self.shown(file)
        found: list[tuple[Map, Resets]] = []
        for document, resets in self.parsed(file, asked):
            value: Any = None if document.root is None else construct(document.root)
            if not isinstance(value, Map):
                mark = document.root.mark if document.root else (shown, 1, 1)
                raise problem(
                    "a Compose file must be a mapping at the top",
                    mark,
                    hints=("start it with `services:`",),
                )
            if self.settings.interpolate:
                self._interpolation.apply(value)
            found.append((value, resets))
        return found

    def parsed(self, file: str, mark: Mark | None) -> list[tuple[Document, Resets]]:
        """Return a file's YAML documents, parsed once.  Raises Problem."""
        known = self.shared.documents
        if file not in known:
            documents = read_documents(self.read(file, mark), self.shown(file))
            known[file] = [(document, resolve_tags(document)) for document in documents]
        return known[file]

    def read(self, file: str, mark: Mark | None) -> bytes:
        """Return a file's bytes, read once.  Raises Problem."""
        sources = self.shared.sources
        if file not in sources:
            path = self.on_disk(file)
            try:
                with path.open("rb") as stream:
                    # One byte over the limit is enough to refuse it.
                    sources[file] = stream.read(FILE_BYTES_MAX + 1)
            except OSError as error:
                raise problem(
                    f"{self.shown(file)} cannot be read: {error.strerror}",
                    mark or (self.shown(file), 0, 0),
                    kind=NOT_FOUND,
                ) from error
        return sources[file]

    def on_disk(self, path: str) -> Path:
        """Return where a path, absolute or not, is."""
        return Path(self.cwd, path)

    def is_folder(self, path: str) -> bool:
        """Return whether a path is a directory."""
        return self.on_disk(path).is_dir()

    def shown(self, path: str) -> str:
        """Return a path as a user would type it."""
        inside = path.removeprefix(self.cwd.rstrip("/") + "/")
        return inside or path

    def refuse_remote(self, path: str, mark: Mark | None) -> None:
        """Refuse a file that would have to be fetched.  Raises Problem."""
        if _REMOTE.match(path):
            raise problem(
                f"{path} is not on this machine; nothing is fetched while a file is read",
                mark,
                kind=UNSUPPORTED,
                hints=("copy the file into the project and name the copy",),
            )

    def _note_unset(self, name: str, mark: Mark | None) -> None:
        self.shared.warnings.setdefault(
            name, Warning_(f"the variable {name} is not set; it counts as empty", mark)
        )
