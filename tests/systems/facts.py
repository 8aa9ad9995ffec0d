"""What the course has to know of an example, and cannot read from its files.

One module a system, `tests/systems/NAME.py`, holds its `SYSTEM`; `test_NAME.py` beside it
runs the course over it and adds the system's own tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.systems.site import Site

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The second version: one line of code.

    path: the file; old: what stands in it exactly once; new: what replaces it.
    asked, answers: a GET of `asked` in production answers with `answers` in its body once the
    second version serves, and does not before.  host: its Host header.
    """

    path: str
    old: str
    new: str
    asked: str
    answers: str
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A part of the constant load on production: shipway.demo.load's plan without its target.

    headers: asked once, of the running site: a token, say.
    """

    paths: tuple[str, ...]
    rate: float = 15.0
    host: str | None = None
    post_path: str = "/"
    posts: tuple[bytes, ...] = ()
    post_share: float = 0.0
    websocket_path: str | None = None
    websockets: int = 3
    headers: Callable[[Site], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One example.

    services: those that must run in an environment, by name.
    secrets: values that a person would type, for each environment; the others are generated
    by `shipway secret generate --missing`.
    ports: the text of shipway.yaml in which the port of an environment stands.
    replaced: further changes to the copy: file, what stands there once, what replaces it.
    laid_over: a directory whose files are laid over the copy (a Compose file of stand-ins).
    stand_ins: what is not the real thing, and why; each is named in the line.
    excused: checks that may fail in a test, and why; all others of severity error must not.
    differs: text of the further differences that `shipway diff staging production` may name,
    beyond address, journeys, secrets, derived variables and an environment's own.
    drill: whether there is a PostgreSQL whose restore is rehearsed; otherwise what the backup
    holds is restored and counted by `shipway backup verify`.
    prepare: called with the site before the first deploy, and `ready` when production serves.
    """

    name: str
    services: tuple[str, ...]
    change: Change
    loads: tuple[Load, ...]
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ports: Mapping[str, str] = field(
        default_factory=lambda: {"staging": "port: 4400", "production": "port: 4500"}
    )
    replaced: tuple[tuple[str, str, str], ...] = ()
    laid_over: Path | None = None
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    excused: Mapping[str, str] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    drill: bool = True
    prepare: Callable[[Site], None] | None = None
    ready: Callable[[Site], None] | None = None

    @property
    def directory(self) -> Path:
        """Return the example's directory."""
        return EXAMPLES / self.name
