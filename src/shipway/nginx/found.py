"""What a translation gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A directive that was not translated: where it stands, what it says, and why not."""

    path: str
    line: int
    text: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRoute:
    """A route as shipway.yaml has it; None and empty: nothing was said."""

    service: str
    path: str = "/"
    host: str | None = None
    port: int | None = None
    strip: bool = False
    timeout_s: float | None = None
    websocket_timeout_s: float | None = None
    rate: str = ""
    burst: int | None = None
    body_bytes_max: int | None = None
    allow: tuple[str, ...] = ()
    cache: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A whole file.

    hosts: names that all routes share.  port: on which requests came in, None where it is
    not one that says something.  remarks: what was done otherwise than nginx does it.
    served: directories whose files nginx serves itself.
    """

    path: str
    routes: tuple[ImportedRoute, ...] = ()
    hosts: tuple[str, ...] = ()
    tls: bool = False
    hsts_s: float | None = None
    port: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    compress: bool = False
    remarks: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    served: tuple[str, ...] = ()
