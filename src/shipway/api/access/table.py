"""The one table of what every route needs.  A route without an entry is closed over TCP.

A new route gets a line here; `tests/web/test_access.py` goes over all routes of the application
and says which one is missing.  Over the unix socket everything is allowed: who can open it
owns the state's files too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.routing import compile_path

from shipway.model.access import Role


class Target(StrEnum):
    """Where a request says what it is about; it decides whether a token reaches that far."""

    MACHINE = "machine"  # the whole machine: no token of one project reaches it
    PATH = "path"  # {project} and {environment}
    QUERY = "query"  # ?project=&environment=; without them: the whole machine
    ROLLOUT = "rollout"  # {identifier}: of a rollout
    TOKEN = "token"  # {identifier}: of a token  # noqa: S105 - a kind, no secret
    BODY = "body"  # the fields project or directory, environment
    HERE = "here"  # never over TCP: the server itself, by the unix socket
    OWN = "own"  # about who asks, or the same for everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a route needs.  role None: anybody, without signing in."""

    method: str
    path: str
    role: Role | None
    target: Target

    @property
    def page(self) -> bool:
        """Return whether a person sees the answer."""
        return not self.path.startswith("/api/")

    @property
    def safe(self) -> bool:
        """Return whether it changes nothing."""
        return self.method == "GET"


V, D, A = Role.VIEWER, Role.DEPLOYER, Role.ADMIN
_API = "/api/v1"
_P = f"{_API}/projects/{{project}}"
_E = f"{_P}/environments/{{environment}}"

