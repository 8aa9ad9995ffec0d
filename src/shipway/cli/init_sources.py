"""Which code each service runs, followed from its command through its imports.  Nothing is run.

What several services are built from (an API, its worker and its scheduler) is told apart: each
has what its own command reaches.  Left to others: what is made of it.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shipway.model.workload import Role

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.model.application import Application
    from shipway.spec.facts import ServiceFacts

CODE_BYTES_MAX = 400_000
_PYTHON = (".py",)
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx", ".vue", ".svelte")
_TEST = re.compile(
    r"(^|/)(tests?|__tests__|spec|e2e|node_modules|migrations)/|\.(test|spec)\.|_test\.py$"
)
_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_IMPORT = re.compile(
    r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["'](?P<what>[^"'\n]+)["']"""
)
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(:\w+)?")
_CALLED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:\w+(\(\))?")
"""What a server is given to run: `main:app`, `app.main:make()`."""
_NAMES_A_MODULE = frozenset({"-A", "--app", "-m"})
_SETTINGS = re.compile(r"(^|\.)settings(\.|$)")
_TOOLS = frozenset({"flower"})
"""Run beside an application from its image, without its code."""
_DJANGO_PARTS = ("apps", "models", "admin", "tasks", "signals")
"""What Django and Celery load of an installed application by themselves."""


