"""Small objects, packed and encrypted with age before they leave this machine.

The name is part of what is sealed: an object that was renamed in the store does not open
under its new name.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from shipway.errors import Problem
from shipway.ports_repository import StoredObject
from shipway.repositories.blobs import Blobs
from shipway.repositories.failures import failure
from shipway.repositories.key import RecoveryKey, identity_of

FORMAT = b"shipway1"
PLAIN, PACKED = b"p", b"z"
PACK_LEVEL = 1


class SealedObjects:
    """Implements the port Objects over files of any kind."""

    def __init__(self, blobs: Blobs, key: RecoveryKey, *, where: str) -> None:
        self._blobs = blobs
        self._where = where
        self._identity = identity_of(key)
        self._recipient = self._identity.to_public()

    def put_object(self, name: str, content: bytes) -> None:
        """Ensure that the object has this content; durable when this returns."""
        self._blobs.put(name, self._seal(name, content))

    def get_object(self, name: str) -> bytes:
        """Return the content.  Raises Problem `no-object`, `repository-damaged`."""
        return self._open(name, self._blobs.get(name))

    def objects(self, prefix: str = "") -> tuple[StoredObject, ...]:
        """Return the objects whose names begin so, by name."""
        return tuple(self._blobs.listed(prefix))

    def delete_objects(self, names: Sequence[str]) -> None:
        """Ensure that these are gone."""
        if names:
            self._blobs.delete(names)

    def _seal(self, name: str, content: bytes) -> bytes:
        from pyrage import encrypt

        packed = zlib.compress(content, PACK_LEVEL)
        how, body = (PACKED, packed) if len(packed) < len(content) else (PLAIN, content)
        head = FORMAT + how + len(name.encode()).to_bytes(2, "big") + name.encode()
        sealed: bytes = encrypt(head + body, [self._recipient])
        return sealed

    def _open(self, name: str, sealed: bytes) -> bytes:
        from pyrage import DecryptError, decrypt

        try:
            plain = decrypt(sealed, [self._identity])
        except DecryptError as error:
            raise self._damaged(name, error) from error
        start = len(FORMAT)
        how, size = plain[start : start + 1], int.from_bytes(plain[start + 1 : start + 3], "big")
        told = plain[start + 3 : start + 3 + size]
        if not plain.startswith(FORMAT) or told != name.encode():
            raise failure(self._where, f"{name} is another object", kind="repository-damaged")
        body: bytes = plain[start + 3 + size :]
        return zlib.decompress(body) if how == PACKED else body

    def _damaged(self, name: str, error: Exception) -> Problem:
        said = f"{name}: {error}"
        wrong_key = "no matching keys" in str(error).lower()
        kind = "repository-refused" if wrong_key else "repository-damaged"
        return failure(self._where, said, kind=kind)
