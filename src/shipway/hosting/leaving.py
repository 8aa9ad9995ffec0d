"""A project as other platforms would host it: what each service is, and where each value is from.

Owns what is the same for all of them.  Invariant: no value of an environment is in here, only
what the Compose file says in so many words; a secret and what is interpolated is asked for there.
Pure.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shipway.model.application import Application, Service
from shipway.model.workload import Role
from shipway.spec.contract.rules import Contract
from shipway.spec.secretwords import is_secret

_URL = re.compile(
    r"^(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/]*@)?(?P<host>[A-Za-z0-9._-]+)(?::\d+)?(?P<rest>/.*)?$"
)


class Kind(StrEnum):
    """What a service is to a platform."""

    WEB = "web"  # the world reaches it
    PRIVATE = "private"  # only its siblings do
    WORKER = "worker"  # nobody does


class From(StrEnum):
    """Where a variable's value comes from there."""

    VALUE = "value"  # the text itself
    STORE = "store"  # the address of a database of theirs
    GENERATED = "generated"  # made there
    ASKED = "asked"  # set by hand there


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable.  text: the value, or the store's name; kind: the store's."""

    name: str
    comes: From
    text: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """A service.  directory: of the build, from the repository's root; image: where none is built.

    disk: where it keeps data; empty where it keeps none.
    """

    name: str
    kind: Kind
    directory: str = ""
    dockerfile: str = ""
    image: str = ""
    command: str = ""
    port: int | None = None
    health: str = ""
    patience_s: float = 60.0
    replicas: int = 1
    grace_s: float = 10.0
    before: str = ""
    domains: tuple[str, ...] = ()
    disk: str = ""
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A database that the platform runs itself.  kind: postgres or redis."""

    name: str
    kind: str
    version: str = ""
    database: str = ""
    evicts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The whole project.  remarks: what is otherwise there, a sentence each."""

    project: str
    services: tuple[Hosted, ...]
    stores: tuple[Stored, ...]
    remarks: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The project as it is here.

    below: its directory in the repository; hosts: its names in production; kinds: of each
    store, postgres, redis or other; written: each service's variables as the Compose file
    writes them, nothing replaced.
    """

    project: str
    app: Application
    below: str
    hosts: tuple[str, ...]
    kinds: Mapping[str, str]
    written: Mapping[str, Mapping[str, str | None]]
    contract: Contract

    def managed(self, name: str) -> str:
        """Return postgres or redis where the platform runs such a store itself, else nothing."""
        kind = self.kinds.get(name, "")
        return kind if kind in {"postgres", "redis"} else ""

    def said(self, service: str) -> Iterator[tuple[str, str]]:
        """Yield each variable of a service and what is said of it: a text, a template, or nothing.

        Where Compose only hands a variable on, the contract's template or default counts.
        """
        written = self.written.get(service, {})
        rules = self.contract.items()
        ruled = [name for name, rule in rules if rule.services and rule.for_service(service)]
        for name in dict.fromkeys([*written, *ruled]):
            rule, value = self.contract.get(name), written.get(name) or ""
            if not value or re.match(rf"^\$\{{?{re.escape(name)}\b", value):  # handed on
                value = (rule.derive or rule.default or "") if rule else value
            yield name, value


def leaving(here: Here) -> Leaving:
    """Return the project as it would be elsewhere."""
    app = here.app
    stores = tuple(
        _stored(app.service(name), kind) for name in here.kinds if (kind := here.managed(name))
    )
    services = tuple(
        _hosted(here, item)
        for item in app.services
        if item.role is not Role.JOB and not here.managed(item.name)
    )
    return Leaving(
        project=here.project,
        services=services,
        stores=stores,
        remarks=tuple(_remarks(here, services)),
    )


def _hosted(here: Here, service: Service) -> Hosted:
    app, definition = here.app, service.definition
    directory, dockerfile = _build(definition.get("build"), app.root, here.below)
    routed = [rule for rule in app.routes if rule.service == service.name]
    kind = Kind.WEB if routed else Kind.PRIVATE if service.port else Kind.WORKER
    return Hosted(
        name=service.name,
        kind=kind,
        directory=directory,
        dockerfile=dockerfile,
        image="" if service.build else str(definition.get("image") or ""),
        command=_command(definition.get("command")),
        port=service.port,
        health=service.probe.paths[0] if service.probe and len(service.probe.paths) == 1 else "",
        patience_s=service.probe.deadline_s if service.probe else 60.0,
        replicas=service.replicas,
        grace_s=service.stop_grace_s,
        before=" && ".join(
            shlex.join(job.argv)
            for job in app.jobs
            if job.service == service.name and job.argv and not job.once
        ),
        domains=_domains(app, service.name, here.hosts),
        disk=next(iter(_places(service)), ""),
        variables=tuple(_variables(here, service.name)),
    )


