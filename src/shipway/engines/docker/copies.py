"""Images in a registry: pushed there after a build, fetched by digest where they are gone.

The credentials go in a header of the Engine's API: into no argument, no file and no log.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

from shipway.engines.docker.images import Images, progress
from shipway.engines.docker.registry import parse_image, registry_auth
from shipway.engines.docker.streams import ticking
from shipway.engines.docker.transport import ApiError, Transport
from shipway.errors import Problem
from shipway.model.registry import RegistryLogin
from shipway.model.said import Said
from shipway.model.workload import Artifact
from shipway.ports import Cancelled, Output

ANSWER_LIMIT_S = 60.0
NOBODY = base64.urlsafe_b64encode(b"{}").decode()


class Copies:
    """See `shipway.ports.Registry`."""

    def __init__(self, transport: Transport, images: Images) -> None:
        self._transport = transport
        self._images = images

    def push(
        self,
        artifact: Artifact,
        repository: str,
        login: RegistryLogin | None,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> str:
        """Ensure that the repository has the image; return its name there, by digest."""
        query = {"repo": repository, "tag": artifact.short}
        self._transport.call("POST", f"/images/{artifact.reference}/tag", query=query)
        output(Said(f"pushing to {repository}"))
        digest = ""
        try:
            for line in self._told(
                f"/images/{repository}/push",
                {"tag": artifact.short},
                _auth(repository, login),
                (deadline_s, f"{artifact.service}: pushing to {repository}", cancelled),
            ):
                if "error" in line:
                    raise _refused(artifact, repository, str(line["error"]), login)
                digest = str((line.get("aux") or {}).get("Digest") or digest)
        except ApiError as error:
            raise _refused(artifact, repository, error.reason, login) from error
        finally:
            self._images.untag(f"{repository}:{artifact.short}")
        if not digest:
            raise _refused(artifact, repository, "it named no digest", login)
        return f"{repository}@{digest}"

    def pull(
        self,
        artifact: Artifact,
        name: str,
        login: RegistryLogin | None,
        *,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled = lambda: False,
    ) -> None:
        """Ensure that the image is on the engine, fetched by its name where it is not."""
        if self._images.inspect(artifact.reference) is not None:
            return
        output(Said(f"fetching {name}"))
        where = parse_image(name)
        try:
            for line in self._told(
                "/images/create",
                {"fromImage": where.repository, "tag": where.version},
                _auth(where.repository, login),
                (deadline_s, f"{artifact.service}: fetching {name}", cancelled),
            ):
                if "error" in line:
                    raise _refused(artifact, where.repository, str(line["error"]), login)
        except ApiError as error:
            raise _refused(artifact, where.repository, error.reason, login) from error
        if self._images.inspect(artifact.reference) is None:
            raise _refused(artifact, where.repository, "it holds another image there", login)

    def _told(
        self,
        path: str,
        query: dict[str, Any],
        auth: str,
        limits: tuple[float, str, Cancelled],
    ) -> Iterator[dict[str, Any]]:
        """Yield the lines of an answer.  Raises Problem `deadline`, `cancelled`; ApiError."""
        deadline_s, what, cancelled = limits
        until = time.monotonic() + deadline_s
        opened = self._transport.stream(
            "POST",
            path,
            query=query,
            headers={"X-Registry-Auth": auth},
            limit_s=min(deadline_s, ANSWER_LIMIT_S),
        )
        with opened as stream, contextlib.closing(ticking(progress(stream), stream.close)) as told:
            for line in told:
                if time.monotonic() > until:
                    raise Problem("deadline", f"{what} took longer than {deadline_s:g} s.")
                if cancelled():
                    raise Problem("cancelled", f"{what} was cancelled.")
                if line is not None:
                    yield line


def _auth(repository: str, login: RegistryLogin | None) -> str:
    """Return the header: the login for its own host, else what `docker login` left."""
    host = parse_image(repository).registry
    return login_header(login, host) or registry_auth(host) or NOBODY


def login_header(login: RegistryLogin | None, host: str) -> str | None:
    """Return `X-Registry-Auth` of a login, None for every host but its own."""
    if login is None or login.host != host:
        return None
    given = {"username": login.user, "password": login.password, "serveraddress": host}
    return base64.urlsafe_b64encode(json.dumps(given).encode()).decode()


def _refused(artifact: Artifact, repository: str, why: str, login: RegistryLogin | None) -> Problem:
    hints = ["shipway secret set SHIPWAY_REGISTRY_PASSWORD -e ENV", "see registry: in shipway.yaml"]
    who = f" as {login.user}" if login else ""
    return Problem(
        "registry-refused",
        f"{artifact.service}: {repository} cannot be used{who}: {why}.",
        hints=hints,
    )
