"""Who may do what: roles, people, sessions, invitations and tokens.

A secret (password, session, link, token) is shown once to its owner; what is kept is a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

USER_PATTERN = r"[A-Za-z0-9가-힣][A-Za-z0-9가-힣@._+-]{0,63}"


class Role(IntEnum):
    """What somebody may do; each role may do all that the one before it may."""

    VIEWER = 1  # look at everything but secrets
    DEPLOYER = 2  # deploy, promote, roll back, drill, acknowledge, silence
    ADMIN = 3  # people, tokens, secrets, taking things down

    @property
    def word(self) -> str:
        """Return the role as people write it: `viewer`."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Role:
        """Return the role called `word`; KeyError where there is none."""
        return cls[word.upper()]


class Entrance(StrEnum):
    """How somebody came in."""

    SOCKET = "socket"  # the machine's own user, over the unix socket
    SESSION = "session"  # a browser
    TOKEN = "token"  # CI or a command line elsewhere  # noqa: S105 - a kind, no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks, and how far they reach.

    project, environment: None reaches all.  session: the hash of the browser's session;
    csrf: what its unsafe requests must carry.
    """

    name: str
    role: Role
    entrance: Entrance
    project: str | None = None
    environment: str | None = None
    session: str | None = None
    csrf: str | None = None
    language: str | None = None

    def reaches(self, project: str | None, environment: str | None) -> bool:
        """Return whether the target is theirs; None is every project or environment."""
        if self.project is None:
            return True
        if self.project != project:
            return False
        return self.environment is None or self.environment == environment


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person.  language: `ko`, `en`, or None for what the browser prefers."""

    name: str
    role: Role
    created_at: float
    created_by: str
    language: str | None = None
    seen_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A one-time link.  name: the person's, None where they choose one themselves."""

    name: str | None
    role: Role
    created_by: str
    created_at: float
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token of a project, or of one of its environments, until a date."""

    id: int
    name: str
    role: Role
    project: str
    environment: str | None
    created_by: str
    created_at: float
    expires_at: float
    used_at: float | None = None
    revoked_at: float | None = None
