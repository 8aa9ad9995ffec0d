"""Images on the engine: find, fetch, tag, and remove those that no release needs.

Invariant: an image is named by its id, never by a tag that may move; only images that a
build of Shipway labelled for the project are ever removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shipway.engines.docker import names
from shipway.engines.docker.registry import parse_image, registry_auth
from shipway.engines.docker.streams import ticking
from shipway.engines.docker.transport import ApiError, Stream, Transport
from shipway.errors import Problem
from shipway.model.said import Said
from shipway.model.workload import Artifact
from shipway.ports import Cancelled, Output

_REGISTRY_LIMIT_S = 300.0
_NO_LAYER = re.compile(
    r"^(/bin/sh -c #\(nop\) +)?"
    r"(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER"
    r"|VOLUME)\b"
)
_TOLD = re.compile(r"Pull complete|Already exists|Digest: |Status: |Pulling from ")


class Images:
    """The images of one engine."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def inspect(self, reference: str) -> dict[str, Any] | None:
        """Return what the engine knows of an image, None where it has none."""
        try:
            found: dict[str, Any] = self._transport.get(f"/images/{reference}/json")
        except ApiError as error:
            if error.status in {400, 404}:
                return None
            raise
        return found

    def fetch(
        self,
        service: str,
        image: str,
        *,
        policy: str,
        platform: str | None,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled,
        auth: str | None = None,
    ) -> Artifact:
        """Ensure that an image which nobody builds is here, and return it by its id.

        policy: Compose's `pull_policy`; auth: instead of what `docker login` left.  Raises Problem `image-not-found`, `deadline`,
        `cancelled`.
        """
        here = self.inspect(image)
        if here is None and policy == "never":
            raise Problem(
                "image-not-found",
                f"{service}: the image {image} is not on the server, and pull_policy is never.",
                hints=[f"docker pull {image}"],
            )
        if here is None or policy in {"always", "refresh", "daily", "weekly"}:
            self._pull(
                service,
                image,
                platform=platform,
                deadline_s=deadline_s,
                output=output,
                cancelled=cancelled,
                auth=auth,
            )
            here = self.inspect(image)
        if here is None:
            raise _not_found(service, image, "it was fetched, and is not there")
        return artifact(service, image, here, built=False)

    def _pull(
        self,
        service: str,
        image: str,
        *,
        platform: str | None,
        deadline_s: float,
        output: Output,
        cancelled: Cancelled,
        auth: str | None,
    ) -> None:
        name = parse_image(image)
        auth = auth or registry_auth(name.registry)
        until = time.monotonic() + deadline_s
        output(Said(f"fetching {image}"))
        opened = self._transport.stream(
            "POST",
            "/images/create",
            query={"fromImage": name.repository, "tag": name.version, "platform": platform},
            headers={"X-Registry-Auth": auth} if auth else {},
            limit_s=_REGISTRY_LIMIT_S,
        )
        try:
            with (
                opened as stream,
                contextlib.closing(ticking(progress(stream), stream.close)) as told,
            ):
                for line in told:
                    if time.monotonic() > until:
                        raise _stopped("deadline", image, f"took longer than {deadline_s:g} s")
                    if cancelled():
                        raise _stopped("cancelled", image, "was cancelled")
                    if line is None:
                        continue
                    if "error" in line:
                        raise _not_found(service, image, str(line["error"]))
                    text = f"{line.get('id', '')} {line.get('status', '')}".strip()
                    if _TOLD.search(text):
                        output(text)
        except ApiError as error:
            raise _not_found(service, image, error.reason) from error

    def tag(self, project: str, found: Artifact, tag: str) -> None:
        """Ensure that `project/service:tag` names the image.

        A fetched image gets no release's tag: it carries no label of Shipway's, so nothing
        here would ever take the tag away again.
        """
        if not found.built and re.fullmatch(r"r\d+", tag):
            return
        query = {"repo": names.repository(project, found.service), "tag": tag}
        try:
            self._transport.call("POST", f"/images/{found.reference}/tag", query=query)
        except ApiError as error:
            if error.status == 404:
                raise Problem(
                    "image-not-found",
                    f"{found.service}: the image {found.short} is not on the server any more.",
                    hints=["shipway deploy   # builds or fetches it again"],
                ) from error
            raise

    def untag(self, reference: str) -> None:
        """Ensure that this name is gone; the image stays under its others."""
        with contextlib.suppress(ApiError):
            self._transport.call("DELETE", f"/images/{reference}", query={"noprune": True})

    def prune(self, project: str, keep: Sequence[Artifact], *, output: Output) -> int:
        """Remove the project's images that are neither kept nor used; return bytes freed."""
        kept = {one.reference for one in keep}
        containers = self._transport.get("/containers/json", all=True)
        kept |= {one["ImageID"] for one in containers}
        mine = self._transport.get("/images/json", filters=names.selector({names.PROJECT: project}))
        others = [one["Id"] for one in self._transport.get("/images/json")]
        going = [one for one in mine if one["Id"] not in kept]
        if not going:
            return 0
        going_ids = {one["Id"] for one in going}
        shared = {
            prefix for one in others if one not in going_ids for prefix, _ in self._layers(one)
        }
        freed = 0
        for one in going:
            layers = list(self._layers(one["Id"]))
            if not self._remove(one, output):
                continue
            freed += sum(size for prefix, size in layers if prefix not in shared)
            shared |= {prefix for prefix, _ in layers}
            output(f"removed {_called(one)}")
        return freed

    def _remove(self, image: dict[str, Any], output: Output) -> bool:
        """Remove an image by each of its names, then by its id; False where it is in use."""
        tags = [tag for tag in image.get("RepoTags") or () if tag != "<none>:<none>"]
        for reference in [*tags, image["Id"]]:
            try:
                self._transport.call("DELETE", f"/images/{reference}")
            except ApiError as error:
                if error.status == 404:
                    continue
                output(f"kept {_called(image)}: {error.reason}")
                return False
        return True

    def _layers(self, image: str) -> Iterator[tuple[str, int]]:
        """Yield (what names all layers so far, bytes of the newest), from the base up."""
        try:
            digests = self._transport.get(f"/images/{image}/json")["RootFS"].get("Layers") or []
            history = self._transport.get(f"/images/{image}/history")
        except ApiError:
            return
        chain = ""
        for digest, size in zip(digests, layer_sizes(history, len(digests)), strict=True):
            chain = hashlib.sha256(f"{chain} {digest}".encode()).hexdigest()
            yield chain, size

    def prune_build_cache(self, keep_bytes: int, *, unused_for_s: float = 7 * 86_400.0) -> int:
        """Shrink BuildKit's cache to `keep_bytes`, oldest first; return bytes freed.

        The cache has no owners, so this reaches other projects' too; it costs them time at
        their next build, never data.
        """
        query = {
            "keep-storage": keep_bytes,
            "filters": {"until": [f"{unused_for_s:.0f}s"]},
        }
        reply = self._transport.call("POST", "/build/prune", query=query, limit_s=600.0)
        return int(reply.json().get("SpaceReclaimed") or 0)


