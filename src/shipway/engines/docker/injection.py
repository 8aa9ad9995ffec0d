"""Puts files into a created container, with the owner that can read them."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shipway.engines.docker.files import archive
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.workload import MountedFile


def put_files(transport: Transport, container: str, files: Sequence[MountedFile]) -> None:
    """Put the files into a container that does not run.  Raises Problem `unsupported`."""
    if not files:
        return
    told = transport.get(f"/containers/{container}/json")
    owner = (0, 0)
    if any(file.uid is None or file.gid is None for file in files):
        owner = _owner(transport, container, str(told["Config"].get("User") or ""))
    try:
        if told["HostConfig"].get("ReadonlyRootfs"):
            _put_into_volumes(transport, container, files, owner)
        else:
            folders = _missing_folders(transport, container, files)
            _put(transport, container, "/", archive(files, folders, owner))
    except ApiError as error:
        raise Problem(
            "unsupported",
            f"The Docker Engine could not put {files[0].target} into the instance: {error.reason}",
            hints=["mount the file into a folder that the image or a volume has"],
        ) from error


def _put_into_volumes(
    transport: Transport, container: str, files: Sequence[MountedFile], owner: tuple[int, int]
) -> None:
    """Write where a read-only root lets us: into the volumes that hold the files' folders."""
    for folder in dict.fromkeys(posixpath.dirname(file.target) for file in files):
        here = [
            replace(file, target=posixpath.basename(file.target))
            for file in files
            if posixpath.dirname(file.target) == folder
        ]
        _put(transport, container, folder, archive(here, (), owner))


def _put(transport: Transport, container: str, folder: str, data: bytes) -> None:
    transport.call(
        "PUT",
        f"/containers/{container}/archive",
        query={"path": folder},
        body=data,
        headers={"Content-Type": "application/x-tar"},
    )


def _missing_folders(
    transport: Transport, container: str, files: Sequence[MountedFile]
) -> list[str]:
    """Return the folders to make, parents first: those that exist keep owner and mode."""
    missing: list[str] = []
    known: set[str] = {"/"}
    for file in files:
        folder, path = posixpath.dirname(file.target), []
        while folder not in known and not _exists(transport, container, folder):
            path.append(folder)
            known.add(folder)
            folder = posixpath.dirname(folder)
        known.add(folder)
        missing += reversed(path)
    return missing


def _exists(transport: Transport, container: str, path: str) -> bool:
    try:
        transport.call("HEAD", f"/containers/{container}/archive", query={"path": path})
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    return True


def _owner(transport: Transport, container: str, user: str) -> tuple[int, int]:
    """Return uid and gid of the user that the instance runs as (`app`, `1000:1000`, …)."""
    name, _, group = user.partition(":")
    if not name:
        return 0, 0
    uid, gid = (int(name), 0) if name.isdigit() else (None, 0)
    for line in _lines(transport, container, "/etc/passwd"):
        if len(line) > 3 and (line[0] == name or line[2] == name):
            uid, gid = int(line[2]), int(line[3])
            break
    if group:
        entries = _lines(transport, container, "/etc/group") if not group.isdigit() else []
        found = next((int(line[2]) for line in entries if len(line) > 2 and line[0] == group), None)
        gid = int(group) if group.isdigit() else found if found is not None else gid
    if uid is None:
        raise Problem(
            "start-failed",
            f"The image has no user called {name!r}.",
            hints=["correct `user:` in the Compose file, or make the user in the Dockerfile"],
        )
    return uid, gid


def _lines(transport: Transport, container: str, path: str) -> list[list[str]]:
    try:
        reply = transport.call("GET", f"/containers/{container}/archive", query={"path": path})
    except ApiError:
        return []
    with tarfile.open(fileobj=io.BytesIO(reply.data)) as tar:
        member: Any = next(iter(tar), None)
        text = tar.extractfile(member) if member is not None and member.isfile() else None
        return [line.split(":") for line in text.read().decode().splitlines()] if text else []
