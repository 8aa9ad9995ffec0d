"""What a service's Dockerfile says that Compose does not: ports, command, healthcheck.

Reads the stage that is built.  A base image is not looked into: nothing is fetched here.
"""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

BYTES_MAX = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerfileFacts:
    """Of one stage: exposed TCP ports, the words of ENTRYPOINT and CMD, the HEALTHCHECK."""

    ports: tuple[int, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    healthcheck: str = ""


def read_dockerfile(definition: Mapping[str, Any]) -> DockerfileFacts:
    """Return the facts of a service's Dockerfile; empty ones where none can be read."""
    build = definition.get("build")
    if not isinstance(build, Mapping):
        return DockerfileFacts()
    inline = build.get("dockerfile_inline")
    text = inline if isinstance(inline, str) and inline else _text(build)
    if not text:
        return DockerfileFacts()
    arguments = {key: str(value) for key, value in (build.get("args") or {}).items()}
    return parse_dockerfile(text, target=build.get("target"), arguments=arguments)


def _text(build: Mapping[str, Any]) -> str | None:
    path: Path = Path(build.get("context", ".")) / build.get("dockerfile", "Dockerfile")
    try:
        if path.stat().st_size > BYTES_MAX:
            return None
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None


def parse_dockerfile(
    text: str, *, target: str | None = None, arguments: Mapping[str, str] | None = None
) -> DockerfileFacts:
    """Return the facts of the stage `target` (None: the last) in a Dockerfile's text."""
    from dockerfile_parse import DockerfileParser  # late: 30 ms

    file = io.BytesIO(text.encode())  # its stubs say text, its code wants bytes
    structure = DockerfileParser(fileobj=file).structure  # type: ignore[arg-type]
    stages: dict[str, DockerfileFacts] = {}
    facts = DockerfileFacts()
    name = ""
    values: dict[str, str] = {}
    for instruction in structure:
        word, value = instruction["instruction"], instruction["value"]
        if word == "FROM":
            if target and name == target.lower():
                break
            base, name = _from(value)
            facts = stages.get(base, DockerfileFacts())
        elif word in {"ENV", "ARG"}:
            values |= _assignments(value, given=arguments or {} if word == "ARG" else {})
        else:
            facts = _apply(facts, word, _substitute(value, values) if word == "EXPOSE" else value)
        if name:
            stages[name] = facts
    return facts


def _from(value: str) -> tuple[str, str]:
    words = [word for word in value.split() if not word.startswith("--")]
    named = len(words) == 3 and words[1].lower() == "as"
    return (words[0].lower() if words else ""), (words[2].lower() if named else "")


def _apply(facts: DockerfileFacts, word: str, value: str) -> DockerfileFacts:
    if word == "EXPOSE":
        found = re.findall(r"(?<![\w.-])([0-9]{1,5})(?:/tcp)?(?![\w/-])", value)
        return replace(facts, ports=(*facts.ports, *(int(port) for port in found)))
    if word == "ENTRYPOINT":
        return replace(facts, entrypoint=_words(value), command=())
    if word == "CMD":
        return replace(facts, command=_words(value))
    if word == "HEALTHCHECK":
        return replace(facts, healthcheck=value)
    return facts


def _words(value: str) -> tuple[str, ...]:
    if value.lstrip().startswith("["):
        try:
            return tuple(str(word) for word in json.loads(value))
        except ValueError:
            return ()
    try:
        return tuple(shlex.split(value))
    except ValueError:
        return tuple(value.split())


def _assignments(value: str, given: Mapping[str, str]) -> dict[str, str]:
    try:
        words = shlex.split(value)
    except ValueError:
        return {}
    if len(words) == 2 and "=" not in words[0]:
        return {words[0]: words[1]}
    pairs = dict(word.split("=", 1) for word in words if "=" in word)
    return {**pairs, **{key: text for key, text in given.items() if key in words or key in pairs}}


def _substitute(value: str, values: Mapping[str, str]) -> str:
    def lookup(match: re.Match[str]) -> str:
        return values.get(match[1], match[2] or "")

    return re.sub(r"\$\{?(\w+)(?::-([^}]*))?\}?", lookup, value)
