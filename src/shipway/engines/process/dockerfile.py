"""A Dockerfile, read for an engine that has no images: what to copy, run and start.

Pure.  The result is a list of steps over directories that stand for the stages' file
systems, and the configuration that the final image would have.  COPY is honoured as it is
written; of RUN only what `recognise.py` knows; base images give nothing but their name.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shipway.engines.process.shellwords import argv_of, exec_form, expand, flags, words
from shipway.errors import Problem

BASE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """COPY or ADD: `sources` of a stage (None: of the context) to `target`, absolute."""

    stage: int
    origin: int | None
    sources: tuple[str, ...]
    target: str
    into: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """RUN, as a shell script, with the variables and the directory it runs in."""

    stage: int
    script: str
    workdir: str
    environment: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherit:
    """FROM an earlier stage: its files."""

    stage: int
    parent: int


Step = Copy | Run | Inherit


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The configuration that a stage would have as an image."""

    base: str
    environment: Mapping[str, str] = field(default_factory=dict)
    workdir: str = "/"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str | None = None
    stop_signal: str | None = None
    healthcheck: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that a build does: `steps` in order, and the image of the stage `final`."""

    steps: tuple[Step, ...]
    final: int
    image: Image
    bases: tuple[str, ...]


@dataclass(slots=True)
class _Stage:
    """A stage while it is read."""

    number: int
    name: str | None
    image: Image
    arguments: dict[str, str]
    steps: list[Step] = field(default_factory=list)
    needs: set[int] = field(default_factory=set)

    @property
    def variables(self) -> dict[str, str]:
        return {**self.arguments, **self.image.environment}


def interpret(text: str, *, arguments: Mapping[str, str], target: str | None = None) -> Recipe:
    """Return what the Dockerfile does up to `target` (None: its last stage).

    arguments: the build arguments.  Raises Problem `build-failed`.
    """
    given = dict(arguments)
    globals_: dict[str, str] = {}
    stages: list[_Stage] = []
    for keyword, value, line in _instructions(text):
        if keyword == "FROM":
            stages.append(_from(value, stages, globals_))
        elif not stages:
            if keyword == "ARG":
                globals_.update(_arguments(value, given, globals_))
        else:
            _apply(stages[-1], stages, keyword, value, line, given=given, globals_=globals_)
    final = _find(stages, target) if target else len(stages) - 1
    if final is None or final < 0:
        what = f"no stage called {target!r}" if target else "no FROM"
        raise Problem("build-failed", f"the Dockerfile has {what}.")
    needed = _reachable(stages, final)
    return Recipe(
        steps=tuple(step for number in needed for step in stages[number].steps),
        final=final,
        image=stages[final].image,
        bases=tuple(stages[number].image.base for number in needed),
    )


def _instructions(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (keyword, value, line); a heredoc's body is joined to its RUN."""
    from dockerfile_parse import DockerfileParser  # late: 30 ms

    lines, bodies = text.splitlines(keepends=True), dict[int, str]()
    number = 0
    while number < len(lines):
        match = HEREDOC.search(lines[number]) if lines[number].startswith(("RUN", "COPY")) else None
        start, number = number, number + 1
        if match:
            body = []
            while number < len(lines) and lines[number].strip() != match[1]:
                body.append(lines[number].strip())
                lines[number] = "#\n"
                number += 1
            if number < len(lines):
                lines[number] = "#\n"
            bodies[start] = " ; ".join(filter(None, body))
    stream = io.BytesIO("".join(lines).encode())
    parser = DockerfileParser(fileobj=stream)  # type: ignore[arg-type]  # it wants bytes
    for found in parser.structure:
        if found["instruction"] != "COMMENT":
            start = found["startline"]
            value = bodies[start] if start in bodies else found["value"]
            yield found["instruction"], value, start + 1


def _from(value: str, stages: list[_Stage], globals_: Mapping[str, str]) -> _Stage:
    _, rest = flags(value)
    parts = words(rest, globals_)
    number, base = len(stages), parts[0] if parts else "scratch"
    name = parts[2] if len(parts) > 2 and parts[1].lower() == "as" else None
    parent = _find(stages, base)
    if parent is None:
        return _Stage(number, name, Image(base=base, environment={"PATH": BASE_PATH}), {})
    stage = _Stage(number, name, stages[parent].image, {}, needs={parent})
    stage.steps.append(Inherit(stage=number, parent=parent))
    return stage


