"""The front end of a project as Vercel builds it (vercel.json).  Pure.

https://vercel.com/docs/project-configuration; the schema stands in the file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shipway.hosting.leaving import From, Hosted
from shipway.model.application import Application

SCHEMA = "https://openapi.vercel.sh/vercel.json"
FRAMEWORKS = (
    ("next", "nextjs"),
    ("nuxt", "nuxtjs"),
    ("@sveltejs/kit", "sveltekit"),
    ("astro", "astro"),
    ("@remix-run/dev", "remix"),
    ("vite", "vite"),
)
_INSTALL = {
    "npm": "npm ci",
    "pnpm": "pnpm install --frozen-lockfile",
    "yarn": "yarn install --frozen-lockfile",
    "bun": "bun install --frozen-lockfile",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontEnd:
    """The front end's package: where it is, what manages it, what it is made with."""

    directory: str
    manager: str
    libraries: frozenset[str]
    locked: bool


def front_service(app: Application) -> str | None:
    """Return the service that `/` leads to, None where nothing does."""
    rule = next((rule for rule in app.routes if rule.path == "/"), None)
    return rule.service if rule else None


def configuration(front: FrontEnd, app: Application, backend: str) -> dict[str, Any]:
    """Return vercel.json.  backend: where the other services are reached; empty: not known."""
    made: dict[str, Any] = {"$schema": SCHEMA, "framework": framework(front.libraries)}
    if front.locked and front.manager in _INSTALL:
        made["installCommand"] = _INSTALL[front.manager]
    made["buildCommand"] = f"{front.manager} run build"
    passed = list(_passed_on(app)) if backend else []
    if passed:
        made["rewrites"] = [
            {
                "source": f"{path}/:path*",
                "destination": f"{backend.rstrip('/')}{'' if strip else path}/:path*",
            }
            for path, strip in passed
        ]
    return made


def framework(libraries: frozenset[str]) -> str | None:
    """Return the framework by Vercel's own name; None: it guesses nothing."""
    return next((name for library, name in FRAMEWORKS if library in libraries), None)


def asked_for(front: Hosted) -> list[str]:
    """Return the variables that are to be set there by hand, never with a value."""
    return [one.name for one in front.variables if one.comes is not From.VALUE]


def _passed_on(app: Application) -> Iterator[tuple[str, bool]]:
    """Yield the paths that lead elsewhere, and whether the path is taken off on the way."""
    front = front_service(app)
    seen = set()
    for rule in app.routes:
        path = rule.path.rstrip("/")
        if path and rule.service != front and path not in seen:
            seen.add(path)
            yield path, rule.strip
