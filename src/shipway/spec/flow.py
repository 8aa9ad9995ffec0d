"""A value in YAML's flow style: short, on one line, and read back as the same value.  Pure."""

from __future__ import annotations

import json
import re

import yaml

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./=:@+-]*(?: [A-Za-z0-9_./=:@+-]+)*")


def flow(value: object) -> str:
    """Return a value as it stands within braces: quoted where it would be read as another."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(item)}' for key, item in value.items())}}}"
    text = str(value)
    if isinstance(value, int) or re.fullmatch(r"\d{1,9}", text):
        return text
    if _PLAIN.fullmatch(text) and yaml.safe_load(f"[{text}]") == [text]:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
