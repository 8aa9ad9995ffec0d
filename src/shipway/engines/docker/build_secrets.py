"""Secrets that a build may mount: the client wants files, so values become some for its time.

They lie in a directory of their own, which only this user may enter, and go with it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from shipway.ports import BuildRequest


@contextmanager
def as_files(request: BuildRequest) -> Iterator[BuildRequest]:
    """Yield the request with a file for each secret that has a content and no file."""
    wanted = {
        name: str(item["content"])
        for name, item in request.secrets.items()
        if item.get("content") is not None and not item.get("file")
    }
    build = request.definition.get("build")
    if not wanted or not (isinstance(build, dict) and build.get("secrets")):
        yield request
        return
    with tempfile.TemporaryDirectory(prefix="shipway-build-") as directory:
        secrets = {name: dict(item) for name, item in request.secrets.items()}
        for number, (name, content) in enumerate(wanted.items()):
            path = Path(directory) / str(number)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
            secrets[name]["file"] = str(path)
        yield replace(request, secrets=secrets)
