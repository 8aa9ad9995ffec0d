"""Files that a Compose model names, found: secrets, configs, mounted folders, contexts.

Paths of the model lie below the checkout.  What the commit does not hold is taken from the
working directory.  Secrets and configs become `content`, so that the release keeps what it
was rolled out with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.errors import Problem, SourceRef
from shipway.spec.kinds import Place
from shipway.spec.tree import Found, Tree

CONTENT_BYTES_MAX = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The model with its files found, and what the user should know of them."""

    model: Mapping[str, Any]
    notes: tuple[str, ...]


def locate(
    model: Mapping[str, Any], *, tree: Tree, variables: Mapping[str, str], place: Place
) -> Located:
    """Return the model with every file found.

    variables: what `environment:` of a secret or config means.  Raises Problem
    `file-missing`, `file-too-large`, `variable-missing`, `context-missing`.
    """
    notes: list[str] = []
    services = {}
    for name, definition in (model.get("services") or {}).items():
        _check_context(name, definition, tree, place)
        mounts = [_mount(name, item, tree, notes) for item in definition.get("volumes") or ()]
        services[name] = {**definition, "volumes": mounts} if mounts else dict(definition)
    located = {**model, "services": services}
    for section in ("secrets", "configs"):
        granted = frozenset(_granted(services, section))
        items = model.get(section)
        if items:
            located[section] = {
                name: _resource(item, tree, variables, place(section, name))
                if name in granted
                else item
                for name, item in items.items()
            }
    return Located(model=located, notes=tuple(dict.fromkeys(notes)))


def find_below(path: str, tree: Tree) -> Found | None:
    """Return a file of the model: below the checkout by the tree's rule, else as it stands."""
    root = f"{tree.source}/"
    return tree.find(path.removeprefix(root) if path.startswith(root) else path)


def _granted(services: Mapping[str, Any], section: str) -> Iterator[str]:
    for definition in services.values():
        build = definition.get("build")
        grants = [*(definition.get(section) or ())]
        if isinstance(build, Mapping):
            grants += build.get(section) or ()
        for grant in grants:
            yield str(grant["source"] if isinstance(grant, Mapping) else grant)


def _resource(
    item: Mapping[str, Any], tree: Tree, variables: Mapping[str, str], place: SourceRef | None
) -> Mapping[str, Any]:
    if item.get("content") is not None or item.get("external"):
        return item
    if variable := item.get("environment"):
        if variable not in variables:
            raise Problem(
                "variable-missing",
                f"the variable {variable}, which is the content of a secret or config, is not set.",
                hints=[f"set {variable} in an env file of the environment"],
                source=place,
            )
        return {**item, "content": variables[variable]}
    if path := item.get("file"):
        found = find_below(str(path), tree)
        if found is None or not found.path.is_file():
            raise Problem(
                "file-missing",
                f"the file {_short(str(path), tree)} is missing: looked for it in {tree.places()}.",
                hints=[f"put the file at {_short(str(path), tree)} in the project's directory"],
                source=place,
            )
        return {**item, "file": str(found.path), **_content(found, place)}
    return item


def _content(found: Found, place: SourceRef | None) -> dict[str, str]:
    if found.path.stat().st_size > CONTENT_BYTES_MAX:
        raise Problem(
            "file-too-large",
            f"{found.shown} is larger than 1 MiB, the most that a secret or config may have.",
            source=place,
        )
    try:
        return {"content": found.path.read_bytes().decode("utf-8")}
    except UnicodeDecodeError:
        return {}  # bytes that JSON cannot carry: the engine reads the file itself
    except OSError as error:
        raise Problem(
            "file-missing", f"{found.shown} cannot be read: {error.strerror}.", source=place
        ) from None


def _mount(
    service: str, mount: Mapping[str, Any], tree: Tree, notes: list[str]
) -> Mapping[str, Any]:
    source = str(mount.get("source") or "")
    if mount.get("type") != "bind" or not source.startswith(f"{tree.source}/"):
        return mount
    found = find_below(source, tree)
    shown = _short(source, tree)
    if found is None:
        notes.append(
            f"{service} mounts {shown}, which is neither in the commit nor beside it: a new, empty"
            " one for each commit. For data, use a named volume."
        )
        return mount
    if found.tracked and found.path.is_dir() and not any(_shown_files(found.path)):
        notes.append(
            f"{service} mounts {shown}, which is empty in the commit: a new, empty one for each"
            " commit. For data, use a named volume."
        )
        return mount
    if found.tracked:
        return mount
    notes.append(
        f"{service} mounts {shown} from the working directory: it is not in the commit,"
        " so a rollback does not bring it back."
        if mount.get("read_only")
        else f"{service} mounts {shown} from the working directory: all environments write to the"
        " same, and a rollback does not bring it back. For data, use a named volume."
    )
    return {**mount, "source": str(found.path)}


def _shown_files(folder: Path) -> Iterator[Path]:
    return (item for item in folder.iterdir() if not item.name.startswith("."))


def _check_context(name: str, definition: Mapping[str, Any], tree: Tree, place: Place) -> None:
    build = definition.get("build")
    context = str(build.get("context") or "") if isinstance(build, Mapping) else ""
    if context.startswith(f"{tree.source}/") and not Path(context).is_dir():
        shown = _short(context, tree)
        raise Problem(
            "context-missing",
            f"{name} is built from {shown}, which is not in the commit.",
            hints=[f"git add {shown}, then commit"],
            source=place("services", name, "build"),
        )


def _short(path: str, tree: Tree) -> str:
    return path.removeprefix(f"{tree.source}/")
