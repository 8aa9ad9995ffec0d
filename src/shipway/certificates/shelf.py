"""Keeps certificates with their keys: one private file each, below one private directory.

The files are the truth: what is in them is read, nothing about them is remembered but
whether they are the owner's own, which stands in the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from shipway.certificates.reading import ReadCertificate, read_pem
from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.routing import Certificate
from shipway.ports_certificates import Origin, Shelved

NAME = re.compile(r"[a-z0-9_][a-z0-9._-]{0,190}")


class CertificateShelf:
    """See `shipway.ports_certificates.Shelf`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[Path, tuple[int, ReadCertificate]] = {}

    def all(self) -> tuple[Shelved, ...]:
        """Return what is kept, by id."""
        return tuple(
            _shelved(path, found)
            for path in sorted(self._directory.glob("*.pem"))
            if (found := self._open(path)) is not None
        )

    def load(self, ids: Iterable[str]) -> tuple[Certificate, ...]:
        """Return those of `ids` that are kept, with their keys."""
        found = []
        for one in sorted(set(ids)):
            for path in (self._path(one, origin) for origin in Origin):
                certificate = self._open(path)
                if certificate is not None:
                    found.append(Certificate(id=one, names=certificate.names, pem=certificate.pem))
                    break
        return tuple(found)

    def look(self, id: str, pem: str, origin: Origin) -> Shelved:  # noqa: A002
        """Return what `put` would keep; keeps nothing.  Raises Problem `certificate-broken`."""
        return _shelved(self._path(id, origin), read_pem(pem))

    def put(self, id: str, pem: str, origin: Origin) -> Shelved:  # noqa: A002
        """Ensure that this is kept as `id`.  Raises Problem `certificate-broken`."""
        if not NAME.fullmatch(id):
            raise Problem("certificate-broken", f"{id!r} cannot name a certificate.")
        found = read_pem(pem)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(id, origin)
        kept = self._open(path)
        if kept is None or kept.pem != found.pem:
            replace_file(path, found.pem, mode=0o600)
        for other in Origin:
            if other is not origin:
                self._path(id, other).unlink(missing_ok=True)
        return _shelved(path, found)

    def _path(self, name: str, origin: Origin) -> Path:
        return self._directory / f"{name}.{origin.value}.pem"

    def _open(self, path: Path) -> ReadCertificate | None:
        """Read a file once for as long as it does not change; None: gone or broken."""
        try:
            stamp = path.stat().st_mtime_ns
            known = self._read.get(path)
            if known is None or known[0] != stamp:
                known = (stamp, read_pem(path.read_text()))
                self._read[path] = known
        except (OSError, Problem):
            return None
        return known[1]


def _shelved(path: Path, found: ReadCertificate) -> Shelved:
    name, _, origin = path.stem.rpartition(".")
    return Shelved(
        id=name,
        names=found.names,
        not_before=found.not_before,
        not_after=found.not_after,
        issuer=found.issuer,
        origin=Origin(origin),
    )
