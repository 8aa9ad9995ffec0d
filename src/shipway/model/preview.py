"""A preview: an environment for a branch, with data of its own and an end."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from shipway.model.names import EnvironmentId

PREFIX = "preview-"
SLUG_MAX = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What is kept of a preview.

    base: the environment whose settings and secrets it takes.  host None: it is reached by
    its port.  masked: its databases are masked copies of the base's; copied: they are there.
    """

    environment: EnvironmentId
    branch: str
    base: str
    port: int
    host: str | None
    masked: bool
    copied: bool
    sleep_after_s: float | None
    expires_at: float
    created_at: float
    created_by: str


def preview_name(branch: str) -> str:
    """Return the environment's name: `preview-fix-login`; two branches never share one."""
    slug = re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")
    if slug == branch and len(slug) <= SLUG_MAX:
        return f"{PREFIX}{slug}"
    mark = hashlib.sha256(branch.encode()).hexdigest()[:4]
    short = slug[:SLUG_MAX].strip("-")
    return f"{PREFIX}{short}-{mark}" if short else f"{PREFIX}{mark}"
