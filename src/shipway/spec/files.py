"""Files that instances find in their file system, with owner and mode.

Their content is read here and becomes part of the release's configuration: a rollback
brings back the file as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from shipway.errors import Problem
from shipway.model.workload import MountedFile
from shipway.spec.layers import Layers
from shipway.spec.tree import Tree
from shipway.spec.values import EnvironmentSpec, FileSpec, Spec

FILE_BYTES_MAX = 1_048_576


def files_by_service(
    spec: Spec,
    environment: EnvironmentSpec,
    *,
    built: Iterable[str],
    tree: Tree,
    layers: Layers,
) -> dict[str, tuple[MountedFile, ...]]:
    """Return each service's files; the environment's replace common ones of the same target.

    built: the services that get the files which name none.  Raises Problem
    `file-missing`, `file-too-large`.
    """
    everyone = tuple(built)
    files: dict[str, dict[str, MountedFile]] = {}
    for item in (*spec.files, *environment.files):
        mounted = _from_vault(item, layers) if item.secret else _mounted(item, tree)
        if mounted is None:
            continue
        names = everyone if item.services is None else [name.value for name in item.services]
        for name in names:
            files.setdefault(name, {})[item.target] = mounted
    return {name: tuple(targets.values()) for name, targets in files.items()}


def _from_vault(item: FileSpec, layers: Layers) -> MountedFile | None:
    """Return a secret as a file; a PEM block that lost its last line end gets it back.

    None where it is not set: the contract's judge tells that, with all else that is missing.
    """
    value = layers.values.get(item.secret or "")
    if not value:
        return None
    if value.startswith("-----BEGIN ") and not value.endswith("\n"):
        value += "\n"
    return _file(item, value.encode())


def _file(item: FileSpec, content: bytes) -> MountedFile:
    user, group = item.owner if item.owner is not None else (None, None)
    return MountedFile(target=item.target, content=content, mode=item.mode, uid=user, gid=group)


def _mounted(item: FileSpec, tree: Tree) -> MountedFile:
    found = tree.find(item.path, item.source)
    if found is None or not found.path.is_file():
        what = "is no file" if found else f"is missing: looked for it in {tree.places()}"
        raise Problem(
            "file-missing",
            f"{item.path} {what}.",
            hints=[f"put the file at {item.path} in the project's directory"],
            source=item.source,
        )
    if found.path.stat().st_size > FILE_BYTES_MAX:
        raise Problem(
            "file-too-large",
            f"{item.path} is larger than 1 MiB, the most that a mounted file may have.",
            hints=["put it into the image, or into a volume"],
            source=item.source,
        )
    try:
        content = found.path.read_bytes()
    except OSError as error:
        raise Problem(
            "file-missing", f"{item.path} cannot be read: {error.strerror}.", source=item.source
        ) from None
    return _file(item, content)
