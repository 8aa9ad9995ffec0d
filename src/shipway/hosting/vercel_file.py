"""vercel.json: how a front end was built and what it passes on, as lines of shipway.yaml.  Pure.

https://vercel.com/docs/project-configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from shipway.hosting.imported import Imported, items, mapping, no_settings, relative

OTHER = "SERVICE"
_COMMANDS = ("installCommand", "buildCommand", "devCommand", "ignoreCommand")
_KNOWN = frozenset({*_COMMANDS, "$schema", "version", "framework", "rewrites", "crons"})
_PREFIX = re.compile(
    r"^(?P<path>(?:/[A-Za-z0-9._~-]+)+)(?:/:[a-z]+\*|/\(\.\*\)|/:[a-z]+\(\.\*\))?$"
)


def read_vercel(path: str, text: str) -> dict[str, Any]:
    """Return the content of a vercel.json.  Raises Problem `invalid-vercel`."""
    try:
        found = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise no_settings("invalid-vercel", path, f"it cannot be read: {error}.", line) from None
    if not isinstance(found, dict):
        raise no_settings("invalid-vercel", path, "it holds no settings.")
    return found


def translate(content: dict[str, Any], *, service: str, directory: str) -> Imported:
    """Return what the settings of one front end mean.  directory: of its package."""
    routes = list(_routes(content))
    return Imported(
        spec={"routes": {**dict.fromkeys((path for path, _ in routes), OTHER), "/": service}},
        compose={"services": {service: {"build": relative(directory)}}},
        remarks=tuple(_remarks(content, service, routes)),
        unknown=tuple(key for key in content if key not in _KNOWN),
    )


def _routes(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rule in items(content.get("rewrites")):
        match = _PREFIX.match(str(rule.get("source")))
        where = urlsplit(str(rule.get("destination")))
        if match and where.hostname:
            yield match["path"], where.hostname


def _remarks(content: dict[str, Any], service: str, routes: list[tuple[str, str]]) -> Iterator[str]:
    yield f"Vercel builds without a Dockerfile; Shipway wants one for {service}."
    for name in _COMMANDS[:2]:
        if content.get(name):
            yield f"the {name} belongs into the Dockerfile: {content[name]}"
    if content.get("framework") == "nextjs":
        yield "Next.js: `output: 'standalone'`, and `node server.js` as the image's command."
    for path, host in routes:
        yield f"{path} was passed on to {host}: write the service that answers there for {OTHER}."
    inside = len(items(content.get("rewrites"))) - len(routes)
    if inside:
        yield f"{inside} rewrites within the front end are its own business."
    for job in items(content.get("crons")):
        yield (
            f"{mapping(job).get('path')} was called on a schedule ({mapping(job).get('schedule')}):"
            " a scheduler's business."
        )
