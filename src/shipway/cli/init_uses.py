"""What Compose files and code do with a variable: who gets it, and what its value is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shipway.spec.images import is_data_store, repository
from shipway.spec.secretwords import is_secret

if TYPE_CHECKING:
    from shipway.cli.init_sources import Sources
    from shipway.spec.contract.clues import Clue, Use
    from shipway.spec.facts import ServiceFacts

_PART = re.compile(r"\$\{(?P<name>\w+)(?::?[?+-][^}]*)?\}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/\s]*@)?(?P<host>[A-Za-z0-9_.-]+)(?=[:/?\s]|$)\S*")
_LOGIN = re.compile(
    r"(?P<before>[a-z][a-z0-9+.-]*://[^:@/\s]*:)(?P<password>[^@/\s]+)"
    r"(?P<after>@(?P<host>[A-Za-z0-9_.-]+)(?:[:/?]\S*)?)"
)
_POSTGRES = frozenset({"postgres", "pgvector", "postgis", "timescaledb"})
_REDIS = frozenset({"redis", "valkey", "redis-stack-server"})
_DATABASE_KEY = re.compile(r"^(DATABASE|POSTGRES|DB|PG)_(URL|URI|DSN)$")
_REDIS_KEY = re.compile(r"^(REDIS|CELERY_BROKER|BROKER|CACHE)_(URL|URI)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """The Compose files' text and services, the code, and all that is said of variables."""

    text: str
    facts: Mapping[str, ServiceFacts]
    sources: Sources
    clues: Mapping[str, list[Clue]]

    @property
    def built(self) -> list[str]:
        return [name for name, item in self.facts.items() if item.build]

    def holders(self, key: str) -> tuple[str, ...]:
        """Return the services to which the Compose file gives a variable."""
        given = {name: self.facts[name].definition.get("environment") or {} for name in self.built}
        return tuple(name for name, variables in given.items() if key in variables)

    def told(self, store: str, key: str) -> str:
        """Return the value of a store's variable: of the Compose file, else of an example."""
        given = self.facts[store].definition.get("environment") or {}
        return str(given.get(key) or "") or next(
            (clue.value for clue in self.clues.get(self.taken(store, key), ()) if clue.value), ""
        )

    def taken(self, store: str, key: str) -> str:
        """Return the key where a store takes it from a file of variables; empty elsewhere."""
        return key if self.facts[store].definition.get("env_file") and key in self.clues else ""

    def mentions(self, key: str) -> bool:
        """Return whether a Compose file interpolates a variable."""
        return bool(re.search(rf"\$\{{?{key}\b", self.text))


def uses(
    directory: Path,
    facts: Mapping[str, ServiceFacts],
    compose: Sequence[str],
    clues: Iterable[Clue],
    sources: Sources,
) -> Mapping[str, Use]:
    """Return what is done with each variable that anybody named."""
    from shipway.spec.composition import default_files

    text = "\n".join(
        (directory / name).read_text(encoding="utf-8", errors="replace")
        for name in compose or default_files(directory)
    )
    by_key: dict[str, list[Clue]] = {}
    for clue in clues:
        by_key.setdefault(clue.key, []).append(clue)
    project = _Project(text=text, facts=facts, sources=sources, clues=by_key)
    return {key: _use(key, project) for key in by_key}


def _use(key: str, project: _Project) -> Use:
    from shipway.spec.contract.clues import Use

    clues, text = project.clues[key], project.text
    raw = _written(text, key)
    literal = bool(raw) and re.fullmatch(rf"\$\{{?{key}\b.*", raw) is None
    url = _URL.fullmatch(_PART.sub("x", raw)) is not None
    own = any(
        clue.services or clue.by_environment or clue.where.endswith((".py", ".js", "/"))
        for clue in clues
    )
    derive = "" if literal else _address(key, project)
    users = _users(key, project)
    return Use(
        services=users,
        derive=derive if users != () else "",
        injected=literal and bool(project.holders(key)),
        url=url,
        password=literal and url and "${" in raw.rpartition("@")[0],
        store=_is_account(key, text),
        defaulted=bool(re.search(rf"\$\{{{key}:?-[^}}]", text)),
        spoken_of="env_file" in text or own or key in text or bool(project.sources.users(key)),
    )


