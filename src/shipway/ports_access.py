"""The port of access: what the store remembers of people, sessions, links and tokens.

Everything that is secret comes in hashed.  Safe to call from several threads.
"""

from __future__ import annotations

from typing import Protocol

from shipway.model.access import ApiToken, Invitation, Role, User


class PeoplePort(Protocol):
    """People, their passwords and their one-time links."""

    def all(self) -> tuple[User, ...]:
        """Return everybody, by name."""
        ...

    def get(self, name: str) -> User | None:
        """Return the person, or None; upper and lower case are the same."""
        ...

    def password_hash(self, name: str) -> str | None:
        """Return the hash of the person's password, or None."""
        ...

    def change(self, name: str, *, role: Role | None = None, language: str | None = None) -> None:
        """Change a person.  Raises Problem `no-user`, `last-admin`."""
        ...

    def rehash(self, name: str, password_hash: str) -> None:
        """Keep the same password under newer parameters."""
        ...

    def remove(self, name: str) -> None:
        """Remove a person with all sessions.  Raises Problem `no-user`, `last-admin`."""
        ...

    def invite(self, link_hash: str, invitation: Invitation) -> None:
        """Keep a one-time link."""
        ...

    def invitation(self, link_hash: str) -> Invitation | None:
        """Return an unused link that has not expired, or None."""
        ...

    def join(self, link_hash: str, name: str, password_hash: str) -> User:
        """Use a link: make the person, or give them a new password and end their sessions.

        Raises Problem `link-used`, `name-taken`.
        """
        ...


class SessionsPort(Protocol):
    """Browsers that are signed in."""

    def open(self, session_hash: str, user: str, *, expires_at: float) -> None:
        """Begin a session."""
        ...

    def user(self, session_hash: str, *, idle_s: float) -> User | None:
        """Return whose session it is; None where it ended, expired, or was idle too long."""
        ...

    def touch(self, session_hash: str) -> None:
        """Record that it was used now; need not be on disk at once."""
        ...

    def close(self, session_hash: str) -> None:
        """End a session."""
        ...

    def close_all(self, user: str, *, but: str | None = None) -> int:
        """End all sessions of a person but one; return how many."""
        ...


class TokensPort(Protocol):
    """API tokens."""

    def add(self, token_hash: str, token: ApiToken) -> ApiToken:
        """Keep a token, with a number of its own.  Raises Problem `token-name-taken`."""
        ...

    def all(self, project: str | None = None) -> tuple[ApiToken, ...]:
        """Return tokens, newest first."""
        ...

    def valid(self, token_hash: str) -> ApiToken | None:
        """Return the token where it is neither revoked nor past its end."""
        ...

    def touch(self, identifier: int) -> None:
        """Record that it was used now."""
        ...

    def revoke(self, identifier: int) -> ApiToken:
        """End a token.  Raises Problem `no-token`.  Idempotent."""
        ...


class ListenerPort(Protocol):
    """Where the dashboard listens: the machine's configuration."""

    def get(self) -> tuple[str, str | None] | None:
        """Return (HOST:PORT, public address), None where it is closed."""
        ...

    def set(self, address: str | None, public: str | None = None) -> None:
        """Keep it; None closes it."""
        ...


class AccessStore(Protocol):
    """All of it."""

    @property
    def people(self) -> PeoplePort:
        """Return the people."""
        ...

    @property
    def sessions(self) -> SessionsPort:
        """Return the sessions."""
        ...

    @property
    def tokens(self) -> TokensPort:
        """Return the tokens."""
        ...

    @property
    def listener(self) -> ListenerPort:
        """Return where the dashboard listens."""
        ...