def _build(build: Any, root: str, below: str) -> tuple[str, str]:
    """Return the directory and the Dockerfile, both from the repository's root."""
    if not isinstance(build, Mapping):
        return "", ""
    context = str(build.get("context") or root)
    dockerfile = os.path.join(context, str(build.get("dockerfile") or "Dockerfile"))  # noqa: PTH118
    return tuple(  # type: ignore[return-value]
        os.path.normpath(os.path.join(below, os.path.relpath(path, root)))  # noqa: PTH118
        for path in (context, dockerfile)
    )


def _command(command: Any) -> str:
    if isinstance(command, str):
        return command
    return shlex.join([str(word) for word in command or ()])


def _domains(app: Application, service: str, hosts: tuple[str, ...]) -> tuple[str, ...]:
    own = [rule.host for rule in app.routes if rule.service == service and rule.host]
    front = any(
        rule.service == service and rule.path == "/" and not rule.host for rule in app.routes
    )
    return tuple(dict.fromkeys([*own, *(hosts if front else ())]))


def _variables(here: Here, service: str) -> Iterator[Variable]:
    for name, value in here.said(service):
        rule = here.contract.get(name)
        address = _URL.match(value)
        if address and (kind := here.managed(address["host"])):
            yield Variable(name=name, comes=From.STORE, text=address["host"], kind=kind)
        elif rule is not None and rule.making is not None:
            yield Variable(name=name, comes=From.GENERATED)
        elif value and "$" not in value and not (rule.is_secret if rule else is_secret(name)):
            yield Variable(name=name, comes=From.VALUE, text=value)
        else:
            yield Variable(name=name, comes=From.ASKED)


def _stored(service: Service, kind: str) -> Stored:
    image = str(service.definition.get("image") or "")
    version = re.search(r":\D*(\d+)", image.rpartition("/")[2])
    policy = re.search(
        r"maxmemory-policy[ =]([a-z-]+)", _command(service.definition.get("command"))
    )
    return Stored(
        name=service.name,
        kind=kind,
        version=version[1] if version else "",
        database=service.environment.get("POSTGRES_DB", "") if kind == "postgres" else "",
        evicts=policy[1] if policy else "",
    )


def _remarks(here: Here, services: tuple[Hosted, ...]) -> Iterator[str]:
    app = here.app
    front = next((rule.service for rule in app.routes if rule.path == "/"), None)
    for service in services:
        paths = [rule.path for rule in app.routes if rule.service == service.name]
        if service.name != front and paths:
            yield (
                f"{service.name} answers at {', '.join(dict.fromkeys(paths))} here; there it has a"
                " name of its own: let the front end pass these on, or tell it that name."
            )
        yield from _address_remarks(here, service, services)
        if len(_places(app.service(service.name))) > 1:
            kept = ", ".join(_places(app.service(service.name)))
            yield f"{service.name} keeps data in {kept}; there it has one disk, for the first."
    for job in app.jobs:
        if job.once and job.argv:
            yield f"{shlex.join(job.argv)} runs once in an environment: run it there by hand."
    for item in app.of_role(Role.SINGLETON):
        yield f"{item.name} must run once only: leave it at one instance."


def _address_remarks(here: Here, service: Hosted, services: tuple[Hosted, ...]) -> Iterator[str]:
    for name, value in here.said(service.name):
        address = _URL.match(value)
        if not address:
            continue
        if here.managed(address["host"]) and "+" in address["scheme"]:
            yield (
                f"{service.name}: {name} names the driver ({address['scheme']}); their address"
                f" begins with {address['scheme'].partition('+')[0]}://."
            )
        elif any(address["host"] == other.name for other in services):
            yield (
                f"{service.name}: {name} names {address['host']}; look up the internal name"
                " that it has there."
            )


def _places(service: Service) -> list[str]:
    """Return where a service keeps data."""
    mounts = service.definition.get("volumes") or ()
    return [str(one.get("target") or "") for one in mounts if one.get("type") == "volume"]
