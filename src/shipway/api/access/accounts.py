"""Signing in and out, links, tokens: what happens, and that it stands in the audit trail.

Leaves what a route needs to the table, and HTTP to the gate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shipway.api.access import keys, passwords
from shipway.api.access.throttle import Throttle
from shipway.errors import Problem
from shipway.model.access import (
    USER_PATTERN,
    ApiToken,
    Entrance,
    Invitation,
    Principal,
    Role,
    User,
)
from shipway.ports import Clock
from shipway.ports_access import AccessStore
from shipway.ports_store import AuditPort

IDLE_S = 12 * 3600.0
SESSION_S = 7 * 86400.0
TOUCH_S = 60.0
LINK_S = 24 * 3600.0
TOKEN_DAYS_MAX = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Everybody who may come in, and the ways in."""

    store: AccessStore
    audit: AuditPort
    clock: Clock
    throttle: Throttle

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Return a new session's secret.  Raises `too-many-attempts`, `wrong-password`."""
        self.throttle.check(name, address)
        kept = self.store.people.password_hash(name)
        if not passwords.matches(password, kept) or kept is None:
            self.throttle.failed(name, address)
            known = self.store.people.get(name)
            self.audit.add(
                known.name if known else "unknown", "sign-in-failed", details={"from": address}
            )
            raise Problem("wrong-password", "the name or the password is wrong.")
        self.throttle.succeeded(name)
        if passwords.outdated(kept):
            self.store.people.rehash(name, passwords.hashed(password))
        return self._open(name, address)

    def _open(self, name: str, address: str) -> str:
        user = self.store.people.get(name)
        assert user is not None  # noqa: S101 - it was just read under the same name
        secret = keys.new_secret()
        self.store.sessions.open(
            keys.hash_of(secret), user.name, expires_at=self.clock.now() + SESSION_S
        )
        self.audit.add(user.name, "sign-in", details={"from": address})
        return secret

    def sign_out(self, principal: Principal) -> None:
        """End the session that asks."""
        if principal.session:
            self.store.sessions.close(principal.session)
            self.audit.add(principal.name, "sign-out")

    def of_session(self, secret: str) -> Principal | None:
        """Return who a browser's cookie speaks for."""
        name = keys.hash_of(secret)
        user = self.store.sessions.user(name, idle_s=IDLE_S)
        if user is None:
            return None
        if self.clock.now() - (user.seen_at or 0) > TOUCH_S:
            self.store.sessions.touch(name)
        return Principal(
            name=user.name,
            role=user.role,
            entrance=Entrance.SESSION,
            session=name,
            csrf=keys.form_token(secret),
            language=user.language,
        )

    def of_token(self, secret: str) -> Principal | None:
        """Return who an API token speaks for."""
        token = self.store.tokens.valid(keys.hash_of(secret))
        if token is None:
            return None
        if self.clock.now() - (token.used_at or 0) > TOUCH_S:
            self.store.tokens.touch(token.id)
        return Principal(
            name=f"token:{token.name}",
            role=token.role,
            entrance=Entrance.TOKEN,
            project=token.project,
            environment=token.environment,
        )

    def link(self, who: str, *, role: Role, name: str | None = None) -> tuple[str, Invitation]:
        """Return a one-time link's secret: to join, or for a person to set a new password."""
        if name is not None and not re.fullmatch(USER_PATTERN, name):
            raise Problem(
                "invalid-name",
                f"{name!r} cannot be a person's name: letters, digits and @ . _ + - only.",
            )
        known = self.store.people.get(name) if name else None
        now = self.clock.now()
        invitation = Invitation(
            name=known.name if known else name,
            role=known.role if known else role,
            created_by=who,
            created_at=now,
            expires_at=now + LINK_S,
        )
        secret = keys.new_secret()
        self.store.people.invite(keys.hash_of(secret), invitation)
        self.audit.add(
            who,
            "reset-password" if known else "invite",
            details={"name": invitation.name or "anybody", "role": invitation.role.word},
        )
        return secret, invitation

    def invitation(self, secret: str) -> Invitation | None:
        """Return what a link is for, None where it is used or over."""
        return self.store.people.invitation(keys.hash_of(secret))

    def join(self, secret: str, name: str, password: str, address: str) -> str:
        """Use a link; return a new session's secret."""
        if not re.fullmatch(USER_PATTERN, name):
            raise Problem(
                "invalid-name", "a name has letters, digits and @ . _ + - only, up to 64 of them."
            )
        if self.invitation(secret) is None:
            raise Problem("link-used", "this link was used already, or its time is over.")
        user = self.store.people.join(keys.hash_of(secret), name, passwords.hashed(password))
        self.audit.add(user.name, "join", details={"role": user.role.word})
        return self._open(user.name, address)

    def change_password(self, principal: Principal, old: str, new: str, address: str) -> None:
        """Set a new password; other browsers are signed out."""
        self.throttle.check(principal.name, address)
        kept = self.store.people.password_hash(principal.name)
        if not passwords.matches(old, kept):
            self.throttle.failed(principal.name, address)
            raise Problem("wrong-password", "the present password is wrong. Nothing was changed.")
        self.store.people.rehash(principal.name, passwords.hashed(new))
        ended = self.store.sessions.close_all(principal.name, but=principal.session)
        self.audit.add(principal.name, "change-password", details={"sessions_ended": ended})

    def change_role(self, who: str, name: str, role: Role) -> User:
        """Give a person another role; their sessions end."""
        self.store.people.change(name, role=role)
        self.audit.add(who, "change-role", details={"name": name, "role": role.word})
        found = self.store.people.get(name)
        assert found is not None  # noqa: S101 - change raises where there is nobody
        return found

    def remove(self, who: str, name: str) -> None:
        """Remove a person; their sessions end at once."""
        self.store.people.remove(name)
        self.audit.add(who, "remove-user", details={"name": name})

    def create_token(
        self,
        who: str,
        *,
        name: str,
        role: Role,
        project: str,
        environment: str | None,
        days: int,
    ) -> tuple[str, ApiToken]:
        """Return a new token's secret, which is shown once."""
        now = self.clock.now()
        secret = keys.TOKEN_PREFIX + keys.new_secret()
        token = self.store.tokens.add(
            keys.hash_of(secret),
            ApiToken(
                id=0,
                name=name,
                role=role,
                project=project,
                environment=environment,
                created_by=who,
                created_at=now,
                expires_at=now + days * 86400,
            ),
        )
        self.audit.add(
            who,
            "create-token",
            project=project,
            details={
                "token": token.id,
                "name": name,
                "role": role.word,
                "for": environment or "every environment",
                "days": days,
            },
        )
        return secret, token

    def revoke_token(self, who: str, identifier: int) -> ApiToken:
        """End a token."""
        token = self.store.tokens.revoke(identifier)
        self.audit.add(
            who,
            "revoke-token",
            project=token.project,
            details={"token": token.id, "name": token.name},
        )
        return token
