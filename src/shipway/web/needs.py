"""What each page needs: further lines of the API's table."""

from __future__ import annotations

from shipway.api.access.table import Target
from shipway.model.access import Role

V, D, A = Role.VIEWER, Role.DEPLOYER, Role.ADMIN
_P = "/projects/{project}"
_E = f"{_P}/environments/{{environment}}"

PAGES: tuple[tuple[str, str, Role | None, Target], ...] = (
    ("GET", "/static/{name}", None, Target.OWN),
    ("GET", "/login", None, Target.OWN),
    ("POST", "/login", None, Target.OWN),
    ("GET", "/join/{secret}", None, Target.OWN),
    ("POST", "/join/{secret}", None, Target.OWN),
    ("POST", "/logout", V, Target.OWN),
    ("GET", "/account", V, Target.OWN),
    ("POST", "/account/password", V, Target.OWN),
    ("POST", "/account/language", V, Target.OWN),
    ("GET", "/", V, Target.MACHINE),
    ("GET", _P, V, Target.PATH),
    ("GET", f"{_P}/releases", V, Target.PATH),
    ("GET", f"{_P}/releases/{{label}}", V, Target.PATH),
    ("GET", f"{_P}/rollouts", V, Target.PATH),
    ("GET", "/rollouts/{identifier}", V, Target.ROLLOUT),
    ("GET", "/rollouts/{identifier}/events", V, Target.ROLLOUT),
    ("POST", "/rollouts/{identifier}/abort", D, Target.ROLLOUT),
    ("POST", "/rollouts/{identifier}/resume", D, Target.ROLLOUT),
    ("GET", _E, V, Target.PATH),
    ("GET", f"{_E}/plan/{{kind}}", D, Target.PATH),
    ("POST", f"{_E}/rollouts", D, Target.PATH),
    ("GET", f"{_P}/environments", V, Target.PATH),
    ("GET", f"{_P}/checks", V, Target.PATH),
    ("GET", f"{_P}/data", V, Target.PATH),
    ("POST", f"{_E}/drill", D, Target.PATH),
    ("POST", f"{_E}/backup", D, Target.PATH),
    ("GET", f"{_P}/indicators", V, Target.PATH),
    ("GET", f"{_P}/incidents", V, Target.PATH),
    ("GET", "/incidents/{identifier}", V, Target.MACHINE),
    ("POST", "/incidents/{identifier}/acknowledge", D, Target.MACHINE),
    ("POST", "/incidents/{identifier}/silence", D, Target.MACHINE),
    ("POST", "/silences/{identifier}/end", D, Target.MACHINE),
    ("GET", f"{_P}/logs", V, Target.PATH),
    ("GET", f"{_E}/logs/events", V, Target.PATH),
    ("GET", "/audit", V, Target.MACHINE),
    ("GET", "/people", A, Target.MACHINE),
    ("POST", "/people/invite", A, Target.MACHINE),
    ("POST", "/people/{name}/role", A, Target.MACHINE),
    ("POST", "/people/{name}/reset", A, Target.MACHINE),
    ("POST", "/people/{name}/remove", A, Target.MACHINE),
    ("POST", "/people/tokens", A, Target.MACHINE),
    ("POST", "/people/tokens/{identifier}/revoke", A, Target.MACHINE),
)
