"""nginx files through crossplane: what nginx would refuse, and every directive with its line."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

LOOKS_LIKE = re.compile(r"^\s*(server|upstream|http|events)\s*(\S+\s*)?\{", re.MULTILINE)
_HAS_HTTP = re.compile(r"^\s*http\s*\{", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """One directive with what stands in its block."""

    name: str
    args: tuple[str, ...]
    line: int
    block: tuple[Directive, ...]

    def all(self, *names: str) -> Iterator[Directive]:
        """Yield the directives of these names, at any depth, this one included."""
        if self.name in names:
            yield self
        for child in self.block:
            yield from child.all(*names)


@dataclass(frozen=True, slots=True)
class NginxError:
    """Why nginx would not start."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NginxFile:
    """One file.  errors: what nginx refuses when the file stands inside `http`.

    whole: it has an `http` block of its own.
    """

    path: str
    whole: bool
    top: Directive
    errors: tuple[NginxError, ...]

    def servers(self) -> tuple[Directive, ...]:
        """Return the server blocks that speak HTTP."""
        return tuple(
            server
            for server in self.top.all("server")
            if server.block and any(True for _ in server.all("listen", "location", "server_name"))
        )

    def first_line(self) -> int:
        """Return the line of the first directive."""
        return min((item.line for item in self.top.block), default=1)


def read_nginx(path: str, text: str) -> NginxFile:
    """Return one nginx file; a fragment is read as if it stood inside `http`."""
    import crossplane  # type: ignore[import-untyped]  # late: 30 ms

    whole = bool(_HAS_HTTP.search(text)) or _is_main(text)
    wrapped = text if whole else f"events {{}} http {{ {text}\n}}"
    with tempfile.TemporaryDirectory(prefix="shipway-nginx-") as scratch:
        file = Path(scratch) / PurePosixPath(path).name
        file.write_text(wrapped, encoding="utf-8")
        try:
            loose = _parse(crossplane, file, strict=False, check_ctx=False)
            strict = _parse(crossplane, file, strict=False, check_ctx=True)
        except Exception:  # a parser of others: whatever it raises, the file is unread
            loose, strict = {"parsed": [], "errors": []}, {"errors": []}
    errors = tuple(
        NginxError(int(error.get("line") or 1), _reason(str(error.get("error", "")), file))
        for error in strict["errors"]
    )
    top = Directive(name="", args=(), line=1, block=_directives(loose["parsed"]))
    if not whole:
        http = next((item for item in top.block if item.name == "http"), top)
        top = Directive(name="", args=(), line=1, block=http.block)
    return NginxFile(path=path, whole=whole, top=top, errors=errors)


def _is_main(text: str) -> bool:
    return bool(re.search(r"^\s*(events|worker_processes)\b", text, re.MULTILINE))


def _parse(crossplane: Any, file: Path, *, strict: bool, check_ctx: bool) -> dict[str, Any]:
    payload = crossplane.parse(
        str(file),
        single=True,
        strict=strict,
        catch_errors=True,
        check_ctx=check_ctx,
        check_args=check_ctx,
    )
    config: dict[str, Any] = payload["config"][0]
    return config


def _directives(parsed: list[dict[str, Any]]) -> tuple[Directive, ...]:
    return tuple(
        Directive(
            name=str(item["directive"]),
            args=tuple(str(arg) for arg in item.get("args", ())),
            line=int(item.get("line", 1)),
            block=_directives(item.get("block", [])),
        )
        for item in parsed
    )


def _reason(error: str, file: Path) -> str:
    return error.replace(f" in {file}", "").rpartition(":")[0] or error