class Sources:
    """The code of a project's services."""

    def __init__(self, files: Files, app: Application, facts: Mapping[str, ServiceFacts]) -> None:
        from shipway.checks.facts.settings import settings_classes
        from shipway.cli.init_proposals import own_directory

        self.files = files
        self._known = frozenset(files.paths)
        self._words: dict[str, frozenset[str]] = {}
        self._packages = dict(_packages(files))
        self._settings = settings_classes(files)
        self._aliases = {one.path: _aliases(files.text(one.path)) for one in self._settings}
        self._folders = {
            service.name: folder
            for service in app.services
            if (folder := own_directory(service, app)) is not None
        }
        self._schedulers = {one.name for one in app.of_role(Role.SINGLETON)}
        self._reached = {name: self._reach(name, facts) for name in self._folders}

    @property
    def services(self) -> tuple[str, ...]:
        """Return the services that are built here."""
        return tuple(self._folders)

    def of(self, service: str) -> tuple[str, ...]:
        """Return the files that a service runs, its own first; none where nothing is known."""
        return self._reached.get(service, ())

    def folder(self, service: str) -> str | None:
        """Return where a service's own files lie; None for one that is not built here."""
        return self._folders.get(service)

    def text(self, path: str) -> str:
        """Return a file's text, bounded."""
        return self.files.text(path)[:CODE_BYTES_MAX]

    def users(self, key: str) -> tuple[str, ...]:
        """Return the services whose code uses a variable, in the order of the Compose file."""
        defining = {one.path: one for one in self._settings if one.knows(key)}
        needed = {
            path
            for path, one in defining.items()
            for item in one.fields
            if item.required and one.key(item) == key.upper()
        }
        fields = {key, key.lower()}
        for path in defining:
            fields |= self._aliases.get(path, {}).get(key.lower(), set())
        found = []
        for name, paths in self._reached.items():
            names = fields if defining.keys() & set(paths) else {key}
            if any(
                path in needed or (path not in defining and names & self._words_of(path))
                for path in paths
            ):
                found.append(name)
        return tuple(found)

    def readers(self, key: str) -> tuple[str, ...]:
        """Return the services whose settings class has a variable, used or not."""
        defining = {one.path for one in self._settings if one.knows(key)}
        return tuple(name for name, paths in self._reached.items() if defining & set(paths))

    def _words_of(self, path: str) -> frozenset[str]:
        if path not in self._words:
            self._words[path] = frozenset(_WORD.findall(self.text(path)))
        return self._words[path]

    def _reach(self, name: str, facts: Mapping[str, ServiceFacts]) -> tuple[str, ...]:
        folder = self._folders[name]
        shared = [other for other, place in self._folders.items() if place == folder]
        own = [path for path in self.files.paths if _is_code(path) and _inside(path, folder)]
        if len(shared) == 1:
            return self._follow(own, folder, strings=True)
        words = facts[name].words if name in facts else ()
        roots = [*self._entries(words, folder)]
        if not roots:  # nobody knows: it had better get too much
            return () if _TOOLS.intersection(words) else tuple(own)
        return self._follow(roots, folder, strings=name not in self._schedulers)

    def _entries(self, words: Sequence[str], folder: str) -> Iterator[str]:
        """Yield the files at which a command begins."""
        for before, word in zip(("", *words), words, strict=False):
            if word.endswith((*_PYTHON, *_SCRIPTS)):
                path = posixpath.normpath(posixpath.join(folder, word.removeprefix("/app/")))
                if path in self._known:
                    yield path
            elif _DOTTED.fullmatch(word) or _CALLED.fullmatch(word) or before in _NAMES_A_MODULE:
                module = word.partition(":")[0]
                yield from self._module(module, folder)
                yield from self._module(module.rpartition(".")[0] or module, folder)

    def _module(self, dotted: str, folder: str) -> Iterator[str]:
        """Yield the file of a Python module below a service's folder, packages above it too."""
        base = posixpath.join(folder, dotted.replace(".", "/"))
        for path in (f"{base}.py", f"{base}/__init__.py", f"{base}/__main__.py"):
            if path in self._known:
                yield path

    def _follow(self, roots: list[str], folder: str, *, strings: bool) -> tuple[str, ...]:
        found = dict.fromkeys(roots)
        waiting = list(found)
        while waiting:
            path = waiting.pop()
            text = self.text(path)
            more = (
                self._python(path, text, folder, strings=strings)
                if path.endswith(_PYTHON)
                else self._script(path, text)
            )
            for other in more:
                if other not in found and not _TEST.search(other):
                    found[other] = None
                    waiting.append(other)
        return tuple(found)

    def _python(self, path: str, text: str, folder: str, *, strings: bool) -> Iterator[str]:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        package = posixpath.relpath(posixpath.dirname(path) or ".", folder or ".").replace("/", ".")
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for item in node.names:
                    yield from self._module(item.name, folder)
            elif isinstance(node, ast.ImportFrom):
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                above = ".".join(parts) if node.level else ""
                base = ".".join(
                    part for part in (above, node.module or "") if part not in {"", "."}
                )
                yield from self._module(base, folder)
                for item in node.names:
                    yield from self._module(f"{base}.{item.name}", folder)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if _DOTTED.fullmatch(node.value) and (strings or _SETTINGS.search(node.value)):
                    yield from self._module(node.value.partition(":")[0], folder)
                elif strings and "INSTALLED_APPS" in text and node.value.isidentifier():
                    for part in _DJANGO_PARTS:
                        yield from self._module(f"{node.value}.{part}", folder)

    def _script(self, path: str, text: str) -> Iterator[str]:
        for match in _IMPORT.finditer(text):
            what = match["what"]
            if what.startswith("."):
                yield from self._resolved(posixpath.join(posixpath.dirname(path), what))
                continue
            name = next(
                (one for one in self._packages if what == one or what.startswith(f"{one}/")), None
            )
            if name is not None:
                rest = what[len(name) :].lstrip("/") or "index"
                yield from self._resolved(posixpath.join(self._packages[name], rest))

    def _resolved(self, base: str) -> Iterator[str]:
        base = posixpath.normpath(base)
        stem = base.removesuffix(".js")  # TypeScript imports `x.js`, too
        for path in (
            base,
            *(f"{stem}{end}" for end in _SCRIPTS),
            *(f"{base}/index{end}" for end in _SCRIPTS),
        ):
            if path in self._known:
                yield path
                return


def _is_code(path: str) -> bool:
    return path.endswith((*_PYTHON, *_SCRIPTS)) and not _TEST.search(path)


def _inside(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _packages(files: Files) -> Iterator[tuple[str, str]]:
    """Yield (name, folder) of the project's own npm packages."""
    for path in files.named("package.json"):
        try:
            name = json.loads(files.text(path) or "{}").get("name")
        except (ValueError, AttributeError):
            continue
        if isinstance(name, str) and name:
            yield name, posixpath.dirname(path)


def _aliases(text: str) -> dict[str, set[str]]:
    """Return by field the methods of a settings class that read it: `origins` for cors_origins."""
    found: dict[str, set[str]] = {}
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return found
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or not node.args.args:
            continue
        for item in ast.walk(node):
            if (
                isinstance(item, ast.Attribute)
                and isinstance(item.value, ast.Name)
                and item.value.id == "self"
            ):
                found.setdefault(item.attr.lower(), set()).add(node.name)
    return found
