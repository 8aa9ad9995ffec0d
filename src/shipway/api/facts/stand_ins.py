"""Loading a project without its secrets: what Compose insists on gets a stand-in.

A document that is written from the files alone shall tell of the services although the
vault was not asked.  Invariant: a stand-in is never shown, and what holds one counts as not
known.
"""

from __future__ import annotations

import re
from pathlib import Path

from shipway.errors import Problem
from shipway.spec.load import Loaded, load_and_judge

STAND_IN = "c0ffee9d41b7a25e8836f10cd27be594"
TRIES_MAX = 60
_WANTED = re.compile(r"variable (?P<name>[A-Za-z_][A-Za-z0-9_]*) must have a value")


def load_without_secrets(directory: Path, environment: str) -> Loaded:
    """Return an environment as its files have it.  Raises Problem, for other reasons."""
    values: dict[str, str] = {}
    while True:
        try:
            return load_and_judge(directory, environment=environment, variables=values)
        except Problem as problem:
            found = _WANTED.search(problem.message)
            if found is None or found["name"] in values or len(values) >= TRIES_MAX:
                raise
            values[found["name"]] = STAND_IN


def stands_in(loaded: Loaded, key: str) -> bool:
    """Return whether a variable's value is a stand-in, or made of one."""
    layered = loaded.layers.variables.get(key)
    values = [layered.value] if layered is not None else []
    values += [
        service.environment[key] for service in loaded.app.services if key in service.environment
    ]
    return any(STAND_IN in value for value in values)
