"""What a rollout asks before it touches anything; who answers is not its affair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from shipway.model.names import EnvironmentId
from shipway.model.pipeline import CiSettings, CommitCheck
from shipway.model.records import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """What the gate says.  stops: a sentence each, why it is closed; notes: what to know.

    hints: the next commands to type where it is closed.  korean: of the stops that know
    theirs, by their English.
    """

    stops: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    korean: Mapping[str, str] = field(default_factory=dict)


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

    def known(self, source: EnvironmentId, release: Release, tree: Path | None) -> GateView:
        """Judge likewise by what is known already; waits for nothing, for a page."""
        ...


class CommitChecks(Protocol):
    """Tells how the CI of a commit stands."""

    def of(self, ci: CiSettings, commit: str, *, token: str) -> tuple[CommitCheck, ...]:
        """Return the newest state of every check of a commit.  Reads only; idempotent.

        token: empty where none is needed.  Raises Problem `ci-unreachable`, `ci-refused`.
        """
        ...
