"""A project as Railway's infrastructure as code (.railway/railway.py).  Pure.

https://docs.railway.com/infrastructure-as-code/reference; the program imports Railway's own
`railway_sdk` and is evaluated by `railway config plan`.  railway.toml, which spoke of one
service only, is read by Railway until 2026-12-01.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from zlib import crc32

from shipway.hosting.leaving import From, Hosted, Kind, Leaving, Variable

PATH = ".railway/railway.py"
HEADING = '''\
"""{project} on Railway, written by `shipway generate railway`.

    pip install railway-sdk
    railway config plan      # shows what would change, and changes nothing
"""

'''
_OUTPUTS = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}


def program(project: Leaving) -> str:
    """Return the text of .railway/railway.py."""
    lines = [*_stores(project), *(line for item in project.services for line in _service(item))]
    names = [*(item.name for item in project.stores), *(item.name for item in project.services)]
    used = sorted(
        {"define_railway", "project", "service"}
        | {item.kind for item in project.stores}
        | {
            word
            for word in ("image", "preserve", "volume")
            if any(f"{word}(" in line for line in lines)
        }
    )
    return "".join(
        [
            HEADING.format(project=project.project),
            f"from railway_sdk import {', '.join(used)}\n\n\n",
            "@define_railway\ndef main(ctx=None):\n",
            *(f"    {line}\n" for line in lines),
            f"    return project({project.project!r}, resources=[",
            ", ".join(identifier(name) for name in names),
            "])\n",
        ]
    )


def identifier(name: str) -> str:
    """Return a Python name for a service; two services never share one."""
    plain = re.sub(r"[^a-z0-9_]", "_", name.lower())
    return f"s_{plain}" if plain == name else f"s_{plain}_{crc32(name.encode()):08x}"


def _stores(project: Leaving) -> Iterator[str]:
    for item in project.stores:
        yield f"{identifier(item.name)} = {item.kind}({item.name!r})"


def _service(item: Hosted) -> Iterator[str]:
    yield f"{identifier(item.name)} = service("
    yield f"    {item.name!r},"
    yield from (f"    {name}={text}," for name, text in _settings(item))
    if item.variables:
        yield "    env={"
        yield from (f"        {one.name!r}: {_value(one)}," for one in item.variables)
        yield "    },"
    yield ")"


def _settings(item: Hosted) -> Iterator[tuple[str, str]]:
    if item.image:
        yield "source", f"image({item.image!r})"
    else:
        root = item.directory or "."
        yield "root", repr(root)
        build = {
            "builder": "DOCKERFILE",
            "dockerfilePath": posixpath.relpath(item.dockerfile, root),
        }
        yield "build", repr(build)
    if item.command:
        yield "start", repr(item.command)
    if item.before:
        yield "preDeploy", repr(item.before)
    if item.health:
        yield "healthcheck", repr(item.health)
        yield "healthcheckTimeout", repr(int(item.patience_s))
    if item.replicas > 1:
        yield "replicas", repr(item.replicas)
    if item.domains and item.kind is Kind.WEB:
        yield "domains", repr([{"domain": one, "port": item.port or 8080} for one in item.domains])
    if item.disk:
        yield "volumeMounts", f"{{{item.disk!r}: volume({item.name + '-data'!r})}}"


def _value(one: Variable) -> str:
    if one.comes is From.VALUE:
        return repr(one.text)
    if one.comes is From.STORE:
        return f"{identifier(one.text)}.env.{_OUTPUTS[one.kind]}"
    return "preserve()"  # set there by hand, and left alone
