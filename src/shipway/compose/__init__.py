"""The Compose Specification in pure Python: usable on its own, agreeing with Docker's loader.

    from shipway.compose import load

    project = load(Path("."), environment=os.environ)
    project.model["services"]["api"]["ports"]
    project.source("services", "api", "ports", 0)   # compose.yaml:14:9

Everything that a file can do wrong ends in a `shipway.errors.Problem` with file and line.
No Docker is needed, nothing is fetched, nothing is run.
"""

from __future__ import annotations

from shipway.compose.discover import find_compose_file
from shipway.compose.dotenv import EnvEntry, parse_env_file
from shipway.compose.loading import load
from shipway.compose.project import ComposeProject, ComposeWarning
from shipway.compose.render import render_json, render_yaml
from shipway.compose.units import format_duration, parse_duration, parse_size

__all__ = [
    "ComposeProject",
    "ComposeWarning",
    "EnvEntry",
    "find_compose_file",
    "format_duration",
    "load",
    "parse_duration",
    "parse_env_file",
    "parse_size",
    "render_json",
    "render_yaml",
]
