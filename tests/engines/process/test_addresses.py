"""Addresses are unique, stay with their service, and are free again when it is gone."""

from __future__ import annotations

import json
import multiprocessing
import socket
from pathlib import Path

from shipway.engines.process.addresses import AddressTable, candidate, listening_addresses
from shipway.engines.process.layout import Layout
from shipway.engines.process.naming import names_for
from shipway.model.names import EnvironmentId, Scope
from shipway.model.workload import Artifact, Role, Workload

SHOP = Scope(EnvironmentId("shop", "staging"), 1)
NEIGHBOUR = Scope(EnvironmentId("shop-staging", "production"), 1)


def reserve_many(root: str, project: str) -> None:
    table = AddressTable(Layout(Path(root)))
    for index in range(1, 9):
        table.reserve([(Scope(EnvironmentId(project, "staging"), 1), "api", index)])


def test_addresses_are_unique_however_many_ask_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=reserve_many, args=(str(tmp_path), f"shop{n}")) for n in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    table = json.loads((tmp_path / "addresses.json").read_text())
    addresses = [address for entries in table.values() for address in entries.values()]
    assert len(addresses) == len(set(addresses)) == 24
    assert all(address.startswith("127.") for address in addresses)


def test_an_address_on_which_something_listens_is_not_given_out(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    wanted = candidate(f"{tmp_path}\0{SHOP.label}\0api/1", 0)
    with socket.create_server((wanted, 0)):
        assert wanted in listening_addresses()
        given = AddressTable(layout).reserve([(SHOP, "api", 1)])[0]
    assert given != wanted
    assert AddressTable(layout).reserve([(SHOP, "api", 1)]) == [given]


def test_a_name_keeps_its_address_until_its_scope_is_gone(tmp_path: Path) -> None:
    table = AddressTable(Layout(tmp_path))
    first, second = table.reserve([(SHOP, "api", 1), (SHOP, "api", 2)])
    (other,) = table.reserve([(NEIGHBOUR, "api", 1)])
    table.release(SHOP, service="api")
    assert table.names(SHOP) == {"api": first}
    table.release(SHOP)
    assert table.names(SHOP) == {}
    assert table.names(NEIGHBOUR) == {"api": other}
    assert len({first, second, other}) == 3


def test_names_mean_the_release_then_the_environment_and_never_a_neighbour(tmp_path: Path) -> None:
    table = AddressTable(Layout(tmp_path))
    work = Workload(
        scope=SHOP,
        service="api",
        role=Role.WEB,
        artifact=Artifact(service="api", kind="tree", reference="sha256:0", name="api"),
        peers=("api", "backend", "postgres"),
        environment_peers=("postgres",),
        aliases={"db": "postgres"},
        definition={"links": ["backend:core"]},
    )
    table.reserve([(NEIGHBOUR, "secret", 1), (Scope(SHOP.environment, 2), "backend", 1)])
    names = names_for(table, work)
    assert set(names) == {"api", "backend", "postgres", "db", "core"}
    assert names["db"] == names["postgres"] == table.names(Scope(SHOP.environment))["postgres"]
    assert names["core"] == names["backend"] == table.names(SHOP)["backend"]
    assert table.names(Scope(SHOP.environment, 2))["backend"] != names["backend"]
