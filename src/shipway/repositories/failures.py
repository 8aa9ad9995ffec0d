"""What a disk, a store or restic says when it fails, as Problems.  Pure.

repository-unreachable   nobody answers, or it is cut off, or the store is down
repository-refused       credentials or the key are wrong, or may not do this
repository-full          no space, or over its quota
repository-locked        somebody else writes to it right now
repository-damaged       what is there is not what was written
repository-failed        none of these
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shipway.errors import Problem

TOLD = (
    (
        "repository-full",
        (
            r"no space left|disk quota exceeded|quota ?exceeded|storagefull|insufficient storage"
            r"|file too large|\b507\b"
        ),
    ),
    ("repository-locked", r"already locked|unable to create lock in backend"),
    (
        "repository-damaged",
        (
            r"ciphertext verification failed|does not match id|hash mismatch|is damaged"
            r"|contains errors|not found in (the )?(index|repository)|invalid data returned"
            r"|unexpected eof.*pack|pack .* (does not exist|missing)|repository contains"
            r"|load\(<(?:data|index|snapshot)/[^>]*>\).*(no such file|does not exist)"
        ),
    ),
    (
        "repository-refused",
        (
            r"wrong password|no key found|access ?denied|accessdenied|invalidaccesskeyid"
            r"|access key id|signature|forbidden|\b403\b|\b401\b|unauthorized|permission denied"
            r"|read-only file system|operation not permitted"
        ),
    ),
    (
        "repository-unreachable",
        (
            r"connection refused|connection reset|broken pipe|no such host|network is unreachable"
            r"|no route to host|i/o timeout|timed? ?out|could not connect|server misbehaving"
            r"|service ?unavailable|\b50[0234]\b|slow ?down|internal ?error|unexpected eof|\beof\b"
            r"|no such bucket|nosuchbucket|bucket does not exist|name resolution"
            r"|name or service not known|connection (was )?closed"
        ),
    ),
)

WORDS = {
    "repository-full": "is full; nothing was added. What was saved before is still there.",
    "repository-locked": "is locked by another backup that runs right now.",
    "repository-damaged": "is damaged: what is there is not what was written.",
    "repository-refused": "refuses: the credentials or the key are wrong, or may not do this.",
    "repository-unreachable": "cannot be reached, or went away in the middle.",
    "repository-failed": "could not do it.",
}

HINTS = {
    "repository-full": (
        "make room there, or shorten `backup.keep` in shipway.yaml",
        "shipway backup status",
    ),
    "repository-locked": ("try again when it has ended: shipway backup list",),
    "repository-damaged": (
        "shipway backup verify, which tells how much of it",
        "shipway backup create, which saves anew what is missing",
    ),
    "repository-refused": (
        "shipway secret set … for the secrets that `backup.repository` names",
        "shipway backup key, where the repository was made with another key",
    ),
    "repository-unreachable": ("shipway backup verify, when it can be reached again",),
    "repository-failed": ("shipway daemon log",),
}


def kind_of(said: str) -> str:
    """Return the Problem kind that a program's words mean."""
    text = said.lower()
    return next((kind for kind, form in TOLD if re.search(form, text)), "repository-failed")


def failure(where: str, said: str, *, kind: str | None = None) -> Problem:
    """Return the Problem for a repository at `where` that failed with these words."""
    found = kind or kind_of(said)
    return Problem(
        found,
        f"the repository {where} {WORDS[found]}",
        hints=HINTS[found],
        details=_shown(said.strip().splitlines()),
    )


def _shown(lines: Sequence[str]) -> list[str]:
    kept = [line for line in lines if line.strip()]
    return [line[:300] for line in kept[-6:]]
