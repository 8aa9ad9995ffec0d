"""Whether a person has the recovery key; the key itself is the repositories' affair."""

from __future__ import annotations

from shipway.backup.ground import Ground
from shipway.files import replace_file

MARK = "key-shown"


def was_shown(ground: Ground) -> bool:
    """Return whether the key was ever shown to somebody."""
    return (ground.folder / MARK).exists()


def show_key(ground: Ground) -> str:
    """Return the key, and remember that somebody has seen it."""
    text = ground.repositories.key_text()
    replace_file(ground.folder / MARK, f"{ground.clock.now():.0f}\n", mode=0o600)
    return text
