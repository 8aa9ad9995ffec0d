"""What go-yaml, Docker's YAML parser, refuses although libyaml takes it."""

from __future__ import annotations

import re
from typing import Any

from shipway.compose.problems import SYNTAX, problem
from shipway.compose.tree import Mark

_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")


class Dialect:
    """The checks of one file; `text` is kept only where escapes have to be looked at."""

    def __init__(self, data: bytes, path: str) -> None:
        self._path = path
        self._text = data.decode("utf-8", "replace") if b"\\/" in data else ""

    def check_version(self, event: Any) -> None:
        """Refuse a `%YAML` line with any version but 1.1.  Raises Problem."""
        version = event.version
        if version is not None and tuple(version) != (1, 1):
            raise problem(
                "Docker reads no file with this %YAML line",
                (self._path, event.start_mark.line + 1, 1),
                kind=SYNTAX,
                hints=("remove the line; YAML 1.2's scalars are the default",),
            )

    def check_scalar(self, event: Any, mark: Mark, *, in_flow: bool) -> None:
        r"""Refuse `?` in a plain scalar between brackets, and the escape `/`.  Raises Problem."""
        style = event.style
        if in_flow and not style and "?" in event.value:
            raise problem(
                f"`{event.value}`: a `?` between brackets or braces needs quotes",
                mark,
                kind=SYNTAX,
                hints=(f'write "{event.value}"',),
            )
        if self._text and style == '"' and "/" in event.value:
            written = self._text[event.start_mark.index : event.end_mark.index]
            if _ESCAPED_SLASH.search(written):
                raise problem(
                    r"Docker's YAML parser does not know the escape \/",
                    mark,
                    kind=SYNTAX,
                    hints=("write / without the backslash",),
                )