_ROUTES: tuple[tuple[str, str, Role | None, Target], ...] = (
    ("GET", f"{_API}/openapi.json", V, Target.OWN),
    # the machine
    ("GET", f"{_API}/daemon", V, Target.OWN),
    ("POST", f"{_API}/daemon/stop", A, Target.MACHINE),
    ("GET", f"{_API}/status", V, Target.QUERY),
    ("GET", f"{_API}/audit", V, Target.QUERY),
    ("GET", f"{_API}/projects", V, Target.OWN),
    ("POST", f"{_P}/clean", A, Target.PATH),
    ("POST", f"{_P}/move", A, Target.MACHINE),
    # environments and releases
    ("GET", f"{_P}/releases", V, Target.PATH),
    ("GET", _E, V, Target.PATH),
    ("GET", f"{_P}/diff/{{old}}/{{new}}", V, Target.PATH),
    ("GET", f"{_P}/takedown", V, Target.PATH),
    ("POST", f"{_P}/destroy", A, Target.PATH),
    ("POST", f"{_E}/destroy", A, Target.PATH),
    ("GET", f"{_E}/logs", V, Target.PATH),
    ("POST", f"{_E}/exec", A, Target.PATH),
    ("POST", f"{_E}/run", D, Target.PATH),
    # rollouts
    ("POST", f"{_API}/plans", D, Target.BODY),
    ("POST", f"{_API}/rollouts", D, Target.BODY),
    ("GET", f"{_API}/rollouts", V, Target.QUERY),
    ("GET", f"{_API}/rollouts/{{identifier}}", V, Target.ROLLOUT),
    ("GET", f"{_API}/rollouts/{{identifier}}/progress", V, Target.ROLLOUT),
    ("POST", f"{_API}/rollouts/{{identifier}}/abort", D, Target.ROLLOUT),
    ("POST", f"{_API}/rollouts/{{identifier}}/resume", D, Target.ROLLOUT),
    # checks
    ("POST", f"{_E}/checks", D, Target.PATH),
    ("GET", f"{_E}/evidence", V, Target.PATH),
    ("POST", f"{_E}/attest", D, Target.PATH),
    # indicators, incidents
    ("GET", f"{_E}/indicators", V, Target.PATH),
    ("GET", f"{_E}/graph", V, Target.PATH),
    ("GET", f"{_API}/machine/indicators", V, Target.MACHINE),
    ("GET", f"{_API}/machine/graph", V, Target.MACHINE),
    ("GET", f"{_API}/incidents", V, Target.QUERY),
    ("GET", f"{_API}/incidents/{{identifier}}", V, Target.MACHINE),
    ("POST", f"{_API}/incidents/{{identifier}}/acknowledge", D, Target.MACHINE),
    ("POST", f"{_API}/incidents/{{identifier}}/silence", D, Target.MACHINE),
    ("POST", f"{_E}/silences", D, Target.PATH),
    ("GET", f"{_API}/silences", V, Target.MACHINE),
    ("POST", f"{_API}/silences/{{identifier}}/end", D, Target.MACHINE),
    ("GET", f"{_API}/notices", V, Target.MACHINE),
    ("POST", f"{_E}/notify/test", D, Target.PATH),
    ("GET", f"{_E}/logbook", V, Target.PATH),
    ("GET", f"{_API}/metrics", V, Target.MACHINE),
    # secrets: names and states; a value never leaves over TCP
    ("GET", f"{_E}/secrets", V, Target.PATH),
    ("GET", f"{_E}/secrets/versions", V, Target.PATH),
    ("POST", f"{_E}/secrets", A, Target.PATH),
    ("POST", f"{_E}/secrets/generate", A, Target.PATH),
    ("POST", f"{_E}/secrets/restore", A, Target.PATH),
    ("POST", f"{_E}/secrets/doppler", A, Target.PATH),
    ("POST", f"{_E}/secrets/reveal", A, Target.HERE),
    ("POST", f"{_P}/secrets/rotate", A, Target.PATH),
    ("POST", f"{_P}/secrets/share", A, Target.PATH),
    ("POST", f"{_P}/secrets/unshare", A, Target.PATH),
    ("POST", f"{_API}/secrets/recover", A, Target.HERE),
    ("POST", f"{_E}/variables", D, Target.PATH),
    ("POST", f"{_E}/variables/check", D, Target.PATH),
    ("POST", f"{_E}/variables/compare", D, Target.PATH),
    ("POST", f"{_E}/variables/explain", D, Target.PATH),
    # data: making, proving and reading is a deployer's, bringing back an administrator's
    ("GET", f"{_API}/backup-conditions", V, Target.MACHINE),
    ("POST", f"{_API}/backup-key", A, Target.HERE),
    ("GET", f"{_API}/backup-runbook", V, Target.MACHINE),
    ("GET", f"{_API}/backup-runs/{{run}}", V, Target.MACHINE),
    ("GET", f"{_E}/backups", V, Target.PATH),
    ("POST", f"{_E}/backups", D, Target.PATH),
    ("GET", f"{_E}/backups/list", V, Target.PATH),
    ("POST", f"{_E}/backups/restore", A, Target.PATH),
    ("GET", f"{_E}/backups/restore-plan", A, Target.PATH),
    ("GET", f"{_E}/backups/generations", V, Target.PATH),
    ("POST", f"{_E}/backups/generations/remove", A, Target.PATH),
    ("GET", f"{_E}/databases/bases", V, Target.PATH),
    ("GET", f"{_E}/databases/drills", V, Target.PATH),
    ("GET", f"{_E}/databases/points", V, Target.PATH),
    ("POST", f"{_E}/databases/base", D, Target.PATH),
    ("POST", f"{_E}/databases/drill", D, Target.PATH),
    ("POST", f"{_E}/databases/dump", D, Target.PATH),
    ("POST", f"{_E}/databases/plan", A, Target.PATH),
    ("POST", f"{_E}/databases/adopt", A, Target.PATH),
    ("POST", f"{_E}/databases/discard", A, Target.PATH),
    # documents, sleep
    ("GET", f"{_P}/documents/{{kind}}", V, Target.PATH),
    ("POST", f"{_E}/sleep", D, Target.PATH),
    ("POST", f"{_E}/wake", D, Target.PATH),
    # previews: made of a whole project's settings
    ("POST", f"{_API}/preview-plans", D, Target.BODY),
    ("POST", f"{_API}/previews", D, Target.BODY),
    ("GET", f"{_P}/previews", V, Target.PATH),
    ("POST", f"{_P}/previews/{{environment}}/destroy", D, Target.PATH),
    # the front door
    ("GET", f"{_API}/certificates", V, Target.MACHINE),
    ("POST", f"{_API}/certificates/renew", A, Target.MACHINE),
    ("GET", f"{_E}/maintenance", V, Target.PATH),
    ("POST", f"{_E}/maintenance", D, Target.PATH),
    ("POST", f"{_E}/maintenance/end", D, Target.PATH),
    # the checklist
    ("GET", f"{_E}/evidence", V, Target.PATH),
    ("POST", f"{_E}/checks", D, Target.PATH),
    ("POST", f"{_E}/attest", D, Target.PATH),
    ("GET", f"{_E}/open", V, Target.PATH),
    ("POST", f"{_E}/open", D, Target.PATH),
    # journeys
    ("POST", f"{_E}/journeys/{{name}}", D, Target.PATH),
    # access
    ("GET", f"{_API}/me", V, Target.OWN),
    ("GET", f"{_API}/users", A, Target.MACHINE),
    ("POST", f"{_API}/users/invite", A, Target.MACHINE),
    ("POST", f"{_API}/users/{{name}}/role", A, Target.MACHINE),
    ("POST", f"{_API}/users/{{name}}/remove", A, Target.MACHINE),
    ("GET", f"{_API}/tokens", A, Target.QUERY),
    ("POST", f"{_API}/tokens", A, Target.BODY),
    ("POST", f"{_API}/tokens/{{identifier}}/revoke", A, Target.TOKEN),
    ("GET", f"{_API}/dashboard", A, Target.MACHINE),
    ("POST", f"{_API}/dashboard", A, Target.MACHINE),
)


class Table:
    """Finds the need of a request."""

    def __init__(self, needs: tuple[Need, ...]) -> None:
        self.needs = needs
        self._compiled = [(need, *compile_path(need.path)) for need in needs]

    def find(self, method: str, path: str) -> tuple[Need, dict[str, Any]] | None:
        """Return the need and the path's parameters, None where no line fits."""
        wanted = "GET" if method == "HEAD" else method
        for need, pattern, _format, converters in self._compiled:
            if need.method == wanted and (match := pattern.match(path)):
                return need, {
                    key: converters[key].convert(value) for key, value in match.groupdict().items()
                }
        return None

    def with_more(self, *needs: tuple[str, str, Role | None, Target]) -> Table:
        """Return a table with further lines."""
        return Table((*self.needs, *_needs(needs)))


def _needs(
    lines: tuple[tuple[str, str, Role | None, Target], ...],
) -> tuple[Need, ...]:
    return tuple(
        Need(method=method, path=path, role=role, target=target)
        for method, path, role, target in lines
    )


TABLE = Table(_needs(_ROUTES))
