"""The gate: what a rollout asks before it touches anything, and who answers is not its affair."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.model.records import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """What the gate says.  stops: a sentence each, why it is closed; notes: what to know.

    hints: the next commands to type where it is closed.
    """

    stops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


class Gate(Protocol):
    """Judges a release before it comes into an environment."""

    def files(self, tree: Path, environment: EnvironmentId) -> GateView:
        """Judge the files of a commit.  Reads nothing but them."""
        ...

    def evidence(
        self, source: EnvironmentId, release: Release, tree: Path | None, *, look: bool
    ) -> GateView:
        """Judge what `source` proved for exactly this release's artifacts.

        look: where nothing was looked at yet, look now, which takes seconds.
        """
        ...
