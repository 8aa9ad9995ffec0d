"""What the CI of a commit says, and where it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GITHUB_API = "https://api.github.com"


class Forge(StrEnum):
    """Who keeps the repository, and so whose API tells of a commit's checks."""

    GITHUB = "github"
    GITEA = "gitea"  # and Forgejo, which speaks the same


@dataclass(frozen=True, slots=True, kw_only=True)
class CiSettings:
    """Where a commit's CI is asked.  repository: `owner/name`.  url: of the API.

    token: the name of the secret that may read it; empty: asked without one.
    checks: the names that must have passed; empty: every one that there is.
    """

    forge: Forge
    repository: str
    url: str
    token: str = ""
    checks: tuple[str, ...] = ()


class CheckState(StrEnum):
    """How one check of CI stands."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitCheck:
    """One check of CI for a commit."""

    name: str
    state: CheckState
    url: str = ""
