"""The jobs that `init` proposes: migrations, and what else a team runs before its application."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shipway.model.workload import Role
from shipway.spec.flow import flow

if TYPE_CHECKING:
    from shipway.checks.facts.files import Files
    from shipway.cli.init_sources import Sources
    from shipway.model.application import Application, Service

_SCRIPTS = ("migrate:deploy", "migrate", "db:migrate", "prisma:deploy", "migration:run")
_MIGRATION = re.compile(
    r"alembic upgrade [\w@+-]+|python3? manage\.py migrate[^&|;\"]*|(?:npx |pnpm (?:exec )?)?prisma migrate deploy"
    r"|(?:npx )?node-pg-migrate up[^&|;\"\n#]*|(?:npx )?knex migrate:latest|(?:npx )?drizzle-kit migrate"
    r"|flask db upgrade|node \S*migrat\S*\.[cm]?js|npm run \S*migrat\S*"
)
_RUN = re.compile(
    r"docker[ -]compose (?:-\S+ \S+ )*run (?:--\S+ )*(?P<service>[\w-]+) (?P<command>[^\n#&|`]+)"
)
_SAID_IN = re.compile(
    r"(^|/)(Dockerfile[^/]*|[\w-]*entrypoint[\w.-]*\.sh|start\.sh|railway\.toml|Procfile)$"
)
_FIRST = re.compile(r"first|admin|seed|superuser", re.IGNORECASE)


def migrate_lines(app: Application, files: Files, sources: Sources) -> list[str]:
    """Return the jobs that run once a release; guesses, with what they were taken from."""
    if app.jobs:
        return []
    jobs, source = _said(app, files)
    if not jobs:
        jobs, source = _known(app, files)
    jobs += [job for job in _administrators(sources) if job not in jobs]
    if not jobs:
        return []
    heading = f"# guessed from {source}: runs once a release, before the switch" if source else ""
    lines = [
        f"{{service: {name}, command: {flow(command)}{_once(command)}}}" for name, command in jobs
    ]
    if len(lines) == 1:
        return ["", heading, f"migrate: {lines[0]}"]
    return ["", heading, "migrate:", *(f"  - {line}" for line in lines)]


def _once(command: str) -> str:
    return ", once: true" if _FIRST.search(command) else ""


def _said(app: Application, files: Files) -> tuple[list[tuple[str, str]], str]:
    """Return (jobs, file) of commands that a Compose file or the README runs before the rest."""
    built = {one.name for one in app.services if one.definition.get("build")}
    readme = [
        (match["service"], match["command"].strip())
        for match in _RUN.finditer(files.text("README.md"))
        if match["service"] in built
    ]
    if any(_MIGRATION.search(command) for _, command in readme):
        return list(dict.fromkeys(readme)), "README.md"
    for path in files.named("compose*.y*ml", "docker-compose*.y*ml"):
        text = re.sub(r"""["'],\s*["']""", " ", files.text(path))
        for line in text.split("\n"):
            if "&&" not in line or not _MIGRATION.search(line):
                continue
            parts = [part.strip(" \"'[]") for part in re.sub(r".*\bsh -c\s*", "", line).split("&&")]
            first = _migrating(app, files)
            if first and all(re.fullmatch(r"[\w./:=@+ -]+", part) for part in parts):
                kept = [
                    part
                    for part in parts
                    if not re.match(r"(exec|uvicorn|gunicorn|celery)\b", part)
                ]
                return [(first, part) for part in kept], path
    return [], ""


def _known(app: Application, files: Files) -> tuple[list[tuple[str, str]], str]:
    for service in app.services:
        folder = _place(service, app)
        if folder is None:
            continue
        command, source = _migration(service, folder, files)
        if command:
            return [(service.name, command)], source
    return _pg_migrate(app, files)


def _pg_migrate(app: Application, files: Files) -> tuple[list[tuple[str, str]], str]:
    """Return the job of node-pg-migrate, whose folder is said from where the service runs."""
    from shipway.cli.init_proposals import own_directory

    if not any('"node-pg-migrate"' in files.text(path) for path in files.named("package.json")):
        return [], ""
    folders = {
        path.rpartition("/")[0]
        for path in files.paths
        if re.search(r"(^|/)migrations/[^/]+\.(sql|js|ts|cjs)$", path)
    }
    able = [one.name for one in app.services if _place(one, app) is not None]
    first = [rule.service for rule in app.routes if rule.path == "/" and rule.service in able]
    name = next(iter((*first, *able)), "")
    if len(folders) != 1 or not name:
        return [], ""
    folder = folders.pop()
    place = posixpath.relpath(folder, own_directory(app.service(name), app) or ".")
    more = "" if place == "migrations" else f" -m {place}"
    return [(name, f"npx node-pg-migrate up{more}")], folder


def _migrating(app: Application, files: Files) -> str:
    return next(
        (
            one.name
            for one in app.services
            if (folder := _place(one, app)) is not None and _tool(folder, files)[0]
        ),
        "",
    )


def _place(service: Service, app: Application) -> str | None:
    """Return the folder of a service that may run a migration; None where it does not."""
    from shipway.cli.init_proposals import build_directory

    if service.role in {Role.STATEFUL, Role.SINGLETON, Role.WORKER}:
        return None
    return build_directory(service, app)


def _administrators(sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield programs that make the first administrator: `python -m app.first_administrator`."""
    for name in sources.services:
        folder = sources.folder(name) or ""
        for path in sources.of(name):
            file = path.rpartition("/")[2]
            text = sources.text(path)
            if not re.match(r"(first|create|make)[-_]?(\w*admin\w*|superuser)\.", file):
                continue
            if "ADMIN_PASSWORD" not in text:
                continue
            inside = path[len(folder) + 1 :] if folder else path
            if path.endswith(".py"):
                yield name, f"python -m {inside.removesuffix('.py').replace('/', '.')}"
            elif path.endswith((".js", ".mjs")):
                yield name, f"node {inside}"
            break


def _migration(service: Service, folder: str, files: Files) -> tuple[str, str]:
    """Return (command, where it was seen): said somewhere, else what the tool is known by."""
    inside = f"{folder}/" if folder else ""
    said = [path for path in files.paths if path.startswith(inside) and _SAID_IN.search(path)]
    said += list(files.named("compose*.y*ml", "docker-compose*.y*ml"))
    command = " ".join(str(part) for part in service.definition.get("command") or ())
    if match := _MIGRATION.search(command):
        return match[0].strip(), "the service's command"
    for path in said:
        text = re.sub(r"""["'],\s*["']""", " ", files.text(path))
        if match := _MIGRATION.search(text):
            return match[0].strip(), path
    return _tool(folder, files)


def _tool(folder: str, files: Files) -> tuple[str, str]:
    inside = f"{folder}/" if folder else ""
    for path in files.paths:
        if not path.startswith(inside):
            continue
        name = path.rpartition("/")[2]
        if name == "alembic.ini":
            return "alembic upgrade head", path
        if name == "schema.prisma":
            return "npx prisma migrate deploy", path
        if name == "manage.py" and "django" in files.text(path):
            return "python manage.py migrate --noinput", path
    return _script(f"{inside}package.json", files)


def _script(path: str, files: Files) -> tuple[str, str]:
    try:
        scripts = json.loads(files.text(path) or "{}").get("scripts") or {}
    except (ValueError, AttributeError):
        return "", ""
    name = next((item for item in _SCRIPTS if isinstance(scripts, dict) and item in scripts), "")
    if not name:
        return "", ""
    known = _MIGRATION.search(str(scripts[name]))
    return (str(scripts[name]) if known else f"npm run {name}"), path
