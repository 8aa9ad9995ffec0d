"""The application as an environment will run it now: commit, layers and the vault's secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.model.application import Application
from shipway.model.names import EnvironmentId
from shipway.rollout.world import World
from shipway.spec import load_application


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An application, and the version of the secrets that are in it; None: not known."""

    app: Application
    secrets: int | None = None


def resolve(world: World, environment: EnvironmentId, tree: Path, local: Path) -> Resolved:
    """Return what a commit is in an environment.

    tree: the commit's project directory; local: the user's own working directory.
    Raises Problem `contract-broken` where the values do not keep the contract, and what
    `load_application` raises.
    """
    version = world.vault.version(environment)
    app = load_application(
        tree,
        environment=environment.name,
        local=local,
        variables=world.vault.values(environment, version),
    )
    return Resolved(app=app, secrets=version)


def resolve_placed(world: World, environment: EnvironmentId, release: int) -> Resolved | None:
    """Return what a release was here before; None where it never was."""
    placement = world.store.placements.get(environment, release)
    if placement is None:
        return None
    return Resolved(
        app=world.applications.get(placement.fingerprint),
        secrets=world.store.secret_versions.of(environment, release),
    )
