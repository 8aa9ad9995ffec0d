"""The model as text, byte for byte as Docker prints it: `$` doubled, `<`, `>` and `&` escaped."""

from __future__ import annotations

import json
from typing import Any

from shipway.compose.problems import UNSUPPORTED
from shipway.compose.project import ComposeProject
from shipway.compose.scalars import Timestamp, json_float
from shipway.errors import Problem

_ESCAPES = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
    0x08: "\\b",
    0x0C: "\\f",
}


def render_json(project: ComposeProject) -> str:
    """Return what `docker compose config --format json` prints.  Raises Problem.

    Docker cannot print a build's SSH key with a path as JSON; neither is it done here.
    """
    for name, service in project.model.get("services", {}).items():
        keys = (service.get("build") or {}).get("ssh") or ()
        if any("=" in key for key in keys):
            source = project.source("services", name, "build", "ssh")
            raise Problem(
                UNSUPPORTED,
                f"services.{name}.build.ssh: a key with a path cannot be printed as JSON",
                source=source,
                hints=("print it with --format yaml",),
            )
    text = json_text(project.model)
    return text.replace("$", "$$") if project.interpolated else text


def render_yaml(project: ComposeProject) -> str:
    """Return what `docker compose config` prints as YAML."""
    from shipway.compose.yaml_writer import write_yaml  # JSON needs none of it

    text = write_yaml(project.yaml_model())
    return text.replace("$", "$$") if project.interpolated else text


def json_text(value: Any, *, indent: int = 2, level: int = 0) -> str:
    """Return a value as Go's JSON encoder writes it; indent 0 gives one line."""
    pad, end = (
        ("\n" + " " * (indent * (level + 1)), "\n" + " " * (indent * level)) if indent else ("", "")
    )
    colon = ": " if indent else ":"
    if isinstance(value, dict):
        if not value:
            return "{}"
        items = [
            f"{_json_string(key)}{colon}{json_text(item, indent=indent, level=level + 1)}"
            for key, item in value.items()
        ]
        return "{" + pad + ("," + pad).join(items) + end + "}"
    if isinstance(value, list):
        if not value:
            return "[]"
        items = [json_text(item, indent=indent, level=level + 1) for item in value]
        return "[" + pad + ("," + pad).join(items) + end + "]"
    if isinstance(value, str):
        return _json_string(value)
    if isinstance(value, Timestamp):
        return _json_string(value.as_json())
    if isinstance(value, float):
        return json_float(value)
    return str(json.dumps(value))


def _json_string(text: str) -> str:
    encoded = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return encoded.translate(_ESCAPES).replace("\x7f", "\x7f")
