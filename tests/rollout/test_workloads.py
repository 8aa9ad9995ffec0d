"""The further names by which services reach each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shipway.model.application import Application, Service
from shipway.model.names import EnvironmentId
from shipway.model.records import Commit, Release
from shipway.model.workload import Artifact, Role
from shipway.rollout.workloads import aliases, waves


def app(**services: dict[str, Any]) -> Application:
    return Application(
        environment=EnvironmentId("shop", "staging"),
        services=tuple(
            Service(name=name, role=Role.WEB, definition=definition)
            for name, definition in services.items()
        ),
        routes=(),
        port=4400,
    )


def test_a_link_gives_another_name_and_one_that_means_two_services_gives_none() -> None:
    linked = app(
        web={"links": ["redis:cache", "redis", "api:store"]},
        worker={"links": ["redis:cache", "redis:store", "gone:x", "api:web"]},
        redis={"container_name": "shop-redis"},
        api={},
    )
    assert aliases(linked) == {"cache": "redis", "shop-redis": "redis"}


def test_who_depends_on_others_starts_after_them_whatever_lies_between() -> None:
    shop = Application(
        environment=EnvironmentId("shop", "staging"),
        services=(
            Service(name="nginx", role=Role.WEB, definition={}, after=("web", "feed")),
            Service(name="web", role=Role.WEB, definition={}, after=("worker", "db", "off")),
            Service(name="worker", role=Role.WORKER, definition={}, after=("api",)),
            Service(name="api", role=Role.WEB, definition={}),
            Service(name="feed", role=Role.WEB, definition={}),
            Service(name="db", role=Role.STATEFUL, definition={}),
        ),
        routes=(),
        port=4400,
    )
    told = [[one.service for one in wave] for wave in waves(shop, release(shop), Role.WEB)]
    assert told == [["api", "feed"], ["web"], ["nginx"]]
    healthy = {"depends_on": {"web": {"condition": "service_healthy"}, "feed": {}}}
    nginx = replace(shop.services[0], definition=healthy)
    shop = replace(shop, services=(nginx, *shop.services[1:]))
    waiting = waves(shop, release(shop), Role.WEB, boot=True)
    assert [[one.service for one in wave] for wave in waiting] == [
        ["api", "feed"],
        ["nginx", "web"],
    ]


def release(app: Application) -> Release:
    artifact = Artifact(service="x", kind="image", reference="sha256:" + "0" * 64, name="x")
    return Release(
        project="shop",
        number=1,
        commit=Commit(hash="0" * 40, subject="x", author="kim", at=0.0, ref="main"),
        artifacts={service.name: artifact for service in app.services},
        created_at=0.0,
        created_by="kim",
    )