def layer_sizes(history: Sequence[Mapping[str, Any]], layers: int) -> list[int]:
    """Return the bytes of each layer, base first, from an image's history, newest first.

    The history also holds steps that made no layer and does not say which.  Where that
    cannot be told, the newest layer is given all the bytes.
    """
    steps = [(str(one.get("CreatedBy")), int(one.get("Size") or 0)) for one in reversed(history)]
    for likely in (
        [size for _, size in steps if size],
        [size for made_by, size in steps if size or not _NO_LAYER.search(made_by)],
    ):
        if len(likely) == layers:
            return likely
    return [*[0] * (layers - 1), sum(size for _, size in steps)] if layers else []


def artifact(service: str, name: str, found: dict[str, Any], *, built: bool) -> Artifact:
    """Return the artifact of an inspected image; facts: size, platform, registry digest."""
    facts = {
        "size": str(found.get("Size", 0)),
        "platform": f"{found.get('Os', '')}/{found.get('Architecture', '')}",
        "created": str(found.get("Created") or ""),
    }
    if digests := found.get("RepoDigests"):
        facts["digest"] = str(digests[0])
    return Artifact(
        service=service,
        kind="image",
        reference=str(found["Id"]),
        name=name,
        built=built,
        facts=facts,
    )


def progress(stream: Stream) -> Iterator[dict[str, Any]]:
    """Yield the JSON lines that the engine tells while it pulls or pushes."""
    rest = b""
    for chunk in stream.chunks():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if line.strip():
                yield json.loads(line)
    if rest.strip():
        yield json.loads(rest)


def _called(image: dict[str, Any]) -> str:
    tags = [tag for tag in image.get("RepoTags") or () if tag != "<none>:<none>"]
    return str(tags[0] if tags else image["Id"][7:19])


def _not_found(service: str, image: str, why: str) -> Problem:
    name = parse_image(image)
    return Problem(
        "image-not-found",
        f"{service}: the image {image} is not on the server and could not be fetched: {why}",
        hints=[
            f"correct `services.{service}.image` in the Compose file",
            f"docker login {'' if name.registry == 'docker.io' else name.registry}".strip(),
            f"docker pull {image}",
        ],
    )


def _stopped(kind: str, image: str, what: str) -> Problem:
    return Problem(
        kind, f"Fetching {image} {what} and was stopped.", hints=[f"docker pull {image}"]
    )
