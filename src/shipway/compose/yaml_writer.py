"""YAML as go-yaml v3 writes it with an indent of two, so that output can be compared."""

from __future__ import annotations

import re
from typing import Any

from shipway.compose.scalars import Timestamp, go_float, resolve_plain
from shipway.compose.tree import Record

_OLD_BOOLEANS = frozenset(
    "y Y yes Yes YES on On ON n N no No NO off Off OFF".split()  # noqa: SIM905 - easier to read
)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_PRINTABLE = r"\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd"
_UNPRINTABLE = re.compile(rf"[^\n{_PRINTABLE}]")
_ESCAPED = re.compile(rf"[\"\\\u2028\u2029]|[^{_PRINTABLE}]")
_NAMES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}
_BREAKS = "\r\n\x85\u2028\u2029"


def write_yaml(value: Any) -> str:
    """Return a document."""
    lines: list[str] = []
    _node(value, lines, indent=0, prefix="")
    return "\n".join(lines) + "\n"


def _node(value: Any, lines: list[str], *, indent: int, prefix: str) -> None:
    """Write a value behind `prefix`, which ends with an indicator or is empty."""
    if isinstance(value, dict) and value:
        _mapping(value, lines, indent=indent, prefix=prefix)
    elif isinstance(value, list) and value:
        if prefix.endswith("-"):
            first = f"{prefix} -"
        else:
            if prefix:
                lines.append(prefix)
            first = f"{' ' * indent}-"
        for item in value:
            _node(item, lines, indent=indent + 2, prefix=first)
            first = f"{' ' * indent}-"
    else:
        text = _scalar(value, indent)
        lines.append(f"{prefix} {text}" if prefix and text else prefix or text)


def _mapping(value: dict[str, Any], lines: list[str], *, indent: int, prefix: str) -> None:
    pad = " " * indent
    first = pad
    if prefix.endswith("-"):
        first = f"{prefix} "
    elif prefix:
        lines.append(prefix)
    keys = list(value) if isinstance(value, Record) else sorted(value, key=natural_key)
    for key in keys:
        name = _string(key, indent, as_key=True)
        if len(key.encode()) > 128:
            lines.append(f"{first}? {name}")
            head = f"{pad}:"
        else:
            head = f"{first}{name}:"
        _node(value[key], lines, indent=indent + 2, prefix=head)
        first = pad


def _scalar(value: Any, indent: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value, indent, as_key=False)
    if isinstance(value, float):
        return go_float(value)
    if isinstance(value, Timestamp):
        return value.as_json()
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return str(value)


def _string(text: str, indent: int, *, as_key: bool) -> str:
    if not text:
        return '""'
    special = _UNPRINTABLE.search(text.replace("\t", "")) is not None
    spaced = text.startswith(" ") or text.endswith(" ")
    space_break = re.search(r" [\r\n\x85\u2028\u2029]", text) is not None
    if "\n" in text:
        block_allowed = not (text.endswith(" ") or space_break or special or as_key)
        return _literal(text, indent) if block_allowed else _double_quoted(text)
    ambiguous = (
        not isinstance(resolve_plain(text), str)
        or text == "<<"
        or text in _OLD_BOOLEANS
        or (_BASE_60.fullmatch(text) is not None and ":" in text)
    )
    if ambiguous or special or "\t" in text or space_break:
        return _double_quoted(text)
    broken = any(char in text for char in _BREAKS)
    if spaced or broken or _has_indicators(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _has_indicators(text: str) -> bool:
    """Return whether a plain scalar would be read as something else in a block."""
    if text.startswith(("---", "...")) or text[0] in "#,[]{}&*!|>'\"%@`":
        return True
    if text[0] in "?-" and (len(text) == 1 or text[1] in " \t"):
        return True
    return re.search(r":([ \t]|\Z)|\s#", text) is not None


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in f" {_BREAKS}" else ""
    if not text.endswith("\n"):
        hint += "-"
    elif text == "\n" or text[-2] in _BREAKS:
        hint += "+"
    body = text.removesuffix("\n").split("\n")
    pad = " " * max(indent, 2)
    return "\n".join([f"|{hint}", *(f"{pad}{line}" if line else "" for line in body)])


def _double_quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _NAMES:
        return "\\" + _NAMES[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Return a sort key: letters by code, digits by value, other signs before letters."""
    made: list[tuple[int, int, str]] = []
    for part in re.findall(r"[0-9]+|[^0-9]", text):
        if part[0] in "0123456789":
            made.append((1, int(part), part))
        else:
            made.append((2 if part.isalpha() else 0, 0, part))
    return made
