"""A real registry server (Debian's docker-registry), with one user, for as long as a test."""

from __future__ import annotations

import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.running import eventually, free_ports

USER, PASSWORD = "shipway", "4uH7tq2Lx9"
# The password above, by bcrypt: all that the server takes.
HTPASSWD = "shipway:$2b$04$ru36xqNW0Fru3lliYhxTPuCTgVf2EtV2BtBT2uZabBsuXdmyJL.Vu\n"
CONFIG = """\
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: @DATA@}, delete: {enabled: true}}
http: {addr: "127.0.0.1:@PORT@", secret: of-a-test}
auth: {htpasswd: {realm: test, path: @USERS@}}
"""


@contextmanager
def registry_server(folder: Path) -> Iterator[str]:
    """Run a registry with its data below `folder`; yield its address."""
    program = shutil.which("docker-registry")
    assert program, "docker-registry is not installed: apt-get install docker-registry"
    (port,) = free_ports(1)
    users, config = folder / "htpasswd", folder / "config.yml"
    users.write_text(HTPASSWD)
    config.write_text(
        CONFIG.replace("@DATA@", str(folder / "data"))
        .replace("@PORT@", str(port))
        .replace("@USERS@", str(users))
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            eventually("the registry answers", lambda: _answers(port), 20)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=2).close()
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code == 401
    except OSError:
        return False
    return True
