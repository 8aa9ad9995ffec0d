"""Two operators, one leaves; a database keeps the password that it was made with."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyrage import x25519

from shipway.daemon.clock import SystemClock
from shipway.ingress.memory import MemoryIngress
from shipway.model.application import Application, Service
from shipway.model.lifecycle import PlacementEvent
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Project
from shipway.model.secret import Form, Making
from shipway.model.workload import Artifact, Role, SecretMap
from shipway.rollout.applications import Applications
from shipway.rollout.secrets import rotate_for_departure, waiting
from shipway.rollout.world import World
from shipway.store.store import SqliteStore
from shipway.vault import AgeVault
from tests.support.stored import begun

STAGING = EnvironmentId("shop", "staging")
COMMIT = Commit(hash="a" * 40, subject="first", author="kim", at=1.0, ref="HEAD")
MAKING = {
    "JWT_SECRET": Making(),
    "KEY": Making(form=Form.ED25519, public="KEY_PUB"),
    "DB_PASSWORD": Making(form=Form.PASSWORD),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    clock = SystemClock()
    store = SqliteStore(tmp_path / "state.sqlite", clock)
    return World(
        kits={},
        default_engine="process",
        ingress=MemoryIngress(),
        store=store,
        generations=store.backups,
        clock=clock,
        home=tmp_path,
        applications=Applications(tmp_path / "applications"),
        vault=AgeVault(tmp_path / "vault", clock),
    )


def live(world: World, values: dict[str, str], version: int) -> None:
    """Make a release live in staging, with a database that has some of the values."""
    store = world.store
    app = Application(
        environment=STAGING,
        services=(
            Service(name="db", role=Role.STATEFUL, definition={}, environment=SecretMap(values)),
            Service(name="api", role=Role.WEB, definition={}, environment=SecretMap(values)),
        ),
        routes=(),
        port=4400,
    )
    store.catalog.register(Project(name="shop", directory="/srv/shop"))
    store.catalog.add_environment(STAGING, "process")
    rollout = begun(store, STAGING)
    artifact = Artifact(service="api", kind="tree", reference="sha256:" + "b" * 64, name="api")
    release = store.catalog.add_release(
        project="shop",
        rollout=rollout.id,
        commit=COMMIT,
        artifacts={"api": artifact},
        created_by="kim",
    )
    store.placements.place(STAGING, release.number, world.applications.keep(app))
    store.placements.advance(STAGING, release.number, PlacementEvent.GO_LIVE)
    store.secret_versions.record(STAGING, release.number, version)


def planted(world: World) -> None:
    world.vault.generate(STAGING, MAKING, who="ann")
    world.vault.change(STAGING, who="ann", put={"OPENAI_API_KEY": "sk-issued-elsewhere"})
    key = str(x25519.Identity.generate().to_public())
    world.vault.operators.share("shop", "kim", key, [])


def test_a_departure_makes_anew_what_is_generated_and_lists_what_was_issued_elsewhere(
    world: World,
) -> None:
    planted(world)
    before = dict(world.vault.values(STAGING))
    departure = rotate_for_departure(world, "shop", "kim", who="ann", making=MAKING)
    assert departure.made == {"staging": ("DB_PASSWORD", "JWT_SECRET", "KEY")}
    assert departure.source == {"staging": ("OPENAI_API_KEY",)}
    after = world.vault.values(STAGING)
    assert {name for name in after if after[name] != before[name]} == {
        "DB_PASSWORD",
        "JWT_SECRET",
        "KEY",
        "KEY_PUB",
    }
    again = rotate_for_departure(world, "shop", "kim", who="ann", making=MAKING)
    assert again.made == {}
    assert again.source == departure.source


def test_what_a_database_was_made_with_is_left_alone_and_listed(world: World) -> None:
    """A new password in the vault alone would lock the application out."""
    planted(world)
    values = dict(world.vault.values(STAGING))
    live(world, {"POSTGRES_PASSWORD": values["DB_PASSWORD"]}, version=2)
    departure = rotate_for_departure(world, "shop", "kim", who="ann", making=MAKING)
    assert departure.source == {"staging": ("DB_PASSWORD", "OPENAI_API_KEY")}
    assert world.vault.values(STAGING)["DB_PASSWORD"] == values["DB_PASSWORD"]


def test_a_generated_secret_without_a_contract_keeps_its_form(world: World) -> None:
    making = {"HEX": Making(size=24), "PW": Making(form=Form.PASSWORD, size=20)}
    world.vault.generate(STAGING, making, who="ann")
    world.vault.operators.share("shop", "kim", str(x25519.Identity.generate().to_public()), [])
    departure = rotate_for_departure(world, "shop", "kim", who="ann", making={})
    assert departure.made == {"staging": ("HEX", "PW")}
    values = world.vault.values(STAGING)
    assert len(bytes.fromhex(values["HEX"])) == 24
    assert len(values["PW"]) == 20


def test_what_runs_with_older_secrets_is_known_by_name(world: World) -> None:
    planted(world)
    live(world, {}, version=2)
    assert waiting(world, STAGING) is None
    world.vault.change(STAGING, who="ann", put={"A": "1", "BACKUP_S3_KEY": "x"})
    found = waiting(world, STAGING)
    assert found is not None
    assert found.names == ("A",)
    assert str(found) == (
        "shop/staging: r1 runs with version 2 of the secrets, the latest is 3 (A)"
    )
    world.vault.change(STAGING, who="ann", put={}, drop=["A"])
    assert waiting(world, STAGING) is None
