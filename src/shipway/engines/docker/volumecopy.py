"""Copying a volume out through the engine, where this process may not look into it.

A container that is never started mounts the volume, and the engine packs what is in it.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from shipway.engines.docker import names
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.names import EnvironmentId

MOUNT = "/shipway-volume"
END = b"\0" * 1024
"""What every whole archive ends with."""


def copy_volume(
    transport: Transport,
    environment: EnvironmentId,
    volume: str,
    declared: Mapping[str, Any],
    place: tuple[str | None, Path],
) -> None:
    """Write what a volume holds into a directory.

    place: an image that is on the engine, and the directory.  Raises Problem
    `volume-unreadable`.
    """
    image, target = place
    own = names.volume_name(environment, volume)
    name = str(declared.get("name") or volume) if declared.get("external") else own
    if image is None:
        raise _unreadable(environment, name, "nothing of it is on the engine")
    body = {
        "Image": image,
        "Entrypoint": ["true"],
        "Labels": {**names.environment_labels(environment), names.RUN: f"copy-{volume}"},
        "HostConfig": {
            "Mounts": [{"Type": "volume", "Source": name, "Target": MOUNT, "ReadOnly": True}],
            "NetworkMode": "none",
        },
    }
    try:
        transport.get(f"/volumes/{name}")  # creating a container would make a missing one
        made = str(transport.call("POST", "/containers/create", body=body).json()["Id"])
        try:
            with transport.stream(
                "GET", f"/containers/{made}/archive", query={"path": f"{MOUNT}/."}
            ) as stream:
                _unpack(_Reader(stream.chunks()), target)
        finally:
            transport.call("DELETE", f"/containers/{made}", query={"force": True, "v": True})
    except ApiError as error:
        raise _unreadable(environment, name, error.reason) from error
    except (tarfile.TarError, OSError) as error:
        raise _unreadable(environment, name, str(error)) from error


def _unpack(reader: _Reader, target: Path) -> None:
    with tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|") as archive:
        # keeps links as they are, for they are the application's, and writes below `target` only
        archive.extraction_filter = staticmethod(getattr(tarfile, "tar_filter", _as_it_is))
        for member in archive:
            if Path(member.name).is_absolute() or ".." in Path(member.name).parts:
                continue
            archive.extract(member, target)
    while reader.read(tarfile.RECORDSIZE):
        pass
    if reader.last != END:  # tarfile takes an archive that was cut off for one that ended
        raise tarfile.ReadError("the engine stopped in the middle")


def _as_it_is(member: tarfile.TarInfo, _target: str) -> tarfile.TarInfo:
    return member  # Python before 3.11.4 has no filters


class _Reader:
    """Reads a stream of pieces as a file, and remembers its last bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""
        self.last = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self.last = (self.last + piece)[-len(END) :]
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _unreadable(environment: EnvironmentId, name: str, why: str) -> Problem:
    return Problem(
        "volume-unreadable",
        f"{environment}: the volume {name} cannot be copied through the engine: {why}.",
        hints=["sudo shipway install, on the machine of the Docker Engine"],
    )
