"""Files that are whole: replaced in one go, or made in a private directory that goes again."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o700


def shown(path: Path | str) -> str:
    """Return a path as text that can be stored and shown: a name need not be UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Yield `folder`, empty and private; nothing of it is left afterwards, whatever happens.

    What an earlier process left there goes first.  Directories above it that are made are
    private too.  Nothing in it is synced: it is read back before it goes, or thrown away.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=PRIVATE, exist_ok=True)
    folder.chmod(PRIVATE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_file(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Make `path` hold `content`: temporary file, fsync, rename, fsync of the directory.

    mode: permission bits of the file, set before anything is written to it.
    """
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        os.fchmod(descriptor, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
