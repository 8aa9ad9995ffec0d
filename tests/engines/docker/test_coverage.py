"""Nothing that Compose says of a service is dropped in silence."""

from __future__ import annotations

from typing import Any

import pytest

from shipway.engines.docker import coverage
from shipway.engines.docker.plan import ContainerPlan, container_plan
from shipway.engines.docker.review import review
from shipway.model.workload import Role
from tests.engines.docker.samples import (
    API,
    BUILD_KEYS,
    BY_THE_BUILDER,
    BY_THE_WORKLOAD,
    IN_THE_BODY,
    SERVICE_KEYS,
    workload,
)

SEALED = "the services of a release share one network that is theirs alone, instead of this one"


def plan_of(definition: dict[str, Any]) -> ContainerPlan:
    return container_plan(workload(definition), 1, api=(1, 44))


def test_every_key_of_the_specification_stands_in_exactly_one_table() -> None:
    tables = [coverage.HONOURED, coverage.ELSEWHERE.keys(), coverage.NOT_HONOURED.keys()]
    assert sorted(key for table in tables for key in table) == sorted(SERVICE_KEYS)


def test_every_build_key_of_the_specification_is_in_a_table() -> None:
    named = coverage.BUILD_HONOURED | coverage.BUILD_NOT_HONOURED.keys()
    assert named >= BUILD_KEYS
    assert not coverage.BUILD_HONOURED & coverage.BUILD_NOT_HONOURED.keys()


def test_every_honoured_key_has_a_sample_that_proves_it() -> None:
    assert IN_THE_BODY.keys() | BY_THE_WORKLOAD.keys() | BY_THE_BUILDER == coverage.HONOURED


@pytest.mark.parametrize("key", sorted(IN_THE_BODY))
def test_an_honoured_key_changes_the_container_and_is_no_finding(key: str) -> None:
    definition = {key: IN_THE_BODY[key]}
    plan, bare = plan_of(definition), plan_of({})
    same = (plan.body, plan.attachments, plan.files, plan.platform) == (
        bare.body,
        bare.attachments,
        bare.files,
        bare.platform,
    )
    assert not same
    assert review(workload(definition), (1, 44)) == ()


@pytest.mark.parametrize("key", sorted(coverage.NOT_HONOURED))
def test_a_key_that_is_not_honoured_is_named_in_one_sentence(key: str) -> None:
    (sentence,) = review(workload({key: ["something"]}), API)
    assert sentence.startswith(f"{key}: ")
    assert sentence.endswith(".")


def test_an_unknown_key_is_named_and_an_extension_is_not() -> None:
    found = review(workload({"novelty": 1, "x-mine": 2}), API)
    assert found == ("novelty: this key is not known here and is left out.",)


def test_what_is_empty_or_false_is_no_finding() -> None:
    assert review(workload({"ports": [], "links": None, "use_api_socket": False}), API) == ()


def test_what_a_deploy_section_says_beyond_this_server_is_named() -> None:
    deploy = {
        "mode": "global",
        "replicas": 2,
        "placement": {"constraints": ["node.role==manager"]},
        "resources": {"reservations": {"cpus": "1", "memory": "1024"}},
        "restart_policy": {"condition": "on-failure", "delay": "5s"},
        "update_config": {"parallelism": 2},
    }
    found = [line.partition(": ")[0] for line in review(workload({"deploy": deploy}), API)]
    assert found == [
        "deploy.mode",
        "deploy.placement",
        "deploy.update_config",
        "deploy.resources.reservations.cpus",
        "deploy.restart_policy.delay",
    ]


def test_sealing_replaces_declared_networks_and_says_so() -> None:
    """R096."""
    found = review(
        workload(
            {
                "networks": {
                    "default": None,
                    "back": {"ipv4_address": "10.0.0.5"},
                    "shut": None,
                    "shared": {"aliases": ["shop"]},
                }
            },
            networks={
                "back": {"name": "shop_back"},
                "shut": {"name": "shop_shut", "internal": True},
                "shared": {"name": "shared", "external": True},
            },
        ),
        API,
    )
    assert found == (
        f"networks.back: {SEALED}.",
        "networks.back.ipv4_address: each instance has an address of its own.",
        "networks.shut.internal: the release has one network of its own, and it leads out.",
    )


def test_host_networking_of_a_routed_service_is_named() -> None:
    (sentence,) = review(workload({"network_mode": "host"}), API)
    assert sentence.startswith("network_mode: host: two releases cannot listen")
    assert review(workload({"network_mode": "host"}, role=Role.WORKER), API) == ()


def test_another_services_namespaces_are_not_joined_and_that_is_said() -> None:
    definition = {"network_mode": "service:db", "pid": "service:db", "ipc": "container:x"}
    found = [line.rpartition(": ")[0] for line in review(workload(definition), API)]
    assert found == ["network_mode: service:db", "pid: service:db", "ipc: container:x"]
    body = plan_of(definition).body
    assert "PidMode" not in body["HostConfig"]
    assert body["HostConfig"]["NetworkMode"] == "shop.staging"


def test_what_a_newer_engine_could_do_is_named_with_its_version() -> None:
    definition = {
        "annotations": {"a": "b"},
        "healthcheck": {"test": ["CMD", "true"], "start_interval": "1s"},
        "volumes": [
            {"type": "volume", "source": "data", "target": "/d", "volume": {"subpath": "x"}}
        ],
    }
    found = review(workload(definition), API)
    assert [line.partition(": ")[0] for line in found] == [
        "volumes",
        "healthcheck.start_interval",
        "annotations",
    ]
    assert review(workload(definition), (1, 45)) == ()


def test_a_volume_with_a_name_of_its_own_is_named_as_each_environment_has_one() -> None:
    found = review(workload(volumes={"data": {"name": "precious"}}), API)
    (sentence,) = found
    assert sentence == (
        "volumes.data.name: precious: each environment has a volume of its own; "
        "`external: true` uses this one."
    )


def test_a_dependency_that_would_restart_the_service_is_named() -> None:
    depends = {"db": {"condition": "service_healthy", "restart": True, "required": True}}
    (sentence,) = review(workload({"depends_on": depends}), API)
    assert sentence.startswith("depends_on.db.restart: ")


def test_what_a_build_says_beyond_buildkit_is_named() -> None:
    found = review(workload({"build": {"context": "/src", "tags": ["x"], "privileged": True}}), API)
    assert [line.partition(": ")[0] for line in found] == ["build.tags", "build.privileged"]
