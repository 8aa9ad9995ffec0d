"""One Compose service, read once: what inference asks of its definition.

Takes Compose's canonical form, whose short forms are already unfolded.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipway.spec.dockerfile import DockerfileFacts, read_dockerfile

_LOCAL_URL = re.compile(
    r"\bhttp://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^\s'\"`|;<>()\\$]*)?(?=[\s'\"`|;)\\]|$)"
)

SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress-serve"})
_OPTIONS = frozenset({"-b", "--bind", "-p", "--port"})
_ADDRESS = re.compile(r"(?:\S*:)?(?P<port>[0-9]{2,5})")
_PORT = re.compile(r"(?:--bind|--port|-b|--listen)=(?:\S*:)?(?P<port>[0-9]{2,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFacts:
    """A service as inference sees it.

    published, exposed: container ports over TCP, in the order of the file.
    volumes: named volumes that it mounts.  words: its command with its entrypoint, shells
    unfolded.  health_port, health_path: of the URL that its healthcheck requests.
    listens: the port that its command tells a web server.
    completes: others wait for its successful end.  own_command: Compose replaces neither
    the image's command nor its entrypoint.
    """

    name: str
    definition: Mapping[str, Any]
    build: bool
    image: str
    published: tuple[int, ...]
    exposed: tuple[int, ...]
    dockerfile_ports: tuple[int, ...]
    volumes: tuple[str, ...]
    words: tuple[str, ...]
    listens: int | None
    health_port: int | None
    health_path: str | None
    completes: bool
    own_command: bool

    @property
    def serves(self) -> bool:
        """Return whether something says that the service listens.

        EXPOSE and HEALTHCHECK of a Dockerfile count only where its own command runs: a
        worker is often started from the API's image.
        """
        told = bool(self.definition.get("healthcheck")) or self.own_command
        return bool(
            self.published
            or self.exposed
            or (self.health_port is not None and told)
            or (self.dockerfile_ports and self.own_command)
            or self.listens
        )


def service_facts(services: Mapping[str, Mapping[str, Any]]) -> dict[str, ServiceFacts]:
    """Return the facts of every service of a canonical Compose model."""
    awaited = {
        name
        for definition in services.values()
        for name, wait in (definition.get("depends_on") or {}).items()
        if wait.get("condition") == "service_completed_successfully"
    }
    return {
        name: _facts(name, definition, completes=name in awaited)
        for name, definition in services.items()
    }


def _facts(name: str, definition: Mapping[str, Any], *, completes: bool) -> ServiceFacts:
    dockerfile = read_dockerfile(definition)
    port, path = _health_url(definition, dockerfile)
    words = _words(definition, dockerfile)
    return ServiceFacts(
        name=name,
        definition=definition,
        build=bool(definition.get("build")),
        image=str(definition.get("image") or ""),
        published=_published(definition),
        exposed=_exposed(definition),
        dockerfile_ports=dockerfile.ports,
        volumes=_volumes(definition),
        words=words,
        listens=_listens(words),
        health_port=port,
        health_path=path,
        completes=completes,
        own_command=definition.get("command") is None and definition.get("entrypoint") is None,
    )


def _published(definition: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(
        int(port["target"])
        for port in definition.get("ports") or ()
        if port.get("protocol", "tcp") == "tcp" and port.get("target")
    )


def _exposed(definition: Mapping[str, Any]) -> tuple[int, ...]:
    found = (
        re.fullmatch(r"([0-9]+)(?:/tcp)?", str(item)) for item in definition.get("expose") or ()
    )
    return tuple(int(match[1]) for match in found if match)


def _volumes(definition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        mount["source"]
        for mount in definition.get("volumes") or ()
        if mount.get("type") == "volume" and mount.get("source")
    )


def _words(definition: Mapping[str, Any], dockerfile: DockerfileFacts) -> tuple[str, ...]:
    own_entrypoint = definition.get("entrypoint")
    entrypoint = dockerfile.entrypoint if own_entrypoint is None else tuple(own_entrypoint)
    command = definition.get("command")
    if command is None:
        # An entrypoint of Compose's own clears the image's CMD, as Docker does it.
        command = dockerfile.command if own_entrypoint is None else ()
    return tuple(part for word in (*entrypoint, *command) for part in _unfold(str(word)))


def _listens(words: tuple[str, ...]) -> int | None:
    """Return the port that a command gives to one of the usual web servers."""
    if not SERVERS.intersection(word.rpartition("/")[2] for word in words):
        return None
    for option, value in zip(words, (*words[1:], ""), strict=True):
        match = _PORT.fullmatch(option) or (option in _OPTIONS and _ADDRESS.fullmatch(value))
        if match:
            return int(match["port"])
    return None


def _unfold(word: str) -> list[str]:
    """Return the words of a shell's `-c` text, or the word itself."""
    if not re.search(r"\s", word):
        return [word]
    try:
        return shlex.split(word)
    except ValueError:
        return word.split()


def _health_url(
    definition: Mapping[str, Any], dockerfile: DockerfileFacts
) -> tuple[int | None, str | None]:
    healthcheck = definition.get("healthcheck") or {}
    if healthcheck.get("disable"):
        return None, None
    test = healthcheck.get("test")
    text = " ".join(str(part) for part in test) if test else dockerfile.healthcheck
    match = _LOCAL_URL.search(text)
    if match is None:
        return None, None
    return int(match["port"] or 80), match["path"] or "/"
