"""Where a Docker Engine listens: `DOCKER_HOST`, understood without Docker's own client."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shipway.errors import Problem

DEFAULT_SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One engine's address: a unix socket, or host and port.

    url: as Docker's client takes it in `DOCKER_HOST`.
    certificates: the directory with ca.pem, cert.pem and key.pem where TLS is used.
    """

    url: str
    socket_path: str | None = None
    host: str = ""
    port: int = 0
    certificates: Path | None = None

    @property
    def local(self) -> bool:
        """Return whether the engine is on this machine, so that its files can be looked at."""
        return self.socket_path is not None

    def connection(self, timeout_s: float) -> http.client.HTTPConnection:
        """Return a connection, not yet open; `timeout_s` bounds each wait on it.

        Raises Problem `engine-unavailable` for a form of address that cannot be used.
        """
        if self.socket_path is not None:
            return _UnixConnection(self.socket_path, timeout_s)
        if self.certificates is not None:
            context = ssl.create_default_context(cafile=str(self.certificates / "ca.pem"))
            context.load_cert_chain(
                str(self.certificates / "cert.pem"), str(self.certificates / "key.pem")
            )
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=timeout_s, context=context
            )
        if self.host:
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout_s)
        raise Problem(
            "engine-unavailable",
            f"DOCKER_HOST is {self.url!r}: Shipway talks to unix:// and tcp:// addresses.",
            hints=["export DOCKER_HOST=unix:///var/run/docker.sock"],
        )


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("docker", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def find_endpoint(url: str | None = None, environ: Mapping[str, str] | None = None) -> Endpoint:
    """Return the endpoint that `url`, else `DOCKER_HOST`, else the machine's default names.

    It is only looked at when it is used: an engine that nobody asks for may be anything.
    """
    environ = os.environ if environ is None else environ
    url = url or environ.get("DOCKER_HOST") or f"unix://{_default_socket(environ)}"
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return Endpoint(url=url, socket_path=parts.path)
    if parts.scheme in {"tcp", "http", "https"} and parts.hostname:
        secure = bool(environ.get("DOCKER_TLS_VERIFY")) or parts.scheme == "https"
        directory = environ.get("DOCKER_CERT_PATH") or str(Path.home() / ".docker")
        return Endpoint(
            url=url,
            host=parts.hostname,
            port=parts.port or (2376 if secure else 2375),
            certificates=Path(directory) if secure else None,
        )
    return Endpoint(url=url)


def _default_socket(environ: Mapping[str, str]) -> str:
    rootless = Path(environ.get("XDG_RUNTIME_DIR", "/nonexistent")) / "docker.sock"
    return (
        str(rootless) if rootless.exists() and not Path(DEFAULT_SOCKET).exists() else DEFAULT_SOCKET
    )
