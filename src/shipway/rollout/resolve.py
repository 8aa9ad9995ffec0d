"""The application as an environment will run it now: commit, layers and the vault's secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shipway.model.application import Application
from shipway.model.names import EnvironmentId
from shipway.rollout.world import World
from shipway.spec import load_application
from shipway.spec.preview import PreviewPlace


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
    preview = world.store.previews.get(environment)
    place, secrets_of = None, environment
    if preview is not None:
        place = PreviewPlace(
            base=preview.base,
            port=preview.port,
            host=preview.host,
            sleep_after_s=preview.sleep_after_s,
        )
        secrets_of = EnvironmentId(environment.project, preview.base)
    version = world.vault.version(secrets_of)
    app = load_application(
        tree,
        environment=environment.name,
        local=local,
        variables=world.vault.values(secrets_of, version),
        preview=place,
    )
    return Resolved(app=app, secrets=None if preview else version)


def resolve_placed(world: World, environment: EnvironmentId, release: int) -> Resolved | None:
    """Return what a release was here before; None where it never was."""
    placement = world.store.placements.get(environment, release)
    if placement is None:
        return None
    return Resolved(
        app=world.applications.get(placement.fingerprint),
        secrets=world.store.secret_versions.of(environment, release),
    )
