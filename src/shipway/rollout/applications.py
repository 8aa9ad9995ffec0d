"""Resolved applications, kept as files.

They hold the values of environment variables, so they lie in files of mode 0600 named by
their fingerprint, never in the database, the journal or a log.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from shipway.errors import Problem
from shipway.files import replace_file
from shipway.model.application import Application
from shipway.spec import application_from_json, application_to_json, fingerprint


class Applications:
    """The applications that were ever rolled out, by fingerprint."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._load = lru_cache(maxsize=64)(self._read)

    def keep(self, app: Application) -> str:
        """Ensure that the application is kept, and return its fingerprint."""
        mark = fingerprint(app)
        path = self._path(mark)
        if not path.exists():
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(path, json.dumps(application_to_json(app, reveal=True)), mode=0o600)
        return mark

    def get(self, mark: str) -> Application:
        """Return the application with this fingerprint, or raise Problem `state-damaged`."""
        return self._load(mark)

    def forget_all_but(self, marks: set[str]) -> None:
        """Remove the applications that nothing refers to any more."""
        for path in self._directory.glob("*.json"):
            if path.stem not in marks:
                path.unlink(missing_ok=True)

    def _read(self, mark: str) -> Application:
        try:
            return application_from_json(json.loads(self._path(mark).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError) as error:
            raise Problem(
                "state-damaged",
                f"the configuration {mark[:12]} is missing from Shipway's state: {error}. "
                "What runs goes on running.",
                hints=["shipway deploy, which writes a new one"],
            ) from error

    def _path(self, mark: str) -> Path:
        return self._directory / f"{mark.removeprefix('sha256:')}.json"
