"""The command that builds a service's image, as a value.

Build arguments reach the client by its environment, not its command line, so that no
process list shows their values.  The commit is not told to the build: the same content
must give the same image.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.engines.docker import names, units
from shipway.engines.docker.client import Client
from shipway.errors import Problem
from shipway.ports import BuildRequest

_CLIENT_READS = ("DOCKER_", "BUILDX_", "BUILDKIT_", "SSH_", "LD_", "GO", "XDG_", "OTEL_")
_CLIENT_NEEDS = frozenset(
    {"PATH", "HOME", "TMPDIR", "TERM", "NO_PROXY", "HTTP_PROXY", "HTTPS_PROXY"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildCommand:
    """What to run.

    environment: to be added to this process' own.  stdin: the Dockerfile, where it is inline.
    notes: what this client cannot do of what the Compose file says, a sentence each.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    stdin: str | None = None
    notes: tuple[str, ...] = ()


def build_command(
    request: BuildRequest, *, client: Client, host: str, api: tuple[int, int], tag: str
) -> BuildCommand:
    """Return the command that builds `request` into an image that `tag` names.

    The tag tells which image it is: an id file holds another digest than the engine's own
    where images are containerd's, and an image without a name would not be kept there.
    Raises Problem `unsupported` for what the build cannot do without, `missing-file`.
    """
    given = _given(request)
    spoken = min(api, client.api)
    environment = {
        "DOCKER_HOST": host,
        "DOCKER_API_VERSION": f"{spoken[0]}.{spoken[1]}",
        "DOCKER_BUILDKIT": "1",
        "BUILDX_BUILDER": "default",
        # An attestation holds the time of the build: the id would never be the same.
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    }
    argv = [client.path, "build", "--progress", "plain", "--tag", tag]
    for key, value in _arguments(given).items():
        if _for_the_client(key):
            argv += ["--build-arg", f"{key}={value}"]
        else:
            argv += ["--build-arg", key]
            environment[key] = value
    labels = {
        **units.mapping(given.get("labels")),
        names.PROJECT: request.project,
        names.SERVICE: request.service,
    }
    argv += [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    argv += _options(given)
    argv += _secrets(request, given)
    more, notes = _buildx_options(request, given, client)
    argv += more
    inline = given.get("dockerfile_inline")
    context = str(given.get("context") or request.source)
    if inline is not None:
        argv += ["--file", "-"]
    elif given.get("dockerfile"):
        argv += ["--file", _dockerfile(context, str(given["dockerfile"]))]
    return BuildCommand(
        argv=(*argv, context),
        environment=environment,
        stdin=None if inline is None else str(inline),
        notes=notes,
    )


def _given(request: BuildRequest) -> Mapping[str, Any]:
    build = request.definition.get("build") or {}
    return {"context": build} if isinstance(build, str) else build


def _arguments(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the build arguments; one without a value is left to the Dockerfile's default."""
    args = given.get("args") or {}
    if isinstance(args, Mapping):
        args = {key: value for key, value in args.items() if value is not None}
    else:
        args = [line for line in args if "=" in str(line)]
    return units.mapping(args)


def _for_the_client(key: str) -> bool:
    """Return whether the client itself would heed a variable of that name."""
    return key.upper() in _CLIENT_NEEDS or key.upper().startswith(_CLIENT_READS)


def _options(given: Mapping[str, Any]) -> list[str]:
    argv: list[str] = []
    for key, option in (("target", "--target"), ("network", "--network")):
        if given.get(key):
            argv += [option, str(given[key])]
    if given.get("shm_size"):
        argv += ["--shm-size", str(units.size_bytes(given["shm_size"]))]
    for key, option in (("no_cache", "--no-cache"), ("pull", "--pull")):
        if given.get(key) in {True, "true"}:
            argv.append(option)
    for source in units.listed(given.get("cache_from")):
        argv += ["--cache-from", source]
    for line in _hosts(given.get("extra_hosts")):
        argv += ["--add-host", line]
    for name, value in (given.get("ulimits") or {}).items():
        both = f"{value['soft']}:{value['hard']}" if isinstance(value, Mapping) else str(value)
        argv += ["--ulimit", f"{name}={both}"]
    platforms = units.listed(given.get("platforms"))
    if len(platforms) > 1:
        raise _unsupported(
            f"build.platforms names {', '.join(platforms)}; a server builds for one."
        )
    if platforms:
        argv += ["--platform", platforms[0]]
    for one in _ssh(given.get("ssh")):
        argv += ["--ssh", one]
    return argv


def _ssh(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}={path}" if path else str(key) for key, path in value.items()]
    return [str(one) for one in value or ()]


def _hosts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}:{one}" for name, given in value.items() for one in units.listed(given)]
    return [line.replace("=", ":", 1) for line in units.listed(value)]


def _secrets(request: BuildRequest, given: Mapping[str, Any]) -> list[str]:
    argv: list[str] = []
    for grant in given.get("secrets") or ():
        one = {"source": grant} if isinstance(grant, str) else grant
        source = str(one["source"])
        path = (request.secrets.get(source) or {}).get("file")
        if not path:
            raise Problem(
                "missing-file",
                f"{request.service}: build.secrets.{source} has no content: it is neither a "
                "file nor a variable.",
                hints=[
                    f"declare `file` or `environment` below secrets.{source} in the Compose file"
                ],
            )
        argv += ["--secret", f"id={one.get('target') or source},src={path}"]
    return argv


def _buildx_options(
    request: BuildRequest, given: Mapping[str, Any], client: Client
) -> tuple[list[str], tuple[str, ...]]:
    """Return what only buildx can do; the older client is told apart, never ignored."""
    argv: list[str] = []
    for name, place in units.mapping(given.get("additional_contexts")).items():
        argv += ["--build-context", f"{name}={place}"]
    for entitlement in units.listed(given.get("entitlements")):
        argv += ["--allow", entitlement]
    if argv and not client.buildx:
        raise _unsupported(
            f"{request.service}: build.additional_contexts and build.entitlements need buildx; "
            f"{client.path} {client.version} has none."
        )
    caches = units.listed(given.get("cache_to"))
    if caches and not client.buildx:
        return argv, (f"build.cache_to is left out: {client.path} {client.version} has no buildx.",)
    return [*argv, *(word for one in caches for word in ("--cache-to", one))], ()


def _dockerfile(context: str, dockerfile: str) -> str:
    """Return the Dockerfile's path: relative to the context, as Compose means it."""
    if "://" in context or Path(dockerfile).is_absolute():
        return dockerfile
    return str(Path(context) / dockerfile)


def _unsupported(message: str) -> Problem:
    return Problem(
        "unsupported",
        message,
        hints=["sudo apt-get install docker-buildx-plugin", "shipway check --static"],
    )
