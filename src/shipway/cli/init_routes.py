"""Routes that `init` reads beside nginx files: tables of the README, sockets, health, logins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipway.cli.init_health import health_in_code
from shipway.model.workload import Role
from shipway.spec.routes import CONSOLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shipway.checks.facts.files import Files
    from shipway.cli.init_sources import Sources
    from shipway.model.application import Application

_ROW = re.compile(r"^\s*\|(?P<cells>.+)\|\s*$", re.MULTILINE)
_SOCKET = re.compile(r"""websocket\w*\(\s*["'](?P<path>/ws[\w/-]*)|["'](?P<other>/ws)["'/?]""")
_PREFIX = re.compile(
    r"""(?:APIRouter|Blueprint)\([^)]*(?:url_)?prefix\s*=\s*["'](?P<path>/[\w/.-]+)["']"""
)
_LOGIN = re.compile(r"""\.post\(\s*["'`](?P<path>/(?:[\w.-]+/)*(?:login|signin|sign-in))["'`]""")
_REWRITE = re.compile(r"""source:\s*["'`]/(?P<first>[\w-]+)/[^"'`]*["'`]\s*,\s*destination:""")
_LOCATION = re.compile(r"location\s+(?:\^~\s*)?/(?P<first>[\w-]+)/?\s*\{[^}]*\bproxy_pass\s")


def guessed_lines(
    details: tuple[str, ...], files: Files, services: Mapping[str, object]
) -> tuple[list[str], str]:
    """Return lines of routes by name, and what they were guessed from.

    A table of the README that names services and their paths is better than names alone.
    """
    handed = _handed_on(files)
    details = tuple(line for line in details if line.strip().partition(":")[0] not in handed)
    rows = dict(_readme_rows(files, tuple(services)))
    if len(rows) < 2 or "/" not in rows.values():
        return [_closed(line) for line in details], "the services' names"
    ordered = sorted(rows.items(), key=lambda item: (item[1] == "/", item[0]))
    lines = ["routes:"]
    for name, path in ordered:
        if path == "/" or _mentions_path(name, path, files):
            lines.append(f"  {path}: {name}")
        else:
            lines.append(f"  {path}: {{service: {name}, strip: true}}")
    return lines, "README.md's table, strip where the code has no such prefix"


def _handed_on(files: Files) -> set[str]:
    """Return the first parts of paths that a Next.js server, or an nginx, passes on by itself."""
    found = {
        f"/{match['first']}"
        for path in files.named("next.config.*")
        for match in _REWRITE.finditer(files.text(path))
    }
    return found | {
        f"/{match['first']}"
        for path in files.named("nginx*.conf", "default.conf", "*.conf.template")
        if f"{path.rpartition('/')[0]}/Dockerfile" in files.paths  # it is in an image
        for match in _LOCATION.finditer(files.text(path))
    }


def console_password(line: str) -> str:
    """Return the variable that holds the password of a console that a route's line closes."""
    match = re.search(r"login: \{admin: (\w+)\}", line)
    return match[1] if match else ""


def _closed(line: str) -> str:
    """Return the line of a route, with a login where it leads to a console."""
    match = re.fullmatch(r"(?P<path>  /[\w-]+): (?P<name>[\w-]+)", line)
    if match is None or not CONSOLES & set(re.split(r"[-_]", match["name"])):
        return line
    variable = f"{re.sub(r'[^A-Z0-9]', '_', match['name'].upper())}_PASSWORD"
    return f"{match['path']}: {{service: {match['name']}, login: {{admin: {variable}}}}}"


def _readme_rows(files: Files, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for row in _ROW.finditer(files.text("README.md")):
        cells = [cell.strip().strip("`") for cell in row["cells"].split("|")]
        name = next((cell for cell in cells if cell in names), "")
        path = next((cell for cell in cells if re.fullmatch(r"/[\w.-]*", cell)), "")
        if name and path:
            yield name, path


def _mentions_path(name: str, path: str, files: Files) -> bool:
    """Return whether a service's own folder names its prefix, so that it must be left on."""
    own = re.compile(rf"""["'`]{re.escape(path)}[/"'`]""")
    return any(
        own.search(files.text(code))
        for code in files.named("*.py", "*.js", "*.ts", "*.mjs")
        if name.replace("-", "") in code.lower().replace("-", "").split("/")[0:-1]
    )


def more_routes(app: Application, sources: Sources, *, guessed: bool) -> list[str]:
    """Return lines below `routes:` that the code of routed services asks for.

    guessed: no proxy's file said which paths are open, and which are limited.
    """
    routed = {rule.path for rule in app.routes if rule.host is None}
    web = [
        one.name for one in app.of_role(Role.WEB) if any(r.service == one.name for r in app.routes)
    ]
    able = [one.name for one in app.of_role(Role.WEB)]
    lines: list[str] = []
    for name in sorted(able):
        if not any(path.startswith("/ws") for path in routed):
            path, where = _first(_SOCKET, sources, name)
            if path:
                found = "/" + path.strip("/").split("/")[0]
                routed.add(found)
                lines.append(f"  {found}: {name}  # guessed: {where} opens a WebSocket there")
    for name in web if guessed else ():
        path, where = health_in_code(name, app, sources)
        if path and not _reaches(app, name, path) and path not in routed and name != _root(app):
            routed.add(path)
            lines.append(f"  {path}: {name}  # guessed: {where} tells its health there")
    for name in web if guessed else ():
        path, where = _login(sources, name)
        path = _outside(app, name, path)
        if path and path not in routed:
            routed.add(path)
            lines.append(
                f"  {path}: {{service: {name}, rate: 60/min}}"
                f"  # guessed: {where} takes passwords there, which must not be tried at will"
            )
    return lines


def _root(app: Application) -> str:
    return next((rule.service for rule in app.routes if rule.path == "/" and not rule.host), "")


def _reaches(app: Application, name: str, path: str) -> bool:
    """Return whether requests for a path already come to a service."""
    rules = [
        rule
        for rule in app.routes
        if rule.host is None and (rule.path in {"/", path} or path.startswith(f"{rule.path}/"))
    ]
    best = max(rules, key=lambda rule: len(rule.path), default=None)
    stripped = any(rule.strip for rule in app.routes if rule.service == name)
    return stripped or (best is not None and best.service == name)


def _outside(app: Application, name: str, path: str) -> str:
    """Return a path of a service as clients see it; empty where they do not come there."""
    if not path:
        return ""
    prefix = next((rule.path for rule in app.routes if rule.service == name and rule.strip), "")
    if prefix:
        return f"{prefix}{path}"
    return path if _reaches(app, name, path) else ""


def _first(pattern: re.Pattern[str], sources: Sources, name: str) -> tuple[str, str]:
    for path in sources.of(name):
        match = pattern.search(sources.text(path))
        if match:
            return next(group for group in match.groups() if group), path
    return "", ""


def _login(sources: Sources, name: str) -> tuple[str, str]:
    """Return (path, file) of the page that takes passwords, with what routers put before it."""
    for path in sources.of(name):
        text = sources.text(path)
        match = _LOGIN.search(text)
        if match is None:
            continue
        own = _PREFIX.search(text)
        inner = f"{own['path'] if own else ''}{match['path']}"
        outer = ""
        if own or "APIRouter(" in text:
            others = (sources.text(other) for other in sources.of(name) if other != path)
            found = [
                m["path"]
                for text in others
                if "include_router" in text
                for m in _PREFIX.finditer(text)
            ]
            outer = found[0] if len(set(found)) == 1 and not inner.startswith(found[0]) else ""
        return f"{outer}{inner}", path
    return "", ""