def _find(stages: list[_Stage], name: str) -> int | None:
    for stage in stages:
        if stage.name is not None and stage.name.lower() == name.lower():
            return stage.number
    return int(name) if name.isdigit() and int(name) < len(stages) else None


def _arguments(value: str, given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for word in words(value, {}):
        name, mark, default = word.partition("=")
        if name in given:
            found[name] = given[name]
        elif mark:
            found[name] = expand(default, known)
        elif name in known:
            found[name] = known[name]
    return found


def _pairs(value: str, variables: Mapping[str, str]) -> dict[str, str]:
    first = value.split(None, 1)
    if first and "=" not in first[0]:
        return {first[0]: expand(first[1] if len(first) > 1 else "", variables)}
    pairs = (word.partition("=") for word in words(value, variables))
    return {name: content for name, _, content in pairs}


def _apply(
    stage: _Stage,
    stages: list[_Stage],
    keyword: str,
    value: str,
    line: int,
    *,
    given: Mapping[str, str],
    globals_: Mapping[str, str],
) -> None:
    image, variables = stage.image, stage.variables
    match keyword:
        case "ARG":
            stage.arguments |= _arguments(value, given, {**globals_, **variables})
        case "ENV":
            environment = {**image.environment, **_pairs(value, variables)}
            stage.image = replace(image, environment=environment)
        case "WORKDIR":
            path = posixpath.normpath(posixpath.join(image.workdir, expand(value, variables)))
            stage.image = replace(image, workdir=path)
        case "USER":
            stage.image = replace(image, user=expand(value, variables))
        case "STOPSIGNAL":
            stage.image = replace(image, stop_signal=expand(value, variables))
        case "CMD":
            stage.image = replace(image, command=argv_of(value))
        case "ENTRYPOINT":
            stage.image = replace(image, entrypoint=argv_of(value), command=())
        case "HEALTHCHECK":
            stage.image = replace(image, healthcheck=_healthcheck(value))
        case "COPY" | "ADD":
            stage.steps.append(_copy(stage, stages, value, line))
        case "RUN":
            for mount in re.findall(r"--mount=(\S+)", value):
                stage.steps.extend(_bind(stage, stages, mount, line))
            _, script = flags(value)
            found = exec_form(script)
            stage.steps.append(
                Run(
                    stage=stage.number,
                    script=" ".join(found) if found else script,
                    workdir=image.workdir,
                    environment=variables,
                    line=line,
                )
            )


def _copy(stage: _Stage, stages: list[_Stage], value: str, line: int) -> Copy:
    options, rest = flags(value)
    found = exec_form(rest)
    parts = [*found] if found else words(rest, stage.variables)
    if len(parts) < 2:
        raise Problem("build-failed", f"Dockerfile:{line}: COPY {value}: no files to copy.")
    origin = None
    if "from" in options:
        origin = _find(stages[:-1], expand(options["from"], stage.variables))
        origin = -1 if origin is None else origin
        if origin >= 0:
            stage.needs.add(origin)
    *sources, target = parts
    absolute = posixpath.normpath(posixpath.join(stage.image.workdir, target))
    into = target.endswith(("/", "/.")) or target in {".", "./"} or len(sources) > 1
    return Copy(
        stage=stage.number,
        origin=origin,
        sources=tuple(sources),
        target=absolute,
        into=into,
        line=line,
    )


def _bind(stage: _Stage, stages: list[_Stage], mount: str, line: int) -> list[Copy]:
    """Return the copy that stands for `RUN --mount=type=bind`: files a command reads."""
    options = dict(part.partition("=")[::2] for part in mount.split(","))
    source = options.get("source", options.get("src", "."))
    target = options.get("target", options.get("dst", options.get("destination", "")))
    if options.get("type", "bind") != "bind" or not target:
        return []
    origin = f"--from={options['from']} " if "from" in options else ""
    return [_copy(stage, stages, f"{origin}{source} {target}", line)]


def _healthcheck(value: str) -> Mapping[str, Any] | None:
    options, rest = flags(value)
    keyword, _, command = rest.strip().partition(" ")
    if keyword.upper() == "NONE":
        return None
    found = exec_form(command)
    test = ["CMD", *found] if found else ["CMD-SHELL", command.strip()]
    return {"test": test, **{key.replace("-", "_"): text for key, text in options.items()}}


def _reachable(stages: list[_Stage], final: int) -> list[int]:
    found, queue = set[int](), [final]
    while queue:
        number = queue.pop()
        if number not in found:
            found.add(number)
            queue.extend(stages[number].needs)
    return sorted(found)
