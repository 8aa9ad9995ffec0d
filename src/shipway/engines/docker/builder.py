"""Runs a build: output as it comes, a deadline, and a failure that says which step it was."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from uuid import uuid4

from shipway.engines.docker import names
from shipway.engines.docker.build_secrets import as_files
from shipway.engines.docker.buildcommand import BuildCommand, build_command
from shipway.engines.docker.client import Clients
from shipway.engines.docker.copies import login_header
from shipway.engines.docker.images import Images, artifact
from shipway.engines.docker.registry import parse_image
from shipway.engines.docker.streams import ticking
from shipway.engines.docker.transport import Transport
from shipway.errors import Problem
from shipway.model.said import Said
from shipway.model.workload import Artifact
from shipway.ports import BuildRequest, Cancelled, Output

_TAIL = 20
_KILL_AFTER_S = 5.0
_STEP = re.compile(r"^ > (\[.+)$")
_MISSING_BASE = re.compile(r"failed to (?:resolve|load metadata|solve).*?(?:for |: )([\w./:@-]+): ")


class ImageBuilder:
    """Builds images with Docker's own client, and resolves those that nobody builds."""

    def __init__(self, transport: Transport, images: Images, clients: Clients) -> None:
        self._transport = transport
        self._images = images
        self._clients = clients

    def build(self, request: BuildRequest, *, output: Output, cancelled: Cancelled) -> Artifact:
        """Ensure that the service's image exists.  See `ports.Builder.build`."""
        definition = request.definition
        image = definition.get("image")
        if not definition.get("build"):
            if not image:
                raise Problem(
                    "image-not-found",
                    f"{request.service} has neither `image` nor `build`.",
                    hints=[f"add `image:` or `build:` to services.{request.service}"],
                )
            return self._images.fetch(
                request.service,
                str(image),
                policy=str(definition.get("pull_policy") or "missing"),
                platform=definition.get("platform"),
                deadline_s=request.deadline_s,
                output=output,
                cancelled=cancelled,
                auth=login_header(request.login, parse_image(str(image)).registry),
            )
        fresh = f"{names.repository(request.project, request.service)}:build-{uuid4().hex[:12]}"
        with as_files(request) as ready:
            command = build_command(
                ready,
                client=self._clients.builder(),
                host=self._transport.endpoint.url,
                api=self._transport.api,
                tag=fresh,
            )
            for note in command.notes:
                output(Said(note))
            _run(command, request, output, cancelled)
        found = self._images.inspect(fresh)
        if found is None:
            raise Problem(
                "build-failed",
                f"{request.service}: the build ended well, but its image is not on the engine.",
                hints=["docker buildx ls   # the default builder must be the engine's own"],
            )
        made = artifact(request.service, str(image or request.service), found, built=True)
        self._images.tag(request.project, made, made.short)
        self._images.untag(fresh)
        return made


def _run(
    command: BuildCommand, request: BuildRequest, output: Output, cancelled: Cancelled
) -> None:
    """Run the command to its end.  Raises Problem `build-failed`, `deadline`, `cancelled`."""
    until = time.monotonic() + request.deadline_s
    # A file, not a pipe: nobody has to feed it while its output is read.
    with tempfile.TemporaryFile() as stdin:
        stdin.write((command.stdin or "").encode())
        stdin.seek(0)
        process = subprocess.Popen(
            command.argv,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment},
            start_new_session=True,
        )
    step, tail = "", deque[str](maxlen=_TAIL)
    with contextlib.closing(ticking(_lines(process), lambda: _end(process))) as told:
        for line in told:
            if line is not None:
                output(line)
                tail.append(line)
                step = match[1] if (match := _STEP.match(line)) else step
            if time.monotonic() > until:
                raise _stopped(
                    "deadline", request, f"took longer than {request.deadline_s:g} s", tail
                )
            if cancelled():
                raise _stopped("cancelled", request, "was cancelled", tail)
    if process.returncode != 0:
        raise _failed(request, process.returncode, step, list(tail))


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    assert process.stdout is not None  # noqa: S101 - asked for above
    with process.stdout as pipe:
        for line in pipe:
            yield line.decode(errors="replace").rstrip("\r\n")
    process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the client with all that it started; the build on the engine ends with it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_KILL_AFTER_S)


def _failed(request: BuildRequest, code: int, step: str, tail: list[str]) -> Problem:
    where = f" at {step.rstrip(':')}" if step else ""
    hints = (
        [f"docker build {request.definition['build'].get('context', '.')}"]
        if isinstance(request.definition["build"], dict)
        else []
    )
    text = "\n".join(tail)
    if "No space left on device" in text or "no space left on device" in text:
        hints.insert(0, "docker system df   # the disk is full")
    elif match := _MISSING_BASE.search(text):
        hints.insert(0, f"docker pull {match[1]}   # the base image")
    return Problem(
        "build-failed",
        f"{request.service}: the build failed{where} (exit code {code}).",
        hints=hints,
        details=tail,
    )


def _stopped(kind: str, request: BuildRequest, what: str, tail: deque[str]) -> Problem:
    return Problem(
        kind,
        f"{request.service}: the build {what} and was stopped.",
        hints=["shipway deploy   # goes on from what is cached"],
        details=list(tail),
    )
