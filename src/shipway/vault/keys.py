"""Keys of the vault: the server's own, and those of operators.

The server's key lies beside the files and opens all of them, so it guards against whoever
gets a copy of the files without it (a backup, a disk, a mail), not against root here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

from pyrage import decrypt, encrypt, ssh, x25519

from shipway.errors import Problem
from shipway.files import replace_file

Identity: TypeAlias = "x25519.Identity | ssh.Identity"
PublicKey: TypeAlias = "x25519.Recipient | ssh.Recipient"


def server_identity(path: Path) -> x25519.Identity:
    """Return the server's key, made where there is none.  Raises Problem `vault-locked`."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        identity = x25519.Identity.generate()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(path, f"{identity}\n", mode=0o600)
        return identity
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(
            "vault-locked",
            f"the server's key {path} cannot be read: {type(error).__name__}.",
            hints=["shipway secret recover, with an operator's private key"],
        ) from None
    if path.stat().st_mode & 0o077:
        os.chmod(path, 0o600)  # noqa: PTH101 - as above, and follows no link elsewhere
    try:
        return x25519.Identity.from_str(text.strip())
    except Exception:  # pyrage's own errors, which would show the text
        raise Problem(
            "vault-locked",
            f"{path} holds no age key.",
            hints=["bring the file back", "shipway secret recover, with an operator's private key"],
        ) from None


def public_key(text: str) -> PublicKey:
    """Return an operator's public key: age's or ssh's.  Raises Problem `invalid-key`."""
    text = text.strip()
    if "\n" not in text and not text.startswith("AGE-SECRET-KEY"):
        for kind in (x25519.Recipient, ssh.Recipient):
            try:
                return kind.from_str(text)
            except Exception:  # noqa: S112 - pyrage raises errors of several kinds
                continue
    raise Problem(
        "invalid-key",
        "that is no public key: an age one begins with age1, an ssh one with ssh-ed25519 or "
        "ssh-rsa.",
        hints=["age-keygen -y key.txt", "cat ~/.ssh/id_ed25519.pub"],
    )


def private_key(text: str) -> Identity:
    """Return an operator's private key: age's or ssh's.  Raises Problem `invalid-key`."""
    lines = [line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-")]
    try:
        if lines:
            return x25519.Identity.from_str(lines[0].strip())
        return ssh.Identity.from_buffer(text.encode())
    except Exception:  # pyrage's own errors, which might show the text
        raise Problem(
            "invalid-key",
            "that is no private key: neither age's nor an unencrypted one of ssh.",
            hints=["ssh-keygen -p -f COPY, which takes the passphrase off a copy"],
        ) from None


def seal(content: bytes, readers: list[PublicKey]) -> bytes:
    """Return the content encrypted for these readers."""
    sealed: bytes = encrypt(content, readers)
    return sealed


def unseal(content: bytes, identity: Identity) -> bytes | None:
    """Return the content; None where the key does not open it."""
    try:
        opened: bytes = decrypt(content, [identity])
    except Exception:  # pyrage has one error for all causes
        return None
    return opened
