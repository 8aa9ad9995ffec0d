"""The one key of all that this Shipway keeps: for restic's trees and for the small objects.

It is an age identity, a line of text that can be printed and typed.  Who has it and the
repository can restore everything; without it the repository is noise.  It lies in
`backup/key` below Shipway's home, mode 0600; a copy belongs where the server is not.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.errors import Problem
from shipway.files import replace_file

_making = threading.Lock()
PATTERN = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{58}")


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """The key's text; it never shows in a repr."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not PATTERN.fullmatch(self.text):
            raise invalid()


def invalid() -> Problem:
    """Return the Problem for a text that is no key."""
    return Problem(
        "invalid-key",
        "this is not a recovery key: it is one line of 74 letters that begins with"
        " AGE-SECRET-KEY-1, and a letter of it may have been mistyped.",
        hints=["look for it where you kept what `shipway backup key` printed"],
    )


def identity_of(key: RecoveryKey) -> Any:
    """Return the key as age uses it.  Raises Problem `invalid-key`."""
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(key.text)
    except IdentityError as error:
        raise invalid() from error


def generate() -> RecoveryKey:
    """Return a new key."""
    from pyrage import x25519

    return RecoveryKey(str(x25519.Identity.generate()))


def read_key(path: Path) -> RecoveryKey:
    """Return the key in a file.  Raises Problem `no-key`, `invalid-key`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            "no-key",
            f"the recovery key cannot be read from {path}: {error}.",
            hints=["shipway backup key --save FILE, on the server that has it"],
        ) from error
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return RecoveryKey(found[0] if found else "")


def ensure_key(path: Path) -> RecoveryKey:
    """Return the key at `path`, made now where there is none."""
    with _making:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            save_key(path, generate())
        return read_key(path)


def save_key(path: Path, key: RecoveryKey) -> None:
    """Write the key for its owner's eyes only."""
    text = "# Shipway's recovery key: who has it can read the backups.\n" + key.text + "\n"
    replace_file(path, text, mode=0o600)
