"""Makes an instance's directory: its copy of the build, its volumes and mounted files.

An instance writes into its own copy, as a container writes into its own layer; only
node_modules is shared with the artifact.  What lies outside of the build's directories
cannot be put where the container would have it, because `/data` is this machine's: such
mounts and files get a place elsewhere, and commands and variables are told it.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipway.engines.process.artifacts import Record
from shipway.engines.process.layout import Layout, Place
from shipway.engines.process.plan import User
from shipway.engines.process.stateless import in_root
from shipway.errors import Problem
from shipway.model.workload import MountedFile, Workload


def write_private(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace a file; whoever opens it sees one version, whole.

    Without fsync: after a power cut an instance is made anew anyway.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
    Path(name).replace(path)


@dataclass(frozen=True, slots=True)
class Mounts:
    """Where an instance's volumes and files are; record None: a server of this machine."""

    layout: Layout
    place: Place
    workload: Workload
    record: Record | None
    user: User | None = None

    def apply(self) -> dict[str, str]:
        """Put everything in place; return the targets that lie elsewhere, with their paths."""
        elsewhere: dict[str, str] = {}
        for target, source in self.sources():
            if self._inside(target):
                self._link(target, source)
            else:
                elsewhere[target] = str(source)
        for file in (*self.workload.files, *self._compose_files()):
            if self._inside(file.target):
                self._write(self.place.root / file.target.lstrip("/"), file)
            else:
                path = self.place.files / file.target.lstrip("/")
                self._write(path, file)
                elsewhere[file.target] = str(path)
        return elsewhere

    def sources(self) -> Iterator[tuple[str, Path]]:
        """Yield (target, directory or file of this machine) of each mount; they exist."""
        for mount in self.workload.definition.get("volumes") or ():
            target = posixpath.normpath(str(mount["target"]))
            path = self._source(mount, target)
            if not path.exists():
                path.mkdir(parents=True)
                self.own(path)
            yield target, path
        for target in self.workload.definition.get("tmpfs") or ():
            path = self.place.path / "tmpfs" / str(target).partition(":")[0].strip("/")
            path.mkdir(parents=True, exist_ok=True)
            yield posixpath.normpath(str(target).partition(":")[0]), path

    def own(self, path: Path) -> None:
        """Give a path to the instance's user, where it has one of its own."""
        if self.user is not None:
            os.chown(path, self.user.uid, self.user.gid)

    def _source(self, mount: Mapping[str, Any], target: str) -> Path:
        source = mount.get("source")
        if mount.get("type") == "bind":
            return Path(str(source))
        if mount.get("type") == "tmpfs" or not source:
            return self.place.path / "anonymous" / target.strip("/")
        top = self.workload.volumes.get(str(source)) or {}
        if top.get("external"):
            path = self.layout.external_volume(str(top.get("name") or source))
        else:
            path = self.layout.volume(self.workload.scope.environment, str(source))
        return path / str((mount.get("volume") or {}).get("subpath") or "").strip("/")

    def _inside(self, target: str) -> bool:
        return self.record is not None and in_root(self.record, target)

    def _link(self, target: str, source: Path) -> None:
        """Put a link in the instance's copy; an empty volume gets what was there."""
        path = self.place.root / target.lstrip("/")
        if path.is_symlink():
            path.unlink()
        elif path.is_dir():
            if source.is_dir() and not any(source.iterdir()):
                shutil.copytree(path, source, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(source)

    def _write(self, path: Path, file: MountedFile) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, file.content, mode=file.mode)
        if os.geteuid() == 0:
            uid = file.uid if file.uid is not None else self.user.uid if self.user else -1
            gid = file.gid if file.gid is not None else self.user.gid if self.user else -1
            os.chown(path, uid, gid)

    def _compose_files(self) -> Iterator[MountedFile]:
        """Yield Compose's own secrets and configs that come from files or stand inline."""
        written = {file.target for file in self.workload.files}
        for section, folder in (("secrets", "/run/secrets"), ("configs", "")):
            tops: Mapping[str, Any] = getattr(self.workload, section)
            for entry in self.workload.definition.get(section) or ():
                found = {"source": entry} if isinstance(entry, str) else entry
                name = str(found["source"])
                target = posixpath.join(folder or "/", str(found.get("target") or name))
                top = tops.get(name) or {}
                if target in written or not ("file" in top or "content" in top):
                    continue
                yield MountedFile(
                    target=target,
                    content=_content(self.workload.service, name, top),
                    mode=int(str(found.get("mode") or "0444"), 8),
                )


def _content(service: str, name: str, top: Mapping[str, Any]) -> bytes:
    if "content" in top:
        return str(top["content"]).encode()
    try:
        return Path(str(top["file"])).read_bytes()
    except OSError as error:
        raise Problem(
            "file-missing",
            f"{service}: {name} is to come from {top['file']}: {error.strerror}.",
            hints=["create the file, or correct its path in the Compose file"],
        ) from error


def require_reachable(path: Path, user: User | None) -> None:
    """Raise a Problem where the server's own user cannot get at its directory."""
    if user is None:
        return
    for folder in path.parents:
        status = folder.stat()
        bit = stat.S_IXUSR if status.st_uid == user.uid else stat.S_IXOTH
        if not status.st_mode & bit:
            raise Problem(
                "state-unreachable",
                f"{path} lies below {folder}, which only its owner may enter: run as root, servers"
                " get a user of their own, who cannot reach their data there.",
                hints=["keep Shipway's state in /var/lib/shipway, or run Shipway without root"],
            )
