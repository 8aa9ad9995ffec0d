"""One rollout while it runs: what its steps know and how they speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shipway.model.application import Application
from shipway.model.names import EnvironmentId, Scope, release_label
from shipway.model.records import Commit, Placement, Release, Rollout
from shipway.rollout.world import EngineKit, World


@dataclass(slots=True, kw_only=True)
class Run:
    """The context of the saga's steps.

    outputs: what finished steps returned, also those that an earlier process did.
    output: takes (step, line) of a command's output; note: (step, sentence) for the person.
    """

    world: World
    rollout: Rollout
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    output: Callable[[str, str], None] = lambda _step, _line: None
    note: Callable[[str, str], None] = lambda _step, _text: None

    @property
    def environment(self) -> EnvironmentId:
        """Return the environment that is changed."""
        return self.rollout.environment

    @property
    def kit(self) -> EngineKit:
        """Return the environment's engine."""
        return self.world.kit(self.rollout.engine)

    @property
    def commit(self) -> Commit:
        """Return the commit that is brought in."""
        return Commit(**self.outputs["source"]["commit"])

    @property
    def source(self) -> Path:
        """Return the project's directory in the checked-out tree."""
        return Path(self.outputs["source"]["directory"])

    @property
    def app(self) -> Application:
        """Return the application as it will run here."""
        return self.world.applications.get(self.outputs["check"]["fingerprint"])

    @property
    def release(self) -> Release:
        """Return the release that is brought in."""
        number = self.rollout.release or self.outputs["build"]["release"]
        return self.world.store.catalog.release(self.environment.project, number)

    @property
    def label(self) -> str:
        """Return the release's name: `r42`."""
        return release_label(self.rollout.release or self.outputs["build"]["release"])

    @property
    def scope(self) -> Scope:
        """Return what the release's instances here belong to."""
        return Scope(environment=self.environment, release=self.release.number)

    @property
    def previous(self) -> Placement | None:
        """Return the placement that was live when the rollout began."""
        if self.rollout.previous is None:
            return None
        return self.world.store.placements.get(self.environment, self.rollout.previous)

    @property
    def previous_app(self) -> Application | None:
        """Return the application of the release that was live when the rollout began."""
        previous = self.previous
        return self.world.applications.get(previous.fingerprint) if previous else None

    @property
    def still_serves(self) -> str:
        """Return the sentence that tells what goes on working when this rollout fails."""
        if self.rollout.previous is None:
            return f"Nothing served {self.environment.name} before, and nothing of the new release runs."
        return f"{release_label(self.rollout.previous)} still serves {self.environment.name}."
