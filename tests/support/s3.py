"""An S3-compatible server of rclone's, which checks signatures, and a line to it that can be cut."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from shipway.repositories.places import BucketPlace
from tests.support.running import free_ports

KEY, SECRET = "AKIASHIPWAYTEST", "a-secret-of-the-tests"
RCLONE = Path(sys.executable).parent / "rclone"
READY_S = 20.0
BUCKET = "backups"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """Where it listens, and the directory that holds its buckets."""

    endpoint: str
    folder: Path


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Yield the endpoint of a server over `folder`, with one bucket in it."""
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    (port,) = free_ports(1)
    argv = [str(RCLONE), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--dir-cache-time", "1s"]
    with (folder.parent / f"rclone-{port}.log").open("wb") as log:
        child = subprocess.Popen(
            [*argv, "--auth-key", f"{KEY},{SECRET}", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "RCLONE_CONFIG": str(folder.parent / "none.conf")},
        )
        try:
            _await(port, child)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.kill()
            child.wait(10)


def bucket_at(endpoint: str, prefix: str, *, secret: str = SECRET) -> BucketPlace:
    """Return a folder of the server's bucket."""
    return BucketPlace(
        endpoint=endpoint, bucket=BUCKET, prefix=prefix, region="us-east-1", key=KEY, secret=secret
    )


class Line:
    """Passes connections on to a server, until it is cut; `refuse` answers 503 instead.

    cut_after_bytes: of what a client sends in all; None: never.
    """

    def __init__(self, endpoint: str, *, cut_after_bytes: int | None = None) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._left = cut_after_bytes
        self.cut = False
        self._refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._guard = threading.Lock()
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def refuse(self, wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Answer 503 to everything from now on, or pass everything on again."""
        self._refusing = wanted
        self._end_all()

    def close(self) -> None:
        """End it with all its connections."""
        self.cut = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._end_all()

    def _end_all(self) -> None:
        with self._guard:
            for one in self._sockets:
                _shut(one)
            self._sockets.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.cut:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        if self._refusing:
            with suppress(OSError):
                client.settimeout(5)
                client.recv(65536)
                client.sendall(
                    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )
            _shut(client)
            return
        try:
            server = socket.create_connection(self._target, timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        with self._guard:
            self._sockets += [client, server]
        back = threading.Thread(target=self._pass, args=(server, client, False), daemon=True)
        back.start()
        self._pass(client, server, True)
        back.join(10)

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:  # noqa: FBT001
        with suppress(OSError):
            while data := source.recv(65536):
                if counted and self._spent(len(data)):
                    break
                target.sendall(data)
        _shut(source)
        _shut(target)

    def _spent(self, count: int) -> bool:
        if self._left is None:
            return False
        self._left -= count
        self.cut = self.cut or self._left < 0
        return self.cut


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def _await(port: int, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        assert child.poll() is None, "rclone ended"
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise AssertionError("rclone does not listen")
