"""The files of an instance: Compose's secrets and configs, and those of the environment.

They are put into the created container as an archive, before its start.  Their content is
in no command line, image or label.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shipway.engines.docker import units
from shipway.engines.docker.mounts import masked
from shipway.errors import Problem
from shipway.model.workload import MountedFile, Workload

COMPOSE_MODE = 0o444
FOLDER_MODE = 0o755


def instance_files(workload: Workload) -> tuple[MountedFile, ...]:
    """Return all files of an instance; a later one at the same target wins.

    Raises Problem `missing-file` where a secret has no content, `unsupported` where a tmpfs
    would hide the file.
    """
    files = {
        file.target: file
        for file in (
            *_granted(workload, "secrets", workload.secrets, "/run/secrets/{}"),
            *_granted(workload, "configs", workload.configs, "/{}"),
            *workload.files,
        )
    }
    for target in files:
        if masked(workload, target):
            raise Problem(
                "unsupported",
                f"{workload.service}: the file {target} lies in a tmpfs, which is empty at "
                "every start.",
                hints=["mount the file elsewhere, or the tmpfs below another folder"],
            )
    return tuple(files[target] for target in sorted(files))


def archive(files: Sequence[MountedFile], folders: Sequence[str], owner: tuple[int, int]) -> bytes:
    """Return a tar of `files`, to be unpacked at the root.

    folders: those to be made, parents first; owner: of files that name none.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in folders:
            entry = tarfile.TarInfo(folder.strip("/"))
            entry.type = tarfile.DIRTYPE
            entry.mode = FOLDER_MODE
            tar.addfile(entry)
        for file in files:
            entry = tarfile.TarInfo(file.target.lstrip("/"))
            entry.size = len(file.content)
            entry.mode = file.mode
            entry.uid = owner[0] if file.uid is None else file.uid
            entry.gid = owner[1] if file.gid is None else file.gid
            tar.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def seccomp_inline(option: str) -> str:
    """Return a security option with the seccomp profile that it names by path, as the API wants.

    Raises Problem `missing-file`.
    """
    key, path = option[:8], option[8:]
    if key not in {"seccomp=", "seccomp:"} or path in {"unconfined", "builtin"} or path[:1] == "{":
        return option
    try:
        return f"seccomp={Path(path).read_text()}"
    except OSError as error:
        raise Problem(
            "missing-file",
            f"security_opt names the seccomp profile {path}: {error.strerror}.",
            hints=["give its absolute path"],
        ) from error


def _granted(
    workload: Workload, key: str, declared: Mapping[str, Any], place: str
) -> Iterator[MountedFile]:
    for grant in workload.definition.get(key) or ():
        given = {"source": grant} if isinstance(grant, str) else grant
        source = str(given["source"])
        target = str(given.get("target") or source)
        yield MountedFile(
            target=target if target.startswith("/") else place.format(target),
            content=_content(workload, key, source, declared.get(source)),
            mode=COMPOSE_MODE if given.get("mode") is None else units.file_mode(given["mode"]),
            uid=int(given.get("uid") or 0),
            gid=int(given.get("gid") or 0),
        )


def _content(workload: Workload, key: str, source: str, declared: Any) -> bytes:
    declared = declared or {}
    where = f"{workload.service}: {key}.{source}"
    if declared.get("content") is not None:
        return str(declared["content"]).encode()
    if variable := declared.get("environment"):
        if variable in workload.environment:
            return workload.environment[variable].encode()
        raise Problem(
            "missing-file",
            f"{where} takes its content from the variable {variable}, which is not set in "
            f"{workload.scope.environment.name}.",
            hints=[f"shipway secret set {variable} -e {workload.scope.environment.name}"],
        )
    if path := declared.get("file"):
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise Problem(
                "missing-file",
                f"{where} is read from {path}: {error.strerror}.",
                hints=["shipway check --static"],
            ) from error
    raise Problem(
        "missing-file",
        f"{where} has no content: it names no file, variable or content of its own.",
        hints=["declare it with `file:`, `environment:` or `content:`; external ones are Swarm's"],
    )