def _users(key: str, project: _Project) -> tuple[str, ...] | None:
    """Return the services to name; None where it is all of them, or nobody knows."""
    files = [one for one in project.clues[key] if not one.where.endswith((".py", ".js"))]
    owners = {name for clue in files for name in clue.services}
    if files and all(clue.services for clue in files):
        found = tuple(name for name in project.built if name in owners)
    else:
        found = (
            project.sources.users(key)
            or _relatives(key, project.sources, project.clues)
            or project.holders(key)
        )
    found = found or _by_file(key, project)
    if found:
        return None if len(found) == len(project.built) else found
    return () if project.mentions(key) else None


def _by_file(key: str, project: _Project) -> tuple[str, ...]:
    """Return the services whose `env_file` is the one that an example with the variable shows."""
    files = {
        clue.where.replace(".example", "").replace(".sample", "") for clue in project.clues[key]
    }
    return tuple(
        name
        for name in project.built
        for item in project.facts[name].definition.get("env_file") or ()
        if any(
            str(item["path"] if isinstance(item, dict) else item).endswith(f"/{file}")
            for file in files
        )
        and ".env" in files
    )


def _relatives(key: str, sources: Sources, keys: Iterable[str]) -> tuple[str, ...]:
    """Return who uses others of the same name's beginning: GOOGLE_CLIENT_…, else GOOGLE_…."""
    readers = sources.readers(key)
    for size in (2, 1):
        stem = key.split("_")[:size]
        near = {
            name
            for other in keys
            if other.split("_")[:size] == stem
            for name in sources.users(other)
        }
        found = tuple(name for name in readers if name in near)
        if found:
            return found
    return readers


def _is_account(key: str, text: str) -> bool:
    """Return whether a store that is started here takes it as its account."""
    line = rf"^\s*\w*(ROOT_USER|ROOT_PASSWORD|_USER|_PASSWORD|_AUTH)\w*:\s*[\"']?\S*\$\{{{key}\b"
    return bool(re.search(line, text, re.MULTILINE))


def _address(key: str, project: _Project) -> str:
    """Return what the address of a store that is started here is made of; empty without one."""
    if like := _like_example(key, project):
        return like
    kinds = _POSTGRES if _DATABASE_KEY.match(key) else _REDIS if _REDIS_KEY.match(key) else None
    if kinds is None:
        return ""
    stores = [
        name
        for name, item in project.facts.items()
        if not item.build and is_data_store(item.image) and repository(item.image) in kinds
    ]
    if len(stores) != 1:
        return ""
    said = next(
        (
            match[0]
            for clue in project.clues[key]
            for match in _URL.finditer(clue.comment)
            if match["host"] == stores[0]
        ),
        "",
    )
    if kinds is _REDIS:
        return said or f"redis://{stores[0]}:6379/0"
    part = _PART.fullmatch(_written(project.text, "POSTGRES_PASSWORD"))
    user = project.told(stores[0], "POSTGRES_USER") or "postgres"
    base = project.told(stores[0], "POSTGRES_DB") or user
    password = part["name"] if part else project.taken(stores[0], "POSTGRES_PASSWORD")
    if not password or not re.fullmatch(r"\w+", user):
        return ""
    scheme = said.partition("://")[0] if said else "postgresql"
    query = said[said.index("?") :] if "?" in said else ""
    return f"{scheme}://{user}:${{{password}}}@{stores[0]}:5432/{base}{query}"


def _like_example(key: str, project: _Project) -> str:
    """Return an example's address of a store, its password as the variable that has the same."""
    for clue in project.clues[key]:
        match = _LOGIN.fullmatch(clue.value)
        if match is None or match["host"] not in project.facts:
            continue
        if not is_data_store(project.facts[match["host"]].image):
            continue
        for other, clues in project.clues.items():
            if other != key and is_secret(other) and match["password"] in {c.value for c in clues}:
                return f"{match['before']}${{{other}}}{match['after']}"
    return ""


def _written(text: str, key: str) -> str:
    """Return the value that a Compose file writes for a variable; empty without one."""
    match = re.search(
        rf"^\s*(?:-\s*)?[\"']?{key}[\"']?\s*[:=]\s*(?P<value>\S.*)$", text, re.MULTILINE
    )
    if match is None:  # in braces, beside others
        match = re.search(rf"[{{,]\s*{key}\s*:\s*(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^,}}\n]+)", text)
    return match["value"].split(" #")[0].strip().strip("\"'") if match else ""
