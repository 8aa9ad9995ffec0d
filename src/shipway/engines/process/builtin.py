"""Images that a program of this machine stands in for: PostgreSQL and Redis."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shipway.tools import find_tool

REPOSITORIES = {
    "postgres": "postgres",
    "pgvector/pgvector": "postgres",
    "postgis/postgis": "postgres",
    "redis": "redis",
}
EXTENSIONS = {"pgvector/pgvector": "vector", "postgis/postgis": "postgis"}
VERSION_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Builtin:
    """A server of this machine; `folder` holds its programs.  wanted: the image's major."""

    kind: str
    folder: Path
    version: str
    wanted: str | None
    extension: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Return how it differs from the image."""
        found = []
        major = self.version.partition(".")[0]
        if self.wanted and self.wanted != major:
            found.append(
                f"image: version {self.wanted} is asked for; this machine's {self.kind}"
                f" {self.version} is run"
            )
        if self.extension and not self._has_extension():
            found.append(
                f"image: the extension {self.extension} is not installed on this machine"
                f" (apt-get install postgresql-{major}-{_package(self.extension)})"
            )
        return tuple(found)

    def _has_extension(self) -> bool:
        major = self.version.partition(".")[0]
        control = f"extension/{self.extension}.control"
        shares = [self.folder.parent / "share", Path(f"/usr/share/postgresql/{major}")]
        return any((share / control).exists() for share in shares)


def _package(extension: str) -> str:
    return {"vector": "pgvector", "postgis": "postgis-3"}.get(extension, extension)


def repository(image: str) -> tuple[str, str]:
    """Return an image's repository and tag; Docker Hub's own names in their short form."""
    name, _, _ = image.partition("@")
    head, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        head = head.removeprefix(prefix)
    return head, tag


def wanted_major(image: str) -> str | None:
    """Return the major version that a tag names: `16-alpine`, `pg16`, `7.2`."""
    match = re.match(r"(?:pg)?(\d+)", repository(image)[1])
    return match[1] if match else None


def find_builtin(image: str) -> Builtin | None:
    """Return the program that stands in for an image, None where there is none.

    Raises Problem `tools-missing` where the machine could have it and has not.
    """
    name, _ = repository(image)
    kind = REPOSITORIES.get(name)
    if kind is None:
        return None
    program = find_tool(kind)
    if program is None:
        from shipway.tools import missing

        hint = "engine: docker in shipway.yaml, which runs the image itself, where there is Docker"
        raise missing(kind).with_context(hints=[hint])
    wanted = wanted_major(image)
    if kind == "postgres" and wanted:
        beside = Path(f"/usr/lib/postgresql/{wanted}/bin/postgres")
        program = beside if beside.exists() else program
    return Builtin(
        kind=kind,
        folder=program.resolve().parent if kind == "postgres" else program.parent,
        version=_version(program),
        wanted=wanted,
        extension=EXTENSIONS.get(name),
    )


@lru_cache
def _version(program: Path) -> str:
    told = subprocess.run(
        [str(program), "--version"],
        capture_output=True,
        text=True,
        timeout=VERSION_S,
        check=False,
    ).stdout
    match = re.search(r"(?:v=|\) )(\d+(?:\.\d+)*)", told)
    return match[1] if match else "unknown"
